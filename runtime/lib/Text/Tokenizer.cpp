//===- Tokenizer.cpp - text to token ids and back -------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Repair, cut added tokens, normalise, cut the others, split, merge: the order
// of the Hugging Face library.
//===----------------------------------------------------------------------===//
#include "BytePairMerge.h"
#include "Normalize.h"
#include "TokenizerImpl.h"
#include "Utf8.h"

#include <algorithm>
#include <cassert>

using namespace llmrt;
using namespace llmrt::text;

int32_t Tokenizer::Impl::findWord(std::string_view bytes) const {
  auto found = std::lower_bound(sortedWords.begin(), sortedWords.end(), bytes,
                                [&](int32_t id, std::string_view wanted) {
                                  return bytesOf(id) < wanted;
                                });
  return found != sortedWords.end() && bytesOf(*found) == bytes ? *found : -1;
}

const BlobMerge *Tokenizer::Impl::findMerge(int32_t left, int32_t right) const {
  assert(left >= 0 && size_t(left) < mergeEnds.size() &&
         "ids are checked where they come from");
  const BlobMerge *begin =
      merges.data() + (left == 0 ? 0 : mergeEnds[left - 1]);
  const BlobMerge *end = merges.data() + mergeEnds[left];
  const BlobMerge *found = std::lower_bound(
      begin, end, uint32_t(right), [](const BlobMerge &merge, uint32_t wanted) {
        return merge.right < wanted;
      });
  return found != end && found->right == uint32_t(right) ? found : nullptr;
}

namespace {

void appendIds(std::vector<int32_t> &ids, std::span<const int32_t> more) {
  ids.insert(ids.end(), more.begin(), more.end());
}

/// Tokenises text that holds no plain added token.
Status encodePart(const Tokenizer::Impl &impl, std::string_view part,
                  bool parseSpecial, BytePairMerger &merger, StepBudget &budget,
                  std::vector<int32_t> &ids) {
  std::string normalized;
  if (impl.hasFlag(blobNFC) && !isQuicklyNfc(part)) {
    normalized = normalizeNfc(part);
    part = normalized;
  }
  auto pieces = cutAddedTokens(part, impl.addedNormal, parseSpecial, budget);
  if (!pieces)
    return pieces.status();
  for (const TextPart &piece : *pieces) {
    if (piece.token) {
      ids.push_back(piece.token->id);
      continue;
    }
    if (Status status = impl.preTokenizer.split(piece.text, merger, budget);
        status.failed())
      return status;
  }
  return Status::ok();
}

} // namespace

Expected<std::vector<int32_t>> Tokenizer::encode(std::string_view text,
                                                 EncodeOptions options) const {
  std::string repaired;
  if (!isValidUtf8(text)) {
    repaired = repairUtf8(text);
    text = repaired;
  }
  StepBudget budget(text.size());
  auto parts =
      cutAddedTokens(text, impl->addedPlain, options.parseSpecial, budget);
  if (!parts)
    return parts.status();
  std::vector<int32_t> ids;
  BytePairMerger merger(*impl, ids);
  if (options.addSpecial)
    appendIds(ids, impl->prefixIds);
  for (const TextPart &part : *parts) {
    if (part.token) {
      ids.push_back(part.token->id);
      continue;
    }
    if (Status status = encodePart(*impl, part.text, options.parseSpecial,
                                   merger, budget, ids);
        status.failed())
      return status;
  }
  if (options.addSpecial)
    appendIds(ids, impl->suffixIds);
  return ids;
}

Expected<std::string> Tokenizer::decode(std::span<const int32_t> ids,
                                        bool skipSpecial) const {
  for (int32_t id : ids)
    if (id < 0 || id >= vocabSize())
      return Status::error("token id " + std::to_string(id) +
                           " is outside the vocabulary of " +
                           std::to_string(vocabSize()));
  std::string bytes;
  for (int32_t id : ids)
    if (!skipSpecial || !isSpecial(id))
      bytes += impl->bytesOf(id);
  return isValidUtf8(bytes) ? bytes : repairUtf8(bytes);
}

std::string_view Tokenizer::tokenBytes(int32_t id) const {
  return id >= 0 && id < vocabSize() ? impl->bytesOf(id) : std::string_view();
}

bool Tokenizer::isSpecial(int32_t id) const {
  return id >= 0 && id < vocabSize() &&
         impl->tokenTypes[id] == uint8_t(TokenType::Control);
}

int32_t Tokenizer::findToken(std::string_view text) const {
  for (const AddedTokenSet *set : {&impl->addedPlain, &impl->addedNormal})
    if (const BlobAddedToken *token = set->find(text))
      return token->id;
  return impl->findWord(text);
}

Tokenizer::Tokenizer(std::unique_ptr<Impl> impl) : impl(std::move(impl)) {}
Tokenizer::Tokenizer(Tokenizer &&) noexcept = default;
Tokenizer &Tokenizer::operator=(Tokenizer &&) noexcept = default;
Tokenizer::~Tokenizer() = default;

size_t Tokenizer::longestText(int64_t tokens) const {
  // Three letters of Hangul with three bytes each become one.
  const size_t shortening = impl->hasFlag(blobNFC) ? 3 : 1;
  return static_cast<size_t>(tokens) * impl->longestToken * shortening;
}

int32_t Tokenizer::vocabSize() const { return impl->header->vocabSize; }
int32_t Tokenizer::bosId() const { return impl->header->bosId; }
int32_t Tokenizer::eosId() const { return impl->header->eosId; }
int32_t Tokenizer::padId() const { return impl->header->padId; }
std::span<const int32_t> Tokenizer::endIds() const { return impl->endIds; }

bool Tokenizer::isEnd(int32_t id) const {
  return std::find(impl->endIds.begin(), impl->endIds.end(), id) !=
         impl->endIds.end();
}

std::string_view Tokenizer::chatTemplate() const {
  BlobString source = impl->header->chatTemplate;
  return impl->strings.substr(source.offset, source.length);
}

std::string Detokenizer::push(int32_t id) {
  if (skipSpecial && tokenizer->isSpecial(id))
    return {};
  pending += tokenizer->tokenBytes(id);
  return takeCompleteUtf8(pending);
}

std::string Detokenizer::flush() {
  std::string rest = repairUtf8(pending);
  pending.clear();
  return rest;
}
