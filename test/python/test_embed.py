#!/usr/bin/env python3
"""Encoders: texts to vectors, as the program gives them.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""

import threading

import llmc
import numpy as np
import package
from support import INPUTS, TestCase

FOLDER = INPUTS / "encoders" / "bert"
TEXTS = (FOLDER / "texts.txt").read_text().split("\n")[:-1]
FITTING = TEXTS[:4]


class Embed(TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.model = llmc.load(cls("compile").compile(FOLDER, "bert.so", "--emit=so"))

    @classmethod
    def tearDownClass(cls):
        cls.model.close()
        super().tearDownClass()

    def test_vectors_are_those_of_transformers(self):
        found = self.model.embed(TEXTS, truncate=True)
        self.assertEqual(found.dtype, np.float32)
        np.testing.assert_allclose(found, np.load(FOLDER / "embeddings.npy"), atol=1e-4)

    def test_vectors_are_those_of_the_program_to_the_bit(self):
        app, out = self.compile(FOLDER, "app"), self.folder / "out.npy"
        for how, choices in (([], {}), (["--pooling", "cls", "--no-normalize"], {"pooling": "cls", "normalize": False}),
                             (["--normalize", "-b", "2"], {"normalize": True, "batch": 2})):
            with self.subTest(how=how):
                self.succeed([app, "embed", "-f", FOLDER / "texts.txt", "--truncate", "--out", out, *how])
                np.testing.assert_array_equal(self.model.embed(TEXTS, truncate=True, **choices), np.load(out))

    def test_one_text_is_one_vector(self):
        found = self.model.embed(TEXTS[0])
        self.assertEqual(found.shape, (32,))
        np.testing.assert_array_equal(found, self.model.embed([TEXTS[0]])[0])
        self.assertEqual(self.model.embed([]).shape, (0, 32))

    def test_choices_are_those_of_each_call(self):
        mean, first = (self.model.embed(TEXTS[1], pooling=pooling, normalize=False) for pooling in ("mean", "cls"))
        self.assertGreater(np.abs(mean - first).max(), 0.1)
        np.testing.assert_allclose(self.model.embed(TEXTS[1]), mean / np.linalg.norm(mean), atol=1e-6)
        np.testing.assert_array_equal(self.model.embed(TEXTS[1], pooling="mean", normalize=False), mean)

    def test_texts_that_do_not_fit(self):
        with self.assertRaisesRegex(llmc.Error, "text 4 has 32 tokens, the model reads 20: split it, or ask for truncation"):
            self.model.embed(TEXTS)
        with self.assertRaisesRegex(llmc.Error, "the text has 32 tokens"):
            self.model.embed(TEXTS[4])
        with self.assertRaisesRegex(TypeError, "a text is a str: this is a bytes"):
            self.model.embed([b"a"])
        with self.assertRaisesRegex(ValueError, "pooling is .*: 'max' given"):
            self.model.embed("a", pooling="max")
        with self.assertRaisesRegex(ValueError, "batch is at least 1: 0 given"):
            self.model.embed("a", batch=0)

    def test_texts_may_have_a_character_0(self):
        self.assertTrue(np.isfinite(self.model.embed("a\0b")).all())

    def test_a_language_model_has_none(self):
        with llmc.load(self.compile(package.MODEL, "llama.so", "--emit=so")) as model:
            with self.assertRaisesRegex(llmc.Error, "this program completes text and has no embeddings"):
                model.embed("a")

    def test_threads_embed_at_the_same_time(self):
        wanted, failed = self.model.embed(FITTING), []

        def work(choices):
            try:
                for _ in range(10):
                    np.testing.assert_allclose(self.model.embed(FITTING, **choices), wanted, atol=1e-5)
            except Exception as error:
                failed.append(error)

        threads = [threading.Thread(target=work, args=({"batch": batch},)) for batch in (32, 1, 2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(failed, [])

    def test_a_closed_model(self):
        model = llmc.load(self.compile(FOLDER, "closed.so", "--emit=so"))
        model.embed("a")
        model.close()
        with self.assertRaisesRegex(ValueError, "the model is closed"):
            model.embed("a")


if __name__ == "__main__":
    package.main()
