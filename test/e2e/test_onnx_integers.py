#!/usr/bin/env python3
"""DequantizeLinear of weights: a model of int8, uint8, int4 or uint4 has the logits of the one whose weights are written out
as floats, and its linears keep the codes.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""

import json
import random
import struct
import unittest

from onnx_files import UINT8, decoder, floats, graph, model, node, tensor, value
from support import LLMC, Tensor, TestCase, largest_difference, read_npy, run, write_npy

WIDTH, TOKENS = 64, 48
INT8, UINT4, INT4 = 3, 21, 22
RANGES = {INT8: (-128, 127), UINT8: (0, 255), INT4: (-8, 7), UINT4: (0, 15)}
NAMES = {INT8: "int8", UINT8: "uint8", INT4: "int4", UINT4: "uint4"}
TABLES = (floats("table", [TOKENS, WIDTH]), floats("head", [WIDTH, TOKENS]))
TOLERANCE = 2e-6  # of the greatest logit


def pack(type, codes):
    if type in (INT8, UINT8):
        return struct.pack(f"<{len(codes)}{'b' if type == INT8 else 'B'}", *codes)
    return bytes(low & 15 | (high & 15) << 4 for low, high in zip(codes[::2], codes[1::2]))


class Matrix:
    """Codes [rows, columns] of a given seed with scales (and zeros) per tensor, per place of `axis`, or per block along it;
    and the floats that they stand for."""

    def __init__(self, type, rows, columns, axis=None, block=0, zeros=False, name="w"):
        self.random, self.type, self.name = random.Random(f"{type} {axis} {block} {zeros}"), type, name
        self.shape, self.axis, self.block = [rows, columns], axis, block
        least, most = RANGES[type]
        places = [] if axis is None else [self.shape[axis]]
        if block:
            places = [-(-size // block) if dim == axis else size for dim, size in enumerate(self.shape)]
        count = places[0] * places[-1] if len(places) == 2 else places[0] if places else 1
        codes = [self.random.randint(least, most) for _ in range(rows * columns)]
        scales = [self.random.uniform(0.5, 1) / (most - least) for _ in range(count)]
        zero = [self.random.randint(least, most) if zeros else 0 for _ in range(count)]
        self.initializers = [tensor(name + "_codes", self.shape, pack(type, codes), type),
                             tensor(name + "_scales", places, struct.pack(f"<{count}f", *scales))]
        if zeros:
            self.initializers.append(tensor(name + "_zeros", places, pack(type, zero + [0] * (count % 2 if type in (INT4, UINT4) else 0)), type))
        self.inputs = [name + "_codes", name + "_scales"] + ([name + "_zeros"] if zeros else [])

        def scale_of(row, column):
            at = [row, column]
            if axis is None:
                return 0
            if not block:
                return at[axis]
            at[axis] //= block
            return at[0] * places[1] + at[1]

        which = [scale_of(i // columns, i % columns) for i in range(rows * columns)]
        self.values = [(code - zero[at]) * scales[at] for code, at in zip(codes, which)]

    def node(self, result="w", inputs=None):
        attributes = {} if self.axis is None else {"axis": self.axis}
        if self.block:
            attributes["block_size"] = self.block
        return node("DequantizeLinear", inputs or self.inputs, [result], "dequantize_" + self.name, **attributes)

    def floats(self, name="w"):
        return tensor(name, self.shape, struct.pack(f"<{len(self.values)}f", *self.values))


PRODUCT = node("MatMul", ["x", "w"], ["y"], "product")
TURNED = [node("Transpose", ["w"], ["t"], perm=[1, 0]), node("MatMul", ["x", "t"], ["y"], "product")]


class Integers(TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ids = cls.folder / "ids.npy"
        write_npy(cls.ids, [5], [1, 2, 3, 5, 47])

    def write(self, name, blob):
        path = self.folder / f"{name}.onnx"
        path.write_bytes(blob)
        return path

    def logits_of(self, name, blob):
        return self.logits(self.compile(self.write(name, blob), name, "--activations=f32"), self.ids)

    def assert_near(self, found, expected, tolerance=TOLERANCE):
        self.assertLessEqual(largest_difference(found, expected), tolerance * max(map(abs, expected.values)))

    def step_of(self, name):
        return self.succeed([LLMC, "import", self.folder / f"{name}.onnx"])

    def check_same(self, name, integers, plain, grid):
        """The logits are those of the floats; the step reads weights of `grid`, or of floats without one."""
        found, expected = self.logits_of(name, integers), self.logits_of(name + "-floats", plain)
        self.assert_near(found, expected)
        without = self.logits_of(name + "-none", decoder(tables=TABLES))
        self.assertGreater(largest_difference(expected, without), 1e-2 * max(map(abs, expected.values)))
        step = self.step_of(name)
        if grid:
            self.assertIn(grid, step)
        else:
            self.assertNotIn("llm.packed", step)

    def check_matrix(self, type, grid, turned=False, **options):
        matrix = Matrix(type, WIDTH, WIDTH, **options)
        name = "-".join([NAMES[type], *(f"{key}{value}" for key, value in options.items()), *(["turned"] if turned else [])])
        behind = TURNED if turned else [PRODUCT]
        with self.subTest(name):
            self.check_same(name, decoder([matrix.node(), *behind], "y", matrix.initializers, tables=TABLES),
                            decoder(behind, "y", [matrix.floats()], tables=TABLES), grid)

    def test_one_scale_for_all(self):
        self.check_matrix(INT8, "bits = 8, group = 32, scale = f32, zero = 128")
        self.check_matrix(UINT4, "bits = 4, group = 32, scale = f32, zero = ", zeros=True)

    def test_one_scale_per_column_of_the_result(self):
        self.check_matrix(INT8, "bits = 8, group = 32, scale = f32, zero = 128", axis=1)
        self.check_matrix(UINT8, "bits = 8, group = 32, scale = f32, min = true", axis=1, zeros=True)
        self.check_matrix(INT8, "bits = 8, group = 32, scale = f32, zero = 128", turned=True, axis=0)

    def test_one_scale_per_block(self):
        self.check_matrix(INT4, "bits = 4, group = 16, scale = f32, zero = 8", axis=0, block=16)
        self.check_matrix(UINT4, "bits = 4, group = 32, scale = f32, min = true", axis=0, block=32, zeros=True)
        self.check_matrix(INT4, "bits = 4, group = 32, scale = f32, min = true", turned=True, axis=1, block=32, zeros=True)
        self.check_matrix(INT8, "bits = 8, group = 64, scale = f32, zero = 128", axis=0, block=64)

    def test_scales_that_no_group_shares(self):
        self.check_matrix(INT8, "", axis=0, zeros=True)
        self.check_matrix(UINT4, "", axis=0, block=8)

    def test_a_tied_table(self):
        """The rows of a table of codes, and its product at the end; either order of choosing and dequantising."""
        table = Matrix(INT8, TOKENS, WIDTH, name="table")
        head = [node("Transpose", ["numbers"], ["head"], perm=[1, 0])]
        first = [node("DequantizeLinear", ["rows", "table_scales"], ["x"]), table.node("numbers"), *head]
        expected = None
        for name, nodes in {
                "codes": [node("Gather", ["table_codes", "input_ids"], ["rows"]), *first],
                "numbers": [table.node("numbers"), node("Gather", ["numbers", "input_ids"], ["x"]), *head],
        }.items():
            attend = node("Attention", ["x", "x", "x"], ["a"], "attend", is_causal=1, q_num_heads=2, kv_num_heads=2)
            with self.subTest(name):
                found = self.logits_of("tied-" + name, self.model_of([*nodes, attend], table.initializers))
                plain = [node("Gather", ["numbers", "input_ids"], ["x"]), *head, attend]
                expected = expected or self.logits_of("tied-floats", self.model_of(plain, [table.floats("numbers")]))
                self.assert_near(found, expected)
                step = self.step_of("tied-" + name)
                self.assertIn("tied_embeddings = true", step)
                self.assertEqual(step.count("llm.weight @"), 1)

    @staticmethod
    def model_of(nodes, initializers):
        from onnx_files import IDS
        nodes = [*nodes, node("MatMul", ["a", "head"], ["logits"], "score")]
        return model(graph(nodes, [IDS], [value("logits", ["batch", "seq", TOKENS])], initializers))

    def test_rows_that_are_quantised(self):
        """Pairs around the product: rows are rounded to codes and back, as ONNX says."""
        matrix = Matrix(INT8, WIDTH, WIDTH, axis=1)
        scalar = lambda name, value: tensor(name, [], struct.pack("<f", value))
        pair = [node("QuantizeLinear", ["x", "x_scale", "x_zero"], ["xq"], "quantize"),
                node("DequantizeLinear", ["xq", "x_scale", "x_zero"], ["xd"], "dequantize"),
                node("MatMul", ["xd", "w"], ["y"], "product")]
        shared = [scalar("x_scale", 0.01), tensor("x_zero", [], bytes([100]), UINT8)]
        written_out = [node("Div", ["x", "x_scale"], ["q"]), node("Round", ["q"], ["r"]),
                       node("Clip", ["r", "least", "most"], ["c"]), node("Mul", ["c", "x_scale"], ["xd"]),
                       node("MatMul", ["xd", "w"], ["y"], "product")]
        self.check_same("pairs", decoder([matrix.node(), *pair], "y", [*matrix.initializers, *shared], tables=TABLES),
                        decoder(written_out, "y", [matrix.floats(), *shared, scalar("least", -100.0), scalar("most", 155.0)],
                                tables=TABLES), "bits = 8, group = 32, scale = f32, zero = 128")

    def test_products_of_codes(self):
        """What quantisers of weights write: rows become codes by the range of a run. The program has the numbers of the
        weights, and says nothing about other rows of the call."""
        scale = tensor("w_scales", [], struct.pack("<f", 0.01))
        for name, options in {"one-scale": {}, "zeros": {"zeros": True}, "per-column": {"axis": 1}}.items():
            for type in (UINT8, INT8):
                matrix = Matrix(type, WIDTH, WIDTH, **options)
                codes, scales, *zeros = matrix.inputs
                nodes = [node("DynamicQuantizeLinear", ["x"], ["xq", "xs", "xz"], "rows"),
                         node("MatMulInteger", ["xq", codes, "xz", *zeros], ["sums"], "product"),
                         node("Cast", ["sums"], ["numbers"], to=1), node("Mul", ["xs", scales], ["both"]),
                         node("Mul", ["numbers", "both"], ["y"], "scaled")]
                with self.subTest(name, type=NAMES[type]):
                    self.check_same(f"products-{name}-{NAMES[type]}", decoder(nodes, "y", matrix.initializers, tables=TABLES),
                                    decoder([PRODUCT], "y", [matrix.floats()], tables=TABLES), "bits = 8")
        # By another scale than the rows' it is another number.
        nodes[-2] = node("Mul", ["w_scales", "w_scales"], ["both"])
        path = self.write("scaled-otherwise", decoder(nodes, "y", [*Matrix(INT8, WIDTH, WIDTH).initializers[:1], scale],
                                                      tables=TABLES))
        self.assertIn("MatMulInteger", run([LLMC, "check", path]).stdout)

    def call(self, name, blob, x, *options):
        app, out = self.compile(self.write(name, blob), name, *(options or ["--activations=f32"])), self.folder / f"{name}-out"
        self.succeed([app, "call", f"x={x}", "--out", out])
        return read_npy(out / "y.npy")

    def test_weights_of_functions(self):
        """A function's products and tables: codes with one scale or several, those of older tools in blocks."""
        x = self.folder / "x.npy"
        write_npy(x, [2, WIDTH], [i % 11 / 10 - 0.4 for i in range(2 * WIDTH)], "<f4")
        inputs, outputs = [value("x", ["rows", WIDTH])], [value("y", ["rows", WIDTH])]
        plain = lambda nodes, tensors: model(graph(nodes, inputs, outputs, tensors))
        for name, type, options in (("one", UINT8, {"zeros": True}), ("columns", INT8, {"axis": 1}),
                                    ("blocks", INT4, {"axis": 0, "block": 32})):
            matrix = Matrix(type, WIDTH, WIDTH, **options)
            codes, scales, *zeros = matrix.inputs
            with self.subTest(name):
                expected = self.call(f"floats-{name}", plain([PRODUCT], [matrix.floats()]), x)
                found = self.call(f"codes-{name}", plain([matrix.node(), PRODUCT], matrix.initializers), x)
                self.assert_near(found, expected)
                # As a summand the numbers are written out.
                both = [matrix.node(), node("Add", ["w", "w"], ["twice"]), node("MatMul", ["x", "twice"], ["y"])]
                doubled = self.call(f"twice-{name}", plain(both, matrix.initializers), x)
                self.assert_near(doubled, Tensor(expected.shape, [2 * each for each in expected.values]))
        nibbles = random.Random(5)
        codes = bytes(nibbles.randrange(256) for _ in range(WIDTH * WIDTH // 2))
        scales = [nibbles.uniform(0.05, 0.1) for _ in range(WIDTH * WIDTH // 32)]
        blocks = node("MatMulNBits", ["x", "codes", "scales"], ["y"], "product", "com.microsoft", K=WIDTH, N=WIDTH, bits=4,
                      block_size=32)
        tensors = [tensor("codes", [WIDTH, WIDTH // 32, 16], codes, UINT8),
                   tensor("scales", [WIDTH * WIDTH // 32], struct.pack(f"<{len(scales)}f", *scales))]
        numbers = [((codes[i // 2] >> 4 * (i % 2) & 15) - 8) * scales[i // 32] for i in range(WIDTH * WIDTH)]
        turned = [numbers[row * WIDTH + column] for column in range(WIDTH) for row in range(WIDTH)]
        expected = self.call("floats-nbits", plain([PRODUCT], [tensor("w", [WIDTH, WIDTH], struct.pack(
            f"<{len(turned)}f", *turned))]), x)
        found = self.call("nbits", model(graph([blocks], inputs, outputs, tensors), opsets=(("", 23), ("com.microsoft", 1))), x)
        self.assert_near(found, expected)
        # Unless floats are asked for, rows become integers where weights are.
        rounded = self.call("nbits-bytes", model(graph([blocks], inputs, outputs, tensors), opsets=(("", 23), ("com.microsoft", 1))), x,
                            "--activations=i8")
        self.assertNotEqual(rounded.values, found.values)
        self.assert_near(rounded, expected, 0.02)

    def test_eight_bits_of_activations_are_near(self):
        """The default: rows of int8 times the codes."""
        matrix = Matrix(INT4, WIDTH, WIDTH, axis=0, block=32)
        path = self.write("rounded", decoder([matrix.node(), PRODUCT], "y", matrix.initializers, tables=TABLES))
        plain = self.logits_of("exact", decoder([PRODUCT], "y", [matrix.floats()], tables=TABLES))
        rounded = self.logits(self.compile(path, "rounded"), self.ids)
        self.assert_near(rounded, plain, 0.02)

    def test_check_counts_them(self):
        matrix = Matrix(INT4, WIDTH, WIDTH, axis=0, block=32)
        path = self.write("counted", decoder([matrix.node(), PRODUCT], "y", matrix.initializers, tables=TABLES))
        report = json.loads(self.succeed([LLMC, "check", path, "--json"]))
        self.assertEqual((report["program"], report["generic"]), ("step", []))
        self.assertEqual(report["recognised"]["linear"], 2)


if __name__ == "__main__":
    unittest.main()
