#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Measure what rounding and pruning methods change in products with single weights; print a Markdown table.

With e what a method changed in a weight W, H the sum of x x^T that calibration saw: trace(e H e^T) / trace(W H W^T), the mean square of the
change over that of the product. It takes seconds where perplexity takes minutes, and says which method is better on a layer,
not what of it reaches the output. Of the text that the statistics are of: bench/quantization.py measures on another.

usage: product-error.py BASE.gguf STATS --llmc PATH [--weight NAME ...]     (needs PyPI's gguf)
"""

import argparse
import json
import struct
import tempfile
from pathlib import Path

import gguf
import measure
import numpy as np

WEIGHTS = ["blk.5.ffn_up.weight", "blk.20.ffn_down.weight", "blk.12.attn_q.weight"]
GRIDS = ["bits=4,group=32", "bits=5,group=32,zero=asym"]
METHODS = ["rtn", "rtn,scale-search=yes", "gptq", "gptq,scale-search=yes", "quantease,scale-search=yes"]
PRUNING = [f"{how}-{method}" for how in ("50", "2:4") for method in ("magnitude", "magnitude+dsnot", "wanda", "wanda+dsnot", "sparsegpt")]


class Statistics:
    """A file of llmc calibrate."""

    def __init__(self, path):
        self.data = Path(path).read_bytes()
        length, = struct.unpack_from("<Q", self.data)
        self.start, self.header = 8 + length, json.loads(self.data[8 : 8 + length])

    def read(self, name):
        begin, end = self.header[name]["data_offsets"]
        return self.data[self.start + begin : self.start + end]

    def sums(self, weight):
        if f"{weight}/as" in self.header:
            weight = self.read(f"{weight}/as").decode()
        name = f"{weight}/xtx"
        return np.frombuffer(self.read(name), dtype=np.float32).reshape(self.header[name]["shape"]).astype(np.float64)


def values(path, names):
    tensors = {tensor.name: tensor for tensor in gguf.GGUFReader(path).tensors}
    return {name: gguf.dequantize(tensors[name].data, tensors[name].tensor_type).astype(np.float64) for name in names}


def square(matrix, sums):
    return float(np.sum(matrix @ sums * matrix))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("base")
    parser.add_argument("stats")
    parser.add_argument("--llmc", required=True)
    parser.add_argument("--weight", action="append", help="one or more, instead of three of SmolLM2")
    arguments = parser.parse_args()
    names = arguments.weight or WEIGHTS
    statistics, before = Statistics(arguments.stats), values(arguments.base, names)
    sums = {name: statistics.sums(name) for name in names}
    jobs = [("--quantize", f"{grid},method={method}") for grid in GRIDS for method in METHODS] + [("--sparsify", spec) for spec in PRUNING]
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        out = f"{folder}/out.gguf"
        for option, spec in jobs:
            choices = ";".join(["keep", *(f"{name}:{spec}" for name in names)])
            measure.run([arguments.llmc, "quantize", "-q", arguments.base, f"{option}={choices}", f"--stats={arguments.stats}", "-o", out])
            after = values(out, names)
            errors = [square(after[name] - before[name], sums[name]) / square(before[name], sums[name]) for name in names]
            rows.append([f"`{spec}`", *(f"{100 * error:.3f} %" for error in errors)])
    measure.print_table(["", *(f"`{name}`" for name in names)], rows)


if __name__ == "__main__":
    main()
