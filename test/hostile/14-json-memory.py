"""JSON of 19 MB (ten million zeros) is read or refused within file size + 512 MB, in config.json and in a safetensors header.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""

import struct

from harness import MIB, Attack, at_most, main

ZEROS = b"[" + b"0," * 10000000 + b"0]"


def check(t: Attack):
    bound = len(ZEROS) / MIB + 512
    model = t.folder("config")
    config = model / "config.json"
    config.write_bytes(config.read_bytes().rstrip()[:-1] + b',"x":' + ZEROS + b"}")
    at_most("config.json", t.run(t.llmc, "import", model, code=(0, 1)).peak / MIB, bound, "MiB")

    model = t.folder("tokenizer")
    tokenizer = model / "tokenizer.json"
    tokenizer.write_bytes(tokenizer.read_bytes().rstrip()[:-1] + b',"x":' + ZEROS + b"}")
    at_most("tokenizer.json", t.run(t.llmc, "import", model, code=(0, 1)).peak / MIB, bound, "MiB")

    model = t.folder("safetensors")
    weights = model / "model.safetensors"
    data = weights.read_bytes()
    size, = struct.unpack("<Q", data[:8])
    header = data[8:8 + size].rstrip()[:-1] + b',"__metadata__":' + ZEROS + b"}"
    weights.write_bytes(struct.pack("<Q", len(header)) + header + data[8 + size:])
    at_most("safetensors", t.run(t.llmc, "import", model, code=(0, 1)).peak / MIB, bound, "MiB")


if __name__ == "__main__":
    main(__file__)
