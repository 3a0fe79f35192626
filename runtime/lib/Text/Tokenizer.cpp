//===- Tokenizer.cpp - text to token ids and back -------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Repair, cut added tokens, normalise, cut the others, split, merge: the order
// of the Hugging Face library.
//===----------------------------------------------------------------------===//
#include "TokenizerImpl.h"
#include "Utf8.h"
#include "WordEncoder.h"

#include <algorithm>
#include <cassert>
#include <utility>

using namespace llmrt;
using namespace llmrt::text;

int32_t Tokenizer::Impl::findWord(std::string_view word) const {
  auto found = std::lower_bound(
      sortedWords.begin(), sortedWords.end(), word,
      [&](int32_t id, std::string_view wanted) { return wordOf(id) < wanted; });
  return found != sortedWords.end() && wordOf(*found) == word ? *found : -1;
}

/// `word` without SentencePiece's mark for a space.
static std::string withoutMetaspace(std::string_view word) {
  constexpr std::string_view mark = "\u2581";
  std::string kept;
  for (size_t at = 0; at < word.size();) {
    if (word.substr(at).starts_with(mark))
      at += mark.size();
    else
      kept += word[at++];
  }
  return kept;
}

void Tokenizer::Impl::appendOutput(int32_t id, OutputState &state,
                                   std::string &out) const {
  std::string_view bytes = bytesOf(id);
  bool isFirst = std::exchange(state.isFirst, false);
  auto first = FirstToken(header->firstToken);
  if (isFirst && first == FirstToken::DropMetaspace) {
    std::string kept = withoutMetaspace(wordOf(id));
    out += kept.size() < wordOf(id).size() ? std::string_view(kept) : bytes;
    return;
  }
  if (isFirst && first == FirstToken::WordPiece) {
    BlobString prefix = header->continuingPrefix;
    bool continues =
        prefix.length > 0 &&
        wordOf(id).starts_with(strings.substr(prefix.offset, prefix.length));
    if (continues)
      bytes = wordOf(id);
    else if (bytes.starts_with(' '))
      bytes.remove_prefix(1);
  }
  while (state.stripSpaces > 0 && bytes.starts_with(' ')) {
    bytes.remove_prefix(1);
    --state.stripSpaces;
  }
  if (!bytes.empty())
    state.stripSpaces = 0;
  out += bytes;
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
class PartEncoder {
public:
  PartEncoder(const Tokenizer::Impl &impl, EncodeOptions options,
              StepBudget &budget, std::vector<int32_t> &ids)
      : impl(impl), options(options), budget(budget), ids(ids),
        encoder(createWordEncoder(impl, ids, budget)) {}

  /// `isFirst`: the text begins with this part.
  Status encode(std::string_view part, bool isFirst) {
    std::string storage;
    Expected<std::string_view> text =
        impl.normalizer.apply(part, storage, budget);
    if (!text)
      return text.status();
    auto pieces =
        cutAddedTokens(*text, impl.addedNormal, options.parseSpecial, budget);
    if (!pieces)
      return pieces.status();
    for (const TextPart &piece : *pieces) {
      bool begins = isFirst && &piece == pieces->data();
      if (piece.token)
        ids.push_back(piece.token->id);
      else if (Status status = impl.preTokenizer.split(piece.text, begins,
                                                       *encoder, budget);
               status.failed())
        return status;
    }
    return Status::ok();
  }

private:
  const Tokenizer::Impl &impl;
  EncodeOptions options;
  StepBudget &budget;
  std::vector<int32_t> &ids;
  std::unique_ptr<WordSink> encoder;
};

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
  PartEncoder encoder(*impl, options, budget, ids);
  if (options.addSpecial)
    appendIds(ids, impl->prefixIds);
  for (const TextPart &part : *parts) {
    if (part.token) {
      ids.push_back(part.token->id);
      continue;
    }
    if (Status status = encoder.encode(part.text, &part == parts->data());
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
  OutputState state(impl->header->stripSpaces);
  for (int32_t id : ids)
    if (!skipSpecial || !isSpecial(id))
      impl->appendOutput(id, state, bytes);
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
  // Where tokens are not bytes, one of them stands for any word that is unknown.
  const size_t shortening = impl->kind() == TokenizerKind::ByteLevelBpe
                                ? impl->normalizer.shortening()
                                : 16;
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

Detokenizer::Detokenizer(const Tokenizer &tokenizer, bool skipSpecial,
                         bool continues)
    : tokenizer(&tokenizer), skipSpecial(skipSpecial), isFirst(!continues),
      stripSpaces(continues ? 0 : tokenizer.impl->header->stripSpaces) {}

std::string Detokenizer::push(int32_t id) {
  if (id < 0 || id >= tokenizer->vocabSize() ||
      (skipSpecial && tokenizer->isSpecial(id)))
    return {};
  OutputState state(stripSpaces);
  state.isFirst = isFirst;
  tokenizer->impl->appendOutput(id, state, pending);
  isFirst = state.isFirst;
  stripSpaces = state.stripSpaces;
  return takeCompleteUtf8(pending);
}

std::string Detokenizer::flush() {
  std::string rest = repairUtf8(pending);
  pending.clear();
  return rest;
}
