# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Random blocks of GGML's formats: gguf-py reads more of them than it writes."""

import gguf
import numpy as np

# The f16 numbers of a block: offset in bytes, and factor of the block's scale. Minimums centre the values.
FLOATS = {
    "Q4_0": {0: 1.0},
    "Q4_1": {0: 1.0, 2: -7.5},
    "Q5_0": {0: 1.0},
    "Q5_1": {0: 1.0, 2: -15.5},
    "Q8_0": {0: 1.0},
    "Q4_K": {0: 1.0, 2: 7.5},
    "Q5_K": {0: 1.0, 2: 15.5},
    "Q6_K": {208: 1.0},
    "Q2_K": {80: 1.0, 82: 1.5},
    "Q3_K": {108: 1.0},
    "IQ4_NL": {0: 1.0},
    "IQ4_XS": {0: 1.0},
    "TQ1_0": {52: 1.0},
    "TQ2_0": {64: 1.0},
    "IQ1_S": {0: 1.0},
    "IQ2_XXS": {0: 1.0},
    "IQ2_XS": {0: 1.0},
    "IQ2_S": {0: 1.0},
    "IQ3_XXS": {0: 1.0},
    "IQ3_S": {0: 1.0},
    "MXFP4": {},  # an exponent
    "IQ1_M": {},  # a nibble of it in each of four words
}


def put_scales(name, blocks, scales):
    """Writes a scale per block, and what goes with it."""
    for offset, factor in FLOATS[name].items():
        blocks[:, offset : offset + 2] = (scales * factor).astype(np.float16)[:, None].view(np.uint8)
    if name == "MXFP4":
        blocks[:, 0] = np.clip(np.round(np.log2(np.abs(scales))) + 128, 0, 255)
    if name == "IQ1_M":
        words = blocks[:, 48:].view(np.uint16)
        for i in range(4):
            words[:, i] = words[:, i] & 0x0FFF | (scales.astype(np.float16).view(np.uint16) >> 4 * i & 15) << 12


def random_matrix(name, rows, columns, deviation, generator):
    """uint8 [rows, bytes per row] whose values have about this deviation. All other bytes are random, so that codes and
    sub-scales occur which no quantiser writes."""
    elements, size = gguf.GGML_QUANT_SIZES[gguf.GGMLQuantizationType[name]]
    blocks = generator.integers(0, 256, (rows * columns // elements, size), dtype=np.uint8)
    scales = generator.uniform(0.5, 1.5, len(blocks)) * generator.choice([-1, 1], len(blocks))

    put_scales(name, blocks, scales * 2.0**-8)
    put_scales(name, blocks, scales * (2.0**-8 * deviation / values_of(name, blocks).std()))
    return blocks.reshape(rows, -1)


def values_of(name, blocks):
    """What gguf-py reads, as float32."""
    return gguf.dequantize(blocks, gguf.GGMLQuantizationType[name]).astype(np.float32)
