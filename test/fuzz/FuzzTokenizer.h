//===- FuzzTokenizer.h - what an accepted tokenizer goes through -*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef LLMC_TEST_FUZZ_FUZZTOKENIZER_H
#define LLMC_TEST_FUZZ_FUZZTOKENIZER_H

#include "Fuzz.h"

#include "llmrt/Tokenizer.h"
#include "llmrt/TokenizerModel.h"

namespace fuzz {

/// A tokenizer that was accepted is serialised, opened and used.
inline void useTokenizer(const llmrt::TokenizerModel &model) {
  llmrt::Expected<std::string> blob = llmrt::serializeTokenizer(model);
  if (!blob)
    return;
  std::vector<uint64_t> aligned(blob->size() / 8 + 1);
  std::memcpy(aligned.data(), blob->data(), blob->size());
  llmrt::Expected<llmrt::Tokenizer> tokenizer = llmrt::Tokenizer::open(
      std::as_bytes(std::span(aligned)).first(blob->size()));
  require(bool(tokenizer), "what was serialised can be opened");
  auto ids =
      tokenizer->encode("Hello <|im_start|> wor\u00e9ld 123\n\n  \ufb01 \xff");
  if (ids)
    require(bool(tokenizer->decode(*ids)), "ids have a text");
}

} // namespace fuzz

#endif // LLMC_TEST_FUZZ_FUZZTOKENIZER_H
