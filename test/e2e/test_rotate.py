#!/usr/bin/env python3
"""Weights in another basis: --quantize with rotate=, of floats and of codes, and what is said where there is no place for it.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""

import json
import unittest

from support import LLMC, MODELS, ROOT, TARGET, TestCase, largest, largest_difference, run

MODEL = MODELS / "llama-f32.gguf"
IDS = MODELS / "llama-f32.input_ids.npy"
CALIBRATION = ROOT / "bench" / "text" / "calibration.txt"


class Rotate(TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.stats = cls.folder / "model.stats"
        result = run([LLMC, "calibrate", MODEL, "--text", CALIBRATION, "--tokens", "4096", "--context", "64", "-q", "-o", cls.stats])
        assert result.returncode == 0, result.stderr

    def build(self, *flags, model=MODEL):
        return self.compile(model, "app", *TARGET, *flags)

    def test_turned_floats_are_the_model(self):
        """Also with biases, which are added to what is turned back, and beside factors."""
        for model, ids in ((MODEL, IDS), (MODELS / "qwen2", MODELS / "qwen2" / "input_ids.npy"), (MODELS / "gpt2", MODELS / "gpt2" / "input_ids.npy")):
            expected = self.logits(self.build("--activations=f32", model=model), ids)
            for spec in ("keep,rotate=input", "keep,rotate=both"):
                with self.subTest(model=model.name, spec=spec):
                    app = self.build("--activations=f32", f"--quantize={spec}", model=model)
                    found = self.logits(app, ids)
                    self.assertLess(largest_difference(found, expected), 1e-3 * largest(expected))
                    self.assertNotEqual(found.values, expected.values)

    def test_codes_of_turned_weights_are_near_the_model(self):
        expected = self.logits(self.build("--activations=f32"), IDS)
        for share, flags in ((0.05, ["--quantize=w8,rotate=input", "--activations=f32"]),
                             (0.1, ["--quantize=w8,rotate=both", "--activations=i8"]),
                             (0.05, ["--quantize=w4-gptq,bits=8,group=16,rotate=input", "--equalize=quip", "--activations=f32"]),
                             (0.3, ["--quantize=w8,rotate=input", "--activations=i8-static"]),
                             (0.1, ["--quantize=bits=6,rank=8,outliers=1,rotate=both", "--activations=f32"])):
            with self.subTest(flags=flags):
                app = self.build(f"--stats={self.stats}", *flags)
                self.assertLess(largest_difference(self.logits(app, IDS), expected), share * largest(expected))

    def test_factors_of_a_matrix_are_turned(self):
        plain = self.logits(self.build("--activations=f32", "--low-rank=svd"), IDS)
        app = self.build("--activations=f32", "--low-rank=svd", "--quantize=keep,rotate=both")
        self.assertLess(largest_difference(self.logits(app, IDS), plain), 1e-3 * largest(plain))

    def test_patterns_choose_and_explanations_say(self):
        result = run([LLMC, "compile", MODEL, *TARGET, "--quantize=w8,rotate=input;*ffn_down*:keep", "--explain", "-o", self.folder / "app"])
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("inputs of its products are turned", result.stderr)
        info = json.loads(self.succeed([self.folder / "app", "info", "--json"]))["model"]
        self.assertEqual(info["quantize"], "w8,rotate=input;*ffn_down*:keep")

    def test_files_have_no_place_for_it(self):
        result = run([LLMC, "quantize", MODEL, "--quantize=bits=4,group=32,rotate=input", "-q", "-o", self.folder / "x.gguf"])
        self.assertEqual(result.returncode, 1, result.stderr)
        self.assertIn("a GGUF file has no place for the matrices that turn its input: leave out rotate=, or use llmc compile", result.stderr)


if __name__ == "__main__":
    unittest.main()
