//===- TokenizerBlob.h - the tokenizer as it lies in an artifact ----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A 49152-token vocabulary is 1.6 MiB that is mapped, not parsed: the tables a
// lookup needs are stored ready to use, so a start costs one pass of checks.
//
//   +--------------------------------------------------------------+ 0
//   | BlobHeader: magic, version, sizes, ids, one BlobSection each |
//   +--------------------------------------------------------------+
//   | sections, each at a multiple of 8, zero padding between      |
//   +--------------------------------------------------------------+ byteSize
//
// Little endian. A section is (offset from the blob's start, element count).
// Strings are (offset, length) into the `strings` section.
//===----------------------------------------------------------------------===//
#ifndef LLMRT_TEXT_TOKENIZERBLOB_H
#define LLMRT_TEXT_TOKENIZERBLOB_H

#include <bit>
#include <cstdint>

namespace llmrt::text {

static_assert(std::endian::native == std::endian::little,
              "the blob is read in place");

constexpr uint64_t blobMagic = 0x4E454B4F544D4C4C; // "LLMTOKEN"
constexpr uint32_t blobVersion = 3;

struct BlobSection {
  uint32_t offset; // bytes
  uint32_t count;  // elements
};

struct BlobString {
  uint32_t offset; // bytes, in `strings`
  uint32_t length;
};

/// A merge of the token that its place in `merges` says with `right`. Sorted,
/// not hashed: whatever the pairs are, a lookup stays a short binary search.
struct BlobMerge {
  uint32_t right;
  uint32_t rank;
  uint32_t result;
};

struct BlobAddedToken {
  BlobString content; // sections are sorted by content
  int32_t id;
  uint32_t flags; // AddedFlag
};

enum AddedFlag : uint32_t {
  addedSpecial = 1,
  addedLstrip = 2,
  addedRstrip = 4,
  addedSingleWord = 8,
};

struct BlobStep {
  BlobString pattern;
  uint8_t kind;     // PreTokenizerStep::Kind
  uint8_t behavior; // SplitBehavior
  uint16_t flags;   // StepFlag
};

enum StepFlag : uint16_t {
  stepIndividualDigits = 1,
  stepLiteral = 2,
  stepInvert = 4,
  stepPrefixSpace = 8,
  stepUseRegex = 16,
  stepSplitWords = 32,
  stepPrefixShift = 6,     // two bits: PrefixScheme
  stepCharactersShift = 8, // two bits: CharacterClass
};

struct BlobNormalizerStep {
  BlobString pattern;
  BlobString content;
  uint32_t kind;  // NormalizerStep::Kind
  uint32_t flags; // NormalizerFlag
};

enum NormalizerFlag : uint32_t {
  normalizerLiteral = 1,
  normalizerLeft = 2,
  normalizerRight = 4,
  normalizerByGrapheme = 8,
};

enum BlobFlag : uint32_t {
  blobIgnoreMerges = 1,
  blobFuseUnknown = 2,
};

struct BlobHeader {
  uint64_t magic;
  uint32_t version;
  uint32_t byteSize; // of the whole blob
  uint32_t kind;     // TokenizerKind
  uint32_t flags;    // BlobFlag
  int32_t vocabSize;
  int32_t unknownId; // -1: none, as for the ids below
  int32_t bosId;
  int32_t eosId;
  int32_t padId;
  uint32_t firstToken;         // FirstToken
  uint32_t stripSpaces;        // at the start of an output
  uint32_t maxWordCharacters;  // WordPiece
  double unknownScore;         // Unigram
  BlobString continuingPrefix; // WordPiece
  BlobString chatTemplate;
  BlobSection tokenEnds;   // uint32: token i is tokenBytes[ends[i-1], ends[i])
  BlobSection tokenBytes;  // what each token adds to the output
  BlobSection tokenTypes;  // TokenType
  BlobSection wordEnds;    // uint32, as tokenEnds; empty: the token bytes
  BlobSection wordBytes;   // what the model looks words up by
  BlobSection byteTokens;  // int32[256]: the token of one byte, or -1
  BlobSection sortedWords; // int32: tokens text can become, sorted by word
  BlobSection prefixLinks; // int32, one per sorted word: the place of the
                           // longest other one that it begins with, or -1
  BlobSection scores;      // double, one per token
  BlobSection mergeEnds;   // uint32: token i begins merges[ends[i-1], ends[i])
  BlobSection merges;      // BlobMerge: by left token, then by right
  BlobSection addedPlain;  // BlobAddedToken: searched for in the text
  BlobSection addedNormal; // the same: searched for in the normalised text
  BlobSection normalizers; // BlobNormalizerStep
  BlobSection steps;       // BlobStep
  BlobSection prefixIds;   // int32
  BlobSection suffixIds;   // int32
  BlobSection endIds;      // int32
  BlobSection strings;     // char
};

static_assert(sizeof(BlobMerge) == 12 && sizeof(BlobAddedToken) == 16 &&
              sizeof(BlobStep) == 12 && sizeof(BlobNormalizerStep) == 24 &&
              sizeof(BlobHeader) == 232);

} // namespace llmrt::text

#endif // LLMRT_TEXT_TOKENIZERBLOB_H
