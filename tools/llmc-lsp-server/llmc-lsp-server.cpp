//===- llmc-lsp-server.cpp - llm IR in an editor ----------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The language server protocol over stdin and stdout, for .mlir files with llm
// ops: definitions, uses, types under the cursor, errors while typing.
//===----------------------------------------------------------------------===//
#include "llmc/Driver/Registration.h"

#include "mlir/Tools/mlir-lsp-server/MlirLspServerMain.h"

int main(int argc, char **argv) {
  mlir::DialectRegistry registry;
  llmc::registerDialects(registry);
  return mlir::failed(mlir::MlirLspServerMain(argc, argv, registry));
}
