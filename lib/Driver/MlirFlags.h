//===- MlirFlags.h - the flags of mlir-opt on llmc --------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// llmc takes every flag of mlir-opt that begins with --mlir-: to print IR between
// passes, to time them, to print generic ops.
//===----------------------------------------------------------------------===//
#ifndef LLMC_LIB_DRIVER_MLIRFLAGS_H
#define LLMC_LIB_DRIVER_MLIRFLAGS_H

#include "llvm/Support/Error.h"

#include <vector>

namespace mlir {
class PassManager;
} // namespace mlir

namespace llmc {

/// Takes the --mlir- flags out of `arguments` and makes them the defaults of all
/// contexts and pass managers from now on. Once per process.
llvm::Error takeMlirFlags(std::vector<const char *> &arguments);

/// What the flags ask of a stage's pass manager.
void applyMlirFlags(mlir::PassManager &manager);

} // namespace llmc

#endif // LLMC_LIB_DRIVER_MLIRFLAGS_H
