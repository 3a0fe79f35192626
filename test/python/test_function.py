#!/usr/bin/env python3
"""Function programs: NumPy arrays in and out, by name.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""

import threading

import llmc
import numpy as np
import package
from support import TestCase
from test_functions import ENCODER, MODULE


class Function(TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.model = cls.compile_module("module", MODULE)

    @classmethod
    def tearDownClass(cls):
        cls.model.close()
        super().tearDownClass()

    @classmethod
    def compile_module(cls, name, text):
        (cls.folder / f"{name}.mlir").write_text(text)
        return llmc.compile(cls.folder / f"{name}.mlir", cpu=package.MACHINE)

    def inputs(self, rows):
        random = np.random.default_rng(rows)
        return {"x": random.standard_normal((rows, 3), np.float32), "in/z": random.standard_normal(rows, np.float32)}

    def check(self, rows):
        given = self.inputs(rows)
        found = self.model(**given)
        self.assertEqual(list(found), ["y", "out/sums"])
        np.testing.assert_allclose(found["y"], np.exp(given["x"] * np.float32([1, 0.5, -1])), rtol=1e-5)
        np.testing.assert_allclose(found["out/sums"], given["x"].sum(1) + given["in/z"], rtol=1e-4, atol=1e-5)

    def test_outputs_are_numpys_results(self):
        for rows in (1, 5, 1000, 2):
            self.check(rows)

    def test_the_signature(self):
        inputs, outputs = self.model.signature
        self.assertEqual(inputs, (("x", "float32", ("rows", 3)), ("in/z", "float32", ("rows",))))
        self.assertEqual(outputs, (("y", "float32", ("rows", 3)), ("out/sums", "float32", ("rows",))))

    def test_strides_do_not_matter(self):
        given = self.inputs(8)
        other = {"x": np.asfortranarray(given["x"]), "in/z": np.repeat(given["in/z"], 2)[::2]}
        np.testing.assert_array_equal(self.model(**given)["y"], self.model(**other)["y"])

    def test_lists_take_the_type_of_the_input(self):
        found = self.model(**{"x": [[0, 0, 0]], "in/z": [2]})
        self.assertEqual(found["out/sums"].tolist(), [2.0])

    def test_an_encoders_mask_and_types_follow_from_its_ids(self):
        with self.compile_module("encoder", ENCODER) as model:
            ids = np.arange(6).reshape(2, 3)
            np.testing.assert_array_equal(model(input_ids=ids)["sum"], ids + 1)
            np.testing.assert_array_equal(model(input_ids=ids, token_type_ids=ids)["sum"], 2 * ids + 1)

    def test_wrong_arrays(self):
        given = self.inputs(4)
        with self.assertRaisesRegex(TypeError, r"input x is float32 \['rows', 3\]: this is float64 \[4, 3\]; convert it"):
            self.model(**dict(given, x=given["x"].astype(np.float64)))
        with self.assertRaisesRegex(ValueError, r"input x has the shape \['rows', 3\]: this has \[12\]"):
            self.model(**dict(given, x=given["x"].reshape(12)))
        with self.assertRaisesRegex(llmc.Error, "3"):
            self.model(**dict(given, x=np.zeros((4, 5), np.float32)))
        with self.assertRaisesRegex(llmc.Error, "rows"):
            self.model(**dict(given, x=np.zeros((5, 3), np.float32)))
        with self.assertRaisesRegex(TypeError, "the model's inputs are x, in/z: x, w given"):
            self.model(x=given["x"], w=given["x"])

    def test_a_function_completes_no_text(self):
        for ask in (lambda: self.model.generate("a"), lambda: self.model.logits([1]), lambda: self.model.tokenize("a"),
                    lambda: self.model.detokenize([1]), lambda: self.model.chat_prompt([]), lambda: self.model.tokens([1])):
            with self.assertRaisesRegex(llmc.Error, "is a function of tensors, not a language model: call it"):
                ask()

    def test_threads_call_at_the_same_time(self):
        failed = []

        def work(rows):
            try:
                for _ in range(20):
                    self.check(rows)
            except Exception as error:
                failed.append(error)

        threads = [threading.Thread(target=work, args=(rows,)) for rows in (1, 64, 300)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(failed, [])

    def test_a_closed_function(self):
        with self.compile_module("closed", ENCODER) as model:
            pass
        with self.assertRaisesRegex(ValueError, "the model is closed"):
            model(input_ids=[[1]])


if __name__ == "__main__":
    package.main()
