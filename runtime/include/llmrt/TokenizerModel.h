//===- TokenizerModel.h - a tokenizer as plain data -----------------------===//
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

/// How a word becomes tokens.
enum class TokenizerKind : uint8_t {
  ByteLevelBpe = 0, // merges of bytes, spelled in the byte alphabet of GPT-2
  Bpe = 1,          // merges of characters (SentencePiece's BPE)
  Unigram = 2,      // the most likely tokens by their scores (SentencePiece's)
  WordPiece = 3,    // the longest token first (BERT)
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

/// `left right` becomes `result`; the lowest rank first, then the leftmost.
struct TokenMerge {
  int32_t left = -1;
  int32_t right = -1;
  int32_t result = -1;
  uint32_t rank = 0;
};

/// One rewriting of the text before it is split.
struct NormalizerStep {
  enum class Kind : uint8_t {
    Nfc = 1,
    Nfd = 2,
    Nfkc = 3,
    Nfkd = 4,
    Lowercase = 5,
    StripAccents = 6,       // removes all marks (M)
    StripBertAccents = 7,   // removes non-spacing marks (Mn)
    CleanText = 8,          // removes control characters, white space is ' '
    SpaceIdeographs = 9,    // a space on either side of a Chinese character
    Strip = 10,             // white space at the ends
    Prepend = 11,           // `content` before a text that is not empty
    Replace = 12,           // every `pattern` by `content`
    Charsmap = 13,          // SentencePiece's compiled rules, in `pattern`
    SentencePieceSpace = 14 // no ' ' at the ends, one between words
  };
  Kind kind = Kind::Nfc;
  std::string pattern; // Replace: a plain string, or an Oniguruma expression
  std::string content;
  bool literal = true; // Replace
  bool left = true;    // Strip
  bool right = true;
  /// Charsmap: rules are looked up per grapheme, as the Hugging Face library
  /// does; else the longest rule applies, as in SentencePiece.
  bool byGrapheme = false;
};

/// What becomes of a match of a split pattern (Hugging Face's names).
enum class SplitBehavior : uint8_t {
  Removed = 0,
  Isolated = 1,
  MergedWithPrevious = 2,
  MergedWithNext = 3,
  Contiguous = 4,
};

/// Where Metaspace puts a space that the text does not have.
enum class PrefixScheme : uint8_t { Never = 0, First = 1, Always = 2 };

enum class CharacterClass : uint8_t {
  WhiteSpace = 0,
  Punctuation = 1,
  Word = 2
};

/// One step of cutting text into the words that no token crosses.
struct PreTokenizerStep {
  enum class Kind : uint8_t {
    Digits = 1,
    Split = 2,
    ByteLevel = 3,
    Metaspace = 4, // ' ' is U+2581; a word begins at each, if `splitWords`
    Class = 5,     // every character of a class is a match, as for Split
  };
  Kind kind = Kind::ByteLevel;

  PrefixScheme prefix = PrefixScheme::Never; // Metaspace
  bool splitWords = true;

  CharacterClass characters = CharacterClass::WhiteSpace; // Class

  bool individualDigits = false; // Digits: every digit alone, or runs of digits

  std::string pattern; // Split: an Oniguruma expression, or a plain string
  bool literal = false;
  bool invert = false; // Split: the text between matches is the delimiter
  SplitBehavior behavior = SplitBehavior::Isolated;

  bool addPrefixSpace = false; // ByteLevel: "a" is read as " a"
  bool useRegex = true;        // ByteLevel: split as GPT-2 does
};

/// What the first token of a text adds to the output otherwise than later ones.
enum class FirstToken : uint8_t {
  Same = 0,
  StripSpaces = 1,   // the text loses up to `stripSpaces` spaces in front
  DropMetaspace = 2, // no U+2581 of the token becomes a space
  WordPiece = 3,     // no space before it, the continuation's prefix stays
};

struct TokenizerModel {
  TokenizerKind kind = TokenizerKind::ByteLevelBpe;
  /// As the model spells them (byte level: a space is U+0120), added tokens as
  /// text.
  std::vector<std::string> tokens;
  std::vector<TokenType> types; // one per token
  /// What each token adds to the output; empty: the bytes it spells (byte
  /// level), else its text.
  std::vector<std::string> outputs;
  std::vector<double> scores; // Unigram: one per token
  std::vector<TokenMerge> merges;
  std::vector<AddedToken> addedTokens;
  std::vector<NormalizerStep> normalizers;
  std::vector<PreTokenizerStep> steps;
  bool ignoreMerges = false; // a word that is a token stays whole
  bool fuseUnknown = false;  // neighbouring unknown characters are one token
  /// A character without a token is spelled in its bytes' tokens, "<0x0A>".
  bool byteFallback = false;
  int32_t unknownId = -1;         // -1: a character without a token is dropped
  std::string continuingPrefix;   // WordPiece: "##"
  uint32_t maxWordCharacters = 0; // WordPiece: a longer word is unknown

  FirstToken firstToken = FirstToken::Same;
  uint32_t stripSpaces = 0;

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
  std::vector<float> scores;
  std::vector<int32_t> tokenTypes; // empty: all normal
  std::vector<std::string> merges; // "left right"
  int64_t bosId = -1;              // -1: none; any value that is no token too
  int64_t eosId = -1;
  int64_t eotId = -1;
  int64_t eomId = -1;
  int64_t padId = -1;
  int64_t unknownId = -1;
  int64_t separatorId = -1;
  int addBos = -1; // -1: absent, else 0 or 1
  int addEos = -1;
  int addSpacePrefix = -1;
  int removeExtraWhitespaces = -1;
  std::string charsmap; // tokenizer.ggml.precompiled_charsmap
  std::string chatTemplate;
};

/// Fails with a message that names the key when the fields do not describe a
/// tokenizer that this runtime has.
Expected<TokenizerModel> buildGgufTokenizer(const GgufTokenizerFields &fields);

/// From the texts of `tokenizer.json` and `tokenizer_config.json` (empty: not
/// there). Anything in them that would change the ids and is not supported is
/// an error that names it; the input is never trusted.
Expected<TokenizerModel>
parseHuggingFaceTokenizer(std::string_view tokenizerJson,
                          std::string_view tokenizerConfigJson);

/// From the bytes of SentencePiece's `tokenizer.model` and the text of
/// `tokenizer_config.json` (empty: not there).
Expected<TokenizerModel>
parseSentencePiece(std::string_view modelFile,
                   std::string_view tokenizerConfigJson);

/// From BERT's `vocab.txt`, a token a line, and `tokenizer_config.json`.
Expected<TokenizerModel>
parseVocabularyText(std::string_view vocabulary,
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
