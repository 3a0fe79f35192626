#!/usr/bin/env python3
"""What inputs of products are rounded to: --activations with fewer bits, floats of 8, and a scale that calibration knows.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""

import json
import re
import unittest

from support import LLMC, MACHINE, MODELS, ROOT, TARGET, TestCase, largest, largest_difference, run

FLOATS = MODELS / "llama-f32.gguf"
INTEGERS = MODELS / "llama-q4_1.gguf"
IDS = MODELS / "llama-f32.input_ids.npy"
TEXT = ROOT / "bench" / "text"


class Activations(TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.stats = cls.folder / "model.stats"
        result = run([LLMC, "calibrate", INTEGERS, "--text", TEXT / "calibration.txt", "--tokens", "4096", "--context", "64", "-q", "-o", cls.stats])
        assert result.returncode == 0, result.stderr

    def divergences(self, model, *choices):
        """Mean KL of each from products of floats."""
        windows = ["--context", "64", "--windows", "8", "--text", TEXT / "evaluation.txt", "--json"]
        base = self.folder / "base"
        self.succeed([self.compile(model, "floats", "--activations=f32", *TARGET), "eval", *windows, "--kl-base", base])
        found = {}
        for choice in choices:
            stats = [f"--stats={self.stats}"] if choice == "i8-static" else []
            app = self.compile(model, "rounded", f"--activations={choice}", "--kv=f32", *stats, *TARGET)
            found[choice] = json.loads(self.succeed([app, "eval", *windows, "--kl", base]))["kl_mean"]
        return found

    def test_fewer_bits_are_further_away(self):
        """Of integer weights and of floats, in prompts as in what is generated."""
        kl = self.divergences(INTEGERS, "i8", "i6", "i4", "e4m3", "i8-static")
        self.assertLess(4 * kl["i8"], kl["i6"], kl)
        self.assertLess(4 * kl["i6"], kl["i4"], kl)
        self.assertLess(kl["i8"], kl["e4m3"], kl)
        self.assertLess(kl["e4m3"], kl["i4"], kl)
        self.assertLess(kl["i8"], kl["i8-static"], kl)
        self.assertLess(kl["i8-static"], kl["i4"], kl)
        kl = self.divergences(FLOATS, "i6", "i4")
        self.assertLess(0, kl["i6"], kl)
        self.assertLess(4 * kl["i6"], kl["i4"], kl)

    def test_instruction_sets_agree(self):
        for choice in ("i4", "e4m3", "i8-static"):
            stats = [f"--stats={self.stats}"] if choice == "i8-static" else []
            logits = {}
            for cpu in ("avx2", "amx"):
                app = self.folder / "app"
                self.succeed([LLMC, "compile", INTEGERS, "-q", f"--activations={choice}", *stats, f"--cpu={cpu}", f"--emulate-on={MACHINE}", "-o", app])
                for how in ([], ["--step"]):
                    logits[cpu, *how] = self.logits(app, IDS, *how)
            for found in logits.values():
                self.assertLessEqual(largest_difference(found, logits["avx2", ]), 0.02 * largest(found), choice)

    def test_the_program_says_what_is_rounded(self):
        app = self.compile(INTEGERS, "static", "--activations=i8-static", f"--stats={self.stats}", *TARGET)
        model = json.loads(self.succeed([app, "info", "--json"]))["model"]
        self.assertEqual(model["activations"], "i8-static")
        self.assertTrue(any("a number that calibration chose" in line for line in model["rounding"]), model["rounding"])
        app = self.compile(INTEGERS, "few", "--activations=i4", *TARGET)
        rounding = json.loads(self.succeed([app, "info", "--json"]))["model"]["rounding"]
        self.assertTrue(any("f32 rounded to 4 bits, each within 1/14 of the greatest of its 32" in line for line in rounding), rounding)

    def test_one_scale_leaves_out_what_is_rare(self):
        """The scale is a share of the largest number; inputs that reach further than asked have scales of their own."""
        def scales(choice):
            ir = self.succeed([LLMC, "compile", INTEGERS, "-q", f"--activations={choice}", f"--stats={self.stats}", "--compile-to=optimize"])
            return [float(share) for share in re.findall(r"input_scale : .* value dense<([^>]*)>", ir)]
        self.assertEqual(scales("i8-static"), [1.0] * 8)
        for choice in ("i8-static,clip=0.01", "i8-static,clip=error"):
            self.assertTrue(all(0 < share <= 1 for share in scales(choice)), choice)
            self.assertLess(min(scales(choice)), 1, choice)
        self.assertTrue(all(map(float.__le__, scales("i8-static,clip=0.01"), scales("i8-static,clip=0.0001"))))
        self.assertEqual(scales("i8-static,to=0"), [])
        result = run([LLMC, "compile", INTEGERS, "-q", "--activations=i8-static,to=5", f"--stats={self.stats}", "--explain", *TARGET, "-o", self.folder / "some"])
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertRegex(result.stderr, r"one scale for all rows; they reach [0-4](\.\d+)?\b")
        self.assertRegex(result.stderr, r"one scale per 32; they reach ([5-9]|\d\d)")
        model = json.loads(self.succeed([self.folder / "some", "info", "--json"]))["model"]
        self.assertEqual(model["activations"], "i8-static,to=5")

    def test_statistics_are_collected_where_none_are_given(self):
        result = run([LLMC, "compile", INTEGERS, "--activations=i8-static", *TARGET, "-o", self.folder / "own"])
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("calibrating on a text that llmc brings", result.stderr)

    def test_zeros_are_stored_where_rows_are_rounded(self):
        """Sparse rows gather floats as they were; prompts of bf16 and rounded rows are none."""
        for choice in ("mixed", "i6"):
            result = run([LLMC, "compile", FLOATS, "--sparsify=50-wanda", f"--activations={choice}", "--explain", *TARGET,
                          "-o", self.folder / "zeros"])
            self.assertEqual(result.returncode, 0, result.stderr)
            self.assertIn("its zeros are stored: rows of its input are rounded", result.stderr)
            self.logits(self.folder / "zeros", IDS)

    def test_what_does_not_fit_is_refused(self):
        out = ["-q", "-o", self.folder / "x"]
        for model, flags, says in ((FLOATS, ["--activations=i8-static"], "--activations=i8-static needs integer weights"),
                                   (INTEGERS, ["--activations=i8-static,clip=0.02"], "clip takes no, error, 0.01, 0.001, 0.0001, found '0.02'"),
                                   (INTEGERS, ["--activations=i8-static,from=1"], "takes clip=CLIP and to=NUMBER, found 'from=1'"),
                                   (INTEGERS, ["--activations=i6", f"--stats={self.stats}"], "--stats goes with --quantize=SPEC"),
                                   (MODELS / "llama-q8_0.gguf", ["--activations=i8-static", f"--stats={self.stats}"],
                                    "these statistics are of another model")):
            with self.subTest(flags=flags):
                result = run([LLMC, "compile", model, *flags, *out])
                self.assertEqual(result.returncode, 1, result.stderr)
                self.assertEqual(result.stderr.count("error: "), 1, result.stderr)
                self.assertIn(says, result.stderr)


if __name__ == "__main__":
    unittest.main()
