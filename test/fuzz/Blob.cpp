//===- Blob.cpp - fuzzes the tokenizer section of a program -----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Fuzz.h"

#include "llmrt/Tokenizer.h"

using namespace llmrt;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  std::vector<uint64_t> aligned(size / 8 + 1);
  std::memcpy(aligned.data(), data, size);
  Expected<Tokenizer> tokenizer =
      Tokenizer::open(std::as_bytes(std::span(aligned)).first(size));
  if (!tokenizer)
    return 0;
  Expected<std::vector<int32_t>> ids =
      tokenizer->encode("Hello <|im_start|> wor\u00e9ld 123\n\n  \xff");
  if (ids)
    fuzz::require(bool(tokenizer->decode(*ids)), "ids have a text");
  (void)tokenizer->findToken("Hello");
  return 0;
}
