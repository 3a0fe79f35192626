//===- CallFields.h - the fields of LlmrtCall as arguments --------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A bound function takes what LlmrtCall holds, one argument per buffer; its entry
// function loads them. All but the sizes are memref<?xi8>.
//===----------------------------------------------------------------------===//
#ifndef LLMC_LIB_LOWER_FUNCTION_CALLFIELDS_H
#define LLMC_LIB_LOWER_FUNCTION_CALLFIELDS_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"

namespace llmc {

/// Whether the function is a program's own, or its clone for a target: kernels and
/// loops are functions beside it.
inline bool isEntry(mlir::func::FuncOp function) {
  return function.getName().split('.').first == "main";
}

/// weights, workspace, inputs, outputs, sizes (memref<?xi64>), worker, workers.
class CallArguments {
public:
  static llvm::SmallVector<mlir::Type> getTypes(mlir::MLIRContext *context,
                                                size_t inputs, size_t outputs);

  /// Of a bound function, or of the last arguments of one that is being bound.
  CallArguments(mlir::ValueRange arguments, size_t inputs)
      : arguments(arguments), inputs(inputs) {}

  mlir::Value getWeights() const { return arguments[0]; }
  mlir::Value getWorkspace() const { return arguments[1]; }
  mlir::Value getInput(size_t index) const { return arguments[2 + index]; }
  mlir::Value getOutput(size_t index) const {
    return arguments[2 + inputs + index];
  }
  mlir::Value getSizes() const { return arguments.drop_back(2).back(); }
  mlir::Value getWorker() const { return arguments.drop_back().back(); }
  mlir::Value getWorkers() const { return arguments.back(); }

private:
  mlir::ValueRange arguments;
  size_t inputs;
};

} // namespace llmc

#endif // LLMC_LIB_LOWER_FUNCTION_CALLFIELDS_H
