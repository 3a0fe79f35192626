#!/usr/bin/env python3
"""llmc.compile: files, choices, and modules of a stand-in for PyTorch, whose export writes an ONNX file that is there.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""

import contextlib
import io
import re
import shutil
import sys
import tempfile
import types
import warnings
from pathlib import Path
from unittest import mock

import llmc
import numpy as np
import package
from support import MODELS

AUTO = object()


class Module:
    training = True

    def eval(self):
        self.training = False

    def train(self):
        self.training = True


class ExportedProgram:
    pass


class Tensor:
    ndim = 2


class Torch(types.ModuleType):
    """What the package uses of PyTorch; keeps what it was asked."""

    def __init__(self, fails=None):
        super().__init__("torch")
        self.asked, self.fails = None, fails
        self.Tensor = Tensor
        self.nn = types.SimpleNamespace(Module=Module)
        self.export = types.SimpleNamespace(ExportedProgram=ExportedProgram, Dim=types.SimpleNamespace(AUTO=AUTO))
        self.onnx = types.SimpleNamespace(export=self.write)

    def write(self, model, *, f, **arguments):
        self.asked = dict(arguments, training=getattr(model, "training", None), folder=Path(f).parent)
        if self.fails:
            raise self.fails
        for file in package.EXPORT.glob("model.onnx*"):
            shutil.copy(file, Path(f).parent)


class Compile(package.TestCase):
    def check_logits(self, model, reference, tolerance):
        ids = np.load(reference / "input_ids.npy")[0]
        expected = np.load(reference / "logits.npy")[0]
        np.testing.assert_allclose(model.logits(ids), expected, rtol=0, atol=tolerance)

    def test_a_folder_with_choices(self):
        with llmc.compile(MODELS / "llama", activations="f32", kv="f32", weights="keep", max_context=64, max_batch=2,
                          cpu=package.MACHINE) as model:
            self.assertEqual(model.max_context, 64)
            self.check_logits(model, MODELS / "llama", 1e-4)

    def test_a_result_that_has_a_name_stays(self):
        path = self.folder / "named.so"
        llmc.compile(str(package.MODEL), str(path)).close()
        with llmc.load(path) as again, llmc.load(self.library) as other:
            np.testing.assert_array_equal(again.logits([1, 2]), other.logits([1, 2]))

    def test_a_result_without_a_name_goes(self):
        with mock.patch.object(tempfile, "tempdir", str(self.folder / "temporary")):
            (self.folder / "temporary").mkdir()
            with llmc.compile(package.MODEL) as model:
                model.verify()
                self.assertEqual(len(list((self.folder / "temporary").rglob("*.so"))), 1)
            with self.assertRaises(llmc.CompileError):
                llmc.compile(package.MODEL, kv="f64")
            self.assertEqual(list((self.folder / "temporary").iterdir()), [])

    def test_an_onnx_file(self):
        with self.assertWarnsRegex(UserWarning, "has no tokenizer: the program takes") as warned:
            model = llmc.compile(package.EXPORT / "model.onnx", cpu=package.MACHINE)
        self.assertEqual(warned.filename, __file__)
        with model:
            self.check_logits(model, package.EXPORT, 1e-4)
            with self.assertRaisesRegex(ValueError, r"has no tokenizer.*model.tokens\(ids\)"):
                model.generate([1, 2], 4)
            tokens = list(model.tokens([1, 2], 4))
            self.assertEqual(len(tokens), 4)
            self.assertEqual(tokens[0], (int(model.logits([1, 2])[-1].argmax()), ""))

    def test_the_examples_of_the_pages(self):
        """Run as they stand, on the tiny model."""
        names = {"SmolLM2-135M-Instruct.Q4_1.gguf": str(package.MODEL), "smollm2.so": str(self.folder / "example.so")}
        for page in ("README.md", "python/README.md", "docs/python.md"):
            example = re.search(r"```python\n(.*?)```", (package.ROOT / page).read_text(), re.S)[1]
            for name, path in names.items():
                example = example.replace(name, path)
            with self.subTest(page=page), contextlib.redirect_stdout(io.StringIO()) as said:
                exec(compile(example, page, "exec"), {})
                self.assertTrue(said.getvalue())

    def test_check(self):
        found = llmc.check(package.EXPORT / "model.onnx")
        self.assertEqual((found["compiles"], found["program"], found["layers"]), (True, "step", 2))
        with self.assertRaises(llmc.CompileError):
            llmc.check(self.folder / "nothing.onnx")


class PyTorch(package.TestCase):
    def compile_with(self, torch, model, **arguments):
        with mock.patch.dict(sys.modules, torch=torch), warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # the export names no limit of positions
            return llmc.compile(model, cpu=package.MACHINE, **arguments)

    def test_a_module_with_a_tuple(self):
        torch, module = Torch(), Module()
        with self.compile_with(torch, module, example_inputs=(Tensor(), 3)) as model:
            ids = np.load(package.EXPORT / "input_ids.npy")[0]
            self.assertEqual(model.logits(ids).shape, (len(ids), model.vocabulary))
        self.assertEqual(torch.asked["dynamic_shapes"], ({0: AUTO, 1: AUTO}, None))
        self.assertEqual(torch.asked["args"][1:], (3,))
        self.assertTrue(torch.asked["dynamo"])
        self.assertFalse(torch.asked["training"])
        self.assertTrue(module.training)
        self.assertFalse(torch.asked["folder"].exists())

    def test_a_module_with_names_and_a_tokenizer(self):
        torch = Torch()
        given = {"input_ids": Tensor()}
        with self.compile_with(torch, Module(), example_inputs=given, tokenizer=MODELS / "llama") as model:
            self.assertTrue(model.generate("the test", 4))
        self.assertEqual((torch.asked["args"], torch.asked["kwargs"]), ((), given))
        self.assertEqual(torch.asked["dynamic_shapes"], {"input_ids": {0: AUTO, 1: AUTO}})

    def test_an_exported_program(self):
        torch = Torch()
        self.compile_with(torch, ExportedProgram()).close()
        self.assertNotIn("args", torch.asked)
        with self.assertRaisesRegex(ValueError, "has its inputs and shapes in it"):
            self.compile_with(torch, ExportedProgram(), example_inputs=(Tensor(),))

    def test_a_module_without_inputs(self):
        with self.assertRaisesRegex(TypeError, "a torch.nn.Module needs example_inputs"):
            self.compile_with(Torch(), Module())

    def test_a_folder_without_a_tokenizer(self):
        with self.assertRaisesRegex(FileNotFoundError, "tokenizer: no tokenizer.json in"):
            self.compile_with(Torch(), Module(), example_inputs=(Tensor(),), tokenizer=self.folder)

    def test_an_export_that_fails(self):
        module = Module()
        with self.assertRaisesRegex(RuntimeError, "unsupported"):
            self.compile_with(Torch(RuntimeError("unsupported")), module, example_inputs=(Tensor(),))
        self.assertTrue(module.training)


if __name__ == "__main__":
    package.main()
