//===- Passes.td - passes that recognise structure in graphs ----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef LLMC_RAISE_PASSES
#define LLMC_RAISE_PASSES

include "mlir/Pass/PassBase.td"

class RaisePass<string argument, string name> : Pass<argument, "::mlir::ModuleOp"> {
  let constructor = "llmc::create" # name # "Pass()";
  let dependentDialects = ["::mlir::onnx::ONNXDialect", "::mlir::llm::LLMDialect"];
}

def InferShapes : RaisePass<"onnx-infer-shapes", "InferShapes"> {
  let summary = "values get their ranks and static sizes";
  let description = [{
    Every value of `@main` becomes a ranked tensor. A size is static if it is the same for every
    length of batch, sequence and past that is tried. Expects: onnx ops. Leaves: the same, typed;
    what cannot be evaluated stays as it is, with a reason.
  }];
}

def Decompose : RaisePass<"onnx-decompose", "Decompose"> {
  let summary = "attention and contributed operators become standard ones";
  let description = [{
    Operators of ONNX Runtime (`GroupQueryAttention`, `SkipLayerNormalization`, ...) and the standard's
    Attention are written in products, masks and softmax, so that one recogniser knows all spellings;
    rows that are chosen of codes are chosen of their numbers, and products of codes (`DynamicQuantizeLinear`,
    `MatMulInteger`, scales) are products of numbers.
    Expects: onnx ops with inferred shapes. Leaves: the same without these, or the op with a reason.
  }];
}

def Fold : RaisePass<"onnx-fold", "Fold"> {
  let summary = "what no input decides becomes a constant";
  let description = [{
    A value of up to 256 elements that is no data becomes `onnx.Constant` if it is the same for every length of
    batch, sequence and past that is tried, 0 and 1 among them: sizes of heads, targets of reshapes, scales.
    A ScatterND that writes every element in its place is what it writes; one that writes the same rows in
    every run, as an assignment to a slice does, is a Concat of them and of those that are left.
    Expects: onnx ops. Leaves: the same, without those that only such values needed.
    Saves: the ops of shape arithmetic in every run, and in every pass behind this one.
  }];
}

def DropRounding : RaisePass<"onnx-drop-rounding", "DropRounding"> {
  let summary = "attention is not rounded inside";
  let description = [{
    QuantizeLinear and DequantizeLinear by the same numbers, where what they round is a factor or the result of a
    product of two values that tokens decide, go. Of a step only: a cache has keys as they were computed.
    Expects: onnx ops. Leaves: the same. Saves: attention is recognised.
  }];
}

def RaiseActivations : RaisePass<"raise-activations", "RaiseActivations"> {
  let summary = "elementwise regions become the activation that they compute";
  let description = [{
    A region of elementwise ops of one value becomes `onnx.Swish` (SiLU, quick GELU) or `onnx.Gelu`
    if its values at points between -20 and 20 are theirs, however it is spelled.
    Expects: onnx ops. Leaves: the same. Saves: kernels evaluate one function, and fuse it.
  }];
}

def RaiseNorms : RaisePass<"raise-norms", "RaiseNorms"> {
  let summary = "regions become the norm that they compute";
  let description = [{
    A region around a mean of the last dimension becomes `onnx.RMSNormalization` or
    `onnx.LayerNormalization` if its values for random vectors are theirs; epsilon is what the
    values say. A factor and a summand per column join; norms of one head each, joined again,
    become one norm times their weights.
    Expects: onnx ops. Leaves: the same. Saves: one kernel for six.
  }];
}

def RaiseRotary : RaisePass<"raise-rotary", "RaiseRotary"> {
  let summary = "regions become the rotation that they compute";
  let description = [{
    A region of one value, linear in it and different from position to position, becomes
    `onnx.llmc.RotaryEmbedding` if it turns pairs of its last dimension by position times a
    frequency. Pairing, part, frequencies and factor are read from its values, whether cosines
    come from the graph or from a table. Neighbours that are left sorted into halves are so by a Gather
    behind it. Frequencies that the length of a run decides (LongRoPE) are those of
    `max-context` positions: a cache keeps keys as they were turned once, whatever length a sequence gets.
    Expects: onnx ops. Leaves: the same. Saves: one rotation per step for all layers.
  }];
  let options = [Option<"maxContext", "max-context", "int64_t", "0",
                        "Positions of a sequence; 0: what their number decides is no rotation">];
}

def RaiseAttention : RaisePass<"raise-attention", "RaiseAttention"> {
  let summary = "a softmax between two products becomes attention";
  let description = [{
    `softmax(scale * q k^T + mask) v` becomes `onnx.llmc.Attention` on the heads that it reads:
    repeated heads are undone, and so is an order of columns that queries and keys share; the mask is what its
    values say at lengths beyond every number in its graph: causal, a window, slopes per head, the padding.
    Declines name the first element that no mask explains.
    Expects: onnx ops. Leaves: the same. Saves: scores never reach memory.
  }];
}

def RaiseRouting : RaisePass<"raise-routing", "RaiseRouting"> {
  let summary = "the choice of experts becomes what it computes";
  let description = [{
    The k greatest of scores of one value's last dim, and the weights that are made of the scores, become
    `onnx.llmc.Route`: score, groups, bias of the choice, weighting, factor and summand are found by giving
    the logits numbers and looking at what is chosen. Declines say that no routing explains it.
    Expects: onnx ops. Leaves: the same. Saves: what experts compute needs no sort.
  }];
}

def MakeStateful : RaisePass<"make-stateful", "MakeStateful"> {
  let summary = "a decoder's graph becomes a step over a cache";
  let description = [{
    `@main` over whole sequences becomes `@step` over rows of a ragged batch with a paged cache: batch
    and sequence fold into rows, transposes and reshapes of heads vanish, matrices with a constant
    side become linears, attention reads the cache, columns are joined where they were computed apart. Only what the
    logits need is kept.
    Expects: raised onnx ops. Leaves: llm ops, or the graph as it was with a reason.
    Saves: a token costs one row, not the whole sequence.
  }];
  let dependentDialects = ["::mlir::onnx::ONNXDialect", "::mlir::llm::LLMDialect", "::mlir::arith::ArithDialect",
                           "::mlir::math::MathDialect", "::mlir::tensor::TensorDialect", "::mlir::func::FuncDialect"];
}

def CacheLatents : RaisePass<"cache-latents", "CacheLatents"> {
  let summary = "the cache holds what keys and values are made of";
  let description = [{
    Keys and values that a matrix per head makes of the same row, keys perhaps beside columns that all heads
    share, are not cached: the row is, with those columns behind it, for all heads once. The matrix of a head's
    keys, transposed, multiplies its queries, that of its values what attention makes of the rows (multi-head
    latent attention, arXiv:2405.04434). Of all layers of a cache, where it shrinks by more than the work of a
    row grows.
    Expects: `@step` with `llm.kv_write` and `llm.attention` of equal layers, not looped. Leaves: the same, the
    cache's values a prefix of its keys.
    Saves: of DeepSeek-V3's cache all but 1/71, which is what attention reads per token.
  }];
  let dependentDialects = ["::mlir::llm::LLMDialect", "::mlir::tensor::TensorDialect", "::mlir::func::FuncDialect"];
}

def OnnxToLinalg : RaisePass<"onnx-to-linalg", "OnnxToLinalg"> {
  let summary = "a graph becomes a function on tensors";
  let description = [{
    Every op of a graph becomes loops (`linalg.generic`) or a view of a tensor; what a graph computes with
    sizes becomes arithmetic on indices, so that no tensor's size depends on another's elements. Products
    with a weight become `llm.linear` over the rows of all batches and sequences.
    Expects: onnx ops with ranks and static sizes inferred; `onnx-fold` before it. Leaves: linalg, tensor, arith,
    math and `llm.linear` with `llm.name` and `llm.dims`, or an error that names the ops that have no lowering.
  }];
  let dependentDialects = ["::mlir::onnx::ONNXDialect", "::mlir::llm::LLMDialect", "::mlir::arith::ArithDialect",
                           "::mlir::math::MathDialect", "::mlir::tensor::TensorDialect", "::mlir::func::FuncDialect",
                           "::mlir::linalg::LinalgDialect"];
}

#endif // LLMC_RAISE_PASSES
