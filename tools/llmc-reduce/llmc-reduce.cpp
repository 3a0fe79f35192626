//===- llmc-reduce.cpp - smaller IR that still shows a fault ----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// mlir-reduce with the project's dialects and passes: a script says of each
// candidate whether the fault is still there (exit code 1).
//===----------------------------------------------------------------------===//
#include "llmc/Driver/Pipelines.h"
#include "llmc/Driver/Registration.h"

#include "mlir/Reducer/Passes.h"
#include "mlir/Tools/mlir-reduce/MlirReduceMain.h"

int main(int argc, char **argv) {
  mlir::DialectRegistry registry;
  llmc::registerDialects(registry);
  llmc::registerPasses();
  llmc::registerPipelines();
  mlir::MLIRContext context(registry);
  return mlir::failed(mlir::mlirReduceMain(argc, argv, context));
}
