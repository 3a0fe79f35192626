"""Damage that `info --verify` must see: the highest bits of an even number of 8-byte words of the weights.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""

import struct

from harness import MODELS, Attack, Wrong, main

PAGE = 4096


def flip(data, words):
    start = next(at for at in range(0, len(data), PAGE) if data[at:at + 8] == b"LLMRTART")
    offset, = struct.unpack_from("<Q", data, start + 40)  # of the first section
    for word in range(words):
        data[start + offset + 8 * word + 7] ^= 0x80
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
