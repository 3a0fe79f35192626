//===- CodeGeneration.h - LLVM dialect to what LLVM writes --------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef LLMC_LIB_EMIT_CODEGENERATION_H
#define LLMC_LIB_EMIT_CODEGENERATION_H

#include "mlir/IR/BuiltinOps.h"

#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/Module.h"
#include "llvm/Support/CodeGen.h"
#include "llvm/Support/Error.h"
#include "llvm/Target/TargetMachine.h"

namespace llmc {

/// Translates to LLVM IR for `machine`; weights and modules within `module` are no
/// code of it. MLIR's diagnostics become the error.
llvm::Expected<std::unique_ptr<llvm::Module>>
translateModule(mlir::ModuleOp module, llvm::LLVMContext &context,
                llvm::TargetMachine &machine);

/// The passes that kernels of a CPU need, or all of O3 for a GPU.
void optimizeCode(llvm::Module &code, llvm::TargetMachine &machine);

llvm::Expected<llvm::SmallVector<char, 0>>
generateCode(llvm::Module &code, llvm::TargetMachine &machine,
             llvm::CodeGenFileType kind);

} // namespace llmc

#endif // LLMC_LIB_EMIT_CODEGENERATION_H
