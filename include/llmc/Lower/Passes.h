//===- Passes.h - kernels become loops, loops become instructions -*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef LLMC_LOWER_PASSES_H
#define LLMC_LOWER_PASSES_H

#include "dialects/llm/LLMDialect.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/Pass/Pass.h"
#include "mlir/Pass/PassManager.h"

#include "llvm/ADT/StringSet.h"
#include "llvm/Support/Error.h"

namespace llmc {
#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "llmc/Lower/Passes.h.inc"

/// Appends the upstream passes that turn emitted tiles into the LLVM dialect.
void buildLLVMPipeline(mlir::OpPassManager &manager);

/// Appends the passes that turn tensors of a bound function into planned buffers.
void buildBufferPipeline(mlir::OpPassManager &manager);

/// Instruction sets that `llm-clone-targets` knows, best first.
llvm::ArrayRef<llvm::StringRef> getKnownIsas();

/// Devices that `llm-clone-targets` knows, best first.
llvm::ArrayRef<llvm::StringRef> getKnownDevices();
/// Whether code for a device of this name runs on GPUs of one kind alone (sm_90a).
bool isExactDevice(llvm::StringRef name);
/// Of a device of this name, 80 is 8.0.
int64_t getComputeCapability(llvm::StringRef name);
/// Whether kernels for a device of this name wait themselves for what was launched
/// before them, so that their launches may overlap.
bool hasDependentLaunches(llvm::StringRef name);

/// Gives the ops of the llm dialect their tilers for CPUs.
void registerCpuTilers(mlir::DialectRegistry &registry);

/// Gives upstream's ops on tensors what bufferisation asks of them.
void registerBufferization(mlir::DialectRegistry &registry);

/// LLVM's target features of a machine: `native` (this one), `x86-64` (none on top
/// of the base) or an instruction set of getKnownIsas. Fails on another name.
llvm::Expected<llvm::StringSet<>> getMachineFeatures(llvm::StringRef machine);

/// Whether a machine with these features runs an instruction set of getKnownIsas.
bool runsOn(const llvm::StringSet<> &machine, llvm::StringRef isa);

} // namespace llmc

#endif // LLMC_LOWER_PASSES_H
