#!/usr/bin/env python3
"""A model as a shared object, through runtime/include/llmrt/llmrt.h: the ids of the
program, in a process that knows nothing of llmc.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""

import ctypes
import re
import shutil
import unittest

from support import INPUTS, MODELS, ROOT, TestCase, largest_difference, read_npy

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


class Encoder(TestCase):
    """Texts to vectors."""

    FOLDER = INPUTS / "encoders" / "bert"
    TEXTS = (FOLDER / "texts.txt").read_text().split("\n")[:-1]

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.library = ctypes.CDLL(str(cls("compile").compile(cls.FOLDER, "bert.so", "--emit=so")))
        cls.library.llmrt_last_error.restype = ctypes.c_char_p
        cls.program = ctypes.c_void_p()
        assert cls.library.llmrt_program_open(None, ctypes.byref(cls.program)) == 0

    @classmethod
    def tearDownClass(cls):
        cls.library.llmrt_program_close(cls.program)
        super().tearDownClass()

    def create(self, *options):
        """An encoder with pooling, normalize, truncate, batch and threads, or the status of its refusal."""
        encoder = ctypes.c_void_p()
        given = (ctypes.c_int64 * 5)(*options) if options else None
        status = self.library.llmrt_encoder_create(self.program, given, ctypes.byref(encoder))
        if encoder:
            self.addCleanup(self.library.llmrt_encoder_destroy, encoder)
        return encoder if status == 0 else status

    def embed(self, encoder, texts, capacity=None, ended=False):
        """The status, and the vectors one behind the other."""
        encoded = [text if text is None else text.encode() for text in texts]
        vectors = (ctypes.c_float * (32 * len(texts)))()
        sizes = None if ended else (ctypes.c_size_t * len(texts))(*(len(text or b"") for text in encoded))
        status = self.library.llmrt_embed(encoder, (ctypes.c_char_p * len(texts))(*encoded), sizes, ctypes.c_size_t(len(texts)),
                                          vectors, ctypes.c_size_t(len(vectors) if capacity is None else capacity))
        return status, list(vectors)

    def said(self):
        return self.library.llmrt_last_error().decode()

    def test_vectors_are_those_of_the_program(self):
        encoder, columns, most = self.create(0, 0, 1, 0, 0), ctypes.c_int64(), ctypes.c_int64()
        self.assertEqual(self.library.llmrt_encoder_sizes(encoder, ctypes.byref(columns), ctypes.byref(most)), 0)
        self.assertEqual((columns.value, most.value), (32, 20))
        status, vectors = self.embed(encoder, self.TEXTS)
        self.assertEqual(status, 0, self.said())
        out = self.folder / "out.npy"
        self.succeed([self.compile(self.FOLDER, "app"), "embed", "-f", self.FOLDER / "texts.txt", "--truncate", "--out", out])
        self.assertEqual(vectors, list(read_npy(out).values))
        self.assertLess(largest_difference(read_npy(out), read_npy(self.FOLDER / "embeddings.npy")), 1e-4)
        self.assertEqual(self.embed(encoder, self.TEXTS, ended=True), (0, vectors))
        self.assertEqual(self.embed(encoder, [], capacity=0), (0, []))

    def test_options_are_taken(self):
        _, usual = self.embed(self.create(), self.TEXTS[:1])
        self.assertAlmostEqual(sum(x * x for x in usual), 1, places=5)
        _, plain = self.embed(self.create(0, 1, 0, 0, 1), self.TEXTS[:1])
        self.assertGreater(abs(sum(x * x for x in plain) - 1), 0.1)
        _, first = self.embed(self.create(2, 0, 0, 0, 0), self.TEXTS[:1])
        self.assertGreater(max(abs(a - b) for a, b in zip(first, usual)), 0.01)

    def test_what_is_wrong_is_said(self):
        encoder = self.create()
        self.assertEqual(self.embed(encoder, self.TEXTS)[0], 1)
        self.assertEqual(self.said(), "text 4 has 32 tokens, the model reads 20: split it, or ask for truncation")
        self.assertEqual(self.embed(encoder, self.TEXTS[:2], capacity=63)[0], 3)
        self.assertIn("2 vectors of 32 numbers were asked for: the buffer holds 63", self.said())
        self.assertEqual(self.embed(encoder, ["a", None])[0], 2)
        self.assertEqual(self.said(), "text 1 is null")
        self.assertEqual(self.embed(None, ["a"])[0], 2)
        for options, message in (((3, 0, 0, 0, 0), "pooling is one of LLMRT_POOL_*: 3 is none"), ((0, -1, 0, 0, 0), "normalize is one of"),
                                 ((0, 0, 0, -1, 0), "batch and threads are 0 or more")):
            self.assertEqual(self.create(*options), 2)
            self.assertIn(message, self.said())

    def test_a_language_model_is_no_encoder(self):
        library = ctypes.CDLL(str(self.compile(MODEL, "llama.so", "--emit=so")))
        library.llmrt_last_error.restype = ctypes.c_char_p
        program, encoder = ctypes.c_void_p(), ctypes.c_void_p()
        self.assertEqual(library.llmrt_program_open(None, ctypes.byref(program)), 0)
        self.assertEqual(library.llmrt_encoder_create(program, None, ctypes.byref(encoder)), 1)
        self.assertIn("this program completes text and has no embeddings", library.llmrt_last_error().decode())
        library.llmrt_program_close(program)


if __name__ == "__main__":
    unittest.main()
