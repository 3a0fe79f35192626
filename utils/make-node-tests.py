#!/usr/bin/env python3
"""Writes ONNX's own node tests as functions of the onnx dialect, for test/unit/Dialect/OnnxNodeTest.cpp.

usage: make-node-tests.py [--all] > test/Inputs/onnx/node-tests.mlir

A function has the inputs as constants, the node, and returns each output beside what is expected of it. Without --all only
small tests, a few of each operator; `LLMC_NODE_TESTS=FILE` makes the test take another file. Only operators that
dialects/onnx evaluates are there. Needs the `onnx` package, ONNX_VERSION of versions.env.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""

import json
import re
import sys
import warnings
from pathlib import Path

import numpy as np
import onnx
from onnx import AttributeProto, TensorProto, numpy_helper
from onnx.backend.test.case.node import collect_testcases

ROOT = Path(__file__).resolve().parent.parent
PER_OPERATOR = 3  # the smallest
MAX_ELEMENTS = 400  # of all tensors of a test
MAX_ELEMENTS_OF_ONLY = 2000  # where an operator has no smaller one

TYPES = {
    TensorProto.FLOAT: "f32", TensorProto.DOUBLE: "f64", TensorProto.FLOAT16: "f16", TensorProto.BFLOAT16: "bf16",
    TensorProto.BOOL: "i1", TensorProto.FLOAT8E4M3FN: "f8E4M3FN", TensorProto.FLOAT8E4M3FNUZ: "f8E4M3FNUZ",
    TensorProto.FLOAT8E5M2: "f8E5M2", TensorProto.FLOAT8E5M2FNUZ: "f8E5M2FNUZ",
    **{getattr(TensorProto, f"INT{bits}"): f"i{bits}" for bits in (2, 4, 8, 16, 32, 64)},
    **{getattr(TensorProto, f"UINT{bits}"): f"ui{bits}" for bits in (2, 4, 8, 16, 32, 64)},
}


class Unwritable(Exception):
    """A test with what the evaluation has no values of: sequences, strings, packed integers."""


def evaluated_operators():
    """Names of standard operators in the tables of dialects/onnx, but those that have sizes and no elements."""
    text = "".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "dialects/onnx").glob("Meanings*.cpp")))
    return set(re.findall(r'"onnx\.(\w+)"', text)) - set(re.findall(r'"onnx\.(\w+)"\] = {\w+, nullptr}', text))


def newest_schemas():
    return {schema.name: schema for schema in onnx.defs.get_all_schemas() if schema.domain == ""}


def as_tensor(value):
    if isinstance(value, TensorProto):
        return value
    if not isinstance(value, (np.ndarray, np.generic)):
        raise Unwritable
    return numpy_helper.from_array(np.asarray(value))


def spell_type(tensor):
    if tensor.data_type not in TYPES:
        raise Unwritable
    return f"tensor<{''.join(f'{dim}x' for dim in tensor.dims)}{TYPES[tensor.data_type]}>"


def spell_elements(tensor):
    kind, array = spell_type(tensor), numpy_helper.to_array(tensor)
    if array.size == 0:
        return f"dense<> : {kind}"
    if TYPES[tensor.data_type].startswith(("i", "ui")):
        numbers = array if array.dtype == np.bool_ else array.astype(np.uint64 if array.dtype == np.uint64 else np.int64)
        return f"dense<{json.dumps(numbers.tolist())}> : {kind}"
    return f'dense<"0x{np.ascontiguousarray(array).tobytes().hex().upper()}"> : {kind}'


def spell_attribute(attribute):
    value = onnx.helper.get_attribute_value(attribute)
    if attribute.type == AttributeProto.INT:
        return f"{value} : i64"
    if attribute.type == AttributeProto.FLOAT:
        return f"0x{np.float32(value).view(np.uint32):08X} : f32"
    if attribute.type == AttributeProto.STRING:
        return json.dumps(value.decode())
    if attribute.type == AttributeProto.INTS:
        return f"array<i64{': ' if value else ''}{', '.join(map(str, value))}>"
    if attribute.type == AttributeProto.FLOATS:
        return f"array<f32: {', '.join(repr(float(number)) for number in value)}>"
    if attribute.type == AttributeProto.TENSOR:
        return spell_elements(value)
    raise Unwritable


def spell_function(case, schema):
    graph, node = case.model.graph, case.model.graph.node[0]
    inputs, outputs = (list(map(as_tensor, values)) for values in case.data_sets[0])
    lines, given = [], {}
    for value, tensor in zip(graph.input, inputs):
        given[value.name] = (f"%i{len(given)}", spell_type(tensor))
        lines.append(f"%i{len(given) - 1} = onnx.Constant {{value = {spell_elements(tensor)}}} : () -> {spell_type(tensor)}")
    expected = {value.name: tensor for value, tensor in zip(graph.output, outputs)}
    variadic = bool(schema.inputs) and schema.inputs[-1].option == onnx.defs.OpSchema.FormalParameterOption.Variadic
    names = list(node.input) + [""] * (0 if variadic else len(schema.inputs) - len(node.input))
    if any(name and name not in given for name in names):
        raise Unwritable
    if "" in names:
        lines.append("%no = onnx.None : none")
    operands = [given.get(name, ("%no", "none")) for name in names]
    made = list(node.output) + [""] * (0 if schema.outputs[-1].option == onnx.defs.OpSchema.FormalParameterOption.Variadic
                                       else len(schema.outputs) - len(node.output))
    results = [re.sub(r"<(\d+x)*", "<*x", spell_type(expected[name])) if name in expected else "none"
               for name in made]
    attributes = ", ".join(f"{attribute.name} = {spell_attribute(attribute)}" for attribute in node.attribute)
    lines.append(f"%r:{len(made)} = onnx.{node.op_type}({', '.join(name for name, _ in operands)}) {{{attributes}}}"
                 f" : ({', '.join(kind for _, kind in operands)}) -> ({', '.join(results)})")
    returned, kinds = [], []
    for index, name in enumerate(made):
        if name not in expected:
            continue
        kind = spell_type(expected[name])
        lines.append(f"%e{index} = onnx.Constant {{value = {spell_elements(expected[name])}}} : () -> {kind}")
        returned += [f"%r#{index}", f"%e{index}"]
        kinds += [results[index], kind]
    lines.append(f"return {', '.join(returned)} : {', '.join(kinds)}")
    return f"func.func @{case.name}() -> ({', '.join(kinds)}) {{\n  " + "\n  ".join(lines) + "\n}\n"


def count_elements(case):
    return sum(getattr(value, "size", 0) for values in case.data_sets[0] for value in values)


def main():
    warnings.simplefilter("ignore")
    everything = "--all" in sys.argv[1:]
    evaluated, schemas, written = evaluated_operators(), newest_schemas(), {}
    print("// ONNX's node tests (Apache-2.0), made by utils/make-node-tests.py; do not edit.")
    for case in sorted(collect_testcases(), key=lambda case: (count_elements(case), case.name)):
        if case.kind != "node" or len(case.model.graph.node) != 1:
            continue
        name = case.model.graph.node[0].op_type
        if name not in evaluated or case.model.opset_import[0].version < schemas[name].since_version:
            continue
        most = MAX_ELEMENTS if name in written else MAX_ELEMENTS_OF_ONLY
        if not everything and (written.get(name, 0) >= PER_OPERATOR or count_elements(case) > most):
            continue
        try:
            print(spell_function(case, schemas[name]))
            written[name] = written.get(name, 0) + 1
        except Unwritable:
            pass
    print(f"{sum(written.values())} tests; none of {' '.join(sorted(evaluated - written.keys())) or '-'}", file=sys.stderr)


if __name__ == "__main__":
    main()
