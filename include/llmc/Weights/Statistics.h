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
//   WEIGHT/min       F32 [K]       least x of each column
//   WEIGHT/max       F32 [K]       largest x of each column
//   WEIGHT/quantiles F32 [3]       what 1 in 100, 1000 and 10000 of all |x| at most
//                                  are above
//   WEIGHT/sample    F32 [R, K]    some of the rows, of tokens from all of the text
//   WEIGHT/as        U8 [length]   or that alone: the name of the weight with the
//                                  same input
//
// The numbers of one input lie together, inputs in the order of the step, and what is
// known from the start stands before them: such a file can grow input by input.
// Files that earlier versions wrote have no `min`, `max`, `quantiles` and `sample`.
//===----------------------------------------------------------------------===//
#ifndef LLMC_WEIGHTS_STATISTICS_H
#define LLMC_WEIGHTS_STATISTICS_H

#include "llmc/Weights/SafetensorsWriter.h"
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

/// An input that statistics are of.
struct ObservedInput {
  std::vector<std::string> weights; // that it is multiplied with
  int64_t cols = 0;                 // K
};

/// Of all |x| of an input, one in so many at most is above the quantile.
inline constexpr int64_t quantileShares[] = {100, 1000, 10000};
/// Rows of a sample, where there are as many.
inline constexpr int64_t mostSampleRows = 32;

/// One input's statistics on their way to a file.
struct InputStatistics {
  std::vector<float> xtx;                        // [K, K]
  std::vector<float> absmax, mean, l2, min, max; // [K]
  std::vector<float> quantiles;                  // as quantileShares
  std::vector<float> sample;                     // [rows, K]
};

/// A file of statistics before there are any: where those of each input will lie.
class StatisticsLayout {
public:
  /// `made` says of what: files that differ in it have other beginnings.
  StatisticsLayout(llvm::ArrayRef<ObservedInput> inputs, int64_t tokens,
                   const std::array<uint8_t, 16> &model,
                   const SafetensorsMetadata &made);

  /// What stands before the first input.
  const std::string &getBeginning() const { return beginning; }
  /// Where the first `count` inputs end, in bytes.
  uint64_t getEnd(size_t count) const { return ends[count]; }
  size_t size() const { return ends.size() - 1; }
  /// What stands behind the last one.
  const std::string &getEnding() const { return ending; }

private:
  std::string beginning, ending;
  std::vector<uint64_t> ends;
};

/// An input's bytes, piece by piece; `write` fails if the disk does.
llvm::Error writeInput(const InputStatistics &input,
                       llvm::function_ref<llvm::Error(llvm::StringRef)> write);

} // namespace llmc

#endif // LLMC_WEIGHTS_STATISTICS_H
