//===- InputSums.h - sums over the rows of a product's input ----*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef LLMC_LIB_DRIVER_INPUTSUMS_H
#define LLMC_LIB_DRIVER_INPUTSUMS_H

#include "LoadedProgram.h"
#include "llmc/Weights/Statistics.h"
#include "llmrt/Function.h"

namespace llmc {

/// Adds rows of K columns to sums: a function program for this K, made by the
/// compiler. Its sums have one order whatever the number of threads.
class RowAdder {
public:
  static llvm::Expected<RowAdder> create(mlir::MLIRContext &context,
                                         int64_t cols,
                                         llvm::ArrayRef<std::string> isas,
                                         int64_t threads);

  /// `input.mean` holds sums until it is finished.
  llvm::Error add(const float *rows, int64_t count, InputStatistics &input);

private:
  RowAdder(LoadedProgram program, int64_t cols)
      : program(std::move(program)), cols(cols) {}

  LoadedProgram program;
  int64_t cols;
  std::unique_ptr<llmrt::Function> function;
  std::vector<float> xtx, sum, min, max; // the next ones
};

/// How many numbers have which magnitude, by the leading 15 bits of |x|: steps of less
/// than 0.8 %, and the same whatever the order.
class MagnitudeCounts {
public:
  MagnitudeCounts();
  void add(llvm::ArrayRef<float> numbers);
  /// The largest number of the step that one in `share` at most is above.
  float findQuantile(int64_t share) const;
  static uint64_t bytes() { return sizeof(int64_t) << 15; }

private:
  std::vector<int64_t> counts;
  int64_t total = 0;
};

/// What an input of `cols` columns takes while its sums grow.
uint64_t countSumBytes(int64_t cols, int64_t rowsPerStep);

/// How many of the first inputs grow at once in `memory` bytes: one at least.
size_t countFitting(llvm::ArrayRef<ObservedInput> inputs, uint64_t memory,
                    int64_t rowsPerStep);

/// The tokens whose rows are a sample, of so many: in order, from all of the text and
/// all of a window.
std::vector<int64_t> chooseSample(int64_t tokens);

/// Nothing yet of an input of `cols` columns, and the statistics once all rows are
/// there.
void startSums(InputStatistics &input, int64_t cols);
void finishSums(InputStatistics &input, const MagnitudeCounts &magnitudes,
                int64_t rows);

} // namespace llmc

#endif // LLMC_LIB_DRIVER_INPUTSUMS_H
