//===- ONNXOps.td - the operations of the onnx dialect ----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What no schema has: absence, the end of a subgraph, attention as it is
// recognised. The generated operators are included below.
//===----------------------------------------------------------------------===//
#ifndef LLMC_ONNX_OPS
#define LLMC_ONNX_OPS

include "ONNXBase.td"

include "ONNXStandardOps.td.inc"
include "ONNXContributedOps.td.inc"

def ONNX_NoneOp : Op<ONNX_Dialect, "None", [Pure, ConstantLike]> {
  let summary = "the input that a node lacks";
  let description = [{
    Stands at the place of an optional input that is not given.
    ```mlir
    func.func @f(%x: tensor<?xf32>, %most: tensor<f32>) -> tensor<?xf32> {
      %no = onnx.None : none
      %y = onnx.Clip(%x, %no, %most) : (tensor<?xf32>, none, tensor<f32>) -> tensor<?xf32>
      return %y : tensor<?xf32>
    }
    ```
  }];
  let results = (outs NoneType:$result);
  let builders = [OpBuilder<(ins), [{ $_state.addTypes($_builder.getNoneType()); }]>];
  let assemblyFormat = "attr-dict `:` type($result)";
  let hasFolder = 1;
}

def ONNX_YieldOp : Op<ONNX_Dialect, "Yield", [Pure, Terminator, ReturnLike,
                                             ParentOneOf<["IfOp", "LoopOp", "ScanOp", "SequenceMapOp"]>]> {
  let summary = "the outputs of a subgraph";
  let arguments = (ins Variadic<AnyType>:$values);
  let builders = [OpBuilder<(ins), [{ }]>];
  let assemblyFormat = "($values^ `:` type($values))? attr-dict";
}

def ONNX_LlmcAttentionOp : ONNX_Operator<"llmc", "Attention", 1, [Pure, ONNX_SameElementType<"0x7", "0x1">]> {
  let summary = "scaled dot-product attention with whatever mask was recognised";
  let description = [{
    `s = scale * q[b, h, i] . k[b, g, j]` with g = floor(h*K/H), p = i + U - S the position of row i and j that
    of the key: the rows are the last S of the U positions. If softcap: `s = softcap * tanh(s / softcap)`; then
    `s += slopes[h] * (j - p)`. A key is allowed iff `p - j <= left` and `j - p <= right` (-1 means no limit)
    and padding[b, j], where it is given, is true. With m the maximum of the allowed s and of the sink,
    `w = exp(s - m) / (sum exp(s - m) + exp(sinks[h] - m))` over the allowed keys (without sinks no second summand) and
    `result[b, h, i] = sum_j w * v[b, g, j]`, everything in f32. A row that may see no key and has no sink is NaN.

    query [B, H, S, D], key [B, K, U, D], value [B, K, U, Dv], padding [B, U] i1, slopes and sinks [H] f32;
    result [B, H, S, Dv].
    (C1) query, key, value and result have rank 4 where it is known. (C2) B, U and D agree, K divides H.
    (C3) result is [B, H, S, Dv]. (C4) S <= U. (C5) padding is [B, U], slopes and sinks are [H].
    (C6) softcap >= 0, left, right >= -1, and scale is a number.
    ```mlir
    func.func @f(%q: tensor<?x9x?x64xf32>, %k: tensor<?x3x?x64xf32>, %v: tensor<?x3x?x64xf32>) -> tensor<?x9x?x64xf32> {
      %no = onnx.None : none
      %a = onnx.llmc.Attention(%q, %k, %v, %no, %no, %no) {right = 0 : i64, scale = 1.250000e-01 : f32}
        : (tensor<?x9x?x64xf32>, tensor<?x3x?x64xf32>, tensor<?x3x?x64xf32>, none, none, none) -> tensor<?x9x?x64xf32>
      return %a : tensor<?x9x?x64xf32>
    }
    ```
  }];
  let arguments = (ins TensorOf<ONNX_Floats>:$query, TensorOf<ONNX_Floats>:$key, TensorOf<ONNX_Floats>:$value,
                       ONNX_OrNone<[TensorOf<[I1]>]>:$padding, ONNX_OrNone<[TensorOf<[F32]>]>:$slopes,
                       ONNX_OrNone<[TensorOf<[F32]>]>:$sinks,
                       ONNX_Float:$scale, DefaultValuedAttr<ONNX_Int, "-1">:$left,
                       DefaultValuedAttr<ONNX_Int, "-1">:$right, DefaultValuedAttr<ONNX_Float, "0.0f">:$softcap);
  let results = (outs TensorOf<ONNX_Floats>:$result);
  let operandPlaces = [ONNX_Place<"query", "T">, ONNX_Place<"key", "T">, ONNX_Place<"value", "T">,
                       ONNX_Place<"padding", "i1", true>, ONNX_Place<"slopes", "f32", true>,
                       ONNX_Place<"sinks", "f32", true>];
  let resultPlaces = [ONNX_Place<"result", "T">];
  let hasVerifier = 1;
}

def ONNX_LlmcRotaryEmbeddingOp : ONNX_Operator<"llmc", "RotaryEmbedding", 1, [Pure, ONNX_SameElementType<"0x1", "0x1">]> {
  let summary = "rotary position embedding, by frequencies";
  let description = [{
    `llm.rope` on a graph's value: dims `start .. start + 2n` of the last turn by p * inv[i], cosines and sines
    times `mscale`, where p is the position in the sequence of a row of dim `sequence_axis`: its place there, behind
    what a cache holds. Pairs are (2i, 2i+1) if `interleaved`, else (i, i + n). The other dims pass.
    input [.., D], inv [n] f32, result as input. (C1) input and result agree in shape. (C2) inv is [n], start >= 0,
    start + 2n <= D. (C3) sequence_axis is a dim of the input, not the last.
    ```mlir
    func.func @f(%q: tensor<?x9x?x64xf32>, %inv: tensor<32xf32>) -> tensor<?x9x?x64xf32> {
      %r = onnx.llmc.RotaryEmbedding(%q, %inv) {sequence_axis = 2 : i64} : (tensor<?x9x?x64xf32>, tensor<32xf32>) -> tensor<?x9x?x64xf32>
      return %r : tensor<?x9x?x64xf32>
    }
    ```
  }];
  let arguments = (ins TensorOf<ONNX_Floats>:$input, TensorOf<[F32]>:$inv,
                       DefaultValuedAttr<ONNX_Int, "0">:$interleaved, DefaultValuedAttr<ONNX_Int, "0">:$start,
                       ONNX_Int:$sequence_axis, DefaultValuedAttr<ONNX_Float, "1.0f">:$mscale);
  let results = (outs TensorOf<ONNX_Floats>:$result);
  let operandPlaces = [ONNX_Place<"input", "T">, ONNX_Place<"inv", "f32">];
  let resultPlaces = [ONNX_Place<"result", "T">];
  let hasVerifier = 1;
}

def ONNX_LlmcRouteOp : ONNX_Operator<"llmc", "Route", 1, [Pure, ONNX_SameElementType<"0x3", "0x1">]> {
  let summary = "chooses k experts per row and their weights";
  let description = [{
    `llm.route` on a graph's value, along the last dim; Routing.h says what it computes.
    logits [.., X], select_bias [X]; weights [.., k], experts [.., k] i64, the most wanted first.
    (C1) groups divides X and has two experts or more where top2_sum adds two. (C2) top_groups <= groups and
    k <= top_groups * X / groups. (C3) score, weighting and group_score are of those in Routing.h, and weighting is
    softmax only with score identity. (C4) select_bias is [X]. (C5) scale and eps are numbers.
    ```mlir
    func.func @f(%l: tensor<?x8xf32>) -> (tensor<?x2xf32>, tensor<?x2xi64>) {
      %no = onnx.None : none
      %w, %e = onnx.llmc.Route(%l, %no) {k = 2 : i64, score = "softmax", weighting = "sum"}
        : (tensor<?x8xf32>, none) -> (tensor<?x2xf32>, tensor<?x2xi64>)
      return %w, %e : tensor<?x2xf32>, tensor<?x2xi64>
    }
    ```
  }];
  let arguments = (ins TensorOf<ONNX_Floats>:$logits, ONNX_OrNone<[TensorOf<ONNX_Floats>]>:$select_bias, ONNX_Int:$k,
                       StrAttr:$score, StrAttr:$weighting,
                       DefaultValuedAttr<ONNX_Int, "1">:$groups, DefaultValuedAttr<ONNX_Int, "1">:$top_groups,
                       DefaultValuedStrAttr<StrAttr, "max">:$group_score,
                       DefaultValuedAttr<ONNX_Float, "1.0f">:$scale, DefaultValuedAttr<ONNX_Float, "0.0f">:$eps);
  let results = (outs TensorOf<ONNX_Floats>:$weights, TensorOf<[I64]>:$experts);
  let operandPlaces = [ONNX_Place<"logits", "T">, ONNX_Place<"select_bias", "T", true>];
  let resultPlaces = [ONNX_Place<"weights", "T">, ONNX_Place<"experts", "i64">];
  let hasVerifier = 1;
}

#endif // LLMC_ONNX_OPS
