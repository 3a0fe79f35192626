#!/usr/bin/env python3
"""What runs node tests and random graphs tells failures apart: by compilers and programs that are made to fail.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""

import tempfile
import unittest
from pathlib import Path
from unittest import mock

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from onnx.backend.test.case.test_case import TestCase as NodeCase

import node_tests
import programs
import run_node_tests
import support_page
from programs import CRASHED, DECLINED, PASSED, WRONG, Failure, Outcome


def make_case(name="test_relu", op="Relu", outputs=(np.float32([0, 2]),)):
    x = helper.make_tensor_value_info("x", TensorProto.FLOAT, [2])
    y = helper.make_tensor_value_info("y", TensorProto.FLOAT, [2])
    graph = helper.make_graph([helper.make_node(op, ["x"], ["y"])], "graph", [x], [y])
    return NodeCase(name=name, model_name=name, url=None, model_dir=None, model=helper.make_model(graph),
                    data_sets=[([np.float32([-1, 2])], list(outputs))], kind="node", rtol=1e-3, atol=1e-7)


class Outcomes(unittest.TestCase):
    """A shell script stands for llmc; it may write another that stands for the program."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="llmc-runner-")
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def outcome(self, script, case=None, seconds=20):
        llmc = self.folder / "llmc"
        llmc.write_text("#!/bin/sh\n" + script)
        llmc.chmod(0o755)
        with mock.patch.multiple(programs, LLMC=str(llmc), SECONDS=seconds):
            return node_tests.run_case(case or make_case())

    def program_that(self, script):
        """A compiler whose program runs `script`, in which $OUT is the folder of outputs."""
        return f"app=$5\ncat > $app <<'END'\n#!/bin/sh\nOUT=$4\nmkdir -p $OUT\n{script}\nEND\nchmod +x $app\n"

    def program_that_gives(self, array):
        np.save(self.folder / "y.npy", array)
        return self.program_that(f"cp {self.folder}/y.npy $OUT/y.npy")

    def test_what_is_expected_passes(self):
        self.assertEqual(self.outcome(self.program_that_gives(np.float32([0, 2]))), Outcome(PASSED))

    def test_numbers_shapes_and_types_are_compared(self):
        for array, reason in ((np.float32([0, 2.01]), "y: Mismatched"), (np.float32([[0, 2]]), "y has shape [1, 2], expected [2]"),
                              (np.float64([0, 2]), "y is of float64, expected float32"), (np.float32([0, np.nan]), "y: ")):
            status, detail = self.outcome(self.program_that_gives(array))
            self.assertEqual(status, WRONG)
            self.assertIn(reason, detail)

    def test_an_error_that_names_the_operator_declines(self):
        self.assertEqual(self.outcome("echo 'llmc: error: onnx.Relu has no lowering' >&2; exit 1"),
                         Outcome(DECLINED, "onnx.Relu has no lowering"))

    def test_warnings_are_no_second_error(self):
        script = "echo 'llmc: warning: slow' >&2; echo 'llmc: error: y is no tensor' >&2; exit 1"
        self.assertEqual(self.outcome(script), Outcome(DECLINED, "y is no tensor"))

    def test_an_error_that_names_nothing_is_unclear(self):
        self.assertEqual(self.outcome("echo 'llmc: error: cannot do it' >&2; exit 1").status, node_tests.UNCLEAR)

    def test_signals_assertions_and_hangs_are_crashes(self):
        for script in ("kill -SEGV $$", "echo 'Assertion failed' >&2; exit 1", "exit 3", "exit 1",
                       "echo 'llmc: error: one' >&2; echo 'llmc: error: two' >&2; exit 1",
                       "echo 'llmc: error: Relu: this is a bug of llmc' >&2; exit 1",
                       "echo 'llmc: error: Relu: linking failed' >&2; exit 1"):
            self.assertEqual(self.outcome(script).status, CRASHED, script)
        self.assertIn("did not end within 0.2 s", self.outcome("exec sleep 5", seconds=0.2).detail)

    def test_a_program_that_fails_is_wrong_and_one_that_dies_a_crash(self):
        self.assertEqual(self.outcome(self.program_that("echo 'app: error: no' >&2; exit 1")), Outcome(WRONG, "no"))
        self.assertEqual(self.outcome(self.program_that("kill -SEGV $$")).status, CRASHED)

    def test_sequences_are_declined(self):
        case = make_case(outputs=([np.float32([0, 2])],))
        self.assertEqual(self.outcome("exit 0", case), Outcome(DECLINED, "Relu takes or gives what no .npy file holds"))


class Arrays(unittest.TestCase):
    def test_narrow_types_are_what_the_caller_says(self):
        bfloat16 = numpy_helper.to_array(helper.make_tensor("x", TensorProto.BFLOAT16, [2], [1.5, -3])).dtype
        with tempfile.TemporaryDirectory() as folder:
            np.save(f"{folder}/x.npy", np.array([1.5, -3], bfloat16))
            read = programs.read_array(f"{folder}/x.npy", bfloat16)
        self.assertEqual((read.dtype, read.astype(float).tolist()), (bfloat16, [1.5, -3]))

    def test_bfloat16_may_miss_two_units_of_the_last_place(self):
        bfloat16 = numpy_helper.to_array(helper.make_tensor("x", TensorProto.BFLOAT16, [1], [1])).dtype
        programs.compare("y", np.array([1.0078125], bfloat16), np.array([1], bfloat16), 1e-3, 1e-7)
        with self.assertRaisesRegex(Failure, "wrong: y: Mismatched"):
            programs.compare("y", np.array([1.03125], bfloat16), np.array([1], bfloat16), 1e-3, 1e-7)

    def test_what_is_no_array_is_none(self):
        tensor = numpy_helper.from_array(np.int64([1, 2]))
        self.assertEqual(programs.to_array(tensor).tolist(), [1, 2])
        for value in ([np.float32([1])], None, np.array(["a"], object), np.array(["a"])):
            self.assertIsNone(programs.to_array(value))


class Page(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="llmc-page-")
        self.addCleanup(folder.cleanup)
        self.page = Path(folder.name) / "page.md"
        self.page.write_text(f"# Before\n{support_page.BEGIN}\nold\n{support_page.END}\nafter\n")
        self.cases = {name: make_case(name, op) for name, op in (("test_add_one", "Add"), ("test_add_two", "Add"),
                                                                 ("test_lstm", "LSTM"))}
        self.outcomes = {"test_add_one": Outcome(PASSED),
                         "test_add_two": Outcome(DECLINED, "model.onnx: the graph cannot become a function: onnx.Add (node 'n7') has "
                                                           "no lowering at main; nor a decoder's step: no input"),
                         "test_lstm": Outcome(WRONG, "Y: Mismatched elements: 3 / 4 (75%)")}
        self.write(self.outcomes, {})

    def write(self, outcomes, failing):
        support_page.write_page(run_node_tests.make_rows(self.cases, outcomes, failing), self.page)

    def test_failing_tests_are_read_as_they_were_written(self):
        self.assertEqual(support_page.read_failing(self.page), {"test_add_two": "declined: onnx.Add has no lowering",
                                                                "test_lstm": "wrong: Y differs"})

    def test_tests_that_were_not_run_stay_as_they_are(self):
        before = self.page.read_text()
        self.write({}, support_page.read_failing(self.page))
        self.assertEqual(self.page.read_text(), before)
        self.write({"test_add_two": Outcome(PASSED)}, support_page.read_failing(self.page))
        self.assertIn("| touched, all pass | Add 2 |", self.page.read_text())
        self.assertEqual(support_page.read_failing(self.page), {"test_lstm": "wrong: Y differs"})

    def test_what_stands_around_the_tables_stays(self):
        text = self.page.read_text()
        self.assertTrue(text.startswith("# Before\n<!--") and text.endswith("-->\nafter\n") and "old" not in text)

    def test_counts_and_reasons(self):
        text = self.page.read_text()
        self.assertIn("**1 of 2** tests of the operators that language models touch (`test/onnx/operators.txt`) pass, 50.0 %; 0 of 1", text)
        self.assertIn("| touched, some pass | Add 1/2 |", text)
        self.assertIn("| Add | declined: onnx.Add has no lowering | `add_two` |", text)
        self.assertIn("| LSTM | wrong: Y differs | `lstm` |", text)

    def test_what_differs_from_the_page_is_a_problem(self):
        failing = support_page.read_failing(self.page)
        self.assertEqual(list(run_node_tests.check(self.outcomes, failing)), [])
        self.assertIn("test_lstm: passed, where", "".join(run_node_tests.check({"test_lstm": Outcome(PASSED)}, failing)))
        self.assertIn("test_add_one: wrong", "".join(run_node_tests.check({"test_add_one": Outcome(WRONG)}, failing)))
        self.assertIn("test_lstm: crashed", "".join(run_node_tests.check({"test_lstm": Outcome(CRASHED, "")}, failing)))


class Statements(unittest.TestCase):
    """What a test says of sizes and axes by inputs is stated as exporters state it."""

    def case(self, node, **inputs):
        graph = helper.make_graph([node], "graph", [helper.make_tensor_value_info(name, helper.np_dtype_to_tensor_dtype(array.dtype),
                                                                                  array.shape) for name, array in inputs.items()],
                                  [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)])
        return NodeCase(name="test_node", model_name="", url=None, model_dir=None, model=helper.make_model(graph),
                        data_sets=[(list(inputs.values()), [np.float32([1])])], kind="node", rtol=1e-3, atol=1e-7)

    def test_names_of_operands_are_the_schemas(self):
        for operator, names in node_tests.STATED.items():
            known = {formal.name for formal in onnx.defs.get_schema(operator).inputs}
            self.assertLessEqual(set(names), known, operator)

    def test_inputs_are_found_by_the_place_of_their_operand(self):
        node = helper.make_node("Slice", ["x", "from", "to", "", "by"], ["y"])
        self.assertEqual(node_tests.stated_inputs(node), {"from", "to", "by"})
        self.assertEqual(node_tests.stated_inputs(helper.make_node("Add", ["x", "axes"], ["y"])), set())

    def test_stated_inputs_become_initializers_with_their_values(self):
        case = self.case(helper.make_node("Reshape", ["x", "s"], ["y"]), x=np.float32([1, 2]), s=np.int64([2, 1]))
        stated = node_tests.state(case, {"s"})
        graph = stated.model.graph
        self.assertEqual([value.name for value in graph.input], ["x"])
        self.assertEqual([(tensor.name, numpy_helper.to_array(tensor).tolist()) for tensor in graph.initializer], [("s", [2, 1])])
        self.assertEqual([array.tolist() for array in stated.data_sets[0][0]], [[1, 2]])
        self.assertEqual(stated.data_sets[0][1], case.data_sets[0][1])
        self.assertEqual(len(case.model.graph.input), 2)  # the collected test is as it was

    def test_no_data_of_any_node_test_are_stated(self):
        """Every stated tensor is small: it says sizes, axes or places."""
        for case in node_tests.collect().values():
            for tensor in case.model.graph.initializer:
                self.assertLessEqual(numpy_helper.to_array(tensor).size, 10, case.name)
            self.assertEqual(len(case.model.graph.input), len(case.data_sets[0][0]), case.name)

    def test_definitions_by_others_state_what_their_operator_does(self):
        cases = node_tests.collect()
        for name in ("test_reduce_l1_keep_dims_example", "test_reduce_l1_keep_dims_example_expanded"):
            self.assertEqual([value.name for value in cases[name].model.graph.input], ["data"], name)


class Choice(unittest.TestCase):
    def test_a_definition_by_others_is_its_operators_test(self):
        cases = {name: make_case(name, op) for name, op in (("test_gelu", "Gelu"), ("test_gelu_expanded", "Mul"),
                                                            ("test_gelu_expanded_ver18", "Mul"), ("test_mul", "Mul"))}
        self.assertEqual([node_tests.operator_of(case, cases) for case in cases.values()], ["Gelu", "Gelu", "Gelu", "Mul"])

    def test_the_sample_has_the_smallest_passing_test_of_each_operator(self):
        large = make_case("test_relu_a", outputs=(np.zeros(100, np.float32),))
        cases = {case.name: case for case in (large, make_case("test_relu_b"), make_case("test_relu_c"), make_case("test_lstm", "LSTM"))}
        self.assertEqual([case.name for case in run_node_tests.choose_sample(cases, {"test_relu_b"})], ["test_relu_c"])

    def test_listed_operators_are_of_onnx_and_none_is_listed_twice(self):
        known = {schema.name for schema in onnx.defs.get_all_schemas() if schema.domain in ("", "ai.onnx.preview")}
        lines = [line for line in node_tests.OPERATORS.read_text().splitlines() if line and not line.startswith("#")]
        self.assertEqual(len(lines), len(set(lines)))
        self.assertEqual(node_tests.listed_operators() - known, set())


if __name__ == "__main__":
    unittest.main()
