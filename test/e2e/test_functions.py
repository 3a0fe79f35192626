#!/usr/bin/env python3
"""Function programs: tensors in .npy files through `app call`, and what is said of wrong ones.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""

import ctypes
import json
import math
import random
import unittest

from support import LLMC, MODELS, TestCase, read_npy, run, write_npy

# y = exp(x * w), and the sum of every row of x.
MODULE = """
module attributes {llm.model = {architecture = "function", name = "two results"}} {
  llm.weight @w : tensor<3xf32> value dense<[1.0, 0.5, -1.0]> : tensor<3xf32>
  func.func @main(%x: tensor<?x3xf32> {llm.name = "x", llm.dims = ["rows", ""]},
                  %z: tensor<?xf32> {llm.name = "in/z", llm.dims = ["rows"]})
      -> (tensor<?x3xf32> {llm.name = "y", llm.dims = ["rows", ""]},
          tensor<?xf32> {llm.name = "out/sums", llm.dims = ["rows"]}) {
    %w = llm.param @w : tensor<3xf32>
    %c0 = arith.constant 0 : index
    %rows = tensor.dim %x, %c0 : tensor<?x3xf32>
    %e = tensor.empty(%rows) : tensor<?x3xf32>
    %y = linalg.generic {indexing_maps = [affine_map<(t, k) -> (t, k)>, affine_map<(t, k) -> (k)>, affine_map<(t, k) -> (t, k)>],
                         iterator_types = ["parallel", "parallel"]}
        ins(%x, %w : tensor<?x3xf32>, tensor<3xf32>) outs(%e : tensor<?x3xf32>) {
    ^bb0(%a: f32, %b: f32, %o: f32):
      %p = arith.mulf %a, %b : f32
      %r = math.exp %p : f32
      linalg.yield %r : f32
    } -> tensor<?x3xf32>
    %s = linalg.generic {indexing_maps = [affine_map<(t, k) -> (t, k)>, affine_map<(t, k) -> (t)>],
                         iterator_types = ["parallel", "reduction"]}
        ins(%x : tensor<?x3xf32>) outs(%z : tensor<?xf32>) {
    ^bb0(%a: f32, %o: f32):
      %r = arith.addf %a, %o : f32
      linalg.yield %r : f32
    } -> tensor<?xf32>
    return %y, %s : tensor<?x3xf32>, tensor<?xf32>
  }
}
"""

# An encoder's inputs: their sum.
ENCODER = """
module attributes {llm.model = {}} {
  func.func @main(%ids: tensor<?x?xi64> {llm.name = "input_ids", llm.dims = ["batch", "seq"]},
                  %mask: tensor<?x?xi64> {llm.name = "attention_mask", llm.dims = ["batch", "seq"]},
                  %types: tensor<?x?xi64> {llm.name = "token_type_ids", llm.dims = ["batch", "seq"]})
      -> (tensor<?x?xi64> {llm.name = "sum", llm.dims = ["batch", "seq"]}) {
    %a = arith.addi %ids, %mask : tensor<?x?xi64>
    %b = arith.addi %a, %types : tensor<?x?xi64>
    return %b : tensor<?x?xi64>
  }
}
"""


class TensorInfo(ctypes.Structure):
    _fields_ = [("name", ctypes.c_char_p), ("dtype", ctypes.c_char_p), ("element_bytes", ctypes.c_int64),
                ("rank", ctypes.c_int64), ("sizes", ctypes.POINTER(ctypes.c_int64)),
                ("symbols", ctypes.POINTER(ctypes.c_char_p))]


class Buffer(ctypes.Structure):
    _fields_ = [("data", ctypes.c_void_p), ("bytes", ctypes.c_size_t)]


class FunctionsFromC(TestCase):
    """The same through runtime/include/llmrt/llmrt.h."""

    def setUp(self):
        module = self.folder / "module.mlir"
        module.write_text(MODULE)
        self.library = ctypes.CDLL(str(self.compile(module, "module.so", "--emit=so")))
        self.library.llmrt_last_error.restype = ctypes.c_char_p
        self.program, self.function = ctypes.c_void_p(), ctypes.c_void_p()
        self.call("llmrt_program_open", None, ctypes.byref(self.program))
        self.addCleanup(self.library.llmrt_program_close, self.program)
        self.call("llmrt_function_create", self.program, ctypes.c_int64(2), ctypes.byref(self.function))
        self.addCleanup(self.library.llmrt_function_destroy, self.function)

    def call(self, name, *arguments):
        status = getattr(self.library, name)(*arguments)
        self.assertEqual(status, 0, f"{name}: {self.library.llmrt_last_error().decode()}")

    def fail_to(self, name, *arguments):
        self.assertNotEqual(getattr(self.library, name)(*arguments), 0)
        return self.library.llmrt_last_error().decode()

    def plan(self, *sizes):
        given, found = (ctypes.c_int64 * len(sizes))(*sizes), (ctypes.c_int64 * 3)()
        self.needed, self.bytes = ctypes.c_size_t(), ctypes.c_int64()
        return given, ctypes.c_size_t(len(sizes)), found, ctypes.c_size_t(3), ctypes.byref(self.needed), ctypes.byref(self.bytes)

    def test_a_session_is_refused_with_what_runs_the_program(self):
        session = ctypes.c_void_p()
        self.assertIn("this program is a function: it has no sequences; 'call' or llmrt_function_create runs it",
                      self.fail_to("llmrt_session_create", self.program, None, ctypes.byref(session)))
        self.assertIsNone(session.value)

    def test_tensors_are_described(self):
        inputs, outputs, info = ctypes.c_size_t(), ctypes.c_size_t(), TensorInfo()
        self.call("llmrt_function_counts", self.function, ctypes.byref(inputs), ctypes.byref(outputs))
        self.assertEqual((inputs.value, outputs.value), (2, 2))
        self.call("llmrt_function_output", self.function, ctypes.c_size_t(0), ctypes.byref(info))
        self.assertEqual((info.name, info.dtype, info.element_bytes, info.sizes[:info.rank], info.symbols[:info.rank]),
                         (b"y", b"float32", 4, [-1, 3], [b"rows", b""]))
        self.assertIn("input 2 was asked for: the function has 2",
                      self.fail_to("llmrt_function_input", self.function, ctypes.c_size_t(2), ctypes.byref(info)))

    def test_runs_on_the_callers_buffers(self):
        arguments = self.plan(2, 3, 2)
        self.call("llmrt_function_plan", self.function, *arguments)
        self.assertEqual((list(arguments[2]), self.needed.value), ([2, 3, 2], 3))
        x, z = (ctypes.c_float * 6)(0, 0, 0, 1, 2, 3), (ctypes.c_float * 2)(10, 20)
        y, sums = (ctypes.c_float * 6)(), (ctypes.c_float * 2)()
        buffers = lambda *all: (Buffer * len(all))(*(Buffer(ctypes.addressof(one), ctypes.sizeof(one)) for one in all))
        two = ctypes.c_size_t(2)
        self.call("llmrt_function_call", self.function, buffers(x, z), two, buffers(y, sums), two)
        self.assertEqual(list(sums), [10, 26])
        for found, wanted in zip(y, (1, 1, 1, math.e, math.e, math.exp(-3))):
            self.assertAlmostEqual(found, wanted, places=5)
        short = (ctypes.c_float * 5)()
        self.assertIn("the buffer of y has 20 bytes: float32 [rows, 3] of sizes [2, 3] needs 24",
                      self.fail_to("llmrt_function_call", self.function, buffers(x, z), two, buffers(short, sums), two))
        self.assertIn("the function has 2 and 2", self.fail_to("llmrt_function_call", self.function, buffers(x), ctypes.c_size_t(1),
                                                              buffers(y, sums), two))

    def test_wrong_sizes_are_told(self):
        self.assertIn("a call with 2 sizes: all inputs together have 3 dimensions", self.fail_to("llmrt_function_plan", self.function, *self.plan(2, 3)))
        self.assertIn("rows is 2 in input x", self.fail_to("llmrt_function_plan", self.function, *self.plan(2, 3, 4)))
        self.assertIn("a size is at least 0", self.fail_to("llmrt_function_plan", self.function, *self.plan(-2, 3, -2)))
        empty = (Buffer * 2)()
        self.assertIn("no call is planned", self.fail_to("llmrt_function_call", self.function, empty, ctypes.c_size_t(2), empty, ctypes.c_size_t(2)))

# Scores of tokens, a row for each: what a graph that is no step gives. `mask` is added, so that it shows; `bias` follows
# from nothing.
SCORES = """
module attributes {{llm.model = {{}}}} {{
  func.func @main(%ids: tensor<?x?xi64> {{llm.name = "{ids}", llm.dims = ["batch", "seq"]}},
                  %mask: tensor<?x?xi64> {{llm.name = "{mask}", llm.dims = ["batch", "seq"]}},
                  %places: tensor<?x?xi32> {{llm.name = "position_ids", llm.dims = ["batch", "seq"]}})
      -> (tensor<?x?x2xf32> {{llm.name = "logits", llm.dims = ["batch", "seq", ""]}}) {{
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %b = tensor.dim %ids, %c0 : tensor<?x?xi64>
    %s = tensor.dim %ids, %c1 : tensor<?x?xi64>
    %e = tensor.empty(%b, %s) : tensor<?x?x2xf32>
    %r = linalg.generic {{indexing_maps = [affine_map<(b, s, v) -> (b, s)>, affine_map<(b, s, v) -> (b, s)>,
                                          affine_map<(b, s, v) -> (b, s)>, affine_map<(b, s, v) -> (b, s, v)>],
                         iterator_types = ["parallel", "parallel", "parallel"]}}
        ins(%ids, %mask, %places : tensor<?x?xi64>, tensor<?x?xi64>, tensor<?x?xi32>) outs(%e : tensor<?x?x2xf32>) {{
    ^bb0(%id: i64, %m: i64, %p: i32, %o: f32):
      %v = linalg.index 2 : index
      %vi = arith.index_cast %v : index to i64
      %wide = arith.extsi %p : i32 to i64
      %ten = arith.constant 10 : i64
      %hundred = arith.constant 100 : i64
      %a = arith.muli %id, %hundred : i64
      %pt = arith.muli %wide, %ten : i64
      %t1 = arith.addi %a, %pt : i64
      %t2 = arith.addi %t1, %m : i64
      %t3 = arith.addi %t2, %vi : i64
      %f = arith.sitofp %t3 : i64 to f32
      linalg.yield %f : f32
    }} -> tensor<?x?x2xf32>
    return %r : tensor<?x?x2xf32>
  }}
}}
"""


class FunctionLogits(TestCase):
    """`logits` of a program from ids to rows of numbers that has no cache."""

    def program(self, name, **names):
        (self.folder / f"{name}.mlir").write_text(SCORES.format(**{"ids": "input_ids", "mask": "attention_mask"} | names))
        return self.compile(self.folder / f"{name}.mlir", name)

    def write_ids(self, shape, ids):
        write_npy(self.folder / "ids.npy", shape, ids)
        return self.folder / "ids.npy"

    def refused(self, app, *more, ids=(5, 6)):
        out = self.folder / "none.npy"
        result = run([app, "logits", "--ids", self.write_ids((1, len(ids)), ids), "--out", out, *more])
        self.assertEqual(result.returncode, 1, result.stderr)
        self.assertFalse(out.exists())
        return result.stderr

    def test_whole_and_beginning_by_beginning(self):
        app = self.program("scores")
        # 100 times the id, 10 times the place, a mask of 1.
        expected = [100 * token + 10 * place + 1 + v for place, token in enumerate((7, 0, 3)) for v in range(2)]
        for how in ([], ["--step"], ["-t", "1"]):
            for shape in ((1, 3), (3,)):
                out = self.folder / "logits.npy"
                self.succeed([app, "logits", "--ids", self.write_ids(shape, [7, 0, 3]), "--out", out, *how])
                found = read_npy(out)
                self.assertEqual(found.shape, (1, 3, 2))
                self.assertEqual(list(found.values), expected)

    def test_what_does_not_follow_from_ids_is_named(self):
        self.assertIn("the function also takes bias (int64 [batch, seq]), which does not follow from token ids: 'call' takes files",
                      self.refused(self.program("biased", mask="bias")))

    def test_a_function_of_something_else_is_no_model(self):
        self.assertIn("this program is no function from input_ids to rows of numbers: 'info' says what it takes and gives",
                      self.refused(self.program("others", ids="numbers")))

    def test_nothing_is_ignored_and_nothing_is_empty(self):
        app = self.program("options")
        self.assertIn("--rows: this program is a function", self.refused(app, "--rows", "2"))
        self.assertIn("the prompt is empty", self.refused(app, ids=()))


class Functions(TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for name, text in (("module", MODULE), ("encoder", ENCODER)):
            (cls.folder / f"{name}.mlir").write_text(text)
            cls("compile").compile(cls.folder / f"{name}.mlir", name)
        cls.app, cls.encoder = cls.folder / "module", cls.folder / "encoder"

    def write(self, name, shape, values, *how, **more):
        write_npy(self.folder / name, shape, values, *how, **more)
        return self.folder / name

    def fail_to_call(self, *arguments, app=None):
        result = run([app or self.app, "call", *arguments, "--out", self.folder / "none"])
        self.assertEqual(result.returncode, 1, result.stderr)
        self.assertFalse((self.folder / "none").exists())
        return result.stderr

    def test_every_output_becomes_a_file(self):
        rows = 37
        x = [random.uniform(-2, 2) for _ in range(rows * 3)]
        z = [random.uniform(-2, 2) for _ in range(rows)]
        for threads in (1, 2):
            out = self.folder / f"out{threads}"
            self.succeed([self.app, "call", f"x={self.write('x.npy', (rows, 3), x, '<f4')}",
                          f"in/z={self.write('z.npy', (rows,), z, '<f4')}", "--out", out, "-t", threads])
            self.assertEqual(sorted(path.name for path in out.iterdir()), ["out_sums.npy", "y.npy"])
            y, sums = read_npy(out / "y.npy"), read_npy(out / "out_sums.npy")
            self.assertEqual((y.shape, sums.shape), ((rows, 3), (rows,)))
            for t in range(rows):
                for k, w in enumerate((1.0, 0.5, -1.0)):
                    self.assertAlmostEqual(y.row(t)[k], math.exp(x[3 * t + k] * w), places=5)
                self.assertAlmostEqual(sums.values[t], z[t] + sum(x[3 * t:3 * t + 3]), places=5)

    def test_no_rows_are_rows(self):
        out = self.folder / "empty"
        self.succeed([self.app, "call", f"x={self.write('x0.npy', (0, 3), [], '<f4')}",
                      f"in/z={self.write('z0.npy', (0,), [], '<f4')}", "--out", out])
        self.assertEqual(read_npy(out / "y.npy").shape, (0, 3))

    def test_a_mask_is_ones_and_segments_are_zeros(self):
        ids = self.write("ids.npy", (2, 3), range(6))
        self.succeed([self.encoder, "call", f"input_ids={ids}", "--out", self.folder / "sum"])
        self.assertEqual(list(read_npy(self.folder / "sum" / "sum.npy").values), [1, 2, 3, 4, 5, 6])
        given = self.write("given.npy", (2, 3), [10] * 6)
        self.succeed([self.encoder, "call", f"input_ids={ids}", f"attention_mask={given}", "--out", self.folder / "sum"])
        self.assertEqual(list(read_npy(self.folder / "sum" / "sum.npy").values), [10, 11, 12, 13, 14, 15])

    def test_info_says_the_signature(self):
        facts = json.loads(self.succeed([self.app, "info", "--json", "--verify"]))
        self.assertEqual(facts["signature"], {
            "inputs": [{"name": "x", "dtype": "float32", "shape": ["rows", 3]},
                       {"name": "in/z", "dtype": "float32", "shape": ["rows"]}],
            "outputs": [{"name": "y", "dtype": "float32", "shape": ["rows", 3]},
                        {"name": "out/sums", "dtype": "float32", "shape": ["rows"]}]})
        self.assertIn("input x: float32 [rows, 3]\n", self.succeed([self.app, "info"]))

    def test_wrong_inputs_are_told_apart(self):
        x = self.write("right.npy", (2, 3), [1] * 6, "<f4")
        z = self.write("z2.npy", (2,), [1] * 2, "<f4")
        wide = self.write("wide.npy", (2, 4), [1] * 8, "<f4")
        flat = self.write("flat.npy", (6,), [1] * 6, "<f4")
        long = self.write("long.npy", (3,), [1] * 3, "<f4")
        whole = self.write("whole.npy", (2, 3), [1] * 6)
        turned = self.write("turned.npy", (2, 3), [1] * 6, "<f4", columns_first=True)
        short = self.folder / "short.npy"
        short.write_bytes(x.read_bytes()[:-4])
        for inputs, message in (
                ([f"y={x}"], "the program has no input 'y': it takes x (float32 [rows, 3]), in/z (float32 [rows])"),
                ([f"x={x}"], "no file is given for in/z (float32 [rows]): give NAME=FILE.npy for each"),
                ([x], "is no input: give NAME=FILE.npy"),
                ([f"x={x}", f"x={z}"], "input x is given twice"),
                ([f"x={wide}", f"in/z={z}"], "input x has sizes [2, 4]: the program takes float32 [rows, 3]; give"),
                ([f"x={flat}", f"in/z={z}"], "input x has sizes [6]: the program takes float32 [rows, 3], of 2 dimensions"),
                ([f"x={x}", f"in/z={long}"], "rows is 2 in input x: give both the same"),
                ([f"x={whole}", f"in/z={z}"], "has elements of type int64: input x is float32 [rows, 3]; convert it with .astype('float32')"),
                ([f"x={turned}", f"in/z={z}"], "has its columns first"),
                ([f"x={short}", f"in/z={z}"], "a shape of [2, 3], data of 20 bytes"),
                ([f"x={self.folder / 'absent.npy'}", f"in/z={z}"], "absent.npy: cannot read")):
            self.assertIn(message, self.fail_to_call(*inputs))

    def test_other_commands_say_how_a_function_runs(self):
        for command in (["hello"], ["run", "-p", "hello"], ["chat"], ["bench"]):
            result = run([self.app, *command])
            self.assertEqual(result.returncode, 1)
            self.assertIn("call NAME=FILE.npy --out FOLDER runs it", result.stderr)

    def test_a_step_program_says_how_it_runs(self):
        app = self.compile(MODELS / "llama-q4_1.gguf", "step")
        self.assertIn("'logits' runs it on token ids", self.fail_to_call("x=y", app=app))


if __name__ == "__main__":
    unittest.main()
