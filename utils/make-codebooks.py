#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Write the codebooks of GGML's IQ formats as sets of points.

usage: make-codebooks.py OUT.inc       (packages: utils/requirements-dev.txt; OUT.inc is dialects/llm/Codebooks.inc)

An entry is a point of so many elements, each one of a few values; entries stand in ascending order of the number whose lowest
digit is the first element. So a codebook is a set, one bit per point of the whole space, and an entry's number its place in it.
"""

import argparse
import pathlib

import numpy as np
from gguf import quants

NAMES = {"IQ1_S": "ternary2048", "IQ2_XXS": "ternary256", "IQ2_XS": "ternary512", "IQ2_S": "ternary1024", "IQ3_XXS": "octal256", "IQ3_S": "octal512"}


def points_of(name):
    """The entries' numbers, in order, and how many there could be."""
    book = getattr(quants, name)
    book.init_grid()
    values = [np.float32(value) for value in book.grid_map]
    digits = np.vectorize(values.index)(book.grid.reshape(book.grid_shape))
    points = digits @ len(values) ** np.arange(digits.shape[1])
    assert (np.diff(points) > 0).all(), name
    return points, len(values) ** digits.shape[1]


def spell(name):
    points, space = points_of(name)
    bits = np.zeros(space, np.uint8)
    bits[points] = 1
    words = np.packbits(bits, bitorder="little")
    words = np.pad(words, (0, -len(words) % 8)).view("<u8")
    lines = [" ".join(f"{word:#018x}," for word in words[i : i + 6]) for i in range(0, len(words), 6)]
    return f"static constexpr uint64_t {NAMES[name]}[] = {{ // {name}\n" + "\n".join(lines) + "};\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", type=pathlib.Path, help="file to write")
    head = (
        "//===- Codebooks.inc - points of the IQ formats' codebooks ------------------===//\n"
        "// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception\n//\n"
        "// Made by utils/make-codebooks.py from the tables of gguf-py. Bit p is set where\n"
        "// the codebook has point p, whose lowest digit is the first element.\n"
        "//===----------------------------------------------------------------------===//\n\n"
    )
    parser.parse_args().out.write_text(head + "\n".join(spell(name) for name in NAMES))


if __name__ == "__main__":
    main()
