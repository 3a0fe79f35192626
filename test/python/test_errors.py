#!/usr/bin/env python3
"""Wrong arguments and wrong files are exceptions that say what was found and what to do.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""

import os
import subprocess
from unittest import mock

import llmc
import numpy as np
import package


class Files(package.TestCase):
    def test_a_missing_file(self):
        with self.assertRaisesRegex(FileNotFoundError, "nothing.so: there is no such file"):
            llmc.load(self.folder / "nothing.so")

    def test_a_text_file(self):
        (self.folder / "text.so").write_text("no library")
        with self.assertRaisesRegex(llmc.Error, r"text.so: is no shared object of llmc \(.*\): make one with llmc.compile"):
            llmc.load(self.folder / "text.so")

    def test_a_program_is_no_shared_object(self):
        app = self.compile(package.MODEL, "app")
        with self.assertRaisesRegex(llmc.Error, "app: is no shared object of llmc"):
            llmc.load(app)

    def test_a_library_of_something_else(self):
        import _ctypes
        with self.assertRaisesRegex(llmc.Error, "is a shared object of something else"):
            llmc.load(_ctypes.__file__)

    def test_a_folder(self):
        with self.assertRaisesRegex(llmc.Error, "is no shared object of llmc"):
            llmc.load(self.folder)

    def test_the_compilers_message(self):
        with self.assertRaisesRegex(llmc.CompileError, r"^nothing.gguf: cannot be opened"):
            llmc.compile("nothing.gguf")
        with self.assertRaisesRegex(llmc.CompileError, "^--kv takes f32, f16, bf16 or i8, found 'f64'"):
            llmc.compile(package.MODEL, kv="f64")

    def test_a_refused_model_leaves_no_file(self):
        with self.assertRaises(llmc.CompileError):
            llmc.compile(package.MODEL, self.folder / "refused.so", max_context=1 << 40)
        self.assertFalse((self.folder / "refused.so").exists())

    def test_a_model_that_looks_like_an_option(self):
        with self.assertRaisesRegex(llmc.CompileError, "-q"):
            llmc.compile("-q")

    def test_something_that_is_no_model(self):
        with self.assertRaises(TypeError):
            llmc.compile(3)
        with self.assertRaisesRegex(ValueError, "are for modules of PyTorch"):
            llmc.compile(package.MODEL, example_inputs=(1,))


class Compiler(package.TestCase):
    def test_the_environment_names_no_program(self):
        with mock.patch.dict(os.environ, LLMC=str(package.MODEL)):
            with self.assertRaisesRegex(llmc.CompileError, "LLMC names '.*', which is no program"):
                llmc.compile(package.MODEL)

    def test_there_is_none(self):
        with mock.patch.dict(os.environ, PATH=str(self.folder)):
            del os.environ["LLMC"]
            with self.assertRaisesRegex(llmc.CompileError, "no compiler: .*set LLMC to its path"):
                llmc.compile(package.MODEL)

    def test_it_crashes(self):
        script = self.folder / "crash"
        script.write_text("#!/bin/sh\nkill -11 $$\n")
        script.chmod(0o755)
        with mock.patch.dict(os.environ, LLMC=str(script)):
            with self.assertRaisesRegex(llmc.CompileError, "was ended by signal 11"):
                llmc.compile(package.MODEL)

    def test_it_warns_before_it_fails(self):
        script = self.folder / "warn"
        script.write_text("#!/bin/sh\necho 'llmc: warning: odd' >&2\necho 'llmc: error: m: is wrong' >&2\nexit 1\n")
        script.chmod(0o755)
        with mock.patch.dict(os.environ, LLMC=str(script)):
            with self.assertRaisesRegex(llmc.CompileError, "^m: is wrong$"):
                llmc.compile(package.MODEL)

    def test_it_is_found_on_the_path(self):
        environment = {"PATH": os.path.dirname(os.environ["LLMC"]), "PYTHONPATH": os.environ["PYTHONPATH"]}
        said = subprocess.run([os.sys.executable, "-m", "llmc", "--version"], env=environment, capture_output=True, text=True,
                              check=True)
        self.assertIn("llmc", said.stdout)


class Arguments(package.TestCase):
    def setUp(self):
        self.model = llmc.load(self.library)
        self.addCleanup(self.model.close)

    def test_ids_of_the_wrong_type(self):
        for ids in ([1.0, 2.0], np.zeros(3, dtype=np.float32), [True], ["a"]):
            with self.assertRaisesRegex(TypeError, "token ids are integers: these are "):
                self.model.logits(ids)

    def test_ids_of_the_wrong_shape(self):
        for ids, shape in (([[1, 2]], r"\[1, 2\]"), (np.int64(3), r"\[\]"), (np.zeros((0, 4), int), r"\[0, 4\]")):
            with self.assertRaisesRegex(ValueError, rf"token ids have the shape \[T\]: these have {shape}"):
                self.model.logits(ids)

    def test_ids_outside_the_vocabulary(self):
        for wrong in (-1, self.model.vocabulary, 1 << 40):
            with self.assertRaisesRegex(ValueError, f"token id {wrong} is not in the vocabulary of 320"):
                self.model.logits([1, wrong])

    def test_no_ids(self):
        with self.assertRaisesRegex(ValueError, "at least one is needed"):
            self.model.logits([])
        self.assertEqual(self.model.detokenize([]), "")

    def test_more_ids_than_the_context_holds(self):
        for ask in (self.model.logits, self.model.generate):
            with self.assertRaisesRegex(llmc.Error, "256"):
                ask([1] * 257)

    def test_generation_is_refused_before_its_first_token(self):
        for wrong in ({"temperature": -1.0}, {"top_p": 1.5}, {"top_k": -1}):
            with self.assertRaisesRegex(llmc.Error, next(iter(wrong)).replace("_", "[-_]?")):
                self.model.generate("a", 4, stream=True, **wrong)
        with self.assertRaisesRegex(ValueError, "max_tokens is at least 0: -1 given"):
            self.model.generate("a", -1)
        with self.assertRaisesRegex(ValueError, "a seed is 0 <= seed"):
            self.model.generate("a", 4, seed=-1)
        with self.assertRaisesRegex(TypeError, "heat"):
            self.model.generate("a", 4, heat=1)

    def test_other_inputs_than_the_models(self):
        with self.assertRaisesRegex(TypeError, "the model's inputs are input_ids: ids given"):
            self.model(ids=[1])
        with self.assertRaisesRegex(TypeError, "the model's inputs are input_ids: none given"):
            self.model()

    def test_messages_without_content(self):
        with self.assertRaisesRegex(TypeError, "a message is"):
            self.model.generate([{"role": "user"}])
        with self.assertRaisesRegex(ValueError, "has a character 0"):
            self.model.chat_prompt([{"role": "user", "content": "a\0b"}])

    def test_text_that_is_none(self):
        with self.assertRaisesRegex(TypeError, "a text is a str: this is a bytes"):
            self.model.tokenize(b"a")


if __name__ == "__main__":
    package.main()
