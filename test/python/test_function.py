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

# (q k^T) k of heads in the layout of their projections, [batch, length, heads, width]: keys lie apart in the first
# product, whose columns they are.
HEADS = """
#map = affine_map<(b, h, s, u, d) -> (b, h, s, u)>
#query = affine_map<(b, h, s, u, d) -> (b, s, h, d)>
#key = affine_map<(b, h, s, u, d) -> (b, u, h, d)>
module attributes {{llm.model = {{}}}} {{
  func.func @main(%q: {side} {{llm.name = "q", llm.dims = ["b", "s", "", ""]}}, %k: {side} {{llm.name = "k", llm.dims = ["b", "u", "", ""]}})
      -> ({side} {{llm.name = "y", llm.dims = ["b", "s", "", ""]}}) {{
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %zero = arith.constant 0.0 : f32
    %b = tensor.dim %q, %c0 : {side}
    %s = tensor.dim %q, %c1 : {side}
    %u = tensor.dim %k, %c1 : {side}
    %e = tensor.empty(%b, %s, %u) : tensor<?x2x?x?xf32>
    %f = linalg.fill ins(%zero : f32) outs(%e : tensor<?x2x?x?xf32>) -> tensor<?x2x?x?xf32>
    %scores = linalg.generic {{indexing_maps = [#query, #key, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]}}
        ins(%q, %k : {side}, {side}) outs(%f : tensor<?x2x?x?xf32>) {{
    ^bb0(%i: f32, %j: f32, %o: f32):
      %p = arith.mulf %i, %j : f32
      %t = arith.addf %o, %p : f32
      linalg.yield %t : f32
    }} -> tensor<?x2x?x?xf32>
    %g = tensor.empty(%b, %s) : {side}
    %h = linalg.fill ins(%zero : f32) outs(%g : {side}) -> {side}
    %y = linalg.generic {{indexing_maps = [#map, #key, #query], iterator_types = ["parallel", "parallel", "parallel", "reduction", "parallel"]}}
        ins(%scores, %k : tensor<?x2x?x?xf32>, {side}) outs(%h : {side}) {{
    ^bb0(%i: f32, %j: f32, %o: f32):
      %p = arith.mulf %i, %j : f32
      %t = arith.addf %o, %p : f32
      linalg.yield %t : f32
    }} -> {side}
    return %y : {side}
  }}
}}
"""


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

    def test_products_of_heads_of_any_width(self):
        """Widths below a vector, of one, of a tile and of more than one, with and without a rest; few rows and many."""
        random = np.random.default_rng(5)
        for width in (3, 16, 20, 32, 100):
            with self.compile_module(f"heads{width}", HEADS.format(side=f"tensor<?x?x2x{width}xf32>")) as model:
                for batch, rows, keys in ((1, 1, 1), (1, 9, 5), (2, 3, 40), (1, 0, 4), (1, 18, 65)):
                    with self.subTest(width=width, rows=rows, keys=keys):
                        q, k = (random.standard_normal((batch, length, 2, width), np.float32) for length in (rows, keys))
                        scores = np.einsum("bshd,buhd->bhsu", q, k, dtype=np.float64)
                        np.testing.assert_allclose(model(q=q, k=k)["y"], np.einsum("bhsu,buhd->bshd", scores, k), rtol=2e-4, atol=2e-4)

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
