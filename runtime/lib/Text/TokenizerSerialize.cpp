//===- TokenizerSerialize.cpp - a TokenizerModel becomes a blob -----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Builds the lookup tables that `Tokenizer::open` then uses in place. The same
// model gives the same bytes.
//===----------------------------------------------------------------------===//
#include "ByteAlphabet.h"
#include "Normalizer.h"
#include "SentencePiece.h"
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
  std::vector<uint32_t> wordEnds;
  std::string wordBytes;
  std::vector<int32_t> byteTokens = std::vector<int32_t>(256, -1);
  std::vector<int32_t> sortedWords;
  std::vector<int32_t> prefixLinks;
};

bool isByteLevel(const TokenizerModel &model) {
  return model.kind == TokenizerKind::ByteLevelBpe;
}

/// The texts that added tokens are searched by, and, as in the reference,
/// printed as: by their place in the model's list.
Expected<std::vector<std::string>> searchTexts(const TokenizerModel &model) {
  Expected<Normalizer> normalizer = Normalizer::create(model.normalizers);
  if (!normalizer)
    return normalizer.status();
  std::vector<std::string> texts;
  for (const AddedToken &token : model.addedTokens) {
    std::string storage;
    StepBudget budget(token.content.size());
    Expected<std::string_view> text = std::string_view(token.content);
    if (token.normalized)
      text = normalizer->apply(token.content, storage, budget);
    if (!text)
      return text.status();
    texts.emplace_back(*text);
  }
  return texts;
}

/// What a token adds to the output, unless an importer has said so.
std::string outputOf(const TokenizerModel &model, size_t id,
                     const std::string *added) {
  if (!model.outputs.empty())
    return model.outputs[id];
  const std::string &token = added ? *added : model.tokens[id];
  return isByteLevel(model) ? tokenToBytes(token) : token;
}

/// Whether text that is no added token may become this one.
bool isReachable(const TokenizerModel &model, size_t id,
                 const AddedToken *added) {
  if (isByteLevel(model))
    return !added || added->inVocabulary;
  // Whatever a vocabulary says: text never becomes a control token.
  return model.types[id] == TokenType::Normal ||
         (added && added->inVocabulary && !added->special);
}

/// Of words that two tokens spell one is found, the last one as in the
/// reference; what begins another is linked from it.
void linkWords(const std::vector<std::string> &words, TokenTables &tables) {
  std::vector<int32_t> &sorted = tables.sortedWords;
  auto last =
      std::unique(sorted.rbegin(), sorted.rend(),
                  [&](int32_t a, int32_t b) { return words[a] == words[b]; });
  sorted.erase(sorted.begin(), last.base());
  std::vector<int32_t> open; // places of words that the last one begins with
  for (size_t i = 0; i < sorted.size(); ++i) {
    while (!open.empty() &&
           !words[sorted[i]].starts_with(words[sorted[open.back()]]))
      open.pop_back();
    tables.prefixLinks.push_back(open.empty() ? -1 : open.back());
    open.push_back(int32_t(i));
  }
}

TokenTables buildTokenTables(const TokenizerModel &model,
                             const std::vector<std::string> &searched) {
  TokenTables tables;
  std::vector<const AddedToken *> added(model.tokens.size());
  std::vector<const std::string *> texts(model.tokens.size());
  for (size_t i = 0; i < model.addedTokens.size(); ++i) {
    added[model.addedTokens[i].id] = &model.addedTokens[i];
    texts[model.addedTokens[i].id] = &searched[i];
  }
  std::vector<std::string> words(model.tokens.size());
  for (size_t i = 0; i < model.tokens.size(); ++i) {
    tables.bytes += outputOf(model, i, texts[i]);
    tables.ends.push_back(uint32_t(tables.bytes.size()));
    tables.types.push_back(uint8_t(model.types[i]));
    std::optional<std::string> word =
        isByteLevel(model) ? unspellBytes(model.tokens[i]) : model.tokens[i];
    if (!isByteLevel(model)) {
      tables.wordBytes += *word;
      tables.wordEnds.push_back(uint32_t(tables.wordBytes.size()));
      int byte = model.byteFallback ? byteOfSpelling(*word) : -1;
      if (byte >= 0)
        tables.byteTokens[byte] = int32_t(i);
    }
    if (!isReachable(model, i, added[i]) || !word || word->empty())
      continue;
    if (isByteLevel(model) && word->size() == 1)
      tables.byteTokens[uint8_t(word->front())] = int32_t(i);
    words[i] = std::move(*word);
    tables.sortedWords.push_back(int32_t(i));
  }
  std::sort(tables.sortedWords.begin(), tables.sortedWords.end(),
            [&](int32_t a, int32_t b) {
              return std::tie(words[a], a) < std::tie(words[b], b);
            });
  if (model.kind == TokenizerKind::Unigram ||
      model.kind == TokenizerKind::WordPiece)
    linkWords(words, tables);
  return tables;
}

struct MergeTables {
  std::vector<uint32_t> ends;
  std::vector<BlobMerge> merges;
};

/// A pair that is listed twice keeps its last merge, as in the reference.
MergeTables buildMergeTables(const TokenizerModel &model) {
  std::vector<uint32_t> order(model.merges.size()); // places, by their pairs
  std::iota(order.begin(), order.end(), 0);
  auto pairOf = [&](uint32_t place) {
    return std::tie(model.merges[place].left, model.merges[place].right);
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
        {uint32_t(merge.right), merge.rank, uint32_t(merge.result)});
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

std::vector<BlobAddedToken>
buildAddedTable(const TokenizerModel &model,
                const std::vector<std::string> &searched, bool normalized,
                std::string &strings) {
  std::vector<std::pair<std::string, const AddedToken *>> sorted;
  for (size_t i = 0; i < searched.size(); ++i)
    if (model.addedTokens[i].normalized == normalized && !searched[i].empty())
      sorted.emplace_back(searched[i], &model.addedTokens[i]);
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
                     bitIf(step.useRegex, stepUseRegex) |
                     bitIf(step.splitWords, stepSplitWords) |
                     uint32_t(step.prefix) << stepPrefixShift |
                     uint32_t(step.characters) << stepCharactersShift;
    steps.push_back({addString(strings, step.pattern), uint8_t(step.kind),
                     uint8_t(step.behavior), uint16_t(flags)});
  }
  return steps;
}

std::vector<BlobNormalizerStep> buildNormalizers(const TokenizerModel &model,
                                                 std::string &strings) {
  std::vector<BlobNormalizerStep> steps;
  for (const NormalizerStep &step : model.normalizers) {
    uint32_t flags = bitIf(step.literal, normalizerLiteral) |
                     bitIf(step.left, normalizerLeft) |
                     bitIf(step.right, normalizerRight) |
                     bitIf(step.byGrapheme, normalizerByGrapheme);
    steps.push_back({addString(strings, step.pattern),
                     addString(strings, step.content), uint32_t(step.kind),
                     flags});
  }
  return steps;
}

/// SentencePiece: ten less than the least likely token.
double unknownScore(const TokenizerModel &model) {
  if (model.scores.empty())
    return 0;
  return *std::min_element(model.scores.begin(), model.scores.end()) - 10.0;
}

BlobHeader buildHeader(const TokenizerModel &model) {
  BlobHeader header{};
  header.magic = blobMagic;
  header.version = blobVersion;
  header.kind = uint32_t(model.kind);
  header.flags = bitIf(model.ignoreMerges, blobIgnoreMerges) |
                 bitIf(model.fuseUnknown, blobFuseUnknown);
  header.vocabSize = int32_t(model.tokens.size());
  header.unknownId = model.unknownId;
  header.bosId = model.bosId;
  header.eosId = model.eosId;
  header.padId = model.padId;
  header.firstToken = uint32_t(model.firstToken);
  header.stripSpaces = model.stripSpaces;
  header.maxWordCharacters = model.maxWordCharacters;
  header.unknownScore = unknownScore(model);
  return header;
}

} // namespace

Expected<std::string> llmrt::serializeTokenizer(const TokenizerModel &model) {
  if (Status status = verifyTokenizer(model); status.failed())
    return status;
  constexpr size_t sizeLimit = size_t(1) << 30;
  size_t tokenBytes = 0;
  for (const auto *list : {&model.tokens, &model.outputs})
    for (const std::string &token : *list)
      tokenBytes += token.size();
  if (tokenBytes > sizeLimit)
    return Status::error("tokenizer has " + std::to_string(tokenBytes) +
                         " bytes of tokens, at most 1 GiB is supported");

  Expected<std::vector<std::string>> searched = searchTexts(model);
  if (!searched)
    return searched.status();
  BlobWriter writer;
  BlobHeader header = buildHeader(model);
  TokenTables tables = buildTokenTables(model, *searched);
  MergeTables merges = buildMergeTables(model);
  std::string strings;
  header.tokenEnds = writer.append(tables.ends);
  header.tokenBytes = writer.append(tables.bytes);
  header.tokenTypes = writer.append(tables.types);
  header.wordEnds = writer.append(tables.wordEnds);
  header.wordBytes = writer.append(tables.wordBytes);
  header.byteTokens = writer.append(tables.byteTokens);
  header.sortedWords = writer.append(tables.sortedWords);
  header.prefixLinks = writer.append(tables.prefixLinks);
  header.scores = writer.append(model.scores);
  header.mergeEnds = writer.append(merges.ends);
  header.merges = writer.append(merges.merges);
  header.addedPlain =
      writer.append(buildAddedTable(model, *searched, false, strings));
  header.addedNormal =
      writer.append(buildAddedTable(model, *searched, true, strings));
  header.normalizers = writer.append(buildNormalizers(model, strings));
  header.steps = writer.append(buildSteps(model, strings));
  header.prefixIds = writer.append(model.prefixIds);
  header.suffixIds = writer.append(model.suffixIds);
  header.endIds = writer.append(model.endIds);
  header.continuingPrefix = addString(strings, model.continuingPrefix);
  header.chatTemplate = addString(strings, model.chatTemplate);
  header.strings = writer.append(strings);
  if (writer.size() > sizeLimit)
    return Status::error("tokenizer takes " + std::to_string(writer.size()) +
                         " bytes, at most 1 GiB is supported");
  header.byteSize = uint32_t(writer.size());
  return writer.finish(header);
}
