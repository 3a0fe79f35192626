//===- CalibrationPart.h - inputs whose sums grow at once ------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef LLMC_LIB_DRIVER_CALIBRATIONPART_H
#define LLMC_LIB_DRIVER_CALIBRATIONPART_H

#include "InputSums.h"
#include "ObservedProgram.h"

namespace llmc {

/// Some inputs of a model, and what one run over the text makes known of them.
class CalibrationPart {
public:
  /// Of a compiler that has imported the model; lowers it.
  static llvm::Expected<std::unique_ptr<CalibrationPart>>
  create(Compiler &compiler, llvm::ArrayRef<ObservedInput> inputs,
         int64_t window, int64_t threads);

  /// Runs over `ids`, whole windows; `note` hears how many tokens are done.
  llvm::Error run(llvm::ArrayRef<int32_t> ids,
                  llvm::function_ref<void(int64_t)> note);
  /// Of each input, once it has run.
  llvm::ArrayRef<InputStatistics> getStatistics() const { return statistics; }

private:
  /// An input's place among the results of the step.
  struct Place {
    int64_t result, cols;
  };

  CalibrationPart(mlir::MLIRContext &context, int64_t window)
      : context(context), window(window) {}
  llvm::Error runWindow(llvm::ArrayRef<int32_t> tokens);
  llvm::Error addRows(int64_t count);
  void sampleRows(llvm::ArrayRef<const float *> rows, int64_t count);

  mlir::MLIRContext &context;
  const int64_t window; // tokens
  std::unique_ptr<ObservedProgram> program;
  std::vector<Place> places;
  std::map<int64_t, RowAdder> adders; // by columns
  std::vector<InputStatistics> statistics;
  std::vector<MagnitudeCounts> magnitudes;
  std::vector<int64_t> sample; // tokens
  int64_t done = 0;            // tokens
};

} // namespace llmc

#endif // LLMC_LIB_DRIVER_CALIBRATIONPART_H
