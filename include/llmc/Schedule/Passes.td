//===- Passes.td - passes that decide how a step runs -----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef LLMC_SCHEDULE_PASSES
#define LLMC_SCHEDULE_PASSES

include "mlir/Pass/PassBase.td"

def PackWeights : Pass<"llm-pack-weights", "::mlir::ModuleOp"> {
  let summary = "matrices get the panel layout";
  let description = [{
    Every weight that a linear or an embed reads becomes
    `!llm.packed<NxK, #encoding, #llm.panels>`. Where its recipe leaves 2 of each 4 codes, `#llm.panels<16, 2:4>` has
    those alone; where it leaves equally few floats of each row, the encoding is `#llm.sparse`. Where it leaves equally many blocks,
    `#llm.panels<16, KEEP:OF, RxC>` has these.
    Expects: final encodings. Leaves: the same ops on packed weights.
    Saves: kernels read weights front to back, one output row per vector lane, and no zeros that were made to be skipped.

    Zeros stay where `isas` would be slower without them, by figures that are stored in lib/Schedule/SparseSpeeds.inc: of generated
    rows, and in functions, which have none, of several rows at once. All instruction sets share the weights, so the slowest
    decides; devices have no figures, so bytes do.
  }];
  let options = [
    Option<"zeros", "zeros", "::llmc::ZeroSkipping", "::llmc::ZeroSkipping::faster",
           "those that are left out: where that is faster, wherever it is smaller, or never">,
    ListOption<"isas", "isas", "std::string", "instruction sets that run the step; none: those of the stored figures">
  ];
  let dependentDialects = ["::mlir::llm::LLMDialect"];
}

def FormKernels : Pass<"llm-form-kernels", "::mlir::ModuleOp"> {
  let summary = "ops are grouped into kernels";
  let description = [{
    Each anchor op becomes an `llm.kernel` with the elementwise ops that only it
    feeds; linears of one input that meet in an elementwise op share a kernel
    (gate and up projections); a norm takes the quantisation of its result along.
    Kernels get their `#llm.schedule`.

    Expects: packed weights. Leaves: kernels, reshapes, params, projections, loops.
    Saves: a write and a read of every intermediate, and a barrier.
  }];
  let dependentDialects = ["::mlir::llm::LLMDialect"];
}

def PlanMemory : Pass<"llm-plan-memory", "::mlir::ModuleOp"> {
  let summary = "every buffer and weight gets its place";
  let description = [{
    Kernel results get an arena offset (bytes per row of capacity), values with
    disjoint lifetimes share one; what a loop carries stays in place. Weights get
    their offset in the weight section, in execution order. The sums and the results
    of `@step` are in the module attribute `llm.plan` (`#llm.plan`). A value that a loop
    or a result would overwrite while it is still read is copied by a kernel `copy`.

    Expects: kernels. Leaves: the same with `arena` and `at` filled; unread weights are gone.
    Saves: no allocation while running; peak memory is known before it runs.
  }];
  let dependentDialects = ["::mlir::llm::LLMDialect"];
}

def PlaceWeights : Pass<"llm-place-weights", "::mlir::ModuleOp"> {
  let summary = "every weight of a function gets its place";
  let description = [{
    Weights get their offset in the weight section, in execution order: what
    `llm-plan-memory` does for a step.

    Expects: functions on tensors. Leaves: the same with `at` filled; unread weights are gone.
    Saves: weights are read front to back.
  }];
  let dependentDialects = ["::mlir::llm::LLMDialect"];
}

def FormProducts : Pass<"llm-form-products", "::mlir::ModuleOp"> {
  let summary = "products of a function become kernels";
  let description = [{
    Each llm.linear of a function program becomes an `llm.kernel` with its
    `#llm.schedule`. All else of such a function is linalg.

    Expects: packed weights, functions with targets. Leaves: no llm.linear outside kernels.
    Saves: weights are read front to back, for several rows at a time.
  }];
  let dependentDialects = ["::mlir::llm::LLMDialect"];
}

def TileChains : Pass<"llm-tile-chains", "::mlir::ModuleOp"> {
  let summary = "a product's rows are computed where it reads them";
  let description = [{
    A linalg.generic with sums, one of whose factors other products or sums have computed
    by rows (attention: scores, softmax, times values), becomes an scf.forall over tiles of
    16 rows; the ops that compute a tile's rows stand in front of the product, in its body.
    What is not a function of all the tiled loops, as the keys are not, stays outside.

    Expects: linalg.generic on tensors, fused. Leaves: scf.forall over the longer chains.
    Saves: rows x columns are neither written to memory nor read back, and of the barriers
    between the ops one is left.
  }];
  let dependentDialects = ["::mlir::affine::AffineDialect", "::mlir::linalg::LinalgDialect",
                           "::mlir::scf::SCFDialect", "::mlir::tensor::TensorDialect"];
}

def CheckPlan : Pass<"llm-check-plan", "::mlir::ModuleOp"> {
  let summary = "no value is overwritten while it is still read";
  let description = [{
    Walks the step as it runs, loop bodies twice, and keeps which value each byte range
    holds: every read must find its value, every result of the step must be with the
    caller, and weights must be disjoint. Two live values that share bytes are an error
    that names both. Shares no code with `llm-plan-memory`.

    Expects: a planned module. Leaves: the same.
    Saves: a wrong plan is a message and not wrong numbers.
  }];
  let dependentDialects = ["::mlir::llm::LLMDialect"];
}

#endif // LLMC_SCHEDULE_PASSES
