#!/usr/bin/env python3
"""A model as a shared object, through runtime/include/llmrt/llmrt.h: the ids of the
program, in a process that knows nothing of llmc.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""

import ctypes
import re
import shutil
import unittest

from support import MODELS, ROOT, TestCase

MODEL = MODELS / "llama-q4_1.gguf"
PROMPT = [5, 6, 7]


class CApi(TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        compiler = cls("compile")
        cls.app = compiler.compile(MODEL, "app")
        cls.library = ctypes.CDLL(str(compiler.compile(MODEL, "model.so", "--emit=so")))
        cls.library.llmrt_last_error.restype = ctypes.c_char_p

    def call(self, name, *arguments):
        status = getattr(self.library, name)(*arguments)
        self.assertEqual(status, 0, f"{name}: {self.library.llmrt_last_error().decode()}")

    def open(self):
        program = ctypes.c_void_p()
        self.call("llmrt_program_open", None, ctypes.byref(program))
        self.addCleanup(self.library.llmrt_program_close, program)
        return program

    def test_generates_the_ids_of_the_program(self):
        session, found = ctypes.c_void_p(), []
        self.call("llmrt_session_create", self.open(), None, ctypes.byref(session))
        on_token = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int32,
                                    ctypes.c_char_p, ctypes.c_size_t)

        def hear(user, token, text, size):
            if token >= 0:
                found.append(token)
            return 1

        self.call("llmrt_generate", session, (ctypes.c_int32 * len(PROMPT))(*PROMPT),
                  ctypes.c_size_t(len(PROMPT)), ctypes.c_int64(8), None, on_token(hear), None)
        self.library.llmrt_session_destroy(session)
        ids = self.ids(self.app, "--ids", ",".join(map(str, PROMPT)), "-n", "8")
        self.assertEqual(found[:len(ids)], ids)
        self.assertTrue(ids)

    def test_the_example_of_the_readme(self):
        """Compiled as the README says, it prints what the program prints."""
        readme = (ROOT / "README.md").read_text()
        (self.folder / "example.c").write_text(re.search(r"```c\n(.*?)```", readme, re.S)[1])
        shutil.copy(self.library._name, self.folder / "libmodel.so")
        command = re.search(r"^cc (.*)$", readme, re.M)[1].replace(
            "runtime/include", str(ROOT / "runtime" / "include"))
        self.succeed([shutil.which("cc") or "clang-22", *command.split()], cwd=self.folder)
        said = self.succeed(["./example"], cwd=self.folder)
        self.assertEqual(said + "\n", self.succeed([self.app, "run", "-p", "Once upon a time",
                                                    "-n", "32"]))

    def test_the_notices_come_along(self):
        self.library.llmrt_licenses.restype = ctypes.c_char_p
        said = self.library.llmrt_licenses().decode()
        for holder in ("University of Cambridge", "Yann Collet", "Unicode, Inc."):
            self.assertIn(holder, said)

    def test_a_token_outside_the_vocabulary_is_an_error(self):
        session, sequence = ctypes.c_void_p(), ctypes.c_int32()
        self.call("llmrt_session_create", self.open(), None, ctypes.byref(session))
        self.call("llmrt_sequence_open", session, ctypes.byref(sequence))
        status = self.library.llmrt_prefill(session, sequence, (ctypes.c_int32 * 1)(1 << 20),
                                            ctypes.c_size_t(1))
        self.assertNotEqual(status, 0)
        self.assertIn("1048576", self.library.llmrt_last_error().decode())
        self.library.llmrt_session_destroy(session)

    def test_a_library_opens_only_its_own_artifact(self):
        other = self.compile(MODELS / "llama-q8_0.gguf", "other.so", "--emit=so")
        program = ctypes.c_void_p()
        self.assertNotEqual(
            self.library.llmrt_program_open(str(other).encode(), ctypes.byref(program)), 0)
        self.assertIn("holds another model", self.library.llmrt_last_error().decode())
        self.assertFalse(program)
        copy = shutil.copy(self.library._name, self.folder / "copy.so")
        for same in (self.library._name, copy):
            self.call("llmrt_program_open", str(same).encode(), ctypes.byref(program))
            self.library.llmrt_program_close(program)

    def test_a_failing_prefill_changes_nothing(self):
        session, sequence, length = ctypes.c_void_p(), ctypes.c_int32(), ctypes.c_int64(-1)
        options = (ctypes.c_int64 * 5)(1, 200, 16, 0, 1)
        self.call("llmrt_session_create", self.open(), options, ctypes.byref(session))
        self.call("llmrt_sequence_open", session, ctypes.byref(sequence))
        tokens = (ctypes.c_int32 * 40)(*range(5, 45))
        tokens[35] = 1000000
        self.assertNotEqual(
            self.library.llmrt_prefill(session, sequence, tokens, ctypes.c_size_t(40)), 0)
        self.call("llmrt_sequence_length", session, sequence, ctypes.byref(length))
        self.assertEqual(length.value, 0)
        self.library.llmrt_session_destroy(session)

    def test_verify_reads_every_section(self):
        self.call("llmrt_program_verify", self.open())


if __name__ == "__main__":
    unittest.main()
