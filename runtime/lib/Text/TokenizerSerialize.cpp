//===- TokenizerSerialize.cpp - a TokenizerModel becomes a blob -----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Builds the lookup tables that `Tokenizer::open` then uses in place. The same
// model gives the same bytes.
//===----------------------------------------------------------------------===//
#include "ByteAlphabet.h"
#include "Normalize.h"
#include "TokenizerBlob.h"
#include "llmrt/TokenizerModel.h"

#include <algorithm>
#include <cassert>
#include <cstring>
#include <numeric>
#include <tuple>

using namespace llmrt;
using namespace llmrt::text;

namespace {

/// Appends sections behind a header that is written last.
class BlobWriter {
public:
  BlobWriter() : bytes(sizeof(BlobHeader), '\0') {}

  template <typename T> BlobSection append(const std::vector<T> &values) {
    return append(values.data(), values.size(), sizeof(T));
  }
  BlobSection append(const std::string &text) {
    return append(text.data(), text.size(), 1);
  }

  size_t size() const { return bytes.size(); }

  std::string finish(const BlobHeader &header) {
    std::memcpy(bytes.data(), &header, sizeof header);
    return std::move(bytes);
  }

private:
  BlobSection append(const void *data, size_t count, size_t elementSize) {
    BlobSection section{uint32_t(bytes.size()), uint32_t(count)};
    assert(bytes.size() % 8 == 0 && count <= UINT32_MAX &&
           "sections are aligned and count in 32 bits");
    if (count)
      bytes.append(static_cast<const char *>(data), count * elementSize);
    bytes.resize((bytes.size() + 7) & ~size_t(7));
    return section;
  }

  std::string bytes;
};

/// `bit` if `set`, else 0.
uint32_t bitIf(bool set, uint32_t bit) { return set ? bit : 0; }

struct TokenTables {
  std::vector<uint32_t> ends;
  std::string bytes;
  std::vector<uint8_t> types;
  std::vector<int32_t> byteTokens = std::vector<int32_t>(256, -1);
  std::vector<int32_t> sortedWords;
};

/// The text an added token is searched by, and, as in the reference, printed
/// as.
std::string searchText(const TokenizerModel &model, const AddedToken &token) {
  bool compose = token.normalized && model.normalizer == TextNormalizer::NFC;
  return compose ? normalizeNfc(token.content) : token.content;
}

TokenTables buildTokenTables(const TokenizerModel &model) {
  TokenTables tables;
  std::vector<const AddedToken *> added(model.tokens.size());
  for (const AddedToken &token : model.addedTokens)
    added[token.id] = &token;
  std::vector<std::string> words(model.tokens.size());
  for (size_t i = 0; i < model.tokens.size(); ++i) {
    tables.bytes +=
        tokenToBytes(added[i] ? searchText(model, *added[i]) : model.tokens[i]);
    tables.ends.push_back(uint32_t(tables.bytes.size()));
    tables.types.push_back(uint8_t(model.types[i]));
    std::optional<std::string> word = unspellBytes(model.tokens[i]);
    bool reachable = !added[i] || added[i]->inVocabulary;
    if (!reachable || !word || word->empty())
      continue;
    if (word->size() == 1)
      tables.byteTokens[uint8_t(word->front())] = int32_t(i);
    words[i] = std::move(*word);
    tables.sortedWords.push_back(int32_t(i));
  }
  std::sort(tables.sortedWords.begin(), tables.sortedWords.end(),
            [&](int32_t a, int32_t b) {
              return std::tie(words[a], a) < std::tie(words[b], b);
            });
  return tables;
}

struct MergeTables {
  std::vector<uint32_t> ends;
  std::vector<BlobMerge> merges;
};

/// A pair that is listed twice keeps its last rank, as in the reference.
MergeTables buildMergeTables(const TokenizerModel &model) {
  std::vector<uint32_t> order(model.merges.size()); // ranks, by their pairs
  std::iota(order.begin(), order.end(), 0);
  auto pairOf = [&](uint32_t rank) {
    return std::tie(model.merges[rank].left, model.merges[rank].right);
  };
  std::sort(order.begin(), order.end(), [&](uint32_t a, uint32_t b) {
    return pairOf(a) != pairOf(b) ? pairOf(a) < pairOf(b) : a < b;
  });
  MergeTables tables;
  tables.ends.resize(model.tokens.size());
  for (size_t i = 0; i < order.size(); ++i) {
    if (i + 1 < order.size() && pairOf(order[i]) == pairOf(order[i + 1]))
      continue;
    const TokenMerge &merge = model.merges[order[i]];
    tables.merges.push_back(
        {uint32_t(merge.right), order[i], uint32_t(merge.result)});
    ++tables.ends[merge.left];
  }
  std::partial_sum(tables.ends.begin(), tables.ends.end(), tables.ends.begin());
  return tables;
}

BlobString addString(std::string &strings, std::string_view text) {
  BlobString string{uint32_t(strings.size()), uint32_t(text.size())};
  strings += text;
  return string;
}

std::vector<BlobAddedToken> buildAddedTable(const TokenizerModel &model,
                                            bool normalized,
                                            std::string &strings) {
  std::vector<std::pair<std::string, const AddedToken *>> sorted;
  for (const AddedToken &token : model.addedTokens)
    if (token.normalized == normalized)
      sorted.emplace_back(searchText(model, token), &token);
  std::sort(sorted.begin(), sorted.end(), [](const auto &a, const auto &b) {
    return std::tie(a.first, a.second->id) < std::tie(b.first, b.second->id);
  });
  std::vector<BlobAddedToken> table;
  for (auto &[content, token] : sorted) {
    uint32_t flags = bitIf(token->special, addedSpecial) |
                     bitIf(token->lstrip, addedLstrip) |
                     bitIf(token->rstrip, addedRstrip) |
                     bitIf(token->singleWord, addedSingleWord);
    table.push_back({addString(strings, content), token->id, flags});
  }
  return table;
}

std::vector<BlobStep> buildSteps(const TokenizerModel &model,
                                 std::string &strings) {
  std::vector<BlobStep> steps;
  for (const PreTokenizerStep &step : model.steps) {
    uint32_t flags = bitIf(step.individualDigits, stepIndividualDigits) |
                     bitIf(step.literal, stepLiteral) |
                     bitIf(step.invert, stepInvert) |
                     bitIf(step.addPrefixSpace, stepPrefixSpace) |
                     bitIf(step.useRegex, stepUseRegex);
    steps.push_back({addString(strings, step.pattern), uint8_t(step.kind),
                     uint8_t(step.behavior), uint16_t(flags)});
  }
  return steps;
}

BlobHeader buildHeader(const TokenizerModel &model) {
  BlobHeader header{};
  header.magic = blobMagic;
  header.version = blobVersion;
  header.flags = bitIf(model.ignoreMerges, blobIgnoreMerges) |
                 bitIf(model.fuseUnknown, blobFuseUnknown) |
                 bitIf(model.normalizer == TextNormalizer::NFC, blobNFC);
  header.vocabSize = int32_t(model.tokens.size());
  header.unknownId = model.unknownId;
  header.bosId = model.bosId;
  header.eosId = model.eosId;
  header.padId = model.padId;
  return header;
}

} // namespace

Expected<std::string> llmrt::serializeTokenizer(const TokenizerModel &model) {
  if (Status status = verifyTokenizer(model); status.failed())
    return status;
  constexpr size_t sizeLimit = size_t(1) << 30;
  size_t tokenBytes = 0;
  for (const std::string &token : model.tokens)
    tokenBytes += token.size();
  if (tokenBytes > sizeLimit)
    return Status::error("tokenizer has " + std::to_string(tokenBytes) +
                         " bytes of tokens, at most 1 GiB is supported");

  BlobWriter writer;
  BlobHeader header = buildHeader(model);
  TokenTables tables = buildTokenTables(model);
  MergeTables merges = buildMergeTables(model);
  std::string strings;
  header.tokenEnds = writer.append(tables.ends);
  header.tokenBytes = writer.append(tables.bytes);
  header.tokenTypes = writer.append(tables.types);
  header.byteTokens = writer.append(tables.byteTokens);
  header.sortedWords = writer.append(tables.sortedWords);
  header.mergeEnds = writer.append(merges.ends);
  header.merges = writer.append(merges.merges);
  header.addedPlain = writer.append(buildAddedTable(model, false, strings));
  header.addedNormal = writer.append(buildAddedTable(model, true, strings));
  header.steps = writer.append(buildSteps(model, strings));
  header.prefixIds = writer.append(model.prefixIds);
  header.suffixIds = writer.append(model.suffixIds);
  header.endIds = writer.append(model.endIds);
  header.chatTemplate = addString(strings, model.chatTemplate);
  header.strings = writer.append(strings);
  if (writer.size() > sizeLimit)
    return Status::error("tokenizer takes " + std::to_string(writer.size()) +
                         " bytes, at most 1 GiB is supported");
  header.byteSize = uint32_t(writer.size());
  return writer.finish(header);
}
