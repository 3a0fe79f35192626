//===- TokenizerOpen.cpp - a blob is checked and becomes a tokenizer ------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// After `open` every offset, count and id is known to be in range, so encoding
// and decoding check nothing.
//===----------------------------------------------------------------------===//
#include "TokenizerImpl.h"
#include "Utf8.h"

#include <algorithm>

using namespace llmrt;
using namespace llmrt::text;

namespace {

using StepKind = PreTokenizerStep::Kind;

class Opener {
public:
  explicit Opener(std::span<const std::byte> blob) : blob(blob) {}

  Expected<std::unique_ptr<Tokenizer::Impl>> run() {
    impl = std::make_unique<Tokenizer::Impl>();
    for (auto stage :
         {&Opener::readHeader, &Opener::readSections, &Opener::checkTokens,
          &Opener::checkModel, &Opener::checkMerges, &Opener::checkIds,
          &Opener::readAddedTokens, &Opener::readNormalizers,
          &Opener::readSteps})
      if (Status status = (this->*stage)(); status.failed())
        return Status::error("tokenizer section: " + status.message());
    return std::move(impl);
  }

private:
  Status readHeader() {
    if (reinterpret_cast<uintptr_t>(blob.data()) % 8 != 0)
      return Status::error("wants an address that is a multiple of 8");
    if (blob.size() < sizeof(BlobHeader))
      return Status::error("has " + std::to_string(blob.size()) +
                           " bytes, the header alone takes " +
                           std::to_string(sizeof(BlobHeader)));
    header = reinterpret_cast<const BlobHeader *>(blob.data());
    if (header->magic != blobMagic)
      return Status::error("does not begin with its magic number");
    if (header->version != blobVersion)
      return Status::error("has version " + std::to_string(header->version) +
                           ", this runtime reads version " +
                           std::to_string(blobVersion));
    if (header->byteSize != blob.size())
      return Status::error("says it has " + std::to_string(header->byteSize) +
                           " bytes, found " + std::to_string(blob.size()));
    if (header->vocabSize <= 0)
      return Status::error("has a vocabulary of " +
                           std::to_string(header->vocabSize));
    impl->header = header;
    return Status::ok();
  }

  template <typename T>
  Status view(const char *name, BlobSection section,
              std::span<const T> &result) const {
    uint64_t end = section.offset + uint64_t(section.count) * sizeof(T);
    if (section.offset % 8 != 0 || section.offset < sizeof(BlobHeader) ||
        end > blob.size())
      return Status::error(std::string(name) + " at " +
                           std::to_string(section.offset) + " with " +
                           std::to_string(section.count) +
                           " elements does not fit in " +
                           std::to_string(blob.size()) + " bytes");
    result = {reinterpret_cast<const T *>(blob.data() + section.offset),
              section.count};
    return Status::ok();
  }

  Status view(const char *name, BlobSection section,
              std::string_view &result) const {
    std::span<const char> bytes;
    Status status = view(name, section, bytes);
    result = {bytes.data(), bytes.size()};
    return status;
  }

  Status readSections() {
    const BlobHeader &h = *header;
    for (Status status : {
             view("token ends", h.tokenEnds, impl->tokenEnds),
             view("token bytes", h.tokenBytes, impl->tokenBytes),
             view("token types", h.tokenTypes, impl->tokenTypes),
             view("word ends", h.wordEnds, impl->wordEnds),
             view("word bytes", h.wordBytes, impl->wordBytes),
             view("byte tokens", h.byteTokens, impl->byteTokens),
             view("sorted words", h.sortedWords, impl->sortedWords),
             view("prefix links", h.prefixLinks, impl->prefixLinks),
             view("scores", h.scores, impl->scores),
             view("merge ends", h.mergeEnds, impl->mergeEnds),
             view("merges", h.merges, impl->merges),
             view("added tokens", h.addedPlain, impl->addedPlain.tokens),
             view("normalised added tokens", h.addedNormal,
                  impl->addedNormal.tokens),
             view("normalizers", h.normalizers, normalizers),
             view("steps", h.steps, steps),
             view("prefix ids", h.prefixIds, impl->prefixIds),
             view("suffix ids", h.suffixIds, impl->suffixIds),
             view("end ids", h.endIds, impl->endIds),
             view("strings", h.strings, impl->strings),
         })
      if (status.failed())
        return status;
    if (Status status =
            checkString("a continuation's prefix", h.continuingPrefix);
        status.failed())
      return status;
    return checkString("chat template", h.chatTemplate);
  }

  Status checkString(const char *name, BlobString string) const {
    if (uint64_t(string.offset) + string.length <= impl->strings.size())
      return Status::ok();
    return Status::error(
        std::string(name) + " at " + std::to_string(string.offset) + " with " +
        std::to_string(string.length) + " bytes does not fit in " +
        std::to_string(impl->strings.size()));
  }

  Status checkTokens() {
    size_t vocab = size_t(header->vocabSize);
    if (impl->tokenEnds.size() != vocab || impl->tokenTypes.size() != vocab ||
        impl->byteTokens.size() != 256)
      return Status::error("token tables do not have " + std::to_string(vocab) +
                           " entries");
    size_t longestWord = 0;
    if (!ascend(impl->tokenEnds, impl->tokenBytes, impl->longestToken))
      return Status::error("token ends do not ascend");
    if (!impl->wordEnds.empty() &&
        (impl->wordEnds.size() != vocab ||
         !ascend(impl->wordEnds, impl->wordBytes, longestWord)))
      return Status::error("word ends do not ascend");
    return Status::ok();
  }

  /// Whether ends are places in `bytes`, none before the last; `longest`: of
  /// what lies between two.
  static bool ascend(std::span<const uint32_t> ends, std::string_view bytes,
                     size_t &longest) {
    uint32_t previous = 0;
    for (uint32_t end : ends) {
      if (end < previous || end > bytes.size())
        return false;
      longest = std::max<size_t>(longest, end - previous);
      previous = end;
    }
    return true;
  }

  /// What the kinds of models need beyond tokens.
  Status checkModel() {
    const BlobHeader &h = *header;
    if (h.kind > uint32_t(TokenizerKind::WordPiece) ||
        h.firstToken > uint32_t(FirstToken::WordPiece))
      return Status::error("has an unknown kind of model");
    auto kind = TokenizerKind(h.kind);
    if (kind == TokenizerKind::Unigram &&
        impl->scores.size() != size_t(h.vocabSize))
      return Status::error("has " + std::to_string(impl->scores.size()) +
                           " scores, wants " + std::to_string(h.vocabSize));
    bool searched =
        kind == TokenizerKind::Unigram || kind == TokenizerKind::WordPiece;
    if (!searched)
      return Status::ok();
    if (h.unknownId < 0)
      return Status::error("has no token for what is unknown");
    if (impl->prefixLinks.size() != impl->sortedWords.size())
      return Status::error("has no link for every word");
    for (size_t i = 0; i < impl->prefixLinks.size(); ++i)
      if (impl->prefixLinks[i] < -1 || impl->prefixLinks[i] >= int64_t(i))
        return Status::error("a word's link does not lead back");
    return checkWords();
  }

  /// A search takes a word for a part of the text, which it moves on by.
  Status checkWords() const {
    for (int32_t id : impl->sortedWords)
      if (!inVocab(id) || impl->wordOf(id).empty())
        return Status::error("a word is empty or outside the vocabulary");
    return Status::ok();
  }

  bool inVocab(int64_t id) const { return id >= 0 && id < header->vocabSize; }

  Status checkMerges() {
    if (impl->mergeEnds.size() != size_t(header->vocabSize))
      return Status::error("merge table has " +
                           std::to_string(impl->mergeEnds.size()) +
                           " ends, wants " + std::to_string(header->vocabSize));
    uint32_t begin = 0;
    for (uint32_t end : impl->mergeEnds) {
      if (end < begin || end > impl->merges.size())
        return Status::error("merge ends do not ascend");
      for (uint32_t i = begin; i < end; ++i) {
        const BlobMerge &merge = impl->merges[i];
        if (!inVocab(merge.right) || !inVocab(merge.result))
          return Status::error("a merge names a token outside the vocabulary");
        if (i > begin && impl->merges[i - 1].right >= merge.right)
          return Status::error("merges of a token are not sorted");
      }
      begin = end;
    }
    return Status::ok();
  }

  Status checkIds() {
    const BlobHeader &h = *header;
    for (std::span<const int32_t> ids :
         {impl->sortedWords, impl->prefixIds, impl->suffixIds, impl->endIds})
      for (int32_t id : ids)
        if (!inVocab(id))
          return Status::error("id " + std::to_string(id) +
                               " is outside the vocabulary");
    for (int32_t id : impl->byteTokens)
      if (id != -1 && !inVocab(id))
        return Status::error("byte token " + std::to_string(id) +
                             " is outside the vocabulary");
    for (int32_t id : {h.unknownId, h.bosId, h.eosId, h.padId})
      if (id != -1 && !inVocab(id))
        return Status::error("special id " + std::to_string(id) +
                             " is outside the vocabulary");
    return Status::ok();
  }

  Status readAddedTokens() {
    for (AddedTokenSet *set : {&impl->addedPlain, &impl->addedNormal}) {
      set->strings = impl->strings;
      uint64_t bytes = 0;
      for (const BlobAddedToken &token : set->tokens) {
        if (Status status = checkString("an added token", token.content);
            status.failed())
          return status;
        // Else a small blob could name the same bytes over and over, and the
        // checks below would take as long as their product.
        bytes += token.content.length;
        if (bytes > impl->strings.size())
          return Status::error("added tokens share their bytes");
        if (!inVocab(token.id) || token.content.length == 0 ||
            !isValidUtf8(set->content(token)))
          return Status::error("added token " + std::to_string(token.id) +
                               " is empty, invalid or outside the vocabulary");
      }
      if (!std::is_sorted(set->tokens.begin(), set->tokens.end(),
                          [&](const auto &a, const auto &b) {
                            return set->content(a) < set->content(b);
                          }))
        return Status::error("added tokens are not sorted");
    }
    return Status::ok();
  }

  Status readNormalizers() {
    std::vector<Normalizer::Spec> specs;
    for (const BlobNormalizerStep &step : normalizers) {
      for (BlobString text : {step.pattern, step.content})
        if (Status status = checkString("a normalizer's text", text);
            status.failed())
          return status;
      if (step.kind < uint32_t(NormalizerStep::Kind::Nfc) ||
          step.kind > uint32_t(NormalizerStep::Kind::SentencePieceSpace))
        return Status::error("has an unknown normalizer step");
      auto text = [&](BlobString string) {
        return impl->strings.substr(string.offset, string.length);
      };
      specs.push_back({NormalizerStep::Kind(step.kind), text(step.pattern),
                       text(step.content),
                       (step.flags & normalizerLiteral) != 0,
                       (step.flags & normalizerLeft) != 0,
                       (step.flags & normalizerRight) != 0,
                       (step.flags & normalizerByGrapheme) != 0});
    }
    Expected<Normalizer> created = Normalizer::create(specs);
    if (!created)
      return created.status();
    impl->normalizer = std::move(*created);
    return Status::ok();
  }

  Status readSteps() {
    std::vector<PreTokenizerStep> specs;
    if (steps.size() > 32)
      return Status::error("has " + std::to_string(steps.size()) +
                           " pre-tokenizer steps");
    for (const BlobStep &step : steps) {
      if (Status status = checkString("a split pattern", step.pattern);
          status.failed())
        return status;
      if (step.kind < uint8_t(StepKind::Digits) ||
          step.kind > uint8_t(StepKind::Class) ||
          step.behavior > uint8_t(SplitBehavior::Contiguous) ||
          prefixOf(step) > uint8_t(PrefixScheme::Always) ||
          charactersOf(step) > uint8_t(CharacterClass::Word))
        return Status::error("has an unknown pre-tokenizer step");
      PreTokenizerStep spec;
      spec.kind = StepKind(step.kind);
      spec.behavior = SplitBehavior(step.behavior);
      spec.pattern =
          impl->strings.substr(step.pattern.offset, step.pattern.length);
      spec.individualDigits = step.flags & stepIndividualDigits;
      spec.literal = step.flags & stepLiteral;
      spec.invert = step.flags & stepInvert;
      spec.addPrefixSpace = step.flags & stepPrefixSpace;
      spec.useRegex = step.flags & stepUseRegex;
      spec.splitWords = step.flags & stepSplitWords;
      spec.prefix = PrefixScheme(prefixOf(step));
      spec.characters = CharacterClass(charactersOf(step));
      specs.push_back(std::move(spec));
    }
    Expected<PreTokenizer> created = PreTokenizer::create(std::move(specs));
    if (!created)
      return created.status();
    impl->preTokenizer = std::move(*created);
    return Status::ok();
  }

  static unsigned prefixOf(const BlobStep &step) {
    return step.flags >> stepPrefixShift & 3;
  }
  static unsigned charactersOf(const BlobStep &step) {
    return step.flags >> stepCharactersShift & 3;
  }

  std::span<const std::byte> blob;
  const BlobHeader *header = nullptr;
  std::span<const BlobNormalizerStep> normalizers;
  std::span<const BlobStep> steps;
  std::unique_ptr<Tokenizer::Impl> impl;
};

} // namespace

Expected<Tokenizer> Tokenizer::open(std::span<const std::byte> blob) {
  Expected<std::unique_ptr<Impl>> impl = Opener(blob).run();
  if (!impl)
    return impl.status();
  return Tokenizer(std::move(*impl));
}
