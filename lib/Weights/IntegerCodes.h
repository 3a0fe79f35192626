//===- IntegerCodes.h - integers with scales of their own -------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef LLMC_LIB_WEIGHTS_INTEGERCODES_H
#define LLMC_LIB_WEIGHTS_INTEGERCODES_H

#include "llmc/Weights/WeightStore.h"

namespace llmc {

/// Integers [shape] as a file has them, row-major.
struct IntegerCodes {
  llvm::ArrayRef<int64_t> shape;
  mlir::IntegerType type;
  llvm::ArrayRef<uint8_t> bytes;
};

/// `values`, which are those of `codes`, minus zeros times scales, as `step` says.
/// Returns why that cannot be, or an empty string.
std::string dequantizeCodes(const IntegerCodes &codes,
                            mlir::llm::DequantizeStepAttr step,
                            const WeightStore &store,
                            std::vector<float> &values);

/// The codes of a matrix in blocks of the step's grid, [N, K]: exactly what
/// `dequantizeCodes` gives of each. Returns why that cannot be, or an empty string.
std::string packCodes(const IntegerCodes &codes,
                      mlir::llm::DequantizeStepAttr step,
                      const WeightStore &store, std::vector<uint8_t> &made);

/// The floats of a tensor that goes with a weight's codes, or why there are none.
std::string readBeside(const WeightStore &store, llvm::StringRef name,
                       std::vector<float> &values);

/// The bits of a scale, little endian.
void appendScale(std::vector<uint8_t> &bytes, mlir::llm::ScaleType type,
                 float value);

} // namespace llmc

#endif // LLMC_LIB_WEIGHTS_INTEGERCODES_H
