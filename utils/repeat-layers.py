#!/usr/bin/env python3
"""Writes a GGUF model with its layers repeated: what compile time may not depend on.

usage: repeat-layers.py MODEL.gguf TIMES OUT.gguf     (needs the gguf package, utils/requirements-dev.txt)

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""

import re
import sys

import gguf


def main():
    source, times, target = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    reader = gguf.GGUFReader(source)
    architecture = reader.fields["general.architecture"].contents()
    layers = reader.fields[f"{architecture}.block_count"].contents()
    writer = gguf.GGUFWriter(target, architecture)
    for name, field in reader.fields.items():
        if name.startswith("GGUF.") or name == "general.architecture":
            continue
        kind = field.types[0]
        value = layers * times if name == f"{architecture}.block_count" else field.contents()
        element = field.types[-1] if kind == gguf.GGUFValueType.ARRAY else None
        writer.add_key_value(name, value, kind, element)
    for tensor in reader.tensors:
        block = re.match(r"blk\.(\d+)\.(.*)", tensor.name)
        names = [tensor.name]
        if block:
            names = [f"blk.{int(block[1]) + layers * i}.{block[2]}" for i in range(times)]
        for name in names:
            writer.add_tensor(name, tensor.data, raw_dtype=tensor.tensor_type)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


if __name__ == "__main__":
    main()
