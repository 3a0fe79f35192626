"""ONNX's node tests (PyPI `onnx`, onnx.backend.test), each compiled and run as a program.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""

import dataclasses
import re
import tempfile
import warnings
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import onnx
from onnx import numpy_helper
from onnx.backend.test.case.node import collect_testcases

from programs import DECLINED, PASSED, Failure, Outcome, call, compare, compile_model, to_array

UNCLEAR = "unclear"  # declined by an error that names nothing of the graph
OPERATORS = Path(__file__).resolve().parent / "operators.txt"

# Operands that say sizes, axes and places rather than data, by their names in the schemas. Files of exporters have them as
# initializers, and a program is compiled for them; the tests have them as inputs of the graph.
STATED = {
    "AffineGrid": ("size",), "BlackmanWindow": ("size",), "CenterCropPad": ("shape",), "Col2Im": ("image_shape", "block_shape"),
    "ConstantOfShape": ("input",), "CumProd": ("axis",), "CumSum": ("axis",), "DFT": ("dft_length", "axis"),
    "Dropout": ("ratio", "training_mode"), "Expand": ("shape",), "HammingWindow": ("size",), "HannWindow": ("size",),
    "MaxUnpool": ("output_shape",), "OneHot": ("depth",), "Pad": ("pads", "axes"), "Range": ("start", "limit", "delta"),
    "ReduceL1": ("axes",), "ReduceL2": ("axes",), "ReduceLogSum": ("axes",), "ReduceLogSumExp": ("axes",), "ReduceMax": ("axes",),
    "ReduceMean": ("axes",), "ReduceMin": ("axes",), "ReduceProd": ("axes",), "ReduceSum": ("axes",), "ReduceSumSquare": ("axes",),
    "Reshape": ("shape",), "Resize": ("scales", "sizes"), "STFT": ("frame_step", "frame_length"),
    "Slice": ("starts", "ends", "axes", "steps"), "Split": ("split",), "SplitToSequence": ("split",), "Squeeze": ("axes",),
    "Tile": ("repeats",), "TopK": ("K",), "Trilu": ("k",), "Unsqueeze": ("axes",),
}


def collect():
    """All node tests, by name, with what they state as initializers."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        cases = [case for case in collect_testcases() if case.kind == "node"]
    cases = {case.name: case for case in sorted(cases, key=lambda case: case.name)}
    return {name: state(case, stated_inputs(node_of(case, cases))) for name, case in cases.items()}


def listed_operators():
    """The operators that language models touch."""
    lines = (line.split("#")[0].strip() for line in OPERATORS.read_text(encoding="utf-8").splitlines())
    return {line for line in lines if line}


def node_of(case, cases):
    """The node whose test it is: a test of an operator's definition by others (`_expanded`) is that operator's."""
    return cases.get(re.sub(r"_expanded(_ver\d+)?$", "", case.name), case).model.graph.node[0]


def operator_of(case, cases):
    return node_of(case, cases).op_type


def stated_inputs(node):
    """Names of the inputs that a program is compiled for."""
    names = STATED.get(node.op_type, ())
    places = [formal.name for formal in onnx.defs.get_schema(node.op_type, domain=node.domain).inputs] if names else []
    return {actual for formal, actual in zip(places, node.input) if formal in names and actual}


def state(case, names):
    """The test with these inputs of its graph as initializers, as exporters write them."""
    model, (inputs, outputs) = onnx.ModelProto(), case.data_sets[0]
    model.CopyFrom(case.model)
    graph, given = model.graph, dict(zip((value.name for value in case.model.graph.input), inputs))
    kept = [value for value in graph.input if value.name not in names]
    for name in given:
        if name in names:
            graph.initializer.append(numpy_helper.from_array(to_array(given[name]), name))
    del graph.input[:]
    graph.input.extend(kept)
    return dataclasses.replace(case, model=model, data_sets=[([given[value.name] for value in kept], outputs)])


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
