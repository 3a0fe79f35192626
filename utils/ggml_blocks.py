# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Random blocks of GGML's formats: gguf-py reads K-quants but does not write them."""

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
}


def random_matrix(name, rows, columns, deviation, generator):
    """uint8 [rows, bytes per row] whose values have about this deviation. All other bytes are random, so that codes and
    sub-scales occur which no quantiser writes."""
    elements, size = gguf.GGML_QUANT_SIZES[gguf.GGMLQuantizationType[name]]
    blocks = generator.integers(0, 256, (rows * columns // elements, size), dtype=np.uint8)
    scales = generator.uniform(0.5, 1.5, len(blocks)) * generator.choice([-1, 1], len(blocks))

    def put(unit):
        for offset, factor in FLOATS[name].items():
            blocks[:, offset : offset + 2] = (scales * (factor * unit)).astype(np.float16)[:, None].view(np.uint8)

    put(2.0**-8)
    put(2.0**-8 * deviation / values_of(name, blocks).std())
    return blocks.reshape(rows, -1)


def values_of(name, blocks):
    """What gguf-py reads, as float32."""
    return gguf.dequantize(blocks, gguf.GGMLQuantizationType[name]).astype(np.float32)
