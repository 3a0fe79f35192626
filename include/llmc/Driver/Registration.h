//===- Registration.h - dialects and passes of the project ------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef LLMC_DRIVER_REGISTRATION_H
#define LLMC_DRIVER_REGISTRATION_H

#include "mlir/IR/DialectRegistry.h"

namespace llmc {

/// Adds every dialect that a stage of the compiler reads or leaves.
void registerDialects(mlir::DialectRegistry &registry);

/// Registers the project's passes and the upstream clean-ups by name, for
/// textual pipelines. Call once per process.
void registerPasses();

} // namespace llmc

#endif // LLMC_DRIVER_REGISTRATION_H
