"""Damage that `info --verify` must see: the highest bits of an even number of 8-byte words of the weights.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""

import struct

from harness import MODELS, Attack, Wrong, main


def flip(data, words):
    table, = struct.unpack("<Q", data[-24:-16])
    offset, = struct.unpack("<Q", data[table + 8:table + 16])
    for word in range(words):
        data[offset + 8 * word + 7] ^= 0x80
    return data


def check(t: Attack):
    app = t.compile(MODELS / "llama-q4_1.gguf")
    t.run(app, "info", "--verify")
    for words in (1, 2, 2000):
        bad = t.work / f"bad{words}"
        bad.write_bytes(flip(bytearray(app.read_bytes()), words))
        bad.chmod(0o755)
        if t.run(bad, "info", "--verify", code=(0, 1)).code == 0:
            raise Wrong(f"{words} flipped top bits are not seen")


if __name__ == "__main__":
    main(__file__)
