//===- Tokenizer.cpp - fuzzes tokenizer.json, and what it makes -------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Fuzz.h"

#include "llmrt/Tokenizer.h"
#include "llmrt/TokenizerModel.h"

using namespace llmrt;

/// A tokenizer that was accepted is serialised, opened and used.
static void use(const TokenizerModel &model) {
  Expected<std::string> blob = serializeTokenizer(model);
  if (!blob)
    return;
  std::vector<uint64_t> aligned(blob->size() / 8 + 1);
  std::memcpy(aligned.data(), blob->data(), blob->size());
  Expected<Tokenizer> tokenizer =
      Tokenizer::open(std::as_bytes(std::span(aligned)).first(blob->size()));
  fuzz::require(bool(tokenizer), "what was serialised can be opened");
  Expected<std::vector<int32_t>> ids =
      tokenizer->encode("Hello <|im_start|> wor\u00e9ld 123\n\n  \xff");
  if (ids)
    fuzz::require(bool(tokenizer->decode(*ids)), "ids have a text");
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  std::string_view text = fuzz::textOf(data, size);
  // Two files, with a byte 0 between.
  size_t end = std::min(text.find('\0'), text.size());
  std::string_view config =
      end < text.size() ? text.substr(end + 1) : std::string_view();
  Expected<TokenizerModel> model =
      parseHuggingFaceTokenizer(text.substr(0, end), config);
  if (model)
    use(*model);
  return 0;
}
