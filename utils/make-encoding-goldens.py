#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Write random blocks of each GGML format and the values that gguf-py reads from them.

usage: make-encoding-goldens.py OUTDIR       (packages: utils/requirements-dev.txt; OUTDIR is test/Inputs/encodings)

FORMAT.blocks holds the bytes of 512 elements, FORMAT.values their float32.
"""

import argparse
import pathlib

import numpy as np

from ggml_blocks import FLOATS, random_matrix, values_of


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", type=pathlib.Path, help="folder to write the blocks to")
    out = parser.parse_args().out
    out.mkdir(parents=True, exist_ok=True)
    generator = np.random.default_rng(1)
    for name in FLOATS:
        blocks = random_matrix(name, 1, 512, 0.5, generator)
        (out / f"{name.lower()}.blocks").write_bytes(blocks.tobytes())
        (out / f"{name.lower()}.values").write_bytes(values_of(name, blocks).tobytes())


if __name__ == "__main__":
    main()
