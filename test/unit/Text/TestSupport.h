//===- TestSupport.h - tokenizers to test with ------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A tokenizer keeps its blob alive here; goldens are read from test/Inputs.
//===----------------------------------------------------------------------===//
#ifndef LLMC_TEST_UNIT_TEXT_TESTSUPPORT_H
#define LLMC_TEST_UNIT_TEXT_TESTSUPPORT_H

#include "llmrt/Tokenizer.h"
#include "llmrt/TokenizerModel.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <ctime>
#include <fstream>
#include <iterator>
#include <optional>

namespace llmrt::test {

inline std::string readInput(const std::string &name) {
  std::ifstream file(LLMC_TEST_INPUTS "/" + name, std::ios::binary);
  EXPECT_TRUE(file) << name;
  return {std::istreambuf_iterator<char>(file), {}};
}

/// Processor time used so far: other programs on the machine do not count.
inline double processorSeconds() {
  return double(std::clock()) / CLOCKS_PER_SEC;
}
/// What may take so long may take ten times as long with a sanitizer.
inline double sanitizedSeconds(double seconds) {
  return std::getenv("LLMC_TEST_SANITIZED") ? 10 * seconds : seconds;
}

/// The blob at an address that is a multiple of 8, and without room behind it,
/// so that a sanitizer sees every read past the end.
struct Blob {
  explicit Blob(const std::string &bytes)
      : words(new uint64_t[(bytes.size() + 7) / 8]), size(bytes.size()) {
    std::copy(bytes.begin(), bytes.end(),
              reinterpret_cast<char *>(words.get()));
  }
  std::span<const std::byte> bytes() const {
    return {reinterpret_cast<const std::byte *>(words.get()), size};
  }
  std::unique_ptr<uint64_t[]> words;
  size_t size;
};

struct OpenTokenizer {
  Blob blob;
  Expected<Tokenizer> tokenizer;

  explicit OpenTokenizer(const std::string &bytes)
      : blob(bytes), tokenizer(Tokenizer::open(blob.bytes())) {}
  Tokenizer *operator->() { return &*tokenizer; }
  Tokenizer &operator*() { return *tokenizer; }
};

inline OpenTokenizer openModel(const TokenizerModel &model) {
  Expected<std::string> bytes = serializeTokenizer(model);
  EXPECT_TRUE(bytes) << bytes.message();
  OpenTokenizer opened(bytes ? *bytes : std::string());
  EXPECT_TRUE(opened.tokenizer) << opened.tokenizer.message();
  return opened;
}

/// The 256 byte tokens as ids 0 to 255, then what `words` makes by merging two
/// existing tokens, given as bytes "left right" with any separator '|'.
inline TokenizerModel makeModel(std::initializer_list<const char *> merges = {},
                                std::initializer_list<AddedToken> added = {}) {
  GgufTokenizerFields fields;
  fields.model = "gpt2";
  fields.pre = "gpt-2";
  for (int byte = 0; byte < 256; ++byte) {
    bool printable = (byte >= 0x21 && byte <= 0x7E) ||
                     (byte >= 0xA1 && byte <= 0xAC) || byte >= 0xAE;
    static int next = 0;
    next = byte == 0 ? 0x100 : next;
    int code = printable ? byte : next++;
    std::string token;
    if (code < 0x80)
      token = char(code);
    else
      token = {char(0xC0 | code >> 6), char(0x80 | (code & 0x3F))};
    fields.tokens.push_back(token);
  }
  for (std::string merge : merges) {
    fields.merges.push_back(merge);
    std::string whole = merge;
    whole.erase(whole.find(' '), 1);
    fields.tokens.push_back(whole);
  }
  Expected<TokenizerModel> model = buildGgufTokenizer(fields);
  EXPECT_TRUE(model) << model.message();
  for (AddedToken token : added) {
    token.id = int32_t(model->tokens.size());
    model->tokens.push_back(token.content);
    model->types.push_back(token.special ? TokenType::Control
                                         : TokenType::UserDefined);
    model->addedTokens.push_back(token);
  }
  return std::move(*model);
}

} // namespace llmrt::test

#endif // LLMC_TEST_UNIT_TEXT_TESTSUPPORT_H
