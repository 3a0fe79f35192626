//===- Passes.td - kernels become loops, loops become instructions ----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef LLMC_LOWER_PASSES
#define LLMC_LOWER_PASSES

include "mlir/Pass/PassBase.td"

def CloneTargets : Pass<"llm-clone-targets", "::mlir::ModuleOp"> {
  let summary = "every function exists once per target";
  let description = [{
    Clones each function per instruction set: its name gains `.isa`, and the attribute
    `llm.target` (`#llm.target`) says what later choices may follow. Known names:
    avx2 (AVX2, FMA, F16C) and avx512-vnni.

    Expects: functions without targets. Leaves: functions with targets only; weights are shared.
    Saves: one executable runs at full speed on any x86-64 CPU since 2013.
  }];
  let options = [ListOption<"isas", "isas", "std::string", "instruction sets, best first">];
  let dependentDialects = ["::mlir::llm::LLMDialect"];
}

def LowerStep : Pass<"llm-lower-step", "::mlir::ModuleOp"> {
  let summary = "the step becomes calls of kernels";
  let description = [{
    Each distinct `llm.kernel` becomes one function over memrefs: `scf.for` loops over
    this worker's share, around `llm.tile.dot` and elementwise vectors, built by the
    tiler of its anchor. The step becomes a function over its buffers (weights, arena,
    cache, batch) that views them at their planned offsets, calls the kernels, and meets
    at an `llm.barrier` wherever one kernel touches what another since the last barrier
    has written or read.

    Expects: planned kernels of functions with targets. Leaves: func, scf, memref, vector,
    arith, math, llm.tile.dot, llm.barrier.
    Saves: kernels of equal layers are compiled once; barriers that no dependence needs.
  }];
  let dependentDialects = ["::mlir::LLVM::LLVMDialect", "::mlir::memref::MemRefDialect", "::mlir::vector::VectorDialect",
                           "::mlir::scf::SCFDialect", "::mlir::math::MathDialect"];
}

def EmitTiles : Pass<"llm-emit-tiles", "::mlir::ModuleOp"> {
  let summary = "tile ops become instructions";
  let description = [{
    Marks every function with the features of its target and spells its tile ops with
    the target's instructions.

    Expects: lowered steps. Leaves: no llm.tile.*.
  }];
  let dependentDialects = ["::mlir::LLVM::LLVMDialect", "::mlir::memref::MemRefDialect",
                           "::mlir::vector::VectorDialect", "::mlir::math::MathDialect",
                           "::mlir::arith::ArithDialect", "::mlir::scf::SCFDialect"];
}

def EmulateIsa : Pass<"llm-emulate-isa", "::mlir::ModuleOp"> {
  let summary = "instructions that a machine lacks become plain code";
  let description = [{
    A function with target features that `machine` lacks loses them, and its
    `llvm.x86.*` intrinsics become vector code of exactly their meaning; one without a
    known meaning is an error. Functions that the machine runs stay as they are.

    Expects: emitted tiles. Leaves: functions that `machine` runs.
    Saves: nothing; tests execute every variant on every machine.
  }];
  let options = [Option<"machine", "machine", "std::string", "\"native\"",
                        "native, x86-64 or the name of an instruction set">];
  let dependentDialects = ["::mlir::vector::VectorDialect", "::mlir::arith::ArithDialect"];
}

def FinishStep : Pass<"llm-finish-step", "::mlir::ModuleOp"> {
  let summary = "the step meets the ABI";
  let description = [{
    Adds, per instruction set, an entry function that unpacks `LlmrtStep`, and the
    constant `llmrt_model` that describes the compiled model (runtime/include/llmrt/abi.h).

    Expects: emitted tiles. Leaves: no llm ops but `llm.weight`, which says what the
    weight section holds.
  }];
  let options = [
    Option<"maxContext", "max-context", "int64_t", "0", "positions per sequence; 0: the model's own limit">,
    Option<"maxBatch", "max-batch", "int64_t", "8", "sequences at once">,
    Option<"rowsPerStep", "rows-per-step", "int64_t", "256", "rows of one step">];
  let dependentDialects = ["::mlir::LLVM::LLVMDialect", "::mlir::arith::ArithDialect"];
}

def ApproximateMath : Pass<"llm-approximate-math", "::mlir::ModuleOp"> {
  let summary = "vector exp, tanh, erf and log become polynomials";
  let description = [{
    Vectors only: scalar functions (the angles of a rotation) stay calls of libm,
    which reduces large arguments exactly.
    Saves: a call per lane.
  }];
  let dependentDialects = ["::mlir::vector::VectorDialect", "::mlir::math::MathDialect",
                           "::mlir::arith::ArithDialect"];
}

#endif // LLMC_LOWER_PASSES
