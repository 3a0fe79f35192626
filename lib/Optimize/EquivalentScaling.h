//===- EquivalentScaling.h - where a scaled input can be made ---*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// W x = (W S) (S^-1 x) for any diagonal S. The product on the right costs nothing
// where what makes x can make S^-1 x: its weights are divided instead.
//===----------------------------------------------------------------------===//
#ifndef LLMC_LIB_OPTIMIZE_EQUIVALENTSCALING_H
#define LLMC_LIB_OPTIMIZE_EQUIVALENTSCALING_H

#include "dialects/llm/LLMDialect.h"

#include "llvm/ADT/SmallVector.h"

#include <string>

namespace llmc {

/// The weights whose rows (numbers, for a vector) make the columns of an input, and
/// nothing else.
struct ScalingSite {
  llvm::SmallVector<mlir::llm::ParamOp, 2> makers;
  int64_t repeat = 1; // heads of the input that one head of rows makes
  int64_t head = 0;   // columns of a head, where heads repeat
};

/// Finds them for `input`. Returns why there are none, or an empty string.
std::string findScalingSite(mlir::Value input, ScalingSite &site);

} // namespace llmc

#endif // LLMC_LIB_OPTIMIZE_EQUIVALENTSCALING_H
