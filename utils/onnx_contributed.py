"""Operators that have no schema in the `onnx` package: ONNX Runtime's own, as its registry describes them (version 1.32).

Names, places, types and attributes are those of `docs/ContribOperators.md` there; what an operator computes is said in our words.
A place is `name:type`, `name:type?` where it is optional; a type is a variable of `types` or an ONNX type. An attribute is
`name:kind`, with `=value` where it has a default and `!` where it must be given.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""

from typing import NamedTuple

FLOATS = "float float16 bfloat16"
FLOATS_AND_DOUBLE = "float float16 bfloat16 double"
MOE_ATTRIBUTES = (
    "k:int=1 activation_type:string=relu normalize_routing_weights:int=0 use_sparse_mixer:int=0 swiglu_fusion:int=0 "
    "activation_alpha:float=1 activation_beta:float=0 swiglu_limit:float swiglu_limit_after_activation:int=0")


class Contributed(NamedTuple):
    name: str
    summary: str
    types: dict  # variable -> element types
    inputs: str
    outputs: str
    attributes: str = ""
    domain: str = "com.microsoft"


OPERATORS = [
    Contributed(
        "Attention", "Projects the input to queries, keys and values by one merged weight, then attention of several heads.",
        {"T": FLOATS, "M": "int32"},
        "input:T weights:T bias:T? mask_index:M? past:T? attention_bias:T? past_sequence_length:M?",
        "output:T present:T?",
        "num_heads:int! unidirectional:int=0 scale:float mask_filter_value:float=-10000 qkv_hidden_sizes:ints do_rotary:int=0 "
        "rotary_embedding_dim:int past_present_share_buffer:int=0"),
    Contributed(
        "BiasGelu", "Gelu of A + B, with the error function; B is a vector along the last dimension.",
        {"T": FLOATS_AND_DOUBLE}, "A:T B:T", "C:T"),
    Contributed(
        "FastGelu", "Gelu of X, plus bias where it is given, by the approximation with tanh.",
        {"T": FLOATS_AND_DOUBLE}, "X:T bias:T?", "Y:T"),
    Contributed(
        "FusedMatMul", "alpha times the matrix product, operands transposed as the attributes say.",
        {"T": FLOATS_AND_DOUBLE}, "A:T B:T", "Y:T",
        "alpha:float=1 transA:int=0 transB:int=0 transBatchA:int=0 transBatchB:int=0"),
    Contributed(
        "GatherBlockQuantized", "Gather of a table whose numbers are codes in blocks, each block with its scale.",
        {"T1": "int4 uint4 uint8 float8e4m3fn float8e4m3fnuz float8e5m2 float8e5m2fnuz float4e2m1", "T2": FLOATS,
         "Tind": "int32 int64"},
        "data:T1 indices:Tind scales:T2 zero_points:T1?", "output:T2",
        "gather_axis:int=0 quantize_axis:int=1 block_size:int=128 bits:int=4"),
    Contributed("Gelu", "Gelu of X with the error function.", {"T": FLOATS_AND_DOUBLE}, "X:T", "Y:T"),
    Contributed(
        "GroupQueryAttention", "Causal attention of grouped heads over a cache of keys and values, with rotary embedding if asked.",
        {"T": FLOATS, "T_CACHE": FLOATS + " uint8 int8 float8e4m3fn", "T_KV_SCALE": "float", "M": "int32"},
        "query:T key:T? value:T? past_key:T_CACHE? past_value:T_CACHE? seqlens_k:M total_sequence_length:M cos_cache:T? sin_cache:T? "
        "position_ids:int64? attention_bias:T? head_sink:T? k_scale:T_KV_SCALE? v_scale:T_KV_SCALE? q_norm_weight:T? k_norm_weight:T? "
        "query_seqlens:M?",
        "output:T present_key:T_CACHE? present_value:T_CACHE? output_qk:T?",
        "num_heads:int! kv_num_heads:int! scale:float softcap:float=0 local_window_size:int=-1 causal:int=1 do_rotary:int=0 "
        "rotary_interleaved:int=0 smooth_softmax:int=-1 qk_output:int=0 sliding_window_cache:int=0 k_quant_type:string=NONE "
        "v_quant_type:string=NONE kv_cache_bit_width:int qk_norm_epsilon:float=1e-6 q_norm_epsilon:float k_norm_epsilon:float"),
    Contributed(
        "MatMulNBits", "Product of A with the transpose of a matrix [N, K] of codes of few bits, in blocks along K with a scale each.",
        {"T1": FLOATS, "T2": "uint8", "T3": "uint8 float float16 bfloat16", "T4": "int32"},
        "A:T1 B:T2 scales:T1 zero_points:T3? g_idx:T4? bias:T1?", "Y:T1",
        "K:int! N:int! bits:int=4 block_size:int! accuracy_level:int=0 weight_prepacked:int=0"),
    Contributed(
        "MoE", "Each row through the k experts that its router prefers: two or three products with an activation between.",
        {"T": FLOATS},
        "input:T router_probs:T fc1_experts_weights:T fc1_experts_bias:T? fc2_experts_weights:T fc2_experts_bias:T? "
        "fc3_experts_weights:T? fc3_experts_bias:T?",
        "output:T", MOE_ATTRIBUTES),
    Contributed(
        "MultiHeadAttention", "Attention of several heads on projected queries, keys and values, which may be packed into one.",
        {"T": FLOATS, "QK": FLOATS, "M": "int32"},
        "query:T key:T? value:T? bias:T? key_padding_mask:M? attention_bias:T? past_key:T? past_value:T? past_sequence_length:M? "
        "cache_indirection:M?",
        "output:T present_key:T? present_value:T? qk:QK?",
        "num_heads:int! scale:float mask_filter_value:float=-10000 unidirectional:int=0"),
    Contributed(
        "QMoE", "MoE whose weights are codes of few bits with scales.",
        {"T": FLOATS, "T1": "uint8 float8e4m3fn", "T2": FLOATS + " float8e8m0 float8e4m3fn", "T4": "float"},
        "input:T router_probs:T fc1_experts_weights:T1 fc1_scales:T2? fc1_experts_bias:T? fc2_experts_weights:T1 fc2_scales:T2? "
        "fc2_experts_bias:T? fc3_experts_weights:T1? fc3_scales:T2? fc3_experts_bias:T? fc1_zero_points:T1? fc2_zero_points:T1? "
        "fc3_zero_points:T1? router_weights:T? fc1_global_scale:T4? fc2_global_scale:T4? fc1_act_scale:T4? fc2_act_scale:T4? "
        "fc1_act_block_scale:T2? fc2_act_block_scale:T2?",
        "output:T",
        MOE_ATTRIBUTES + " expert_weight_bits:int=4 fc1_expert_weight_bits:int fc2_expert_weight_bits:int fc3_expert_weight_bits:int "
        "block_size:int quant_type:string=int accuracy_level:int=0 weights_prepacked:int=-1"),
    Contributed("QuickGelu", "X * sigmoid(alpha * X).", {"T": FLOATS_AND_DOUBLE}, "X:T", "Y:T", "alpha:float=1.702"),
    Contributed(
        "RotaryEmbedding", "Rotates pairs of each head by the angles of its position, whose cosines and sines are tables.",
        {"T": FLOATS, "M": "int64"}, "input:T position_ids:M cos_cache:T sin_cache:T", "output:T",
        "num_heads:int=0 rotary_embedding_dim:int=0 interleaved:int=0 scale:float=1 is_packed_batching:int=0"),
    Contributed(
        "SimplifiedLayerNormalization", "X divided by the root of the mean of its squares, times scale; it stands in the standard domain.",
        {"T": FLOATS_AND_DOUBLE, "U": "float double", "V": FLOATS_AND_DOUBLE}, "X:T scale:V", "Y:V inv_std_var:U?",
        "axis:int=-1 epsilon:float=1e-5 stash_type:int=1", domain=""),
    Contributed(
        "SkipLayerNormalization", "LayerNormalization of input + skip + bias; the sum is an output of its own.",
        {"T": FLOATS, "U": "float"}, "input:T skip:T gamma:T beta:T? bias:T?",
        "output:T mean:U? inv_std_var:U? input_skip_bias_sum:T?", "epsilon:float=1e-12"),
    Contributed(
        "SkipSimplifiedLayerNormalization", "SimplifiedLayerNormalization of input + skip + bias; the sum is an output of its own.",
        {"T": FLOATS, "U": "float"}, "input:T skip:T gamma:T bias:T?",
        "output:T mean:U? inv_std_var:U? input_skip_bias_sum:T?", "epsilon:float=1e-12"),
]
