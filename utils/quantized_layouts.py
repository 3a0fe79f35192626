# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""How tools that quantise Hugging Face folders store a linear [N, K], written from their published layouts.

Each function takes float32 weights and a generator and returns the tensors by the end of their names, and the float32 weights
that those tensors mean. Sources: GPTQ: AutoGPTQ's and GPTQModel's QuantLinear (v1, v2); AWQ: AutoAWQ's WQLinear_GEMM;
compressed-tensors: its compressors/pack_quantized and naive; bitsandbytes: functional.quantize_4bit and QuantState, 8-bit
MatmulLtState; fp8: transformers' finegrained_fp8 (DeepSeek-V3's weight_scale_inv).
"""

import json

import numpy as np
import torch

AWQ_ORDER = [0, 2, 4, 6, 1, 3, 5, 7]
# The 16 values of NormalFloat4 (arXiv:2305.14314, appendix E), as bitsandbytes stores them.
NF4 = [
    -1.0, -0.6961928009986877, -0.5250730514526367, -0.39491748809814453, -0.28444138169288635, -0.18477343022823334,
    -0.09105003625154495, 0.0, 0.07958029955625534, 0.16093020141124725, 0.24611230194568634, 0.33791524171829224,
    0.44070982933044434, 0.5626170039176941, 0.7229568362236023, 1.0,
]  # fmt: skip


def round_codes(weight, group_of, bits, symmetric):
    """Codes [N, K], scales [N, G] as float16 numbers, zeros [N, G]; code - zero times scale is near the weight."""
    groups = int(group_of.max()) + 1
    top = 2**bits - 1
    codes = np.zeros(weight.shape, np.uint32)
    scales, zeros = np.zeros((weight.shape[0], groups), np.float32), np.zeros((weight.shape[0], groups), np.int64)
    for group in range(groups):
        part = weight[:, group_of == group]
        low, high = part.min(1), part.max(1)
        scale = np.maximum(np.abs(low), high) * 2 / top if symmetric else (high - low) / top
        scale = scale.astype(np.float16).astype(np.float32)
        zero = np.full(len(scale), 2 ** (bits - 1)) if symmetric else np.clip(np.round(-low / scale), 0, top).astype(np.int64)
        codes[:, group_of == group] = np.clip(np.round(part / scale[:, None]) + zero[:, None], 0, top)
        scales[:, group], zeros[:, group] = scale, zero
    return codes, scales, zeros


def meaning(codes, scales, zeros, group_of):
    return ((codes.astype(np.float32) - zeros[:, group_of].astype(np.float32)) * scales[:, group_of]).astype(np.float32)


def pack_stream(codes, bits):
    """uint32 [..., n * bits / 32] from codes [..., n]: a stream of bits, the lowest first."""
    spread = (codes[..., None].astype(np.uint32) >> np.arange(bits, dtype=np.uint32)) & 1
    stream = spread.reshape(*codes.shape[:-1], -1, 32).astype(np.uint64)
    return (stream << np.arange(32, dtype=np.uint64)).sum(-1).astype(np.uint32)


def as_i32(words):
    return torch.from_numpy(np.ascontiguousarray(words).view(np.int32))


def half(values):
    return torch.from_numpy(np.ascontiguousarray(values)).to(torch.float16)


def gptq(weight, generator, bits, group, symmetric, version, shuffled):
    columns = weight.shape[1]
    group_of = np.arange(columns) // group
    if shuffled:
        group_of = generator.permutation(group_of)
    codes, scales, zeros = round_codes(weight, group_of, bits, symmetric)
    stored = zeros - 1 & 2**bits - 1 if version == 1 else zeros
    tensors = {
        ".qweight": as_i32(pack_stream(codes, bits).T),
        ".qzeros": as_i32(pack_stream(stored.T, bits)),
        ".scales": half(scales.T),
        ".g_idx": torch.from_numpy(group_of.astype(np.int32)),
    }
    return tensors, meaning(codes, scales, zeros, group_of)


def awq(weight, generator, group):
    group_of = np.arange(weight.shape[1]) // group
    codes, scales, zeros = round_codes(weight, group_of, 4, symmetric=False)

    def pack(lines):
        ordered = lines.reshape(len(lines), -1, 8)[:, :, AWQ_ORDER]
        return as_i32(pack_stream(ordered.reshape(len(lines), -1), 4))

    tensors = {".qweight": pack(codes.T), ".qzeros": pack(zeros.T), ".scales": half(scales.T)}
    return tensors, meaning(codes, scales, zeros, group_of)


def packed(weight, generator, group, symmetric):
    """compressed-tensors' pack-quantized with 4 bits."""
    group_of = np.arange(weight.shape[1]) // group
    codes, scales, zeros = round_codes(weight, group_of, 4, symmetric)
    tensors = {
        ".weight_packed": as_i32(pack_stream(codes, 4)),
        ".weight_scale": half(scales),
        ".weight_shape": torch.tensor(weight.shape, dtype=torch.int64),
    }
    if not symmetric:
        tensors[".weight_zero_point"] = as_i32(pack_stream(zeros.T, 4).T)
    return tensors, meaning(codes, scales, zeros, group_of)


def int8_rows(weight, generator):
    """compressed-tensors' int-quantized: a scale per row in bfloat16."""
    scales = torch.from_numpy(np.abs(weight).max(1, keepdims=True) / 127).to(torch.bfloat16)
    factors = scales.to(torch.float32).numpy()
    codes = np.clip(np.round(weight / factors), -128, 127).astype(np.int8)
    return {".weight": torch.from_numpy(codes), ".weight_scale": scales}, codes.astype(np.float32) * factors


def fp8(weight, generator, name, height, width):
    """E4M3 with a factor per block of so many rows and columns, as float32."""
    rows, columns = weight.shape
    factors = np.zeros((-(-rows // height), -(-columns // width)), np.float32)
    for i, j in np.ndindex(factors.shape):
        factors[i, j] = np.abs(weight[i * height : (i + 1) * height, j * width : (j + 1) * width]).max() / 448
    spread = factors.repeat(height, 0)[:rows].repeat(width, 1)[:, :columns]
    codes = torch.from_numpy(weight / spread).to(torch.float8_e4m3fn)
    return {".weight": codes, name: torch.from_numpy(factors)}, codes.to(torch.float32).numpy() * spread


def nf4(weight, generator, block, nested_block):
    """bitsandbytes' 4 bits with double quantisation."""
    table = np.array(NF4, np.float32)
    blocks = weight.reshape(-1, block)
    absmax = np.abs(blocks).max(1)
    offset = np.float32(absmax.mean())
    nested_map = np.sort(np.concatenate([np.linspace(-1, 1, 255), [0.5]]).astype(np.float32))
    rest = np.pad(absmax - offset, (0, -len(absmax) % nested_block)).reshape(-1, nested_block)
    nested_absmax = np.abs(rest).max(1).astype(np.float32)
    codes_of_absmax = np.abs((rest / nested_absmax[:, None])[..., None] - nested_map).argmin(-1).astype(np.uint8)
    scales = (nested_map[codes_of_absmax] * nested_absmax[:, None]).reshape(-1)[: len(absmax)].astype(np.float32) + offset
    codes = np.abs((blocks / scales[:, None])[..., None] - table).argmin(-1).astype(np.uint8)
    state = {
        "quant_type": "nf4", "blocksize": block, "dtype": "float32", "shape": list(weight.shape),
        "nested_blocksize": nested_block, "nested_dtype": "float32", "nested_offset": float(offset),
    }  # fmt: skip
    pairs = codes.reshape(-1, 2)
    tensors = {
        ".weight": torch.from_numpy(pairs[:, :1] << 4 | pairs[:, 1:]),
        ".weight.absmax": torch.from_numpy(codes_of_absmax.reshape(-1)[: len(absmax)].copy()),
        ".weight.quant_map": torch.from_numpy(table),
        ".weight.nested_absmax": torch.from_numpy(nested_absmax),
        ".weight.nested_quant_map": torch.from_numpy(nested_map),
        ".weight.quant_state.bitsandbytes__nf4": torch.tensor(list(json.dumps(state).encode()), dtype=torch.uint8),
    }
    return tensors, (table[codes] * scales[:, None]).reshape(weight.shape)


def int8_bitsandbytes(weight, generator):
    scb = np.abs(weight).max(1).astype(np.float32)
    codes = np.round(weight * 127 / scb[:, None]).astype(np.int8)
    tensors = {".weight": torch.from_numpy(codes), ".SCB": torch.from_numpy(scb), ".weight_format": torch.tensor(0, dtype=torch.uint8)}
    return tensors, codes.astype(np.float32) * (scb / 127)[:, None]
