#!/usr/bin/env python3
"""Writes the seeds of the fuzz target `onnx`: small decoders of which each has other structures of the reader.

usage: test/fuzz/make-onnx-seeds.py     (into test/fuzz/corpus/onnx)

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "e2e"))
from onnx_files import WIDTH, attribute, data, decoder, floats, function, int64s, node, tensor  # noqa: E402

NORM = [node("Pow", ["x", "two"], ["p"]), node("ReduceMean", ["p", "last"], ["m"]), node("Add", ["m", "eps"], ["n"]),
        node("Sqrt", ["n"], ["r"]), node("Div", ["x", "r"], ["y"])]
SHAPES = [node("Shape", ["x"], ["s"]), node("Gather", ["s", "zero"], ["b"]), node("Unsqueeze", ["b", "zero0"], ["b1"]),
          node("Concat", ["b1", "rest"], ["to"], axis=0), node("Reshape", ["x", "to"], ["y"])]
SCALE = function("f", ["x"], ["y"], [node("Constant", [], ["c"], value=attribute("value", ("t", b""), ref="factor")),
                                     node("Mul", ["x", "c"], ["y"])],
                 defaults=[attribute("factor", ("t", floats("v", [], 2.0)))])
SEEDS = {
    "decoder": decoder(),
    "norm": decoder(NORM, "y", [floats("two", [], 2.0), int64s("last", [-1]), floats("eps", [1], 1e-5)]),
    "shapes": decoder(SHAPES, "y", [int64s("zero", [0], []), int64s("zero0", [0]), int64s("rest", [-1, WIDTH])]),
    "function": decoder([node("f", ["x"], ["y"], "call", "local")], "y", functions=[SCALE], opsets=(("", 23), ("local", 1))),
    "external": decoder([node("Add", ["x", "b"], ["y"])], "y",
                        [tensor("b", [WIDTH], external={"location": "b.data", "offset": "0", "length": "32"})]),
    "typed": decoder([node("Add", ["x", "b"], ["y"])], "y", [tensor("b", [2], more=data(4, bytes(8)))]),
    "clip": decoder([node("Clip", ["x", "", "most"], ["y"])], "y", [floats("most", [])]),
    "range": decoder([node("Range", ["a", "b", "c"], ["r"]), node("ReduceSum", ["r"], ["t"], keepdims=0),
                      node("CastLike", ["t", "x"], ["u"]), node("Mul", ["x", "u"], ["y"])], "y",
                     [int64s("a", [0], []), int64s("b", [4], []), int64s("c", [1], [])]),
}

if __name__ == "__main__":
    folder = HERE / "corpus" / "onnx"
    folder.mkdir(parents=True, exist_ok=True)
    for name, seed in SEEDS.items():
        (folder / name).write_bytes(seed)
