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
    avx2 (AVX2, FMA, F16C), avx-vnni (the same and AVX-VNNI), avx512-vnni, avx512-bf16 and
    amx (the same and AMX-TILE, AMX-INT8). What would be another one again is left out beside
    it: avx-vnni beside avx2 and amx beside avx512-bf16 where no rows of integers are
    multiplied, avx512-bf16 beside avx512-vnni where nothing attends to a cache.

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
    A function with target features that `machine` lacks loses them, and what of its
    `llvm.x86.*` intrinsics is of these becomes vector code of exactly their meaning,
    tile registers memory; one without a known meaning is an error. Functions that the
    machine runs stay as they are.

    Expects: emitted tiles. Leaves: functions that `machine` runs.
    Saves: nothing; tests execute every variant on every machine.
  }];
  let options = [Option<"machine", "machine", "std::string", "\"native\"",
                        "native, x86-64 or the name of an instruction set">];
  let dependentDialects = ["::mlir::LLVM::LLVMDialect", "::mlir::memref::MemRefDialect",
                           "::mlir::vector::VectorDialect", "::mlir::arith::ArithDialect",
                           "::mlir::math::MathDialect", "::mlir::scf::SCFDialect"];
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

def DeviceMath : Pass<"llm-device-math", "::mlir::ModuleOp"> {
  let summary = "sin and cos of a device's kernels become polynomials";
  let description = [{
    On a CPU they are calls of libm; a device has no library. In the modules of devices, scalars of 32 bits are reduced
    and summed up in doubles, so that angles of long contexts keep their last bits.
  }];
  let dependentDialects = ["::mlir::math::MathDialect", "::mlir::arith::ArithDialect"];
}

def IntegerBFloat16 : Pass<"llm-integer-bf16", "::mlir::ModuleOp"> {
  let summary = "bf16 that nothing computes with becomes i16";
  let description = [{
    Types, constants and memory of the LLVM dialect's code, unless an op does more with bf16 than move
    it. Weights keep their types: they say what the bytes of a file are.
    Expects: extensions and roundings of bf16 as integer arithmetic. Leaves: no bf16, or all as it was.
    Saves: calls of a support library that a program does not have.
  }];
}

def PartEmpties : Pass<"llm-part-empties", "::mlir::ModuleOp"> {
  let summary = "new tensors are one for each use";
  let description = [{
    A `tensor.empty` with several uses becomes as many. Expects: functions on tensors, before
    buffers. Leaves: the same. Saves: nothing; what begins with one tensor would begin with one
    buffer, and be written over before its last reader.
  }];
  let dependentDialects = ["::mlir::tensor::TensorDialect"];
}

def StoreBools : Pass<"llm-store-bools", "::mlir::ModuleOp"> {
  let summary = "a bool in memory is a byte";
  let description = [{
    Buffers of i1 become buffers of i8; what reads an element compares it with zero, what
    writes one extends it. Expects: functions on buffers. Leaves: no memref of i1.
    Saves: loops over bools have lanes.
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect"];
}

def FormGenerics : Pass<"llm-form-generics", "::mlir::ModuleOp"> {
  let summary = "ops on tensors become linalg.generic";
  let description = [{
    linalg's named ops, `arith` and `math` on tensors, `tensor.pad` and `tensor.concat`
    (which become slices), linalg.softmax, and embed, norm, linear, act and broadcast of
    llm on dense tensors. Ops on packed weights stay.

    Expects: a function on tensors. Leaves: linalg.generic, and what moves no data.
    Saves: nothing by itself; one form is what fuses and is lowered.
  }];
  let dependentDialects = ["::mlir::linalg::LinalgDialect", "::mlir::tensor::TensorDialect",
                           "::mlir::arith::ArithDialect", "::mlir::math::MathDialect", "::mlir::affine::AffineDialect"];
}

def BindFunction : Pass<"llm-bind-function", "::mlir::ModuleOp"> {
  let summary = "a function's tensors become the caller's memory";
  let description = [{
    `@main` takes the fields of `LlmrtCall` (runtime/include/llmrt/abi.h): weights and
    inputs are read where they lie, results are written where the caller wants them.
    `@sizes` computes from the sizes of a call's inputs those of its outputs, and
    whether the inputs fit one another: every op that walks two tensors side by side,
    and every slice, is asked. Names and types move to the module's `llm.signature`.

    Expects: functions on tensors with targets; weights with offsets. Leaves: tensors
    between bufferization.to_tensor and bufferization.materialize_in_destination.
    Saves: copies of weights, inputs and outputs; a check of sizes while running.
  }];
  let dependentDialects = ["::mlir::LLVM::LLVMDialect", "::mlir::memref::MemRefDialect",
                           "::mlir::bufferization::BufferizationDialect", "::mlir::arith::ArithDialect"];
}

def PlanWorkspace : Pass<"llm-plan-workspace", "::mlir::ModuleOp"> {
  let summary = "buffers of a function share one workspace";
  let description = [{
    Every `memref.alloc` becomes a view of the workspace. Buffers that are not used at
    the same time share a place, which is as large as its largest buffer. `@sizes`
    returns the sum, a function of the sizes of a call.

    Expects: a bound function on buffers. Leaves: no allocation.
    Saves: generated code never asks the system for memory; a call's peak is known
    before it runs.
  }];
  let dependentDialects = ["::mlir::memref::MemRefDialect", "::mlir::arith::ArithDialect"];
}

def SplitGenerics : Pass<"llm-split-generics", "::mlir::ModuleOp"> {
  let summary = "workers share the loops of a function";
  let description = [{
    Each distinct linalg op on buffers, and each copy, becomes one function of `scf.for`
    loops over this worker's share, around vectors of the target's width: along the
    results' last dimension, or, where inputs lie across it, along a sum. The function
    calls them, and meets at an `llm.barrier` wherever one touches what another since
    the last barrier has written or read. An element that the body of an op chooses
    (`memref.load`) is the nearest one, where there is none at its place.

    Expects: a planned function. Leaves: func, scf, memref, vector, arith, math, llm.barrier.
    Saves: ops of equal layers are compiled once; barriers that no dependence needs.
  }];
  let dependentDialects = ["::mlir::vector::VectorDialect", "::mlir::scf::SCFDialect", "::mlir::affine::AffineDialect",
                           "::mlir::memref::MemRefDialect", "::mlir::math::MathDialect"];
}

def FinishFunction : Pass<"llm-finish-function", "::mlir::ModuleOp"> {
  let summary = "the function meets the ABI";
  let description = [{
    Adds, per instruction set, an entry function that unpacks `LlmrtCall`, and the
    constant `llmrt_model` with the function's signature (runtime/include/llmrt/abi.h).

    Expects: loops, and functions with target features. Leaves: no llm ops but
    `llm.weight`, which says what the weight section holds.
  }];
  let dependentDialects = ["::mlir::LLVM::LLVMDialect", "::mlir::arith::ArithDialect"];
}

#endif // LLMC_LOWER_PASSES
