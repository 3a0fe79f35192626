#!/usr/bin/env python3
"""What makes random graphs, compares and reduces them: seeds say all, and a graph that fails becomes the nodes that make it fail.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""

import tempfile
import unittest
from pathlib import Path
from unittest import mock

import numpy as np
import onnx
from onnx import TensorProto, helper

import random_graphs
from graph_maker import OPERATORS, GraphMaker
from programs import PASSED, WRONG, Failure, Outcome


def make_chain(*ops):
    """x -> ops in turn, each result an output."""
    names = ["x", *(f"v{i}" for i in range(len(ops)))]
    nodes = [helper.make_node(op, [names[i]], [names[i + 1]]) for i, op in enumerate(ops)]
    x, *results = (helper.make_tensor_value_info(name, TensorProto.FLOAT, [3]) for name in names)
    return helper.make_model(helper.make_graph(nodes, "chain", [x], results), opset_imports=[helper.make_opsetid("", 22)], ir_version=10)


X = {"x": np.float32([-1, 0.5, 4])}


class Making(unittest.TestCase):
    def test_a_seed_says_the_graph_and_its_inputs(self):
        one, other = GraphMaker(7), GraphMaker(7)
        self.assertEqual(one.model.SerializeToString(), other.model.SerializeToString())
        for name, array in one.inputs.items():
            np.testing.assert_array_equal(array, other.inputs[name])
        self.assertNotEqual(one.model.SerializeToString(), GraphMaker(8).model.SerializeToString())

    def test_graphs_are_what_onnx_runtime_runs_with_the_sizes_that_they_say(self):
        for seed in range(40):
            made = GraphMaker(seed)
            values = random_graphs.run_reference(made.model, made.inputs)
            for output in made.model.graph.output:
                said = tuple(made.symbols.get(dim.dim_param, dim.dim_value) for dim in output.type.tensor_type.shape.dim)
                self.assertEqual(values[output.name].shape, said, f"seed {seed}: {output.name}")

    def test_all_operators_and_symbols_are_tried(self):
        graphs = [GraphMaker(seed).model.graph for seed in range(400)]
        ops = {node.op_type for graph in graphs for node in graph.node}
        self.assertGreaterEqual(len(ops), len(set(OPERATORS)))
        self.assertTrue({"MatMul", "Softmax", "Reshape", "Where", "Cast", "ReduceSum", "Slice", "LayerNormalization"} <= ops)
        dims = {dim.dim_param for graph in graphs for value in graph.input for dim in value.type.tensor_type.shape.dim}
        self.assertTrue({"batch", "seq"} <= dims)

    def test_nothing_with_an_edge_takes_what_was_rounded(self):
        edges = {"Floor", "Ceil", "Sign", "Less", "Greater", "Equal", "LessOrEqual", "GreaterOrEqual", "ArgMax", "ArgMin", "ThresholdedRelu"}
        rounding = {"Tanh", "Sigmoid", "Softmax", "MatMul", "Gemm", "LayerNormalization", "Exp", "Sqrt", "Log", "Einsum", "ReduceMean"}
        for seed in range(200):
            graph = GraphMaker(seed).model.graph
            makers = {name: node.op_type for node in graph.node for name in node.output}
            for node in graph.node:
                if node.op_type in edges:
                    self.assertFalse(rounding & {makers.get(name) for name in node.input}, f"seed {seed}: {node.op_type}")


class Comparing(unittest.TestCase):
    def check(self, change):
        """A program that gives the reference's results, changed."""
        model = make_chain("Neg")
        with tempfile.TemporaryDirectory() as folder, \
                mock.patch.object(random_graphs, "compile_model"), \
                mock.patch.object(random_graphs, "call", lambda app, at, inputs, dtypes: {"v0": change(-inputs["x"])}):
            random_graphs.check_graph(model, X, Path(folder))

    def test_the_last_place_may_differ_and_no_more(self):
        self.check(lambda y: y)
        self.check(lambda y: np.nextafter(y, np.float32(9)))
        for change in (lambda y: y + np.float32(0.001), lambda y: y[:2], lambda y: y.astype(np.float64), lambda y: y * np.float32(np.nan)):
            with self.assertRaisesRegex(Failure, WRONG):
                self.check(change)

    def test_the_largest_number_on_the_way_and_the_narrowest_type_say_how_much(self):
        self.assertEqual(random_graphs.find_tolerance([np.int64([9])]), 0)
        single = random_graphs.find_tolerance([np.float32([0.1])])
        self.assertAlmostEqual(random_graphs.find_tolerance([np.float32([-50, np.inf])]) / single, 50)
        self.assertGreater(random_graphs.find_tolerance([np.float32([1]), np.float16([1])]), 100 * single)


class Reducing(unittest.TestCase):
    def reduce(self, model, guilty):
        """Of a compiler that gives something wrong for each graph with the operator `guilty`."""
        def try_one(graph, inputs):
            onnx.checker.check_model(graph)
            random_graphs.run_reference(graph, inputs)  # what is left must run
            return Outcome(WRONG if guilty in {node.op_type for node in graph.graph.node} else PASSED)

        return random_graphs.reduce_graph(model, X, Outcome(WRONG), try_one)

    def test_one_guilty_node_is_left_with_what_it_was_given(self):
        model, inputs, outcome = self.reduce(make_chain("Abs", "Sqrt", "Neg", "Tanh"), "Sqrt")
        self.assertEqual([node.op_type for node in model.graph.node], ["Sqrt"])
        self.assertEqual([output.name for output in model.graph.output], ["v1"])
        np.testing.assert_array_equal(inputs["v0"], np.float32([1, 0.5, 4]))
        self.assertEqual((len(inputs), outcome.status), (1, WRONG))

    def test_random_graphs_are_reduced_to_graphs(self):
        for seed in range(6):
            made = GraphMaker(seed)
            guilty = made.model.graph.node[len(made.model.graph.node) // 2].op_type
            with mock.patch.dict(X, made.inputs, clear=True):
                model, _, _ = self.reduce(made.model, guilty)
            self.assertIn(guilty, {node.op_type for node in model.graph.node})
            self.assertLessEqual(len(model.graph.node), 2, f"seed {seed}: {guilty}")

    def test_what_is_kept_can_be_run_again(self):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name) / "9"
            random_graphs.keep(folder, make_chain("Neg"), X, Outcome(WRONG, "v0 differs"))
            self.assertEqual((folder / "what.txt").read_text(), "wrong: v0 differs\n")
            values = random_graphs.run_reference(onnx.load(folder / "model.onnx"), {"x": np.load(folder / "x.npy")})
        np.testing.assert_array_equal(values["v0"], -X["x"])


if __name__ == "__main__":
    unittest.main()
