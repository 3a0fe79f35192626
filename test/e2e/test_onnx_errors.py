#!/usr/bin/env python3
"""Malformed and unsupported ONNX models: one clear line, exit code 1, no output file, within seconds and little memory.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""

import os
import resource
import unittest

from onnx_files import (BOOL, DOUBLE, FLOAT, HEAD, IDS, INT64, LOGITS, ROWS, STRING, TABLE, WIDTH, attribute, data,
                        decoder, each, floats, function, graph, int64s, model, node, number, tensor, value, varint)
from support import LLMC, TestCase, run

SECONDS, ADDRESSES = 60, 4 << 30
NO_PROGRAM = "the graph cannot become a function"  # nor a step: both reasons stand in the line
VALID = decoder()
HUGE = 1 << 62


def middle(*nodes, **options):
    """A decoder with nodes that make y of x."""
    return decoder(nodes, "y", **options)


def shaped(values, op="Reshape", **options):
    """A decoder whose rows are reshaped, expanded, ... by a constant."""
    return middle(node(op, ["x", "s"], ["y"], "bend"), initializers=[int64s("s", values)], **options)


def with_tensor(message):
    """A decoder that adds a tensor `b` to its rows."""
    return middle(node("Add", ["x", "b"], ["y"], "bias"), initializers=[message])


def call(functions, name="f", **options):
    return middle(node(name, ["x"], ["y"], "call", "local"), functions=functions,
                  opsets=(("", 23), ("local", 1)), **options)


def chain(length, op="Identity"):
    """Nodes that make y of x, one behind the other."""
    names = ["x", *(f"c{i}" for i in range(length - 1)), "y"]
    return [node(op, [names[i]], [names[i + 1]], f"n{i}") for i in range(length)]


def nested(depth):
    inner = graph([node("Identity", ["x"], ["z"])], outputs=[value("z", [])])
    for _ in range(depth):
        inner = graph([node("If", ["c"], ["z"], then_branch=("g", inner), else_branch=("g", graph([])))],
                      outputs=[value("z", [])])
    return ("g", inner)


IDENTITY = ("g", graph([node("Identity", ["x"], ["z"])], outputs=[value("z", [])]))
FALSE = tensor("c", [], bytes(1), BOOL)

# Each case: its name, the file, and what the one line has to say.
FILES = [
    ("empty file", b"", "is empty"),
    ("a page", b"<!DOCTYPE html><html>", "web page"),
    ("a pointer", b"version https://git-lfs.github.com/spec/v1\noid x\nsize 5\n", "git-lfs pointer"),
    ("zeros", bytes(64), "is no whole ONNX model"),
    ("noise", bytes(range(256)) * 4, "is no whole ONNX model"),
    ("a varint of eleven bytes", b"\x08" + b"\xff" * 11 + VALID, "is no whole ONNX model"),
    ("a length beyond the file", VALID + varint(7 << 3 | 2) + varint(1 << 40), "is no whole ONNX model"),
    ("a length of 2^31", VALID + varint(7 << 3 | 2) + varint((1 << 31) - 1), "is no whole ONNX model"),
    ("an end group", VALID + b"\x0c", "is no whole ONNX model"),
    ("the graph as a number", number(1, 8) + number(7, 3) + data(8, b""), "has no graph"),
    ("bytes in a packed list that end early", with_tensor(tensor("b", [WIDTH], type=INT64, more=data(7, b"\x80"))),
     "is no whole ONNX model"),
    ("no graph", number(1, 8) + data(8, number(2, 18)), "has no graph"),
    ("a graph without nodes", model(graph([], [IDS], [value("input_ids", [])])), "has no graph"),
    ("graphs nested without end", middle(node("If", ["c"], ["y"], then_branch=nested(90))), "nests graphs too deeply"),
]

OPSETS = [
    ("no operator set", decoder(opsets=()), "imports no operator set"),
    ("no standard operator set", decoder(opsets=(("com.microsoft", 1),)), "no version of the standard operator set"),
    ("too old a set", decoder(opsets=(("", 12),)), "operator set 12", "13 to"),
    ("an old form of one node", model(graph([node("Not", ["x"], ["z"]), node("Squeeze", ["z"], ["y"], "old", axes=[0])],
                                            [value("x", [1, 2], BOOL)], [value("y", [2], BOOL)]), opsets=(("", 11),)),
     "node 'old' (Squeeze)", "operator set 11", "13 to 28", "export it again"),
    ("too new a set", decoder(opsets=(("", 99),)), "operator set 99", "export it again"),
    ("a negative set", decoder(opsets=(("", -1),)), "operator set -1"),
    ("two versions of a set", decoder(opsets=(("", 23), ("ai.onnx", 18))), "two versions", "23 and 18"),
]

TENSORS = [
    ("raw data too short", with_tensor(tensor("b", [WIDTH], bytes(12))), "tensor 'b'", "32 bytes, found 12"),
    ("raw data too long", with_tensor(tensor("b", [WIDTH], bytes(99))), "32 bytes, found 99"),
    ("no data", with_tensor(tensor("b", [WIDTH])), "32 bytes, found 0"),
    ("data of another field", with_tensor(tensor("b", [WIDTH], more=each(7, []) + number(7, 1) * WIDTH)), "found 0"),
    ("a negative dim", with_tensor(tensor("b", [-8], bytes(32))), "tensor 'b'", "[-8]"),
    ("dims that overflow", with_tensor(tensor("b", [HUGE, 4], bytes(0))), "which no tensor has"),
    ("bits that overflow", with_tensor(tensor("b", [1 << 58], bytes(0), DOUBLE)), "which no tensor has"),
    ("a huge tensor", with_tensor(tensor("b", [1 << 40], bytes(32))), "4398046511104 bytes, found 32"),
    ("thousands of dims", with_tensor(tensor("b", [1] * 5000, bytes(4))), "5000 dims"),
    ("an unknown element type", with_tensor(tensor("b", [WIDTH], bytes(32), 77)), "tensor 'b'", "type 77"),
    ("a negative element type", with_tensor(tensor("b", [WIDTH], bytes(32), -5)), "type -5"),
    ("strings", with_tensor(tensor("b", [1], type=STRING, more=data(6, "text"))), "type string"),
    ("complex numbers", with_tensor(tensor("b", [4], bytes(32), 14)), "type complex64"),
    ("a segment", with_tensor(tensor("b", [WIDTH], bytes(32), more=data(3, number(1, 0) + number(2, 8)))), "segment"),
    ("a tensor without a name", with_tensor(tensor("", [WIDTH], bytes(32))), "has no name"),
    ("a tensor that is there twice", decoder(initializers=[HEAD]), "'head'", "twice"),
    ("sparse initializers", decoder().replace(b"\x12\x05graph", b"\x12\x05graph" + data(15, data(1, floats("s", [1])))
                                              , 0) + data(7, data(15, data(1, floats("s", [1])))), "sparse initializer 's'"),
    ("weights of another element type", with_tensor(tensor("b", [WIDTH], bytes(64), DOUBLE)), "node 'bias' (Add)",
     "same element type"),
]


def external(**entries):
    return with_tensor(tensor("b", [WIDTH], external=entries))


# `inside.data` has 64 bytes; what the others name is made by the test.
EXTERNAL = [
    ("no location", external(offset="0"), "no location"),
    ("a missing file", external(location="nowhere.data"), "'nowhere.data'", "fetch it"),
    ("a short file", external(location="inside.data", offset="40"), "32 bytes, found 24"),
    ("a length beyond the file", external(location="inside.data", length="65"), "65 bytes", "which has 64"),
    ("an offset beyond the file", external(location="inside.data", offset="1000", length="32"), "which has 64"),
    ("an offset that overflows", external(location="inside.data", offset=str((1 << 64) - 16), length="32"), "which has 64"),
    ("an offset of 65 bits", external(location="inside.data", offset=str(1 << 65)), "no number of bytes"),
    ("a negative length", external(location="inside.data", length="-32"), "no number of bytes"),
    ("a path upwards", external(location="../outside.data"), "outside of the model's folder"),
    ("a path down and upwards", external(location="inner/../../outside.data"), "outside of the model's folder"),
    ("an absolute path", external(location="/etc/passwd"), "outside of the model's folder"),
    ("a zero byte", external(location="inside.data\0x"), "zero byte"),
    ("a link out", external(location="link.data"), "a link that leaves"),
    ("a folder that is a link out", external(location="linked/outside.data"), "a link that leaves"),
    ("a folder", external(location="inner"), "no such file"),
    ("the model's folder", external(location="."), "no such file"),
    ("a pipe", external(location="pipe.data"), "no such file"),
    ("a constant's tensor outside", middle(
        node("Constant", [], ["b"], "c", value=("t", tensor("v", [WIDTH], external={"location": "../outside.data"}))),
        node("Add", ["x", "b"], ["y"])), "node 'c' (Constant)", "outside of the model's folder"),
    ("a function's tensor outside", call([function("f", ["x"], ["y"], [
        node("Constant", [], ["b"], "c", value=("t", tensor("v", [WIDTH], external={"location": "link.data"}))),
        node("Add", ["x", "b"], ["y"])])]), "node 'c' (Constant)", "a link that leaves"),
    ("a default's tensor outside", call([function("f", ["x"], ["y"], [
        node("Constant", [], ["b"], "c", value=attribute("value", ("t", b""), ref="t")), node("Add", ["x", "b"], ["y"])],
        defaults=[attribute("t", ("t", tensor("v", [WIDTH], external={"location": "../outside.data"})))])]),
     "outside of the model's folder"),
]

GRAPHS = [
    ("a cycle", middle(node("Add", ["x", "z"], ["y"], "a"), node("Relu", ["y"], ["z"])), "node 'z' (Relu)", "form a cycle"),
    ("a node that reads itself", middle(node("Relu", ["y"], ["y"], "a")), "reads 'y'"),
    ("a name that is made twice", middle(node("Relu", ["x"], ["y"]), node("Neg", ["x"], ["y"], "again")),
     "node 'again' (Neg)", "'y', which is there already"),
    ("an input that is there twice", decoder(ids=[IDS, IDS]), "input 'input_ids'", "there already"),
    ("an input without a name", decoder(inputs=[value("", [1])]), "an input: has no name"),
    ("no outputs", decoder(outputs=[]), "has no outputs"),
    ("an output that nobody makes", decoder(outputs=[value("other", [])]), "output 'other'", "made by no node"),
    ("an input that is a sequence", decoder(inputs=[data(1, "s") + data(2, data(4, b""))]), "input 's'", "sequences"),
    ("an input without a type", decoder(inputs=[data(1, "s")]), "input 's'", "is no tensor"),
    ("an input of strings", decoder(inputs=[value("s", [1], STRING)]), "input 's'", "string"),
    ("an input with a negative dim", decoder(ids=[value("input_ids", [-2, 3], INT64)]), "a dim of -2"),
    ("an input of huge dims", decoder(ids=[value("input_ids", [HUGE, HUGE], INT64)]), NO_PROGRAM),
    ("an input of a thousand dims", decoder(inputs=[value("s", [1] * 1000)]), "input 's'", "1000 dims"),
    ("a table that is no weight", decoder(tables=[HEAD, floats("table", [ROWS])]), NO_PROGRAM),
    ("a head that does not fit", decoder(tables=[TABLE, floats("head", [WIDTH + 1, ROWS])]), "node 'score'|multiplies"),
]

OPERATORS = [
    ("an unknown operator", middle(node("Frobnicate", ["x"], ["y"], "n")), "node 'n' (Frobnicate)", "does not know"),
    ("an operator without a name", middle(node("", ["x"], ["y"], "n")), "node 'n' ()", "does not know"),
    ("an unknown domain", middle(node("Relu", ["x"], ["y"], "n", "org.nowhere")), "(org.nowhere::Relu)", "does not know"),
    ("a name of control characters", middle(node("Re\x1b[2Jlu\n", ["x"], ["y"], "n\r\n")), "node 'n??'"),
    ("a name of a megabyte", middle(node("R" * (1 << 20), ["x"], ["y"], "n")), "node 'n' (RRR"),
    ("too many inputs", middle(node("Relu", ["x", "x", "x"], ["y"], "n")), "has 3 inputs, its schema 1"),
    ("too many outputs", middle(node("Relu", ["x"], ["y", "z"], "n")), "has 2 outputs, its schema 1"),
    ("an input too few", middle(node("Add", ["x"], ["y"], "n")), "node 'n' (Add)", "operand #1"),
    ("no inputs", middle(node("Concat", [], ["y"], "n", axis=0)), "node 'n' (Concat)"),
    ("no outputs of a node", middle(node("Relu", ["x"], [], "n"), node("Relu", ["x"], ["y"])), "node 'n' (Relu)"),
    ("an attribute of another kind", middle(node("Softmax", ["x"], ["y"], "n", axis="first")), "node 'n'", "'axis'"),
    ("an attribute that lacks", middle(node("Cast", ["x"], ["y"], "n")), "node 'n' (Cast)", "'to'"),
    ("an attribute that no schema has", middle(node("Relu", ["x"], ["y"], "n", slope=1)), "node 'n'", "'slope'"),
    ("an attribute that is there twice", middle(node("Softmax", ["x"], ["y"], "n", axis=1, more=attribute("axis", 2))),
     "attribute 'axis' twice"),
    ("an attribute without a kind", middle(node("Softmax", ["x"], ["y"], "n", axis=data(1, "axis"))), "'axis'", "kind"),
    ("a sparse attribute", middle(node("Constant", [], ["y"], "n", sparse_value=("sparse", b""))), "'sparse_value'"),
    ("a cast to nothing", middle(node("Cast", ["x"], ["y"], "n", to=0)), "node 'n' (Cast)", "type"),
    ("a cast to an unknown type", middle(node("Cast", ["x"], ["y"], "n", to=99)), "node 'n' (Cast)", "type"),
    ("a cast to strings", middle(node("Cast", ["x"], ["y"], "n", to=STRING)), "node 'n' (Cast)", "type"),
    ("a constant of strings", middle(node("Constant", [], ["y"], "n", value_string="text")), "node 'n' (Constant)"),
    ("a constant without a value", middle(node("Constant", [], ["y"], "n")), "node 'n'|Constant"),
    ("training", middle(node("BatchNormalization", ["x", "b", "b", "b", "b"], ["y", "m", "v"], "n", training_mode=1),
                        initializers=[floats("b", [WIDTH])]), "training mode"),
    ("a branch", middle(node("If", ["c"], ["y"], "n", then_branch=nested(1), else_branch=nested(1)),
                        inputs=[value("c", [], BOOL)]), "node 'n' (If)", "control flow is not supported yet"),
    ("a branch that a size decides", middle(
        node("Shape", ["input_ids"], ["s"], start=1), node("Equal", ["s", "one"], ["c"]),
        node("If", ["c"], ["y"], "n", then_branch=IDENTITY, else_branch=IDENTITY),
        initializers=[int64s("one", [1])]), "node 'n' (If)", "a condition that a run decides"),
    ("a branch that is not there", middle(node("If", ["c"], ["y"], "n", then_branch=IDENTITY), initializers=[FALSE]),
     "node 'n' (If)", "has no else_branch"),
    ("a branch of another number of outputs", middle(
        node("If", ["c"], ["y", "y2"], "n", then_branch=IDENTITY, else_branch=IDENTITY), initializers=[FALSE]),
     "node 'n' (If)", "0 inputs and 1 outputs, which must be 0 and 2"),
    ("a branch with inputs", middle(
        node("If", ["c"], ["y"], "n", else_branch=("g", graph([], [value("x", [])], [value("x", [])]))), initializers=[FALSE]),
     "node 'n' (If)", "1 inputs and 1 outputs, which must be 0 and 1"),
    ("a branch whose output nothing makes", middle(
        node("If", ["c"], ["y"], "n", else_branch=("g", graph([], outputs=[value("z", [])]))), initializers=[FALSE]),
     "node 'n' (If)", "'z' that its else_branch does not make"),
    ("a branch with a wrong node", middle(
        node("If", ["c"], ["y"], "n", else_branch=("g", graph([node("Nothing", ["x"], ["z"], "in")], outputs=[value("z", [])]))),
        initializers=[FALSE]), "node 'in' (Nothing)", "an operator that llmc does not know"),
    ("a branch without a condition", middle(node("If", [], ["y"], "n", then_branch=IDENTITY, else_branch=IDENTITY)),
     "node 'n' (If)", "has no condition"),
    ("a loop", middle(node("Loop", ["", "", "x"], ["y"], "n", body=nested(1))), "node 'n' (Loop)", "control flow"),
    ("a branch without branches", middle(node("If", ["c"], ["y"], "n"), inputs=[value("c", [], BOOL)]), "node 'n' (If)"),
    ("a sequence", middle(node("SequenceConstruct", ["x"], ["y"], "n")), "node 'n' (SequenceConstruct)"),
    ("random numbers", middle(node("RandomNormalLike", ["x"], ["y"], "n")), "node|RandomNormalLike"),
]


def doubling(levels, inner):
    """Functions that call the next one twice each."""
    return [function(f"f{i}" if i else "f", ["x"], ["y"], [node(f"f{i + 1}", ["x"], ["z"], domain="local"),
                                                          node(f"f{i + 1}", ["z"], ["y"], domain="local")])
            for i in range(levels)] + [function(f"f{levels}", ["x"], ["y"], inner)]


FUNCTIONS = [
    ("a function that calls itself", call([function("f", ["x"], ["y"], [node("f", ["x"], ["y"], "self", "local")])]),
     "node 'self' (local::f)", "or itself"),
    ("functions that call each other", call([
        function("f", ["x"], ["y"], [node("g", ["x"], ["y"], domain="local")]),
        function("g", ["x"], ["y"], [node("f", ["x"], ["y"], domain="local")])]), "or itself"),
    ("functions that double", call(doubling(40, [node("Relu", ["x"], ["y"])])), "500000 nodes"),
    ("functions that double nothing", call(doubling(40, [])), "does not make"),
    ("a function that is there twice", call([function("f", ["x"], ["y"], [node("Relu", ["x"], ["y"])])] * 2),
     "function 'local::f'", "twice"),
    ("a function that makes no output", call([function("f", ["x"], ["y"], [node("Relu", ["x"], ["z"])])]),
     "output 'y' that its function does not make"),
    ("a call with too many inputs", middle(node("f", ["x", "x"], ["y"], "n", "local"), functions=[
        function("f", ["x"], ["y"], [node("Relu", ["x"], ["y"])])]), "has 2 inputs", "its function 1"),
    ("a call that leaves out an input", middle(node("f", ["x"], ["y"], "n", "local"), functions=[
        function("f", ["x", "z"], ["y"], [node("Add", ["x", "z"], ["y"], "inner")])]), "node 'inner' (Add)"),
    ("a function that sees the graph", call([function("f", ["x"], ["y"], [node("Add", ["x", "head"], ["y"], "inner")])]),
     "node 'inner' (Add)", "reads 'head'"),
]


def sized(op, values, **attributes):
    """A decoder that adds what an operator makes of constant sizes."""
    return middle(node(op, ["s"], ["big"], "big", **attributes), node("ReduceSum", ["big"], ["sum"], "sum", keepdims=0),
                  node("Add", ["x", "sum"], ["y"], "add"), initializers=[int64s("s", values)])


def counted(start, limit, step):
    """A decoder whose rows are multiplied by the last number of a range."""
    return middle(node("Range", ["a", "b", "c"], ["r"], "range"), node("ReduceMax", ["r"], ["m"], keepdims=0),
                  node("Cast", ["m"], ["f"], to=FLOAT), node("Mul", ["x", "f"], ["y"], "mul"),
                  initializers=[int64s("a", [start], []), int64s("b", [limit], []), int64s("c", [step], [])])



SHAPES = [
    ("a reshape by too many", shaped([0, 0, 3]), NO_PROGRAM, "reshapes"),
    ("a reshape by two unknowns", shaped([-1, -1]), NO_PROGRAM),
    ("a reshape by huge sizes", shaped([HUGE, HUGE, 2]), NO_PROGRAM),
    ("a reshape by the smallest number", shaped([-HUGE * 2, 1]), NO_PROGRAM),
    ("a reshape by a matrix of zeros", middle(node("Reshape", ["x", "s"], ["y"]), initializers=[int64s("s", [0] * 4, [2, 2])]),
     NO_PROGRAM),
    ("a reshape by 70000 sizes", shaped([1] * 70000), NO_PROGRAM),
    ("a reshape by a thousand sizes", shaped([1] * 1000), NO_PROGRAM),
    ("a reshape by a row", middle(node("Cast", ["x"], ["s"], to=INT64), node("Reshape", ["x", "s"], ["y"])), NO_PROGRAM),
    ("an expansion to huge sizes", shaped([HUGE, HUGE, 1, 1, 1], "Expand"), NO_PROGRAM),
    ("an expansion that does not fit", shaped([3], "Expand"), NO_PROGRAM, "expands"),
    ("a tile of huge times", shaped([HUGE, HUGE, HUGE], "Tile"), NO_PROGRAM),
    ("a tile of negative times", shaped([1, 1, -1], "Tile"), NO_PROGRAM, "negative size"),
    ("a squeeze of more than one", shaped([2], "Squeeze"), NO_PROGRAM, "squeezes"),
    ("an axis far away", shaped([HUGE], "Unsqueeze"), NO_PROGRAM, "axis"),
    ("an axis that is there twice", shaped([0, 0], "Unsqueeze"), NO_PROGRAM, "twice"),
    ("a sum over an axis far away", shaped([99], "ReduceSum"), NO_PROGRAM, "axis 99"),
    ("a concatenation of different ranks", middle(node("Concat", ["x", "b"], ["y"], axis=0),
                                                  initializers=[floats("b", [WIDTH])]), NO_PROGRAM, "different ranks"),
    ("a concatenation of scalars", middle(node("Concat", ["b", "b"], ["c"], axis=0), node("Add", ["x", "c"], ["y"]),
                                          initializers=[floats("b", [])]), NO_PROGRAM, "axis"),
    ("a gather from a scalar", middle(node("Gather", ["b", "b"], ["c"], "n", axis=7), node("Add", ["x", "b"], ["y"]),
                                      initializers=[floats("b", [])]), "node 'n'"),
    ("a softmax of a scalar", middle(node("Softmax", ["b"], ["c"]), node("Add", ["x", "c"], ["y"]),
                                     initializers=[floats("b", [])]), NO_PROGRAM, "axis"),
    ("an arg max of a scalar", middle(node("ArgMax", ["b"], ["c"]), node("Cast", ["c"], ["d"], to=FLOAT),
                                      node("Add", ["x", "d"], ["y"]), initializers=[floats("b", [])]), NO_PROGRAM, "axis"),
    ("a permutation that is none", middle(node("Transpose", ["x"], ["y"], perm=[0, 0, 9])), NO_PROGRAM, "permutation"),
    ("a flattening far away", middle(node("Flatten", ["x"], ["y"], axis=-HUGE)), NO_PROGRAM),
    ("a split into other parts", middle(node("Split", ["x", "s"], ["y", "z"], axis=2), initializers=[int64s("s", [HUGE, HUGE])]),
     NO_PROGRAM, "splits"),
    ("pads without end", shaped([HUGE] * 6, "Pad"), NO_PROGRAM, "pads"),
    ("pads of an axis of a scalar", middle(node("Pad", ["b", "s", "", "a"], ["c"]), node("Add", ["x", "c"], ["y"]),
                                           initializers=[floats("b", []), int64s("s", [1, 1]), int64s("a", [0])]), NO_PROGRAM),
    ("a slice with step 0", middle(node("Slice", ["x", "a", "a", "a", "s"], ["y"]), initializers=[
        int64s("a", [0]), int64s("s", [0])]), NO_PROGRAM, "step 0"),
    ("a slice of different lengths", middle(node("Slice", ["x", "a", "s"], ["y"]), initializers=[
        int64s("a", [0]), int64s("s", [1, 2, 3, 4])]), NO_PROGRAM, "different lengths"),
]

VALUES = [
    ("a range with step 0", counted(0, 5, 0), NO_PROGRAM, "step 0"),
    ("a range of 2^62 numbers", counted(-HUGE, HUGE - 1, 1), NO_PROGRAM, "than memory can have"),
    ("a huge constant", sized("ConstantOfShape", [HUGE, HUGE]), NO_PROGRAM),
    ("a constant of 10^16 elements", sized("ConstantOfShape", [10**8, 10**8]), NO_PROGRAM, "than memory can have"),
    ("a constant of a negative size", sized("ConstantOfShape", [-1]), NO_PROGRAM, "negative size"),
    ("a constant filled with nothing", sized("ConstantOfShape", [2], value=("t", floats("v", [0]))), NO_PROGRAM),
    ("a size divided by zero", middle(
        node("Shape", ["x"], ["s"]), node("Div", ["s", "zero"], ["d"]), node("Reshape", ["x", "d"], ["y"]),
        initializers=[int64s("zero", [0])]), NO_PROGRAM),
    ("a constant that is not a number", middle(node("Mul", ["x", "b"], ["y"]), initializers=[
        floats("b", [3], float("nan"))]), NO_PROGRAM),
    ("sums of sums of sums", middle(
        *(node("MatMul", [f"m{i}", f"m{i}"], [f"m{i + 1}"]) for i in range(30)), node("ReduceSum", ["m30"], ["t"], keepdims=0),
        node("Cast", ["t"], ["u"], to=INT64), node("Unsqueeze", ["u", "zero"], ["s"]), node("Reshape", ["x", "s"], ["y"]),
        initializers=[int64s("zero", [0]), floats("m0", [64, 64])]), NO_PROGRAM),
    ("a long chain that says a size", middle(
        node("Shape", ["x"], ["c0"]), *(node("Neg", [f"c{i}"], [f"c{i + 1}"]) for i in range(3000)),
        node("Add", ["c3000", "c3000"], ["s"]), node("Reshape", ["x", "s"], ["y"])), NO_PROGRAM),
    ("a mask of 10^18 elements", middle(
        node("Unsqueeze", ["x", "one"], ["q"]), node("MatMul", ["q", "q"], ["k"]), node("Expand", ["b", "s"], ["m"]),
        node("Add", ["k", "m"], ["y"]), initializers=[int64s("one", [1]), int64s("s", [10**9, 10**9]), floats("b", [1])]),
     NO_PROGRAM),
]


def limit_memory():
    if os.environ.get("LLMC_TEST_SANITIZED"):  # a sanitizer reserves terabytes of addresses
        return
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESSES, ADDRESSES))


class OnnxErrors(TestCase):
    def setUp(self):
        """A model's folder with the files that external data may name, and what lies outside of it."""
        self.model_folder = self.folder / self.id().split(".")[-1] / "model"
        inner = self.model_folder / "inner"
        inner.mkdir(parents=True)
        outside = self.model_folder.parent / "outside.data"
        outside.write_bytes(bytes(64))
        (self.model_folder / "inside.data").write_bytes(bytes(64))
        (self.model_folder / "link.data").symlink_to(outside)
        (self.model_folder / "linked").symlink_to(outside.parent)
        os.mkfifo(self.model_folder / "pipe.data")
        self.output = self.model_folder.parent / "output"
        self.output.mkdir()

    def refuse(self, blob, *parts):
        path = self.model_folder / "model.onnx"
        path.write_bytes(blob)
        for left in self.output.iterdir():  # by a case that failed
            left.unlink()
        result = run([LLMC, "compile", path, "-q", "-o", self.output / "app"], timeout=SECONDS, preexec_fn=limit_memory)
        self.assertEqual(result.returncode, 1, result.stderr)
        self.assertEqual(result.stdout, "")
        lines = result.stderr.strip().split("\n")
        self.assertEqual(len(lines), 1, result.stderr)
        self.assertTrue(lines[0].startswith(f"llmc: error: {path}: "), lines[0])
        self.assertLess(len(lines[0]), 1000)
        for part in parts:
            self.assertTrue(any(word in lines[0] for word in part.split("|")), f"{part!r} is not in {lines[0]}")
        self.assertEqual(os.listdir(self.output), [])

    def refuse_all(self, cases):
        for name, blob, *parts in cases:
            with self.subTest(name):
                self.refuse(blob, *parts)

    def test_files(self):
        self.refuse_all(FILES)

    def test_opsets(self):
        self.refuse_all(OPSETS)

    def test_old_sets_are_read_where_operators_have_not_changed_since(self):
        for opset, op in ((1, "Not"), (7, "And"), (12, "Xor")):
            with self.subTest(op):
                names = ["a"] if op == "Not" else ["a", "b"]
                path = self.model_folder / "model.onnx"
                path.write_bytes(model(graph([node(op, names, ["y"])], [value(name, [2], BOOL) for name in names],
                                             [value("y", [2], BOOL)]), opsets=(("", opset),)))
                result = run([LLMC, "compile", path, "-q", "-o", self.output / "app"], timeout=SECONDS)
                self.assertEqual((result.returncode, result.stderr), (0, ""))

    def test_tensors(self):
        self.refuse_all(TENSORS)

    def test_external_data(self):
        self.refuse_all(EXTERNAL)

    def test_graphs(self):
        self.refuse_all(GRAPHS)

    def test_operators(self):
        self.refuse_all(OPERATORS)

    def test_functions(self):
        self.refuse_all(FUNCTIONS)

    def test_shapes(self):
        self.refuse_all(SHAPES)

    def test_values(self):
        self.refuse_all(VALUES)

    def test_a_file_that_ends_early(self):
        """At every eighth byte: no prefix of a model is one."""
        for end in range(1, len(VALID), 8):
            with self.subTest(end=end):
                self.refuse(VALID[:end])

    def test_several_models_in_a_folder(self):
        for name in ("a.onnx", "b.onnx"):
            (self.model_folder / name).write_bytes(VALID)
        result = run([LLMC, "compile", self.model_folder, "-q", "-o", self.output / "app"])
        self.assertEqual(result.returncode, 1)
        self.assertRegex(result.stderr, r"several ONNX models, 'a\.onnx' and 'b\.onnx': give one of them")


if __name__ == "__main__":
    unittest.main()
