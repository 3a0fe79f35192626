//===- Tokenizer.h - text to token ids and back ---------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// BPE, Unigram and WordPiece with the results of the Hugging Face `tokenizers`
// library, from which GGUF files differ as llama.cpp does. The tokenizer reads a blob in place (TokenizerModel.h writes it): opening one
// takes well under 5 ms and a few KiB of heap whatever the vocabulary.
//===----------------------------------------------------------------------===//
#ifndef LLMRT_TOKENIZER_H
#define LLMRT_TOKENIZER_H

#include "llmrt/Status.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace llmrt {

/// How many bytes of `text` are UTF-8 before the first that is not; all of them
/// where it is none.
size_t validUtf8Bytes(std::string_view text);

struct EncodeOptions {
  /// Puts the model's own tokens (a BOS, say) around the text.
  bool addSpecial = true;
  /// Reads special tokens written in the text (`<|im_end|>`) as those tokens;
  /// false treats them as text, which is what untrusted input wants.
  bool parseSpecial = true;
};

class Tokenizer {
public:
  /// Checks every offset, count and id of the blob. `blob` must outlive the
  /// tokenizer and start at a multiple of 8.
  static Expected<Tokenizer> open(std::span<const std::byte> blob);

  Tokenizer(Tokenizer &&) noexcept;
  Tokenizer &operator=(Tokenizer &&) noexcept;
  ~Tokenizer();

  /// The ids of `text`. Bytes that are not UTF-8 are read as U+FFFD. Fails only
  /// where a split pattern exceeds its match limit. Thread safe.
  Expected<std::vector<int32_t>> encode(std::string_view text,
                                        EncodeOptions options = {}) const;

  /// The text of `ids`; incomplete UTF-8 becomes U+FFFD. Fails on an id outside
  /// the vocabulary.
  Expected<std::string> decode(std::span<const int32_t> ids,
                               bool skipSpecial = false) const;

  /// Bytes of the longest text that so many tokens can spell.
  size_t longestText(int64_t tokens) const;
  /// The bytes of one token, empty for an id outside the vocabulary.
  std::string_view tokenBytes(int32_t id) const;
  bool isSpecial(int32_t id) const;
  /// The id of the added token with this text, else of the token with these
  /// bytes, else -1.
  int32_t findToken(std::string_view text) const;

  int32_t vocabSize() const;
  int32_t bosId() const; // -1: none
  int32_t eosId() const;
  int32_t padId() const;
  /// Every token that ends a generation, `eosId()` among them.
  std::span<const int32_t> endIds() const;
  bool isEnd(int32_t id) const;
  /// Jinja source; empty: the model has none.
  std::string_view chatTemplate() const;

  struct Impl;

private:
  friend class Detokenizer;
  explicit Tokenizer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl;
};

/// Turns tokens into text while they arrive: a character appears once all its
/// bytes are there, and the pieces joined are `Tokenizer::decode` of the ids.
class Detokenizer {
public:
  /// `continues`: the text goes on behind another one, so that a space in front
  /// of it is part of it. Models of SentencePiece put one before every text,
  /// which decoding a whole text takes away.
  explicit Detokenizer(const Tokenizer &tokenizer, bool skipSpecial = true,
                       bool continues = false);

  /// The text that `id` completes, maybe empty. An id outside the vocabulary
  /// adds nothing.
  std::string push(int32_t id);
  /// What was held back, as U+FFFD; call once at the end.
  std::string flush();

private:
  const Tokenizer *tokenizer;
  bool skipSpecial;
  bool isFirst;         // no token has come yet
  uint32_t stripSpaces; // that may still be taken from the front
  std::string pending;  // at most three bytes
};

} // namespace llmrt

#endif // LLMRT_TOKENIZER_H
