//===- Architectures.h - the models that can be imported --------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef LLMC_LIB_IMPORT_ARCHITECTURES_H
#define LLMC_LIB_IMPORT_ARCHITECTURES_H

#include "Source.h"

#include "mlir/IR/BuiltinOps.h"

namespace llmc {

/// What a file does not say, because its architecture implies it.
struct Conventions {
  mlir::llm::Pairing pairing;  // of rotary positions
  mlir::llm::ActFn activation; // where the source does not name one
  bool transposedMatrices;     // the file holds [in, out]
};

/// Emits `@step` and the weights into an empty module.
using ArchitectureBuilder = llvm::Error (*)(Source &source,
                                            const Conventions &conventions,
                                            mlir::ModuleOp module);

llvm::Error buildLlama(Source &, const Conventions &, mlir::ModuleOp);
llvm::Error buildQwen2(Source &, const Conventions &, mlir::ModuleOp);
llvm::Error buildGpt2(Source &, const Conventions &, mlir::ModuleOp);

/// Finds the builder of `source.architecture` and runs it; an unknown
/// architecture is an error that lists the known ones.
llvm::Error buildArchitecture(Source &source, mlir::ModuleOp module);

} // namespace llmc

#endif // LLMC_LIB_IMPORT_ARCHITECTURES_H
