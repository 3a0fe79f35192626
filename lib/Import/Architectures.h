//===- Architectures.h - the models that can be imported --------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef LLMC_LIB_IMPORT_ARCHITECTURES_H
#define LLMC_LIB_IMPORT_ARCHITECTURES_H

#include "Source.h"

#include "mlir/IR/BuiltinOps.h"

namespace llmc {

/// Emits `@step` and the weights of `source` into an empty module; an unknown
/// architecture is an error that lists the known ones.
llvm::Error buildArchitecture(Source &source, mlir::ModuleOp module);

} // namespace llmc

#endif // LLMC_LIB_IMPORT_ARCHITECTURES_H
