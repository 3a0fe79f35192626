#!/usr/bin/env python3
"""Unusual but legal ONNX models: each spells one model another way, and has its logits.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""

import struct
import unittest

from onnx_files import (BOOL, FLOAT, FLOAT16, LOGITS, ROWS, WIDTH, attribute, data, decoder, floats, function, graph, int64s, node, number,
                        tensor, value, varint)
from support import LLMC, TestCase, run, write_npy

BIAS = [0.5 + i % 7 / 10 for i in range(WIDTH)]
ADD = node("Add", ["x", "b"], ["y"])
BYTES = struct.pack(f"<{WIDTH}f", *BIAS)
# Numbers that halves have exactly.
COARSE = [i / 4 for i in range(WIDTH)]
COARSE_BYTES = struct.pack(f"<{WIDTH}f", *COARSE)
BF16 = 16


def biased(bias, nodes=(ADD,), **options):
    return decoder(list(nodes), "y", [bias], **options)


def cast(bias):
    """A bias of another type, brought to that of the rows."""
    return biased(bias, [node("Cast", ["b"], ["c"], to=FLOAT), node("Add", ["x", "c"], ["y"])])


def packed(values):
    """The field of integers."""
    return data(5, b"".join(map(varint, values)))


def half_bits(values):
    return struct.unpack(f"<{WIDTH}H", struct.pack(f"<{WIDTH}e", *values))


def bfloat_bits(values):
    return [bits >> 16 for bits in struct.unpack(f"<{WIDTH}I", struct.pack(f"<{WIDTH}f", *values))]


ADD_FUNCTION = function("Bias", ["a", "v"], ["c"], [node("Add", ["a", "v"], ["c"])])
OUTER = function("Outer", ["x", "b"], ["y"], [node("Bias", ["x", "b"], ["y"], domain="local")])
# `most` is the default of a function, passed on to one that passes it to an operator.
CAST_INNER = function("Inner", ["v"], ["c"], [node("Cast", ["v"], ["c"], to=attribute("to", 0, ref="type"))],
                      attributes=["type"])
CAST_OUTER = function("Outer", ["x", "b"], ["y"], [
    node("Inner", ["b"], ["c"], domain="local", type=attribute("type", 0, ref="kind")), node("Add", ["x", "c"], ["y"])],
    defaults=[attribute("kind", FLOAT)])
LOCAL = (("", 23), ("local", 1))

SAME = {
    "an initializer that is an input, too": biased(tensor("b", [WIDTH], BYTES), inputs=[value("b", [WIDTH])]),
    "floats in their field": biased(tensor("b", [WIDTH], more=data(4, BYTES))),
    "the domain in words": decoder([node("Add", ["x", "b"], ["y"], domain="ai.onnx")], "y", [floats("b", [WIDTH])],
                                   opsets=(("ai.onnx", 23),)),
    "a constant node": decoder([node("Constant", [], ["b"], value=("t", floats("", [WIDTH]))), ADD], "y"),
    "an absent input in the middle": decoder(
        [node("Slice", ["x", "begin", "end", "", "step"], ["z"]), node("Add", ["z", "b"], ["y"])], "y",
        [floats("b", [WIDTH]), int64s("begin", [0, 0, 0]), int64s("end", [1 << 40] * 3), int64s("step", [1, 1, 1])]),
    "a function": biased(floats("b", [WIDTH]), [node("Bias", ["x", "b"], ["y"], domain="local")], functions=[ADD_FUNCTION],
                         opsets=LOCAL),
    "functions in functions": biased(floats("b", [WIDTH]), [node("Outer", ["x", "b"], ["y"], domain="local")],
                                     functions=[OUTER, ADD_FUNCTION], opsets=LOCAL),
    "a weight with the name of a function": biased(floats("main", [WIDTH]), [node("Add", ["x", "main"], ["y"])]),
    "a node behind the one that reads it": decoder([ADD, node("Constant", [], ["b"], value=("t", floats("", [WIDTH])))], "y"),
    "nodes in the opposite order": decoder(
        [node("Identity", ["q"], ["y"]), node("Identity", ["p"], ["q"]), node("Add", ["x", "b"], ["p"])], "y", [floats("b", [WIDTH])]),
    "fields of later versions": biased(floats("b", [WIDTH]), more=data(99, b"later") + number(98, 7)),
}



def branches(then, otherwise, result="y"):
    """An If: `then` and `otherwise` make `result` of what is there already."""
    outputs = [value(result, [])]
    return dict(then_branch=("g", graph(then, outputs=outputs, initializers=[floats("b", [WIDTH])])),
                else_branch=("g", graph(otherwise, outputs=outputs)))


def truth(name, value):
    return tensor(name, [1], bytes([value]), BOOL)


ADD_OR_NOT = branches([ADD], [node("Identity", ["x"], ["y"])])
# What decides: a flag, a size, the rank of rows; and a branch in a branch.
BRANCHES = {
    "a flag": decoder([node("If", ["c"], ["y"], "n", **ADD_OR_NOT)], "y", [truth("c", 1)]),
    "the opposite of a flag": decoder(
        [node("Not", ["c"], ["d"]), node("If", ["d"], ["y"], "n", **branches([node("Neg", ["x"], ["y"])], [ADD]))], "y",
        [truth("c", 1), floats("b", [WIDTH])]),
    "a size": decoder(
        [node("Shape", ["table"], ["s"]), node("Gather", ["s", "one"], ["d"]), node("Equal", ["d", "width"], ["c"]),
         node("If", ["c"], ["y"], "n", **ADD_OR_NOT)], "y", [int64s("one", [1]), int64s("width", [WIDTH])]),
    "a rank": decoder(
        [node("Shape", ["input_ids"], ["s"]), node("Shape", ["s"], ["r"]), node("Equal", ["r", "two"], ["c"]),
         node("If", ["c"], ["y"], "n", **ADD_OR_NOT)], "y", [int64s("two", [2])]),
    "a branch in a branch": decoder(
        [node("If", ["c"], ["y"], "n", **branches([node("If", ["c"], ["z"], "m", **branches([node("Add", ["x", "b"], ["z"])], [], "z")),
                                                   node("Identity", ["z"], ["y"])], []))],
        "y", [truth("c", 1)]),
    "a flag that merged decoders take": decoder([node("If", ["use_cache_branch"], ["y"], "n", **ADD_OR_NOT)], "y",
                                                inputs=[value("use_cache_branch", [1], BOOL)]),
}

LAST = int64s("last", [-1])
# One step gives the logits of whichever rows are asked for: a graph that has those of its last row only is no other model.
LAST_ROWS = {
    "the last row by a slice": decoder(
        [node("Slice", ["x", "last", "most", "rows"], ["y"])], "y", [LAST, int64s("most", [1 << 40]), int64s("rows", [1])],
        outputs=[value("logits", ["batch", 1, ROWS])]),
    "the last row by an index": decoder([node("Gather", ["x", "last"], ["y"], axis=1)], "y", [int64s("last", [-1], [])],
                                        outputs=[value("logits", ["batch", ROWS])]),
    "logits behind another output": decoder(outputs=[value("x", ["batch", "seq", WIDTH]), LOGITS]),
}

COARSE_SAME = {
    "halves": cast(tensor("b", [WIDTH], struct.pack(f"<{WIDTH}e", *COARSE), FLOAT16)),
    "halves in the field of integers": cast(tensor("b", [WIDTH], type=FLOAT16, more=packed(half_bits(COARSE)))),
    "bfloat16": cast(tensor("b", [WIDTH], struct.pack(f"<{WIDTH}H", *bfloat_bits(COARSE)), BF16)),
    "bfloat16 in the field of integers": cast(tensor("b", [WIDTH], type=BF16, more=packed(bfloat_bits(COARSE)))),
    "a default that is passed on twice": biased(
        tensor("b", [WIDTH], struct.pack(f"<{WIDTH}e", *COARSE), FLOAT16),
        [node("Outer", ["x", "b"], ["y"], domain="local")], functions=[CAST_OUTER, CAST_INNER], opsets=LOCAL),
}


class OnnxForms(TestCase):
    def logits_of(self, blob, name="model.onnx"):
        path = self.folder / name
        path.write_bytes(blob)
        return self.run_app(path)

    def run_app(self, path):
        ids = self.folder / "ids.npy"
        write_npy(ids, [4], [1, 2, 3, 5])
        return self.logits(self.compile(path, "app"), ids).values

    def check_same(self, plain, others):
        expected = self.logits_of(plain)
        for name, blob in others.items():
            with self.subTest(name):
                self.assertEqual(self.logits_of(blob), expected)

    def test_spellings(self):
        self.check_same(biased(tensor("b", [WIDTH], BYTES)), SAME)

    def test_branches_that_no_run_chooses(self):
        self.check_same(biased(floats("b", [WIDTH])), BRANCHES)

    def test_a_branch_sees_its_own_values_only(self):
        """What a branch makes inside is no value of the graph."""
        inner = [node("Neg", ["x"], ["hidden"]), node("Neg", ["hidden"], ["y"])]
        blob = decoder([node("If", ["c"], ["y"], "n", **branches(inner, [])), node("Add", ["hidden", "y"], ["z"], "after")], "z",
                       [truth("c", 1)])
        path = self.folder / "scopes.onnx"
        path.write_bytes(blob)
        result = run([LLMC, "check", path])
        self.assertEqual(result.returncode, 1)
        self.assertIn("node 'after' (Add): reads 'hidden', which nothing before it makes", result.stdout + result.stderr)

    def test_logits_of_the_last_row(self):
        self.check_same(decoder(), LAST_ROWS)

    def test_powers_of_a_relu(self):
        """Its square is one activation, however it is written."""
        relu, two = node("Relu", ["x"], ["r"]), tensor("two", [], struct.pack("<f", 2.0))
        self.check_same(decoder([relu, node("Abs", ["r"], ["a"]), node("Mul", ["r", "a"], ["y"])], "y"), {
            "a product": decoder([relu, node("Mul", ["r", "r"], ["y"])], "y"),
            "a power": decoder([relu, node("Pow", ["r", "two"], ["y"])], "y", [two])})

    def test_a_head_that_is_the_table_turned(self):
        """Written out by an exporter that folds constants: one weight, as where a transpose says it."""
        numbers = [i * 37 % 101 / 50 - 1 for i in range(ROWS * WIDTH)]
        turned = [numbers[row * WIDTH + column] for column in range(WIDTH) for row in range(ROWS)]
        table = tensor("table", [ROWS, WIDTH], struct.pack(f"<{len(numbers)}f", *numbers))
        head = lambda values: tensor("head", [WIDTH, ROWS], struct.pack(f"<{len(values)}f", *values))
        transpose = node("Transpose", ["table"], ["head"], perm=[1, 0])
        self.check_same(decoder([transpose], tables=(table,)), {"written out": decoder(tables=(table, head(turned)))})
        # One element makes another weight of it.
        for name, values, tied in (("turned", turned, True), ("almost", [*turned[:-1], 0.25], False)):
            path = self.folder / f"{name}.onnx"
            path.write_bytes(decoder(tables=(table, head(values))))
            step = self.succeed([LLMC, "import", path])
            self.assertEqual((step.count("llm.weight @"), "tied_embeddings = true" in step), (1 if tied else 2, tied), name)

    def test_element_types(self):
        self.check_same(biased(tensor("b", [WIDTH], COARSE_BYTES)), COARSE_SAME)

    def test_external_data(self):
        (self.folder / "all.data").write_bytes(bytes(100) + BYTES + bytes(7))
        parts = {"location": "all.data", "offset": "100", "length": str(len(BYTES))}
        self.check_same(biased(tensor("b", [WIDTH], BYTES)), {"a part": biased(tensor("b", [WIDTH], external=parts))})

    def test_an_output_that_is_left_out(self):
        """LayerNormalization's second of three."""
        norm = node("LayerNormalization", ["x", "g", "b"], ["y"], axis=-1)
        all_of_it = node("LayerNormalization", ["x", "g", "b"], ["y", "", "deviation"], axis=-1)
        weights = [floats("g", [WIDTH]), floats("b", [WIDTH])]
        self.check_same(decoder([norm], "y", weights), {"all": decoder([all_of_it], "y", weights)})

    def test_any_file_name(self):
        expected = self.logits_of(decoder())
        for name in ("weights.bin", "model", "model.ONNX"):
            with self.subTest(name):
                self.assertEqual(self.logits_of(decoder(), name), expected)

    def test_a_folder_with_other_files(self):
        folder = self.folder / "exported"
        folder.mkdir()
        expected = self.logits_of(decoder())
        (folder / "decoder.onnx").write_bytes(decoder())
        (folder / "README.md").write_text("# A model\n")
        self.assertEqual(self.run_app(folder), expected)

    def test_inspect(self):
        path = self.folder / "inspected.onnx"
        path.write_bytes(decoder())
        self.assertIn("table", self.succeed([LLMC, "inspect", path, "--json"]))


if __name__ == "__main__":
    unittest.main()
