#!/usr/bin/env python3
"""Products that are low-rank as a whole: --low-rank by every method, with codes and without, and what is said of wrong ones.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""

import json
import random
import struct
import unittest

from support import LLMC, MODELS, ROOT, TARGET, TestCase, largest, largest_difference, read_npy, run

MODEL = MODELS / "llama-f32.gguf"
IDS = MODELS / "llama-f32.input_ids.npy"
CALIBRATION = ROOT / "bench" / "text" / "calibration.txt"
EVALUATION = ROOT / "bench" / "text" / "evaluation.txt"
WINDOWS = ["--context", "64"]
RANK = 16


def product(generator, rows, cols):
    """The bytes of a matrix that RANK directions make."""
    left = [[generator.gauss(0, 1) for _ in range(RANK)] for _ in range(rows)]
    right = [[generator.gauss(0, 0.03) for _ in range(cols)] for _ in range(RANK)]
    numbers = [sum(u * right[k][col] for k, u in enumerate(row)) for row in left for col in range(cols)]
    return struct.pack(f"<{rows * cols}f", *numbers)


def write_low_rank(path):
    """MODEL, but the matrices of its layers have that rank."""
    data = bytearray(MODEL.read_bytes())
    result = run([LLMC, "inspect", "--tensors", "--json", MODEL])
    generator = random.Random(5)
    for tensor in json.loads(result.stdout)["files"][0]["tensors"]:
        if tensor["name"].startswith("blk.") and len(tensor["shape"]) == 2:
            made = product(generator, *tensor["shape"])
            data[tensor["offset"]:tensor["offset"] + len(made)] = made
    path.write_bytes(data)


class LowRank(TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.stats = cls.folder / "model.stats"
        result = run([LLMC, "calibrate", MODEL, "-q", "--text", CALIBRATION, "--tokens", "8192", *WINDOWS, "-o", cls.stats])
        assert result.returncode == 0, result.stderr

    def info(self, app):
        return json.loads(self.succeed([app, "info", "--json"]))["model"]

    def sweep(self, *specs):
        """Rows by what they are of, measured on other text than that of the calibration."""
        text = self.succeed([LLMC, "eval", MODEL, "-q", "--json", "--activations=f32", *TARGET, *WINDOWS, "--windows", "24", "--text", EVALUATION,
                             f"--stats={self.stats}", *(f"--sweep=--low-rank={spec}" for spec in specs)],
                            env={**__import__("os").environ, "XDG_CACHE_HOME": str(self.folder / "cache")})
        return {row["build"].removeprefix("--low-rank="): row for row in json.loads(text)}

    def refuse(self, *arguments, code=1):
        result = run([LLMC, *arguments, "-q", "-o", self.folder / "x"])
        self.assertEqual(result.returncode, code, result.stderr)
        self.assertEqual(result.stderr.count("error: "), 1, result.stderr)
        return result.stderr

    def test_matrices_of_that_rank_are_kept(self):
        model = self.folder / "low.gguf"
        write_low_rank(model)
        whole = self.compile(model, "whole", "--activations=f32")
        expected = self.logits(whole, IDS)
        for spec in (f"svd,rank={RANK}", f"lord,rank={RANK}", f"lplr,rank={RANK}"):
            with self.subTest(spec=spec):
                app = self.compile(model, "factored", "--activations=f32", f"--low-rank={spec}")
                self.assertLess(largest_difference(self.logits(app, IDS), expected), 1e-3 * largest(expected))
        self.assertLess(self.info(app)["weight_bytes"], self.info(whole)["weight_bytes"])
        for codes in ("w8", "bits=8,group=16", "w4-gptq,bits=8"):
            with self.subTest(codes=codes):
                app = self.compile(model, "codes", "--activations=f32", f"--low-rank=svd,rank={RANK}", f"--quantize={codes}")
                self.assertLess(largest_difference(self.logits(app, IDS), expected), 0.1 * largest(expected))

    def test_what_outputs_need_is_nearer_than_what_matrices_have(self):
        rows = self.sweep("svd,ratio=0.8", "lord,ratio=0.8", "lplr,ratio=0.8", "lord,ratio=0.95")
        kl = {spec: row["kl_mean"] for spec, row in rows.items() if "kl_mean" in row}
        self.assertLess(kl["lord,ratio=0.8"], kl["svd,ratio=0.8"], kl)
        self.assertLess(kl["svd,ratio=0.8"], kl["lplr,ratio=0.8"], kl)
        self.assertLess(kl["lord,ratio=0.95"], kl["lord,ratio=0.8"], kl)
        self.assertLess(rows["lord,ratio=0.8"]["weight_bytes"], rows["reference"]["weight_bytes"])

    def test_factors_get_codes(self):
        plain = self.compile(MODEL, "plain", "--low-rank=svd", "--activations=f32")
        codes = self.compile(MODEL, "codes", "--low-rank=svd", "--quantize=w8", "--activations=f32")
        expected = self.logits(plain, IDS)
        self.assertLess(largest_difference(self.logits(codes, IDS), expected), 0.05 * largest(expected))
        self.assertLess(3 * self.info(codes)["weight_bytes"], self.info(plain)["weight_bytes"])
        self.assertEqual(self.info(codes)["low_rank"], "svd")

    def test_what_needs_statistics_calibrates_by_itself(self):
        result = run([LLMC, "compile", MODEL, "--low-rank=lord", "--explain", "--cpu=native", "-o", self.folder / "own"])
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("calibrating on a text that llmc brings; llmc calibrate takes another", result.stderr)
        self.assertIn("factors of rank 16 by lord", result.stderr)
        self.assertIn("the spec keeps it", result.stderr)

    def test_every_import_can_be_factored(self):
        for model, ids in ((MODELS / "llama", "input_ids.npy"), (MODELS.parent / "onnx" / "llama-opset18" / "model.onnx", None)):
            with self.subTest(model=model):
                app = self.compile(model, "any", "--low-rank=svd", "--activations=f32")
                self.assertEqual(self.info(app)["low_rank"], "svd")
                if ids:
                    self.assertGreater(largest(self.logits(app, model / ids)), 0)

    def test_wrong_ways_are_refused(self):
        for flags, says in ((["--low-rank=qr"], "--low-rank: 'qr' is no keep, no method (svd, lord, lplr)"),
                            (["--low-rank=svd", "--sparsify=50"], "--sparsify and --low-rank ask for opposites"),
                            (["--low-rank=svd", "--quantize=auto", "--bits-budget=3"], "and --low-rank changes them: leave one out")):
            with self.subTest(flags=flags):
                self.assertIn(says, self.refuse("compile", MODEL, *flags))
        self.assertIn("no weight is left to factor", self.refuse("compile", MODELS / "llama-q8_0.gguf", "--low-rank=svd"))
        self.assertIn("files of models have no place for factors", self.refuse("quantize", MODEL, "--low-rank=svd", code=2))


if __name__ == "__main__":
    unittest.main()
