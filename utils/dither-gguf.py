#!/usr/bin/env python3
"""Makes a base for quantisers of a GGUF file whose weights lie on a grid: the same model as floats that lie on none.

Each weight of a quantised tensor is dequantised, and a uniform random number within half a step of its group is added: the floats are
as likely as any others that the file could have been made of. Without that, a quantiser that finds the file's own grid again looks
lossless. Equal arguments write equal files.

usage: dither-gguf.py MODEL.gguf OUT.gguf [--type F32|F16] [--seed 1]     (needs PyPI's gguf)

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""

import argparse

import gguf
import numpy as np
from gguf.constants import GGMLQuantizationType as Type

FLOATS = {Type.F32, Type.F16, Type.BF16}
# A block is [a half: the step, other bytes, codes]: elements of a block, all of one step.
STEP_FIRST = {Type.Q4_0: 32, Type.Q4_1: 32, Type.Q5_0: 32, Type.Q5_1: 32, Type.Q8_0: 32}
FILE_TYPES = {"F32": gguf.LlamaFileType.ALL_F32, "F16": gguf.LlamaFileType.MOSTLY_F16}


def steps(tensor):
    """The step of each weight, in the shape of the weights."""
    if tensor.tensor_type not in STEP_FIRST:
        known = ", ".join(sorted(kind.name for kind in STEP_FIRST))
        raise SystemExit(f"error: {tensor.name} is {tensor.tensor_type.name}: the step of {known} is known")
    elements = STEP_FIRST[tensor.tensor_type]
    bytes_per_block = gguf.GGML_QUANT_SIZES[tensor.tensor_type][1]
    blocks = tensor.data.reshape(-1, bytes_per_block)
    step = np.abs(np.ascontiguousarray(blocks[:, :2]).view(np.float16).astype(np.float32))
    return np.repeat(step.reshape(-1), elements)


def floats_of(tensor, generator, kind):
    if tensor.tensor_type in FLOATS:
        return gguf.dequantize(tensor.data, tensor.tensor_type).astype(np.float32)
    values = gguf.dequantize(tensor.data, tensor.tensor_type).astype(np.float32)
    noise = generator.uniform(-0.5, 0.5, values.size).astype(np.float32)
    values = values + (noise * steps(tensor)).reshape(values.shape)
    return values.astype(np.float16) if kind == "F16" else values


def copy_fields(reader, writer, kind):
    for field in reader.fields.values():
        if field.name.startswith("GGUF.") or field.name in ("general.architecture", "general.file_type"):
            continue
        sub_type = field.types[-1] if field.types[0] == gguf.GGUFValueType.ARRAY else None
        writer.add_key_value(field.name, field.contents(), field.types[0], sub_type=sub_type)
    writer.add_file_type(FILE_TYPES[kind])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model")
    parser.add_argument("out")
    parser.add_argument("--type", choices=["F32", "F16"], default="F32")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()

    reader = gguf.GGUFReader(arguments.model)
    writer = gguf.GGUFWriter(arguments.out, reader.fields["general.architecture"].contents())
    copy_fields(reader, writer, arguments.type)
    generator = np.random.default_rng(arguments.seed)
    for tensor in reader.tensors:
        writer.add_tensor(tensor.name, floats_of(tensor, generator, arguments.type))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


if __name__ == "__main__":
    main()
