//===- llmc-opt.cpp - runs passes over llm IR -----------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// mlir-opt with the project's dialects and passes: one pass or a textual
// pipeline at a time, for tests and for looking into a compilation.
//===----------------------------------------------------------------------===//
#include "llmc/Driver/Pipelines.h"
#include "llmc/Driver/Registration.h"

#include "mlir/Tools/mlir-opt/MlirOptMain.h"

int main(int argc, char **argv) {
  mlir::DialectRegistry registry;
  llmc::registerDialects(registry);
  llmc::registerPasses();
  llmc::registerPipelines();
  return mlir::asMainReturnCode(
      mlir::MlirOptMain(argc, argv, "llmc optimizer driver\n", registry));
}
