#!/usr/bin/env python3
"""Numbers of programs for a GPU where none is: the simulator stands in for the CUDA driver, and everything from the file to the
logits is what a GPU would run. test_device.py is about where programs run.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""

import os
import sys
import unittest
from pathlib import Path

from support import (ALL, INPUTS, LLMC, MODELS, ROOT, TARGET, TOLERANCES, TestCase, largest, largest_difference, read_npy, run)

MAKE_GGUF = ROOT / "utils" / "make-random-gguf.py"
DRIVER = Path(LLMC).parent / "libllmc-ptxsim-cuda.so"
SIMULATED = {**os.environ, "LLMRT_CUDA_DRIVER": str(DRIVER)}
BOTH = ["--target=cpu,cuda", "--activations=f32", *TARGET]
FAMILIES = sorted(path.parent.name for path in (INPUTS / "families").glob("*/logits.npy"))


class Cuda(TestCase):
    def check_logits(self, app, ids, expected_path, how=()):
        expected = read_npy(expected_path)
        found = self.logits(app, ids, *how, "--device=cuda", env=SIMULATED)
        self.assertLessEqual(largest_difference(found, expected), TOLERANCES["floats"] * max(1.0, largest(expected)))

    def test_logits_are_those_of_transformers(self):
        model = MODELS / "llama-q4_1.gguf"
        app = self.compile(model, "llama", *BOTH)
        for how in ([], ["--step"], ["--rows", "5"]):
            with self.subTest(how=how):
                self.check_logits(app, MODELS / "llama-q4_1.input_ids.npy", MODELS / "llama-q4_1.logits.npy", how)

    def test_families(self):
        self.assertGreaterEqual(len(FAMILIES), 30)
        for name in FAMILIES if ALL else FAMILIES[::2]:
            with self.subTest(family=name):
                folder = INPUTS / "families" / name
                app = self.compile(folder, name, "--target=cuda", "--activations=f32")
                self.check_logits(app, folder / "input_ids.npy", folder / "logits.npy")

    def test_integers(self):
        app = self.compile(MODELS / "llama-q4_1.gguf", "i8", "--target=cpu,cuda", "--activations=i8", "--cpu=avx2")
        ids = MODELS / "llama-q4_1.input_ids.npy"
        here = self.logits(app, ids, "--device=cpu")
        there = self.logits(app, ids, "--device=cuda", env=SIMULATED)
        # Products of integers are exact; their float sums are not in the same order, and a GPU's prompts round queries and probabilities
        # to halves. Either may turn a code of later rows: less than what bytes themselves round, which is 0.033 here.
        self.assertLessEqual(largest_difference(here, there), 0.03 * max(1.0, largest(here)))

    def test_exact_code(self):
        """What sm_90a has of its own (bulk copies, launches that overlap) gives the bits of what all GPUs run."""
        ids = MODELS / "llama-q4_1.input_ids.npy"
        for how in (["--activations=i8"], ["--activations=f32"]):
            with self.subTest(how=how):
                app = self.compile(MODELS / "llama-q4_1.gguf", "exact", "--target=cuda,cuda:sm_90a", *how)
                everywhere, there = (self.logits(app, ids, "--step", "--device=cuda", env={**SIMULATED, "LLMC_PTXSIM_CAPABILITY": capability})
                                     for capability in ("80", "90"))
                self.assertEqual(everywhere.values, there.values)

    def test_rounded_rows(self):
        """A cache of floats leaves queries as they are, and so every code of 4 bits."""
        app = self.compile(MODELS / "llama-q4_1.gguf", "i4", "--target=cpu,cuda", "--activations=i4", "--kv=f32", "--cpu=avx2")
        ids = MODELS / "llama-q4_1.input_ids.npy"
        here, there = self.logits(app, ids, "--device=cpu"), self.logits(app, ids, "--device=cuda", env=SIMULATED)
        self.assertLessEqual(largest_difference(here, there), TOLERANCES["floats"] * max(1.0, largest(here)))

    def test_cache_of_codes(self):
        """What rounds queries and keys elsewhere may turn a code: a step of it is 0.8 % of the largest of a head."""
        app = self.compile(MODELS / "llama-q4_1.gguf", "codes", *BOTH, "--kv=i8")
        ids = MODELS / "llama-q4_1.input_ids.npy"
        here = self.logits(app, ids, "--device=cpu")
        for how in ([], ["--step"]):
            with self.subTest(how=how):
                there = self.logits(app, ids, *how, "--device=cuda", env=SIMULATED)
                self.assertLessEqual(largest_difference(here, there), 0.005 * max(1.0, largest(here)))

    def test_prompts_of_floats(self):
        """Rows of prompts are rounded to bf16, by default."""
        folder = INPUTS / "families" / "mistral"
        app = self.compile(folder, "floats", "--target=cuda", "--kv=f32")
        expected = read_npy(folder / "logits.npy")
        for how in ([], ["--rows", "5"]):
            with self.subTest(how=how):
                found = self.logits(app, folder / "input_ids.npy", *how, "--device=cuda", env=SIMULATED)
                difference = largest_difference(found, expected) / max(1.0, largest(expected))
                self.assertLessEqual(difference, TOLERANCES["bfloatModels"])
                self.assertGreater(difference, TOLERANCES["floats"])

    def test_sampled_ids_are_the_cpus(self):
        """Weights of f32 and a cache of f32: logits differ in their last bits, which choose no other token here."""
        app = self.compile(MODELS / "llama-q4_1.gguf", "sampled", *BOTH, "--kv=f32")
        for how in (["--temp", "0.8"], ["--temp", "1.5", "--top-k", "5"], ["--temp", "1", "--top-p", "0.6"],
                    ["--temp", "1.2", "--min-p", "0.2"], ["--temp", "0.7", "--repeat-penalty", "1.4"],
                    ["--temp", "1", "--top-k", "9", "--top-p", "0.8", "--min-p", "0.05"]):
            with self.subTest(how=how):
                ids = [run([app, "run", "--ids", "1,5,9", "-n", "4", "--ignore-eos", "--print-ids", "-s", "7", *how, f"--device={device}"],
                           env=SIMULATED) for device in ("cpu", "cuda")]
                for result in ids:
                    self.assertEqual(result.returncode, 0, result.stderr)
                self.assertEqual(ids[0].stdout, ids[1].stdout)
                self.assertTrue(ids[0].stdout.strip())

    def test_two_of_four(self):
        """Codes without their zeros, on tensor cores: those of a processor, for prompts and token by token."""
        model, ids = self.folder / "pairs.gguf", MODELS / "llama-q4_1.input_ids.npy"
        self.succeed([sys.executable, MAKE_GGUF, model, "--encoding=bf16", "--layers=2", "--hidden=128", "--feed-forward=320", "--heads=4",
                      "--kv-heads=2", "--vocabulary=300"])
        how = ["--quantize=bits=8,group=64", "--sparsify=2:4-magnitude", "--activations=i8", "--kv=f32"]
        app = self.compile(model, "pairs", *how, "--target=cpu,cuda", "--skip-zeros=smaller", "--cpu=avx2")
        here = self.logits(app, ids, "--device=cpu")
        for steps in ([], ["--step"]):
            with self.subTest(how=steps):
                there = self.logits(app, ids, *steps, "--device=cuda", env=SIMULATED)
                self.assertLessEqual(largest_difference(here, there), TOLERANCES["floats"] * max(1.0, largest(here)))
        self.succeed([LLMC, "compile", model, *how, "-q", "--target=cuda", "--emit=ptx", "-o", self.folder / "pairs.ptx"])
        self.assertIn("mma.sp::ordered_metadata", (self.folder / "pairs.ptx").read_text())

    def test_what_cannot_be_asked(self):
        for target, said in (("cuda:sm_30", "cuda:sm_90a, cuda:sm_80"), ("gpu", "cpu, cuda")):
            result = run([LLMC, "compile", MODELS / "llama-q4_1.gguf", "-o", self.folder / "no", f"--target={target}"])
            self.assertEqual(result.returncode, 1)
            self.assertIn(target.rsplit(":", 1)[-1], result.stderr)
            self.assertIn(said, result.stderr)
            self.assertFalse((self.folder / "no").exists())


if __name__ == "__main__":
    unittest.main()
