#!/usr/bin/env python3
"""ONNX Runtime's MoE and QMoE nodes: the model has the logits of one whose experts are written out in standard operators.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""

import json
import random
import struct
import unittest

from onnx_files import UINT8, decoder, floats, int64s, node, tensor
from support import LLMC, TestCase, largest_difference, run, write_npy

WIDTH, TOKENS, EXPERTS, INNER = 32, 16, 4, 16
TABLES = (floats("table", [TOKENS, WIDTH]), floats("head", [WIDTH, TOKENS]))
MICROSOFT = (("", 23), ("com.microsoft", 1))
TOLERANCE = 2e-5


class Weights:
    """Numbers of a given seed; those of codes are what the codes stand for."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.initializers = []

    def floats(self, name, dims, scale=1.0):
        count = 1
        for dim in dims:
            count *= dim
        values = [self.random.uniform(-scale, scale) for _ in range(count)]
        self.initializers.append(tensor(name, dims, struct.pack(f"<{count}f", *values)))
        return values

    def codes(self, name, rows, columns, group, zeros):
        """Codes of four bits, a scale per group and perhaps a zero: the initializers of QMoE, and what they mean."""
        groups = columns // group
        codes = [self.random.randrange(16) for _ in range(EXPERTS * rows * columns)]
        scales = [self.random.uniform(0.02, 0.1) for _ in range(EXPERTS * rows * groups)]
        zero = [self.random.randrange(16) if zeros else 8 for _ in scales]
        pack = lambda nibbles: bytes(low | high << 4 for low, high in zip(nibbles[::2], nibbles[1::2]))
        self.initializers += [
            tensor(f"{name}_codes", [EXPERTS, rows, columns // 2], pack(codes), UINT8),
            tensor(f"{name}_scales", [EXPERTS, rows, groups], struct.pack(f"<{len(scales)}f", *scales))]
        if zeros:
            self.initializers.append(tensor(f"{name}_zeros", [EXPERTS, rows, groups // 2], pack(zero), UINT8))
        values = [scales[i // group] * (code - zero[i // group]) for i, code in enumerate(codes)]
        self.initializers.append(tensor(name, [EXPERTS, rows, columns], struct.pack(f"<{len(values)}f", *values)))


def constants():
    scalar = lambda name, value: tensor(name, [], struct.pack("<f", value))
    return [int64s("i0", [0]), int64s("i1", [1]), int64s("i2", [2]), int64s("minus", [-1]), int64s("most", [2**62]),
            int64s("half", [INNER]), int64s("whole", [2 * INNER]), int64s("rows", [-1, WIDTH]), int64s("shape", [0, 0, -1]),
            int64s("kept", [0, 0, WIDTH]), scalar("alpha", 1.75), scalar("beta", 0.5), scalar("limit", 0.75),
            scalar("negative", -0.75)]


def routed():
    """Logits of the experts, from the rows."""
    return [node("Reshape", ["x", "rows"], ["t"], "flatten"), node("MatMul", ["t", "router"], ["l"], "router")]


def chosen(k, normalise):
    nodes = [node("Softmax", ["l"], ["p"], "probabilities", axis=-1), node("TopK", ["p", "k"], ["v", "who"], "choice")]
    if not normalise:
        return nodes + [node("Identity", ["v"], ["w"])]
    return nodes + [node("ReduceSum", ["v", "minus"], ["vs"], keepdims=1), node("Div", ["v", "vs"], ["w"])]


def product(name, source, result, bias):
    nodes = [node("Gather", [name, "who"], [name + "_e"]),
             node("MatMul", [name + "_e", source], [result + "_c"], result),
             node("Squeeze", [result + "_c", "minus"], [result + "_s" if bias else result])]
    if bias:
        nodes += [node("Gather", [name + "_bias", "who"], [name + "_be"]),
                  node("Add", [result + "_s", name + "_be"], [result])]
    return nodes


def between(activation, fusion, third, clipped):
    """From `u`, and `g` of the third product, to `h`."""
    if activation != "swiglu":
        acts = {"relu": [node("Relu", ["u"], ["a"])], "identity": [node("Identity", ["u"], ["a"])],
                "gelu": [node("Gelu", ["u"], ["a"], approximate="tanh")],
                "silu": [node("Sigmoid", ["u"], ["us"]), node("Mul", ["u", "us"], ["a"])]}[activation]
        return acts + [node("Mul", ["a", "g"], ["h"]) if third else node("Identity", ["a"], ["h"])]
    if fusion == 1:
        nodes = [node("Slice", ["u", "i0", "most", "i2", "i2"], ["g0"]), node("Slice", ["u", "i1", "most", "i2", "i2"], ["l0"])]
    elif fusion == 2:
        nodes = [node("Slice", ["u", "i0", "half", "i2"], ["g0"]), node("Slice", ["u", "half", "whole", "i2"], ["l0"])]
    else:
        nodes = [node("Identity", ["u"], ["g0"]), node("Identity", ["g"], ["l0"])]
    if clipped:
        nodes += [node("Clip", ["g0", "", "limit"], ["g1"]), node("Clip", ["l0", "negative", "limit"], ["l1"]),
                  node("Mul", ["g1", "alpha"], ["ga"]), node("Add", ["l1", "beta"], ["l2"])]
    else:
        nodes += [node("Identity", ["g0"], ["g1"]), node("Identity", ["g0"], ["ga"]), node("Identity", ["l0"], ["l2"])]
    return nodes + [node("Sigmoid", ["ga"], ["gs"]), node("Mul", ["g1", "gs"], ["gg"]), node("Mul", ["gg", "l2"], ["h"])]


def written_out(k, normalise, bias, activation, fusion, third, clipped):
    nodes = routed() + chosen(k, normalise)
    nodes += [node("Unsqueeze", ["t", "i1"], ["t1"]), node("Unsqueeze", ["t1", "minus"], ["t2"])]
    nodes += product("fc1", "t2", "u", bias)
    nodes += product("fc3", "t2", "g", bias) if third else []
    nodes += between(activation, fusion, third, clipped)
    nodes += [node("Unsqueeze", ["h", "minus"], ["h1"])] + product("fc2", "h1", "d", bias)
    return nodes + [node("Unsqueeze", ["w", "minus"], ["w1"]), node("Mul", ["d", "w1"], ["dw"]),
                    node("ReduceSum", ["dw", "i1"], ["s"], "sum", keepdims=0), node("Reshape", ["s", "kept3"], ["m"]),
                    node("Add", ["x", "m"], ["y"])]


def as_node(op, k, normalise, bias, activation, fusion, third, clipped, **attributes):
    def inputs(name):
        weights = [name] if op == "MoE" else [name + "_codes", name + "_scales"]
        return weights + [name + "_bias" if bias else ""]

    names = ["t", "l"] + inputs("fc1") + inputs("fc2") + (inputs("fc3") if third else [""] * len(inputs("fc3")))
    if attributes.pop("zeros", False):
        names += ["fc1_zeros", "fc2_zeros"] + (["fc3_zeros"] if third else [])
    if clipped:
        attributes |= {"activation_alpha": 1.75, "activation_beta": 0.5, "swiglu_limit": 0.75}
    return routed() + [
        node(op, names, ["s"], "experts", "com.microsoft", k=k, normalize_routing_weights=int(normalise),
             activation_type=activation, swiglu_fusion=fusion, **attributes),
        node("Reshape", ["s", "kept3"], ["m"]), node("Add", ["x", "m"], ["y"])]


class Experts(TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ids = cls.folder / "ids.npy"
        write_npy(cls.ids, (1, 6), [3, 1, 4, 15, 9, 2])

    def model(self, name, nodes, weights, k):
        shape = [node("Shape", ["input_ids"], ["ish"]), node("Concat", ["ish", "width"], ["kept3"], axis=0)]
        initializers = weights.initializers + constants() + [int64s("k", [k]), int64s("width", [WIDTH])]
        path = self.folder / f"{name}.onnx"
        path.write_bytes(decoder(shape + nodes, "y", initializers, tables=TABLES, opsets=MICROSOFT))
        return path

    def recognised(self, path):
        report = json.loads(self.succeed([LLMC, "check", path, "--json"]))
        self.assertEqual((report["program"], report["generic"]), ("step", []), path.name)
        self.assertEqual(report["recognised"]["moe"], 1)

    def logits_of(self, path):
        self.recognised(path)
        return self.logits(self.compile(path, path.stem), self.ids)

    def check_same(self, name, weights, k, nodes, expected):
        made = self.logits_of(self.model(name + "-node", nodes, weights, k))
        wanted = self.logits_of(self.model(name + "-written", expected, weights, k))
        self.assertLessEqual(largest_difference(made, wanted), TOLERANCE)
        # Something comes of the experts: without them the logits are others.
        plain = self.folder / f"{name}-none.onnx"
        plain.write_bytes(decoder(tables=TABLES))
        self.assertGreater(largest_difference(self.logits(self.compile(plain, name + "-plain"), self.ids), wanted), 100 * TOLERANCE)

    def check_floats(self, name, k, normalise, bias, activation, fusion=0, third=False, clipped=False):
        weights = Weights(name)
        up = INNER * (2 if fusion else 1)
        weights.floats("router", [WIDTH, EXPERTS])
        for fc, rows, columns in (("fc1", up, WIDTH), ("fc2", WIDTH, INNER), ("fc3", INNER, WIDTH)):
            weights.floats(fc, [EXPERTS, rows, columns], 0.2)
            weights.floats(fc + "_bias", [EXPERTS, rows], 0.5)
        options = (k, normalise, bias, activation, fusion, third, clipped)
        self.check_same(name, weights, k, as_node("MoE", *options), written_out(*options))

    def test_relu_with_raw_weights(self):
        self.check_floats("relu", k=2, normalise=False, bias=False, activation="relu")

    def test_one_expert(self):
        self.check_floats("one", k=1, normalise=False, bias=True, activation="gelu")

    def test_all_experts(self):
        self.check_floats("all", k=EXPERTS, normalise=True, bias=False, activation="identity")

    def test_silu_and_a_third_product(self):
        self.check_floats("silu", k=2, normalise=True, bias=True, activation="silu", third=True)

    def test_swiglu_in_turn_and_clipped(self):
        self.check_floats("turn", k=2, normalise=True, bias=True, activation="swiglu", fusion=1, clipped=True)

    def test_swiglu_in_halves(self):
        self.check_floats("halves", k=3, normalise=True, bias=False, activation="swiglu", fusion=2)

    def test_swiglu_of_two_products(self):
        self.check_floats("products", k=2, normalise=True, bias=False, activation="swiglu", third=True, clipped=True)

    def check_codes(self, name, group, zeros):
        weights = Weights(name)
        weights.floats("router", [WIDTH, EXPERTS])
        for fc, rows, columns in (("fc1", 2 * INNER, WIDTH), ("fc2", WIDTH, INNER)):
            weights.codes(fc, rows, columns, group or columns, zeros)
        options = (2, True, False, "swiglu", 2, False, False)
        attributes = {"expert_weight_bits": 4, "zeros": zeros} | ({"block_size": group} if group else {})
        self.check_same(name, weights, 2, as_node("QMoE", *options, **attributes), written_out(*options))

    def test_codes_in_blocks(self):
        self.check_codes("blocks", group=16, zeros=False)

    def test_codes_with_one_scale_per_row(self):
        self.check_codes("per-row", group=0, zeros=False)

    def refused(self, name, nodes, weights, k=2):
        """The program is a function then, or none; `check` says why it is no step."""
        result = run([LLMC, "check", self.model(name, nodes, weights, k), "--json"])
        report = json.loads(result.stdout)
        self.assertNotEqual(report["program"], "step")
        return json.dumps(report)

    def test_what_is_not_read_is_said(self):
        weights = Weights("refused")
        weights.floats("router", [WIDTH, EXPERTS])
        weights.floats("fc1", [EXPERTS, INNER, WIDTH])
        weights.floats("fc2", [EXPERTS, WIDTH, INNER])
        weights.floats("narrow", [EXPERTS, WIDTH, INNER - 1])
        options = (2, True, False)
        for name, nodes, reason in [
                ("activation", as_node("MoE", *options, "mish", 0, False, False), "has the activation 'mish'; relu, gelu, silu"),
                ("fusion", as_node("MoE", *options, "swiglu", 0, False, False), "has swiglu_fusion = 0, which its weights do not have"),
                ("many", as_node("MoE", 5, True, False, "relu", 0, False, False), "chooses 5 of 4 experts"),
                ("sparse", as_node("MoE", *options, "relu", 0, False, False, use_sparse_mixer=1), "has use_sparse_mixer = 1"),
        ]:
            with self.subTest(name=name):
                self.assertIn(reason, self.refused(name, nodes, weights))


if __name__ == "__main__":
    unittest.main()
