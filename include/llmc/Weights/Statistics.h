//===- Statistics.h - what calibration knows of inputs ----------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A file of statistics is in the safetensors format:
//
//   model            U8 [16]       of whose weights (fingerprintModel)
//   tokens           I64 [1]       rows that were seen
//   WEIGHT/xtx       F32 [K, K]    sum of x x^T over the rows x that the product
//                                  with this weight has as input
//   WEIGHT/absmax    F32 [K]       largest |x| of each column
//   WEIGHT/mean      F32 [K]       mean of each column
//   WEIGHT/l2        F32 [K]       square root of the sum of squares
//   WEIGHT/as        U8 [length]   or that alone: the name of the weight with the
//                                  same input
//===----------------------------------------------------------------------===//
#ifndef LLMC_WEIGHTS_STATISTICS_H
#define LLMC_WEIGHTS_STATISTICS_H

#include "llmc/Weights/WeightStore.h"

#include <array>

namespace llmc {

/// 16 bytes that differ between models: names, shapes and the beginnings of tensors.
std::array<uint8_t, 16> fingerprintModel(const WeightStore &store);

/// Adds the statistics in the file `path` to the tensors of a model's files, by the
/// names that recipes ask for (Rounding.h). Fails on what is no such file, and on
/// one of another model.
llvm::Error readStatistics(llvm::StringRef path, mlir::MLIRContext &context,
                           WeightStore &store);

/// One input's statistics on their way to a file.
struct InputStatistics {
  std::vector<std::string> weights;    // that it is multiplied with
  std::vector<float> xtx;              // [K, K]
  std::vector<float> absmax, mean, l2; // [K]
};

/// The file's bytes, piece by piece; `write` fails if the disk does.
llvm::Error
writeStatistics(llvm::ArrayRef<InputStatistics> inputs, int64_t tokens,
                const std::array<uint8_t, 16> &model,
                llvm::function_ref<llvm::Error(llvm::StringRef)> write);

} // namespace llmc

#endif // LLMC_WEIGHTS_STATISTICS_H
