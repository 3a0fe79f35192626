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
  std::vector<float> xtx, sum, absmax; // the next ones
};

/// Zeros for an input of `cols` columns, and the statistics once all rows are there.
void startSums(InputStatistics &input, int64_t cols);
void finishSums(InputStatistics &input, int64_t rows);

} // namespace llmc

#endif // LLMC_LIB_DRIVER_INPUTSUMS_H
