#!/usr/bin/env python3
"""Compiles random graphs (graph_maker.py), runs the programs and compares them with ONNX Runtime.

usage: random_graphs.py [--first SEED] [--count N] [--jobs N] [--keep FOLDER]

Each seed is a graph of 3 to 15 nodes and the inputs of one call. A graph that fails is reduced as long as it fails alike, and kept in
FOLDER/SEED: model.onnx, an .npy file per input, what.txt.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""

import argparse
import os
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import onnx
import onnxruntime

from graph_maker import CODES, FLOATS, GraphMaker
from programs import PASSED, Failure, Outcome, call, compare, compile_model

# Of the largest number on the way: sums of a few hundred terms in another order, rounded once more or less.
TOLERANCES = {"float64": 1e-6, "float32": 2e-5, "float16": 8e-3}
MOST_TRIES = 120  # of reducing one graph

onnxruntime.set_default_logger_severity(3)


def run_reference(model, inputs):
    """All values that the nodes make, by name: every node as it stands, nothing fused."""
    model = onnx.ModelProto.FromString(model.SerializeToString())
    made = [name for node in model.graph.node for name in node.output]
    del model.graph.output[:]
    model.graph.output.extend(onnx.ValueInfoProto(name=name) for name in made)
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    return dict(zip(made, session.run(None, inputs)))


def find_tolerance(arrays):
    """What results of a graph may differ by: floats on the way say it, the narrowest by its width."""
    floats = [array for array in arrays if array.dtype.name in TOLERANCES and array.size]
    if not floats:
        return 0
    numbers = np.concatenate([np.abs(array.astype(np.float64)).ravel() for array in floats])
    largest = numbers[np.isfinite(numbers)].max(initial=1)
    return largest * max(TOLERANCES[array.dtype.name] for array in floats)


def check_graph(model, inputs, folder):
    """Raises a Failure where the program does not give what ONNX Runtime gives."""
    values = {**inputs, **run_reference(model, inputs)}
    expected = {output.name: values[output.name] for output in model.graph.output}
    path = folder / "model.onnx"
    onnx.save(model, path)
    compile_model(path, folder / "app")
    made = call(folder / "app", folder, inputs, {name: array.dtype for name, array in expected.items()})
    tolerance = find_tolerance(values.values())
    for name, array in expected.items():
        is_float = array.dtype.name in FLOATS
        compare(name, made[name], array, rtol=0, atol=tolerance if is_float else 0)


def try_graph(model, inputs):
    with tempfile.TemporaryDirectory(prefix="llmc-graph-") as name:
        try:
            check_graph(model, inputs, Path(name))
        except Failure as failure:
            status, detail = failure.outcome
            return Outcome(status, detail.replace(f"{name}/", ""))
    return Outcome(PASSED)


# Smaller graphs that fail alike.

def prune(model, inputs):
    """Without nodes, inputs and initializers that no output needs."""
    needed, nodes = {output.name for output in model.graph.output}, []
    for node in reversed(model.graph.node):
        if needed & set(node.output):
            nodes.insert(0, node)
            needed |= set(node.input)
    graph = onnx.helper.make_graph(nodes, model.graph.name, [value for value in model.graph.input if value.name in needed],
                                   model.graph.output, [value for value in model.graph.initializer if value.name in needed])
    left = onnx.helper.make_model(graph, opset_imports=model.opset_import, ir_version=model.ir_version)
    return left, {value.name: inputs[value.name] for value in graph.input}


def keep_outputs(model, outputs):
    some = onnx.ModelProto.FromString(model.SerializeToString())
    del some.graph.output[:]
    some.graph.output.extend(outputs)
    return some


def give_value(model, value):
    """The graph with a value given instead of made."""
    given = onnx.ModelProto.FromString(model.SerializeToString())
    nodes = [node for node in given.graph.node if value.name not in node.output or len(node.output) > 1]
    for node in nodes:
        node.output[:] = [f"unused.{one}" if one == value.name else one for one in node.output]
    del given.graph.node[:]
    given.graph.node.extend(nodes)
    given.graph.input.append(value)
    return given


def describe(name, array):
    return onnx.helper.make_tensor_value_info(name, CODES[array.dtype.name], array.shape)


def candidates(model, inputs):
    """Graphs with one output, the first that are made first; without one; with a value given, the last that are made first."""
    values = run_reference(model, inputs)
    outputs = [output.name for output in model.graph.output]
    made = [name for node in model.graph.node for name in node.output]
    for name in made:
        if outputs != [name]:
            yield prune(keep_outputs(model, [describe(name, values[name])]), inputs)
    for gone in outputs if len(outputs) > 1 else []:
        yield prune(keep_outputs(model, [output for output in model.graph.output if output.name != gone]), inputs)
    for name in reversed(made):
        if name not in outputs:
            yield prune(give_value(model, describe(name, values[name])), {**inputs, name: values[name]})


def reduce_graph(model, inputs, outcome, try_one=try_graph):
    """The smallest graph found that ends with the same status, its inputs and its outcome."""
    tries, smaller = 0, True
    while smaller and tries < MOST_TRIES:
        smaller = False
        for less, given in candidates(model, inputs):
            tries += 1
            found = try_one(less, given)
            if found.status == outcome.status:
                model, inputs, outcome, smaller = less, given, found, True
                break
            if tries >= MOST_TRIES:
                break
    return model, inputs, outcome


def keep(folder, model, inputs, outcome):
    folder.mkdir(parents=True, exist_ok=True)
    onnx.save(model, folder / "model.onnx")
    for name, array in inputs.items():
        np.save(folder / f"{name}.npy", array)
    (folder / "what.txt").write_text(f"{outcome.status}: {outcome.detail}\n", encoding="utf-8")


def run_seed(seed):
    made = GraphMaker(seed)
    return made, try_graph(made.model, made.inputs)


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("--first", type=int, default=1)
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--keep", type=Path)
    options = parser.parse_args()
    seeds = range(options.first, options.first + options.count)
    nodes, failed = 0, 0
    with ThreadPoolExecutor(options.jobs) as pool:
        for seed, (made, outcome) in zip(seeds, pool.map(run_seed, seeds)):
            nodes += len(made.model.graph.node)
            if outcome.status == PASSED:
                continue
            failed += 1
            model, inputs, outcome = reduce_graph(made.model, made.inputs, outcome)
            ops = ", ".join(node.op_type for node in model.graph.node)
            print(f"seed {seed}: {outcome.status}: {outcome.detail} ({ops})", flush=True)
            if options.keep:
                keep(options.keep / str(seed), model, inputs, outcome)
    print(f"seeds {seeds[0]} to {seeds[-1]}: {len(seeds) - failed} of {len(seeds)} random graphs ({nodes} nodes) compute what ONNX Runtime"
          f" {onnxruntime.__version__} computes")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
