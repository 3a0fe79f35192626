//===- LLMOps.td - the operations of the llm dialect ------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Every description states formula, shapes, accumulation type, numbered
// constraints (which verifiers and invalid tests cite) and one printed example.
// Model structure (weights, batch, kernels) is in LLMModelOps.td, tile
// operations in LLMTileOps.td.
//===----------------------------------------------------------------------===//
#ifndef LLMC_LLM_OPS
#define LLMC_LLM_OPS

include "LLMPlan.td"
include "LLMRecipes.td"
include "LLMTypes.td"
include "mlir/Interfaces/SideEffectInterfaces.td"
include "mlir/Interfaces/InferTypeOpInterface.td"
include "mlir/IR/SymbolInterfaces.td"
include "mlir/IR/RegionKindInterface.td"
include "mlir/Interfaces/ControlFlowInterfaces.td"
include "mlir/IR/OpBase.td"

class LLM_Op<string mnemonic, list<Trait> traits = []>
    : Op<LLM_Dialect, mnemonic, traits>;

/// An op that kernels are built around, with what it answers itself.
class LLM_KernelAnchor<list<string> methods = []>
    : DeclareOpInterfaceMethods<LLM_KernelAnchorOpInterface, !listconcat(["getDecline"], methods)>;

// Signed: -1 is a value of several attributes.
def LLM_Int : TypedSignlessIntegerAttrBase<I64, "int64_t", "64-bit integer">;

def LLM_FloatTensor : RankedTensorOf<[F32, F16, BF16]>;
def LLM_IntegerTensor : RankedTensorOf<[AnyInteger]>;           // what graphs keep beside floats
def LLM_VectorTensor : RankedTensorOf<[F32]>;                  // small f32 parameters
def LLM_IdTensor : 1DTensorOf<[I32]>;
def LLM_WeightValue : AnyTypeOf<[LLM_FloatTensor, LLM_PackedType], "dense or packed matrix">;
def LLM_ActValue : AnyTypeOf<[LLM_FloatTensor, LLM_PackedType], "dense or quantised activations">;

include "LLMModelOps.td"

//===----------------------------------------------------------------------===//
// Rows
//===----------------------------------------------------------------------===//

def LLM_EmbedOp : LLM_Op<"embed", [Pure, LLM_KernelAnchor<>]> {
  let summary = "rows of a table";
  let description = [{
    `result[t, e] = table[ids[t], e]`; ids [T] i32, table [V, E] dense or packed,
    result [T, E]. Also learned positions, token types and the selection of rows.
    (C1) result is [dim(ids), E] with E of the table.
    (C2) 0 <= ids[t] < V (at run time).
    ```mlir
    %x = llm.embed %ids, %table : (tensor<?xi32>, !llm.packed<49152x576, #llm.q8_0>) -> tensor<?x576xf32>
    ```
  }];
  let arguments = (ins LLM_IdTensor:$ids, LLM_WeightValue:$table);
  let results = (outs LLM_FloatTensor:$result);
  let assemblyFormat = "$ids `,` $table attr-dict `:` functional-type(operands, results)";
  let hasVerifier = 1;
  let hasCanonicalizeMethod = 1;
}

def LLM_NormOp : LLM_Op<"norm", [Pure, AttrSizedOperandSegments, LLM_KernelAnchor<["absorbsProducer", "absorbsUser"]>]> {
  let summary = "RMS or layer normalisation of the last dimension";
  let description = [{
    rms: `result = x / sqrt(mean_d(x^2) + eps) * weight + bias` (arXiv:1910.07467);
    layer: x is centred first (arXiv:1607.06450). Means and result are computed in f32.
    x [..., D]; weight and bias [D], or [H, D] with x [..., H, D].
    (C1) type(result) == type(input).
    (C2) the dimensions of weight and bias are the last dimensions of input.
    (C3) eps > 0. (C4) bias needs weight.
    ```mlir
    %h = llm.norm rms %x weight(%w) {eps = 1.0e-5 : f64} : (tensor<?x576xf32>, tensor<576xf32>) -> tensor<?x576xf32>
    ```
  }];
  let arguments = (ins LLM_NormKindAttr:$kind, LLM_FloatTensor:$input,
                       Optional<LLM_VectorTensor>:$weight, Optional<LLM_VectorTensor>:$bias,
                       F64Attr:$eps);
  let results = (outs LLM_FloatTensor:$result);
  let assemblyFormat = [{
    $kind $input (`weight` `(` $weight^ `)`)? (`bias` `(` $bias^ `)`)? attr-dict
    `:` functional-type(operands, results)
  }];
  let hasVerifier = 1;
}
def LLM_LinearOp : LLM_Op<"linear", [Pure, AttrSizedOperandSegments, LLM_KernelAnchor<["absorbsUser", "runsBeside", "chooseSchedule", "addCost"]>]> {
  let summary = "matrix product with a weight";
  let description = [{
    `result[..., n] = sum_k input[..., k] * weight[n, k] + bias[n]`, accumulated in f32.
    input [..., K], dense or `!llm.packed` (the result of `llm.quantize_act`: its
    meaning is the product with the dequantised input); weight [N, K], or
    [H, N, K] with input [T, H, K] (one matrix per head); bias [N].
    (C1) dim(input, -1) == dim(weight, -1).
    (C2) result is [..., N]; the leading dimensions are those of the input.
    (C3) rank-3 weights need a rank-3 input with H heads.
    (C4) a packed input is a `?xK` matrix of an activation encoding.
    (C5) dim(bias, 0) == N. (C6) batch, whose rows these are, is there iff the input has
    `bf16_prompts` or is `#llm.float_act`. Folds: an operand that is the `llm.dequant` to f32 of a packed value
    becomes that value.
    ```mlir
    %q = llm.linear %h, %w : (tensor<?x576xf32>, !llm.packed<576x576, #llm.q4_1>) -> tensor<?x576xf32>
    ```
  }];
  let arguments = (ins LLM_ActValue:$input, LLM_WeightValue:$weight,
                       Optional<LLM_VectorTensor>:$bias, Optional<LLM_BatchType>:$batch);
  let results = (outs LLM_FloatTensor:$result);
  let builders = [OpBuilder<(ins "::mlir::Type":$result, "::mlir::Value":$input,
                                 "::mlir::Value":$weight, "::mlir::Value":$bias), [{
    build($_builder, $_state, result, input, weight, bias, /*batch=*/::mlir::Value());
  }]>];
  let assemblyFormat = [{
    $input `,` $weight (`bias` `(` $bias^ `)`)? (`batch` `(` $batch^ `)`)? attr-dict
    `:` functional-type(operands, results)
  }];
  let hasVerifier = 1;
  let hasCanonicalizeMethod = 1;
}

def LLM_QuantizeActOp : LLM_Op<"quantize_act", [Pure, AttrSizedOperandSegments, LLM_KernelAnchor<["absorbsProducer"]>]> {
  let summary = "activations as products read them: integers, group by group, or floats";
  let description = [{
    Rounds every group of the last dimension to the result's encoding
    (`#llm.int8_act<group>`: scale = max|x| / 127, code = round-half-even(x / scale)). A
    group that holds an infinity or a NaN is NaN throughout. `#llm.float_act` rounds
    nothing, but prompts where a target has tiles of bf16. With `scale`, one number that calibration
    knows, all groups of all rows have that scale, and codes stop at -127 and 127.
    input [T, K] f32, result `!llm.packed<?xK, #encoding>`.
    (C1) the result has the input's shape. (C2) its encoding is one of
    activations; K is a multiple of the group (a constraint of the type). (C3) batch,
    whose rows these are, is there iff the result has `bf16_prompts` or is `#llm.float_act`.
    (C4) scale is tensor<1xf32>; the result is `#llm.int8_act` then, in one plane.
    ```mlir
    %q = llm.quantize_act %h : tensor<?x576xf32> -> !llm.packed<?x576, #llm.int8_act>
    ```
  }];
  let arguments = (ins 2DTensorOf<[F32]>:$input, Optional<LLM_BatchType>:$batch,
                       Optional<LLM_VectorTensor>:$scale);
  let results = (outs LLM_PackedType:$result);
  let builders = [OpBuilder<(ins "::mlir::Type":$result, "::mlir::Value":$input,
                                 CArg<"::mlir::Value", "{}">:$scale), [{
    build($_builder, $_state, result, input, /*batch=*/::mlir::Value(), scale);
  }]>];
  let assemblyFormat = [{
    $input (`batch` `(` $batch^ `)`)? (`scale` `(` $scale^ `:` type($scale) `)`)? attr-dict
    `:` type($input) `->` qualified(type($result))
  }];
  let hasVerifier = 1;
}

def LLM_DequantOp : LLM_Op<"dequant", [Pure]> {
  let summary = "the numbers that a packed value stands for";
  let description = [{
    Defines the meaning of every op on a packed operand: that op on its `llm.dequant`.
    (C1) same shape.
    ```mlir
    %w = llm.dequant %p : !llm.packed<576x576, #llm.q4_1> -> tensor<576x576xf32>
    ```
  }];
  let arguments = (ins LLM_PackedType:$input);
  let results = (outs LLM_FloatTensor:$result);
  let assemblyFormat = "$input attr-dict `:` qualified(type($input)) `->` type($result)";
  let hasVerifier = 1;
}

def LLM_ActOp : LLM_Op<"act", [Pure, SameOperandsAndResultType, Elementwise]> {
  let summary = "activation function";
  let description = [{
    Elementwise, f32 inside: silu x*sigmoid(x); gelu_erf x/2*(1+erf(x/sqrt 2));
    gelu_tanh x/2*(1+tanh(sqrt(2/pi)*(x+0.044715 x^3))); quick_gelu x*sigmoid(1.702 x);
    relu max(x,0); relu2 max(x,0)^2; sigmoid; tanh; softplus log(1+exp x). NaN stays NaN.
    (C1) type(result) == type(input). Folds: relu of a result that is never negative.
    ```mlir
    %s = llm.act silu %g : tensor<?x1536xf32>
    ```
  }];
  let arguments = (ins LLM_ActFnAttr:$fn, LLM_FloatTensor:$input);
  let results = (outs LLM_FloatTensor:$result);
  let assemblyFormat = "$fn $input attr-dict `:` type($input)";
  let hasFolder = 1;
}

def LLM_BroadcastOp : LLM_Op<"broadcast", [Pure]> {
  let summary = "a vector, or one number per row, in every place of rows";
  let description = [{
    `result[t, .., d] = input[.., d]`: the dimensions of input are those of the result
    from the last on, or 1 (then its only element stands for all). With `tensor.splat`
    this is how elementwise ops of `arith` and `math` read something smaller than rows;
    kernels compute both in registers. `rows` is T where the result does not know it.
    (C1) rank(input) <= rank(result), same element type; each dimension of input is 1
    or that of the result. (C2) rows is present iff the first dimension of result is unknown.
    ```mlir
    %s = llm.broadcast %v[%T] : tensor<576xf32> -> tensor<?x576xf32>
    ```
  }];
  let arguments = (ins RankedTensorOf<[F32, F16, BF16]>:$input, Optional<Index>:$rows);
  let results = (outs LLM_FloatTensor:$result);
  let assemblyFormat = "$input (`[` $rows^ `]`)? attr-dict `:` type($input) `->` type($result)";
  let hasVerifier = 1;
}

//===----------------------------------------------------------------------===//
// Positions
//===----------------------------------------------------------------------===//

def LLM_RopeOp : LLM_Op<"rope", [Pure]> {
  let summary = "rotary position embedding";
  let description = [{
    Rotates dims `start .. start+R` of every head by the angle `positions[t] * inv[i]`,
    cos and sin multiplied by `mscale`; the other dims pass (arXiv:2104.09864). The
    angle is the f32 product, as the models were trained with; cos and sin are of it.
    half pairs (i, i + R/2), interleaved pairs (2i, 2i+1).
    input [T, H, D], positions [T] i32, inv [R/2] or [T, R/2] f32.
    (C1) type(result) == type(input), rank 3. (C2) R even, start >= 0 and start + R <= D.
    (C3) inv is [R/2] or [T, R/2].
    ```mlir
    %q = llm.rope half %q0, %pos, %inv : (tensor<?x9x64xf32>, tensor<?xi32>, tensor<32xf32>) -> tensor<?x9x64xf32>
    ```
  }];
  let arguments = (ins LLM_PairingAttr:$pairing, 3DTensorOf<[F32, F16, BF16]>:$input,
                       LLM_IdTensor:$positions, LLM_VectorTensor:$inv,
                       DefaultValuedAttr<LLM_Int, "0">:$start,
                       DefaultValuedAttr<F64Attr, "1.0">:$mscale);
  let results = (outs LLM_FloatTensor:$result);
  let assemblyFormat = [{
    $pairing $input `,` $positions `,` $inv attr-dict `:` functional-type(operands, results)
  }];
  let hasVerifier = 1;
}

def LLM_RotationOp : LLM_Op<"rotation", [Pure, LLM_KernelAnchor<>]> {
  let summary = "cosines and sines of a step's positions";
  let description = [{
    `result[t, i] = mscale * cos(positions[t] * inv[i])` for i < R/2, and
    `mscale * sin(...)` in columns R/2 .. R. What all layers of a model share of
    `llm.rope`; `llm-share-rotations` splits rope into this and `llm.rotate`.
    The angle is the f32 product. (C1) result is [T, R] f32. (C2) inv is [R/2] or [T, R/2].
    ```mlir
    %cs = llm.rotation %pos, %inv : (tensor<?xi32>, tensor<32xf32>) -> tensor<?x64xf32>
    ```
  }];
  let arguments = (ins LLM_IdTensor:$positions, LLM_VectorTensor:$inv,
                       DefaultValuedAttr<F64Attr, "1.0">:$mscale);
  let results = (outs 2DTensorOf<[F32]>:$result);
  let assemblyFormat = "$positions `,` $inv attr-dict `:` functional-type(operands, results)";
  let hasVerifier = 1;
}

def LLM_RotateOp : LLM_Op<"rotate", [Pure, LLM_KernelAnchor<>]> {
  let summary = "rope with given cosines and sines";
  let description = [{
    `llm.rope` with the result of `llm.rotation` for its angles: with (u, v) a pair,
    `u' = u*cos - v*sin`, `v' = v*cos + u*sin`. input [T, H, D], rotation [T, R].
    (C1) type(result) == type(input), rank 3. (C2) start >= 0 and start + R <= D, R even.
    ```mlir
    %q = llm.rotate half %q0, %cs : (tensor<?x9x64xf32>, tensor<?x64xf32>) -> tensor<?x9x64xf32>
    ```
  }];
  let arguments = (ins LLM_PairingAttr:$pairing, 3DTensorOf<[F32, F16, BF16]>:$input,
                       2DTensorOf<[F32]>:$rotation, DefaultValuedAttr<LLM_Int, "0">:$start);
  let results = (outs LLM_FloatTensor:$result);
  let assemblyFormat = "$pairing $input `,` $rotation attr-dict `:` functional-type(operands, results)";
  let hasVerifier = 1;
}

//===----------------------------------------------------------------------===//
// Sequences
//===----------------------------------------------------------------------===//

def LLM_KVWriteOp : LLM_Op<"kv_write", [Pure, LLM_KernelAnchor<>]> {
  let summary = "stores new keys and values";
  let description = [{
    Returns `cache` with row t of key (and value) stored, rounded to the cache's
    element type, at layer slot `layer` in the batch's slot of row t.
    key [T, K, Dk], value [T, K, Dv]; value is absent iff the cache's value is a prefix of the key.
    (C1) type(result) == type(cache). (C2) K, Dk, Dv match the cache.
    (C3) value is present iff Dv > 0. (C4) a cache value has at most one kv_write user:
    it is used linearly, in the block that defines it. (C5) no reader of a version
    follows its write.
    ```mlir
    %kv1 = llm.kv_write %kv0[%layer], %k, value(%v), %batch : !llm.kv<30x3x64x64, f16>, tensor<?x3x64xf32>, value(tensor<?x3x64xf32>) -> !llm.kv<30x3x64x64, f16>
    ```
  }];
  let arguments = (ins LLM_KVType:$cache, Index:$layer, 3DTensorOf<[F32, F16, BF16]>:$key,
                       Optional<3DTensorOf<[F32, F16, BF16]>>:$value, LLM_BatchType:$batch);
  let results = (outs LLM_KVType:$result);
  let assemblyFormat = [{
    $cache `[` $layer `]` `,` $key `,` custom<ValueThenBatch>($value, $batch) attr-dict `:`
    qualified(type($cache)) `,` type($key) (`,` `value` `(` type($value)^ `)`)? `->` qualified(type($result))
  }];
  let hasVerifier = 1;
}

def LLM_AttentionOp : LLM_Op<"attention", [Pure, AttrSizedOperandSegments, LLM_KernelAnchor<["getScratchBytes", "addCost"]>]> {
  let summary = "scaled dot-product attention of the batch's rows";
  let description = [{
    `s = scale * q_h . k_g` with g = floor(h*K/H); if softcap: `s = softcap * tanh(s / softcap)`;
    `s += slopes[h] * (p_k - p_q)` or `s += rel[bucket(p_k - p_q), h]` (T5 buckets,
    `rel_bidir`, `rel_dist`); a key is allowed iff it is of the row's sequence and
    `p_q - p_k <= left` and `p_k - p_q <= right` and (chunk = 0 or p_q/chunk = p_k/chunk);
    -1 means no limit. `p = exp(s - m) / (sum exp(s - m) + exp(sink_h - m))`, m the maximum
    including the sink; `result = sum p * v`. Everything in f32; `narrow`: rows of prompts
    may have queries, keys, p and v rounded to bf16, where the target multiplies these.
    query [T, H, Dk]; either cache and layer, or key [U, K, Dk] and value [U, K, Dv]
    (value absent: the cache's prefix). slopes, sinks [H]; rel [B, H].
    (C1) K divides H. (C2) Dk equal in query and keys; result is [T, H, Dv].
    (C3) exactly one of cache and key. (C4) softcap >= 0, chunk >= 0, left, right >= -1.
    (C5) at most one of slopes and rel. (C6) right != 0 needs explicit keys or a cache
    that is fully written. (C7) slopes and sinks are [H]. (C8) rel is [B, H]; each
    direction has at least two buckets and fewer exact ones than rel_dist.
    (C9) a cache that keeps W positions needs 0 <= left < W.
    ```mlir
    %a = llm.attention %q cache(%kv[%layer]) batch(%b) {scale = 0.125 : f64} : (tensor<?x9x64xf32>, !llm.kv<30x3x64x64, f16>, index, !llm.batch) -> tensor<?x9x64xf32>
    ```
  }];
  let arguments = (ins 3DTensorOf<[F32, F16, BF16]>:$query, Optional<LLM_KVType>:$cache,
                       Optional<Index>:$layer, Optional<3DTensorOf<[F32, F16, BF16]>>:$key,
                       Optional<3DTensorOf<[F32, F16, BF16]>>:$value,
                       Optional<LLM_VectorTensor>:$slopes, Optional<LLM_VectorTensor>:$sinks,
                       Optional<LLM_VectorTensor>:$rel, LLM_BatchType:$batch,
                       F64Attr:$scale, DefaultValuedAttr<LLM_Int, "-1">:$left,
                       DefaultValuedAttr<LLM_Int, "0">:$right, DefaultValuedAttr<LLM_Int, "0">:$chunk,
                       DefaultValuedAttr<F64Attr, "0.0">:$softcap,
                       DefaultValuedAttr<LLM_Int, "128">:$rel_dist, UnitAttr:$rel_bidir,
                       UnitAttr:$narrow);
  let results = (outs 3DTensorOf<[F32, F16, BF16]>:$result);
  let assemblyFormat = [{
    $query (`cache` `(` $cache^ `[` $layer `]` `)`)? (`key` `(` $key^ `)`)? (`value` `(` $value^ `)`)?
    (`slopes` `(` $slopes^ `)`)? (`sinks` `(` $sinks^ `)`)? (`rel` `(` $rel^ `)`)?
    `batch` `(` $batch `)` attr-dict `:` functional-type(operands, results)
  }];
  let hasVerifier = 1;
}

//===----------------------------------------------------------------------===//
// Experts
//===----------------------------------------------------------------------===//

def LLM_RouteOp : LLM_Op<"route", [Pure]> {
  let summary = "chooses k experts per row and their weights";
  let description = [{
    `s = score(logits)`; `c = s + select_bias`; with groups > 1 only the `top_groups` groups of
    greatest group score (max, or sum of the two greatest) of c stay, the others become -inf;
    the k greatest of c are chosen, ties by lower index; weights come from s:
    raw, sum: s / (sum s + eps), softmax over the k; then times `scale`.
    logits [T, X] f32 -> indices [T, k] i32, weights [T, k] f32.
    (C1) groups divides X. (C2) top_groups <= groups and k <= top_groups * X / groups.
    (C3) top2_sum needs two experts per group. (C4) weights = softmax only with score = identity.
    (C5) indices and weights are [T, k]. (C6) select_bias is [X].
    ```mlir
    %i, %w = llm.route %l {k = 2 : i64, score = #llm<route_score softmax>} : (tensor<?x8xf32>) -> (tensor<?x2xi32>, tensor<?x2xf32>)
    ```
  }];
  let arguments = (ins 2DTensorOf<[F32]>:$logits, Optional<1DTensorOf<[F32]>>:$select_bias,
                       LLM_Int:$k, DefaultValuedAttr<LLM_RouteScoreAttr, "RouteScore::Softmax">:$score,
                       DefaultValuedAttr<LLM_Int, "1">:$groups, DefaultValuedAttr<LLM_Int, "1">:$top_groups,
                       DefaultValuedAttr<LLM_GroupScoreAttr, "GroupScore::Max">:$group_score,
                       DefaultValuedAttr<LLM_RouteWeightsAttr, "RouteWeights::Raw">:$weighting,
                       DefaultValuedAttr<F64Attr, "1.0">:$scale, DefaultValuedAttr<F64Attr, "0.0">:$eps);
  let results = (outs 2DTensorOf<[I32]>:$indices, 2DTensorOf<[F32]>:$weights);
  let assemblyFormat = "$logits (`bias` `(` $select_bias^ `)`)? attr-dict `:` functional-type(operands, results)";
  let hasVerifier = 1;
}

def LLM_ExpertLinearOp : LLM_Op<"expert_linear", [Pure]> {
  let summary = "linear with the weight that each row chose";
  let description = [{
    `result[t, j] = weight[indices[t, j]] * input[t] (or input[t, j]) + bias[indices[t, j]]`.
    input [T, K] or [T, k, K], indices [T, k] i32, weight [X, N, K], bias [X, N]; f32 inside.
    (C1) K equal. (C2) rank-3 input has k of indices. (C3) result is [T, k, N].
    (C4) 0 <= indices < X (at run time). (C5) bias is [X, N].
    ```mlir
    %u = llm.expert_linear %x, %i, %w : (tensor<?x64xf32>, tensor<?x2xi32>, tensor<8x128x64xf32>) -> tensor<?x2x128xf32>
    ```
  }];
  let arguments = (ins LLM_FloatTensor:$input, 2DTensorOf<[I32]>:$indices,
                       LLM_WeightValue:$weight, Optional<2DTensorOf<[F32]>>:$bias);
  let results = (outs 3DTensorOf<[F32, F16, BF16]>:$result);
  let assemblyFormat = [{
    $input `,` $indices `,` $weight (`bias` `(` $bias^ `)`)? attr-dict `:` functional-type(operands, results)
  }];
  let hasVerifier = 1;
  let hasCanonicalizeMethod = 1;
}

def LLM_CombineOp : LLM_Op<"combine", [Pure]> {
  let summary = "weighted sum of the experts' results";
  let description = [{
    `result[t, e] = sum_j weights[t, j] * input[t, j, e]` in f32.
    (C1) input [T, k, E], weights [T, k], result [T, E].
    ```mlir
    %y = llm.combine %d, %w : (tensor<?x2x64xf32>, tensor<?x2xf32>) -> tensor<?x64xf32>
    ```
  }];
  let arguments = (ins 3DTensorOf<[F32, F16, BF16]>:$input, 2DTensorOf<[F32]>:$weights);
  let results = (outs 2DTensorOf<[F32, F16, BF16]>:$result);
  let assemblyFormat = "$input `,` $weights attr-dict `:` functional-type(operands, results)";
  let hasVerifier = 1;
}

//===----------------------------------------------------------------------===//
// Sampling
//===----------------------------------------------------------------------===//

def LLM_SampleOp : LLM_Op<"sample", [Pure, LLM_KernelAnchor<["getScratchBytes"]>]> {
  let summary = "one token id per row of logits";
  let description = [{
    Chooses an id of each row of logits [L, V] by the row's parameters in the batch: temperature,
    top_k (0: off), top_p (1: off), min_p (0: off), penalty, recent ids, and a number u of [0, 1)
    that makes the choice. In this order:

    1. `z[v] = logits[v]`; of recent ids: `logits[v] * penalty` where logits[v] < 0, else
       `logits[v] / penalty`. `m = max z`.
    2. temperature = 0: the result is the lowest v with z[v] = m. Else the weights are
       `w[v] = trunc(2^32 * 2^((z[v] - m) * min(log2(e) / temperature, max f32)))`: f32 throughout, `2^x` by the
       polynomial of Sampling.h. They are integers up to 2^32, so their sums (in f64) are exact in any
       order and neither the vector width nor the number of workers shows. Kept are all with w >= 1.
    3. top_k > 0 keeps what is not below the top_k-th largest w; ties stay.
    4. top_p < 1 keeps what is not below the largest w from which on the sum of all reaches
       `max(1, ceil(top_p * sum))` of the sum before this step; ties stay.
    5. min_p > 0 keeps w >= min_p * 2^32: that share of the largest.
    6. The result is the first kept v, by rising v, at which the sum of w reaches `floor(u * sum) + 1`
       of the sum of what is kept.

    A row with a NaN, or with an infinite m, has no distribution: its result is -1.
    (C1) result is [L]. (C2) V <= 2^20, where sums are still exact. (C3) the parameters are those that
    the runtime checks: temperature, min_p and top_k >= 0, 0 < top_p <= 1, penalty > 0, ids < V (at run time).
    ```mlir
    func.func @sample(%logits: tensor<?x49152xf32>, %b: !llm.batch) -> tensor<?xi32> {
      %ids = llm.sample %logits batch(%b) : tensor<?x49152xf32> -> tensor<?xi32>
      return %ids : tensor<?xi32>
    }
    ```
  }];
  let arguments = (ins 2DTensorOf<[F32]>:$logits, LLM_BatchType:$batch);
  let results = (outs LLM_IdTensor:$result);
  let assemblyFormat = "$logits `batch` `(` $batch `)` attr-dict `:` type($logits) `->` type($result)";
  let hasVerifier = 1;
}

include "LLMTileOps.td"

#endif // LLMC_LLM_OPS
