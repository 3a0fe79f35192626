//===- OpenTokenizer.h - a model's tokenizer in the compiler ----*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef LLMC_LIB_DRIVER_OPENTOKENIZER_H
#define LLMC_LIB_DRIVER_OPENTOKENIZER_H

#include "llmc/Import/Import.h"
#include "llmrt/Tokenizer.h"

namespace llmc {

/// A tokenizer and the bytes that it reads.
struct OpenTokenizer {
  std::vector<uint64_t> blob; // 8-byte aligned
  std::optional<llmrt::Tokenizer> tokenizer;
};

/// Opens that of `model`; `advice` says what to do where it has none.
llvm::Error openTokenizer(const ImportedModel &model, llvm::StringRef advice,
                          OpenTokenizer &result);

} // namespace llmc

#endif // LLMC_LIB_DRIVER_OPENTOKENIZER_H
