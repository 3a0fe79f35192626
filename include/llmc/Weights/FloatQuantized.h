//===- FloatQuantized.h - FP8 as compressed-tensors stores it ---*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The format float-quantized, which transformers, vLLM and lib/Import/Quantized read: of a
// matrix [N, K] F8_E4M3 [N, K], and a scale per group or per row.
//===----------------------------------------------------------------------===//
#ifndef LLMC_WEIGHTS_FLOATQUANTIZED_H
#define LLMC_WEIGHTS_FLOATQUANTIZED_H

#include "dialects/llm/LLMDialect.h"

namespace llmc {

/// Why the format has no place for codes of floats; empty if it has.
std::string refuseFloatQuantized(mlir::llm::FloatCodesAttr codes);

/// A matrix whose rows have blocks of such codes.
struct FloatQuantized {
  mlir::llm::FloatCodesAttr codes;
  int64_t cols = 0;

  int64_t getRowScales() const { return cols / codes.getGroup(); }
  int64_t getScaleBytes() const { return codes.getScale().getWidth() / 8; }

  /// weight, then weight_scale, of as many rows as `blocks` has.
  std::vector<uint8_t> unpack(llvm::ArrayRef<uint8_t> blocks) const;
};

} // namespace llmc

#endif // LLMC_WEIGHTS_FLOATQUANTIZED_H
