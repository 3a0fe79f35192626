//===- PackQuantized.h - codes as compressed-tensors stores them -*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The format pack-quantized, which transformers, vLLM and lib/Import/Quantized read
// (drawn there, in CompressedTensors.cpp): of a matrix [N, K] words of codes around
// zero, and a scale per group or per row.
//===----------------------------------------------------------------------===//
#ifndef LLMC_WEIGHTS_PACKQUANTIZED_H
#define LLMC_WEIGHTS_PACKQUANTIZED_H

#include "dialects/llm/LLMDialect.h"

namespace llmc {

/// Why the format has no place for the numbers of an encoding; empty if it has.
std::string refusePackQuantized(mlir::llm::EncodingAttrInterface encoding);

/// A matrix whose rows have blocks of a grid that the format has.
struct PackQuantized {
  mlir::llm::GridAttr grid;
  int64_t cols = 0;
  int64_t span = 0; // columns that share a scale: a group, or several alike

  int64_t getRowWords() const;
  int64_t getRowScales() const { return cols / span; }
  int64_t getScaleBytes() const;
  /// "F16".
  llvm::StringRef getScaleDtype() const;

  /// weight_packed, then weight_scale, of as many rows as `blocks` has.
  std::vector<uint8_t> pack(llvm::ArrayRef<uint8_t> blocks) const;
};

} // namespace llmc

#endif // LLMC_WEIGHTS_PACKQUANTIZED_H
