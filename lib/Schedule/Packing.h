//===- Packing.h - how a matrix lies in memory -------------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef LLMC_LIB_SCHEDULE_PACKING_H
#define LLMC_LIB_SCHEDULE_PACKING_H

#include "dialects/llm/LLMDialect.h"

#include <string>

namespace llmc {

/// The encoding and the layout of a matrix: of all its numbers, or of those alone that
/// its recipe leaves.
struct Packing {
  mlir::llm::EncodingAttrInterface encoding;
  mlir::llm::PanelsLayoutAttr panels;

  bool operator==(const Packing &) const = default;
  /// Why a matrix cannot lie so; empty if it can.
  std::string refuse() const { return panels.refuse(encoding); }
  /// Fewer numbers than the matrix has.
  bool skipsZeros() const;
};

/// Of all numbers.
Packing packDense(mlir::Type type);
/// Of those that the weight's recipe leaves where that is smaller, else of all.
Packing choosePacking(mlir::llm::WeightOp weight);
/// Bits of a number of a row of `cols`, scales, zeros and all.
double countBits(const Packing &packing, int64_t cols);
/// One for both of two weights of a type.
Packing combine(const Packing &a, const Packing &b, mlir::Type type);

/// What a packing of a weight of `type` saves or costs, as a remark.
std::string describe(const Packing &packing, mlir::Type type);
/// Why zeros that the weight's recipe makes are stored as other numbers are; empty if
/// there are none to skip.
std::string describeStoredZeros(mlir::llm::WeightOp weight);

} // namespace llmc

#endif // LLMC_LIB_SCHEDULE_PACKING_H
