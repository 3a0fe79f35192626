//===- TokenizerModel.h - a byte-level BPE tokenizer as plain data --------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What every importer fills and `serializeTokenizer` writes into the artifact.
// The compiler uses this header; a compiled program only needs Tokenizer.h.
//===----------------------------------------------------------------------===//
#ifndef LLMRT_TOKENIZERMODEL_H
#define LLMRT_TOKENIZERMODEL_H

#include "llmrt/Status.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace llmrt {

/// Numbered as `tokenizer.ggml.token_type` is.
enum class TokenType : uint8_t {
  Normal = 1,
  Unknown = 2,
  Control = 3,     // a special token: never part of the text
  UserDefined = 4, // an added token that is text
  Unused = 5,
  Byte = 6,
};

/// A token that is cut out of the text before any splitting.
struct AddedToken {
  int32_t id = -1;
  std::string content; // UTF-8, as it stands in the text
  bool special = true;
  bool lstrip = false;       // takes the white space before it along
  bool rstrip = false;       // and the white space after it
  bool singleWord = false;   // only between non-word characters
  bool normalized = false;   // searched for after normalisation
  bool inVocabulary = false; // BPE may produce it from plain text as well
};

/// `left right` becomes `result`; the place in the list is the rank.
struct TokenMerge {
  int32_t left = -1;
  int32_t right = -1;
  int32_t result = -1;
};

enum class TextNormalizer : uint8_t { None = 0, NFC = 1 };

/// What becomes of a match of a split pattern (Hugging Face's names).
enum class SplitBehavior : uint8_t {
  Removed = 0,
  Isolated = 1,
  MergedWithPrevious = 2,
  MergedWithNext = 3,
  Contiguous = 4,
};

/// One step of cutting text into the words that BPE never crosses.
struct PreTokenizerStep {
  enum class Kind : uint8_t { Digits = 1, Split = 2, ByteLevel = 3 };
  Kind kind = Kind::ByteLevel;

  bool individualDigits = false; // Digits: every digit alone, or runs of digits

  std::string pattern; // Split: an Oniguruma expression, or a plain string
  bool literal = false;
  bool invert = false; // Split: the text between matches is the delimiter
  SplitBehavior behavior = SplitBehavior::Isolated;

  bool addPrefixSpace = false; // ByteLevel: "a" is read as " a"
  bool useRegex = true;        // ByteLevel: split as GPT-2 does
};

struct TokenizerModel {
  /// In the byte alphabet of GPT-2 (a space is U+0120), added tokens as text.
  std::vector<std::string> tokens;
  std::vector<TokenType> types; // one per token
  std::vector<TokenMerge> merges;
  std::vector<AddedToken> addedTokens;
  std::vector<PreTokenizerStep> steps;
  TextNormalizer normalizer = TextNormalizer::None;
  bool ignoreMerges = false; // a word that is a token stays whole
  bool fuseUnknown = false;  // neighbouring unknown bytes become one token
  int32_t unknownId = -1;    // -1: a byte without a token is dropped

  /// What `EncodeOptions::addSpecial` puts around the text.
  std::vector<int32_t> prefixIds;
  std::vector<int32_t> suffixIds;

  int32_t bosId = -1;
  int32_t eosId = -1;
  int32_t padId = -1;
  std::vector<int32_t> endIds; // every token that ends a generation

  std::string chatTemplate; // Jinja source; empty: none

  /// What was read otherwise than the file says, for people. Not serialised.
  std::vector<std::string> warnings;
};

/// The values of the `tokenizer.*` keys of a GGUF file, as they stand there.
struct GgufTokenizerFields {
  std::string model; // tokenizer.ggml.model, "gpt2" for byte-level BPE
  std::string pre;   // tokenizer.ggml.pre; empty: absent
  std::vector<std::string> tokens;
  std::vector<int32_t> tokenTypes; // empty: all normal
  std::vector<std::string> merges; // "left right"
  int64_t bosId = -1;              // -1: none; any value that is no token too
  int64_t eosId = -1;
  int64_t eotId = -1;
  int64_t eomId = -1;
  int64_t padId = -1;
  int addBos = -1; // -1: absent, else 0 or 1
  int addEos = -1;
  int addSpacePrefix = -1;
  std::string chatTemplate;
};

/// Fails with a message that names the key when the fields do not describe a
/// byte-level BPE tokenizer that this runtime has.
Expected<TokenizerModel> buildGgufTokenizer(const GgufTokenizerFields &fields);

/// From the texts of `tokenizer.json` and `tokenizer_config.json` (empty: not
/// there). Anything in them that would change the ids and is not supported is
/// an error that names it; the input is never trusted.
Expected<TokenizerModel>
parseHuggingFaceTokenizer(std::string_view tokenizerJson,
                          std::string_view tokenizerConfigJson);

/// Whether `serializeTokenizer` accepts the model: all ids in range, patterns
/// compile. The chat template is only read where a program renders it.
Status verifyTokenizer(const TokenizerModel &model);

/// Whether the model's chat template can be used: parses it and renders a
/// question, as a program will. The message says line and reason.
Status tryChatTemplate(const TokenizerModel &model);

/// The bytes that `Tokenizer::open` reads in place. Position independent; wants
/// an address that is a multiple of 8.
Expected<std::string> serializeTokenizer(const TokenizerModel &model);

/// The steps for a `tokenizer.ggml.pre` name; fails on an unknown name.
Expected<std::vector<PreTokenizerStep>> preTokenizerByName(std::string_view);

} // namespace llmrt

#endif // LLMRT_TOKENIZERMODEL_H
