#!/usr/bin/env python3
"""Raising a graph costs time linear in its nodes: eight times the layers take about eight times as long.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""

import re
import resource
import subprocess
import unittest

from support import OPT, TestCase

HEAD = """
llm.weight @table : tensor<320x64xf32> source "table"
llm.weight @inv : tensor<8xf32> value dense<[1.0, 0.3, 0.1, 0.03, 0.01, 0.003, 0.001, 0.0003]> : tensor<8xf32>
{weights}
func.func @main(%ids: tensor<?x?xi64> {{onnx.name = "input_ids", onnx.dims = ["b", "s"]}}) -> tensor<*xf32> {{
  %no = onnx.None : none
  %zero = onnx.Constant {{value = dense<0> : tensor<i64>}} : () -> tensor<i64>
  %one = onnx.Constant {{value = dense<1> : tensor<i64>}} : () -> tensor<i64>
  %i0 = onnx.Constant {{value = dense<0> : tensor<1xi64>}} : () -> tensor<1xi64>
  %i1 = onnx.Constant {{value = dense<1> : tensor<1xi64>}} : () -> tensor<1xi64>
  %i3 = onnx.Constant {{value = dense<3> : tensor<1xi64>}} : () -> tensor<1xi64>
  %i8 = onnx.Constant {{value = dense<8> : tensor<1xi64>}} : () -> tensor<1xi64>
  %i16 = onnx.Constant {{value = dense<16> : tensor<1xi64>}} : () -> tensor<1xi64>
  %last = onnx.Constant {{value = dense<-1> : tensor<1xi64>}} : () -> tensor<1xi64>
  %heads = onnx.Constant {{value = dense<[0, 0, 4, 16]> : tensor<4xi64>}} : () -> tensor<4xi64>
  %flat = onnx.Constant {{value = dense<[0, 0, 64]> : tensor<3xi64>}} : () -> tensor<3xi64>
  %f0 = onnx.Constant {{value = dense<0.0> : tensor<f32>}} : () -> tensor<f32>
  %two = onnx.Constant {{value = dense<2.0> : tensor<f32>}} : () -> tensor<f32>
  %eps = onnx.Constant {{value = dense<1.0e-6> : tensor<f32>}} : () -> tensor<f32>
  %factor = onnx.Constant {{value = dense<0.25> : tensor<f32>}} : () -> tensor<f32>
  %low = onnx.Constant {{value = dense<-1.0e9> : tensor<f32>}} : () -> tensor<f32>
  %table = llm.param @table : tensor<320x64xf32>
  %inv = llm.param @inv : tensor<8xf32>
  %shape = onnx.Shape(%ids) {{start = 1 : i64}} : (tensor<?x?xi64>) -> tensor<*xi64>
  %n = onnx.Squeeze(%shape, %no) : (tensor<*xi64>, none) -> tensor<*xi64>
  %r = onnx.Range(%zero, %n, %one) : (tensor<i64>, tensor<*xi64>, tensor<i64>) -> tensor<*xi64>
  %i = onnx.Unsqueeze(%r, %i1) : (tensor<*xi64>, tensor<1xi64>) -> tensor<*xi64>
  %j = onnx.Unsqueeze(%r, %i0) : (tensor<*xi64>, tensor<1xi64>) -> tensor<*xi64>
  %ok = onnx.LessOrEqual(%j, %i) : (tensor<*xi64>, tensor<*xi64>) -> tensor<*xi1>
  %bias = onnx.Where(%ok, %f0, %low) : (tensor<*xi1>, tensor<f32>, tensor<f32>) -> tensor<*xf32>
  %p = onnx.Cast(%i) {{to = 1 : i64}} : (tensor<*xi64>) -> tensor<*xf32>
  %angle = onnx.Mul(%p, %inv) : (tensor<*xf32>, tensor<8xf32>) -> tensor<*xf32>
  %both = onnx.Concat(%angle, %angle) {{axis = -1 : i64}} : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %cos = onnx.Cos(%both) : (tensor<*xf32>) -> tensor<*xf32>
  %sin = onnx.Sin(%both) : (tensor<*xf32>) -> tensor<*xf32>
  %x0 = onnx.Gather(%table, %ids) : (tensor<320x64xf32>, tensor<?x?xi64>) -> tensor<*xf32>
"""

# Unary ops and pairs of values all have one type; L is the layer, X what it reads.
LAYER = """
  n_sq = Pow(X, two)
  n_mean = ReduceMean(n_sq, last)
  n_eps = Add(n_mean, eps)
  n_root = Sqrt(n_eps)
  n_x = Div(X, n_root)
  n = Mul(n_x, @norm)
  q_m = MatMul(n, @q)
  k_m = MatMul(n, @k)
  v_m = MatMul(n, @v)
  q_h = Reshape(q_m, heads)
  k_h = Reshape(k_m, heads)
  v_h = Reshape(v_m, heads)
  q_t = Transpose(q_h) {perm = array<i64: 0, 2, 1, 3>}
  k_t = Transpose(k_h) {perm = array<i64: 0, 2, 1, 3>}
  v_t = Transpose(v_h) {perm = array<i64: 0, 2, 1, 3>}
  q_lo = Slice(q_t, i0, i8, i3, no)
  q_hi = Slice(q_t, i8, i16, i3, no)
  q_neg = Neg(q_hi)
  q_rot = Concat(q_neg, q_lo) {axis = -1 : i64}
  q_c = Mul(q_t, cos)
  q_s = Mul(q_rot, sin)
  q = Add(q_c, q_s)
  k_lo = Slice(k_t, i0, i8, i3, no)
  k_hi = Slice(k_t, i8, i16, i3, no)
  k_neg = Neg(k_hi)
  k_rot = Concat(k_neg, k_lo) {axis = -1 : i64}
  k_c = Mul(k_t, cos)
  k_s = Mul(k_rot, sin)
  k = Add(k_c, k_s)
  kt = Transpose(k) {perm = array<i64: 0, 1, 3, 2>}
  s_p = MatMul(q, kt)
  s_s = Mul(s_p, factor)
  s_m = Add(s_s, bias)
  w = Softmax(s_m)
  a = MatMul(w, v_t)
  a_t = Transpose(a) {perm = array<i64: 0, 2, 1, 3>}
  a_f = Reshape(a_t, flat)
  o = MatMul(a_f, @o)
  h = Add(X, o)
  g = MatMul(h, @gate)
  g_s = Sigmoid(g)
  g_a = Mul(g, g_s)
  u = MatMul(h, @up)
  m = Mul(g_a, u)
  d = MatMul(m, @down)
  Y = Add(h, d)
"""
SHAPES = {"norm": "64", "q": "64x64", "k": "64x64", "v": "64x64", "o": "64x64", "gate": "64x160", "up": "64x160",
          "down": "160x64"}
KNOWN = {"no": "none", "two": "tensor<f32>", "eps": "tensor<f32>", "factor": "tensor<f32>", "last": "tensor<1xi64>",
         "i0": "tensor<1xi64>", "i3": "tensor<1xi64>", "i8": "tensor<1xi64>", "i16": "tensor<1xi64>",
         "heads": "tensor<4xi64>", "flat": "tensor<3xi64>"}
NODE = re.compile(r"\s*(\w+) = (\w+)\(([^)]*)\) ?(.*)")
SHARED = {*KNOWN, "cos", "sin", "bias"}


def write_layer(index):
    """The layer's nodes as onnx ops."""
    lines = [f"  %L{index}_{name} = llm.param @{name}.{index} : tensor<{shape}xf32>" for name, shape in SHAPES.items()]
    for line in LAYER.strip().splitlines():
        result, op, operands, attributes = NODE.match(line).groups()
        names, types = [], []
        for operand in operands.split(", "):
            if operand[0] == "@":
                names.append(f"%L{index}_{operand[1:]}")
                types.append(f"tensor<{SHAPES[operand[1:]]}xf32>")
                continue
            name = operand if operand in SHARED else f"x{index}" if operand == "X" else f"L{index}v_{operand}"
            names.append("%" + name)
            types.append(KNOWN.get(operand, "tensor<*xf32>"))
        made = f"x{index + 1}" if result == "Y" else f"L{index}v_{result}"
        lines.append(f"  %{made} = onnx.{op}({', '.join(names)}) {attributes} : ({', '.join(types)}) -> tensor<*xf32>")
    return "\n".join(lines)


def write_graph(layers):
    weights = "\n".join(f'llm.weight @{name}.{i} : tensor<{shape}xf32> source "{name}.{i}"'
                        for i in range(layers) for name, shape in SHAPES.items())
    return (HEAD.format(weights=weights) + "\n".join(write_layer(i) for i in range(layers)) + f"""
  %t = onnx.Transpose(%table) {{perm = array<i64: 1, 0>}} : (tensor<320x64xf32>) -> tensor<*xf32>
  %l = onnx.MatMul(%x{layers}, %t) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  return %l : tensor<*xf32>
}}
""")


class RaiseTime(TestCase):
    def raise_graph(self, path):
        """Seconds of processor time, and the step."""
        before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
        command = [OPT, path, "--llmc-raise", "--mlir-disable-threading"]
        result = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
        self.assertEqual(result.returncode, 0, result.stderr[-2000:])
        return resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before, result.stdout

    def test_eight_times_the_layers(self):
        few, many = (self.folder / f"{layers}.mlir" for layers in (12, 96))
        few.write_text(write_graph(12))
        many.write_text(write_graph(96))
        # In turn, and the least of each: a busy machine slows some of the runs.
        rounds = [(self.raise_graph(few), self.raise_graph(many)) for _ in range(5)]
        least = [min(seconds for seconds, _ in runs) for runs in zip(*rounds)]
        step = rounds[0][1][1]
        self.assertEqual(step.count("llm.attention"), 96)
        self.assertEqual(step.count("llm.norm"), 96)
        self.assertEqual(step.count("llm.rope"), 192)
        # Starting takes its share of the few; the square of eight would be 64.
        self.assertLess(least[1] / least[0], 12, "12 layers {:.2f} s, 96 layers {:.2f} s".format(*least))


if __name__ == "__main__":
    unittest.main()
