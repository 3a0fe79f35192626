"""ONNX's node tests (PyPI `onnx`, onnx.backend.test), each compiled and run as a program.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""

import re
import tempfile
import warnings
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import onnx
from onnx.backend.test.case.node import collect_testcases

from programs import DECLINED, PASSED, Failure, Outcome, call, compare, compile_model, to_array

UNCLEAR = "unclear"  # declined by an error that names nothing of the graph
OPERATORS = Path(__file__).resolve().parent / "operators.txt"


def collect():
    """All node tests, by name."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        cases = [case for case in collect_testcases() if case.kind == "node"]
    return {case.name: case for case in sorted(cases, key=lambda case: case.name)}


def listed_operators():
    """The operators that language models touch."""
    lines = (line.split("#")[0].strip() for line in OPERATORS.read_text(encoding="utf-8").splitlines())
    return {line for line in lines if line}


def operator_of(case, cases):
    """Whose test it is: a test of an operator's definition by others (`_expanded`) is that operator's."""
    whole = cases.get(re.sub(r"_expanded(_ver\d+)?$", "", case.name), case)
    return whole.model.graph.node[0].op_type


def count_elements(case):
    return sum(getattr(to_array(value), "size", 0) for side in case.data_sets[0] for value in side)


def check_case(case, folder):
    """Raises a Failure where the program of a test does not compute what is expected."""
    graph = case.model.graph
    given, wanted = ([to_array(value) for value in side] for side in case.data_sets[0])
    model = folder / "model.onnx"
    onnx.save(case.model, model)
    compile_model(model, folder / "app")
    if any(array is None for array in given + wanted):
        raise Failure(DECLINED, f"{graph.node[0].op_type} takes or gives what no .npy file holds")
    inputs = {value.name: array for value, array in zip(graph.input, given)}
    expected = {value.name: array for value, array in zip(graph.output, wanted)}
    made = call(folder / "app", folder, inputs, {name: array.dtype for name, array in expected.items()})
    for name, array in expected.items():
        compare(name, made[name], array, case.rtol, case.atol)


def is_named(case, detail):
    """Whether a reason names what cannot be: an operator of the graph, an input or a result."""
    graph = case.model.graph
    names = {node.op_type for node in graph.node} | {value.name for value in [*graph.input, *graph.output]}
    return any(re.search(rf"(?<!\w){re.escape(name)}(?!\w)", detail) for name in names if name)


def run_case(case):
    with tempfile.TemporaryDirectory(prefix="llmc-node-") as name:
        try:
            check_case(case, Path(name))
        except Failure as failure:
            status, detail = failure.outcome
            if status == DECLINED and not is_named(case, detail):
                status = UNCLEAR
            return Outcome(status, detail.replace(f"{name}/", ""))
    return Outcome(PASSED)


def run_all(cases, jobs, report=lambda name, outcome: None):
    """Outcomes by name, in the order of `cases`."""
    outcomes = {}
    with ThreadPoolExecutor(jobs) as pool:
        for case, outcome in zip(cases, pool.map(run_case, cases)):
            outcomes[case.name] = outcome
            report(case.name, outcome)
    return outcomes
