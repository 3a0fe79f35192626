#!/usr/bin/env python3
"""--quantize=auto: encodings from measured layers, within a budget of bits, bytes or divergence.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""

import json
import os
import re
import shutil
import unittest

from support import INPUTS, LLMC, MODELS, ROOT, TARGET, TestCase, run

MODEL = MODELS / "llama-f32.gguf"
CALIBRATION = ROOT / "bench" / "text" / "calibration.txt"
EVALUATION = ROOT / "bench" / "text" / "evaluation.txt"
NAMED = re.compile(r"--quantize='([^']*)'")
MEASURED = re.compile(r"KL ([0-9.]+) \(costs add up to ([0-9.]+)\)")


def calibrate(model, stats, tokens=512):
    result = run([LLMC, "calibrate", model, "-q", "--text", CALIBRATION, "--tokens", str(tokens), "--context", "64", "-o", stats])
    assert result.returncode == 0, result.stderr


class Search(TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.stats = cls.folder / "model.stats"
        calibrate(MODEL, cls.stats, 4096)

    def arguments(self, budget, model=MODEL, spec="auto", stats=None):
        return ["compile", model, "-q", f"--quantize={spec}", *budget.split(), f"--stats={stats or self.stats}", "--activations=f32", *TARGET]

    def search(self, budget, name="app", **more):
        """A program, and what was said of how it came to be."""
        path = self.folder / name
        result = run([LLMC, *self.arguments(budget, **more), "--explain", "-o", path])
        self.assertEqual(result.returncode, 0, result.stderr)
        return path, result.stderr

    def recipes(self, budget, before=(), **more):
        return self.succeed([*before, LLMC, *self.arguments(budget, **more), "--compile-to=optimize"])

    def describe(self, app):
        return json.loads(self.succeed([app, "info", "--json"]))["model"]

    def divergence(self, app):
        windows = ["--context", "64", "--windows", "16", "--text", EVALUATION, "--json"]
        base = self.folder / "base"
        if not base.exists():
            self.succeed([self.compile(MODEL, "floats", "--activations=f32"), "eval", *windows, "--kl-base", base])
        return json.loads(self.succeed([app, "eval", *windows, "--kl", base]))["kl_mean"]

    def refuse(self, *arguments):
        """What is said, in one line; nothing is written."""
        out = self.folder / "refused"
        result = run([LLMC, *arguments, "-o", out])
        self.assertEqual(result.returncode, 1, result.stderr)
        self.assertEqual(result.stderr.count("error: "), 1, result.stderr)
        self.assertFalse(out.exists())
        return result.stderr

    def test_budgets_hold(self):
        """And most of them is used. Fewer bytes are further away, by prediction and on other text."""
        predicted, measured = [], []
        for size in (39000, 68000):
            app, said = self.search(f"--size-budget={size}B")
            weight_bytes = self.describe(app)["weight_bytes"]
            self.assertLessEqual(weight_bytes, size)
            self.assertGreater(weight_bytes, 0.94 * size)
            predicted.append(float(MEASURED.search(said)[1]))
            measured.append(self.divergence(app))
        self.assertEqual(predicted, sorted(predicted, reverse=True))
        self.assertEqual(measured, sorted(measured, reverse=True))
        self.assertLess(4 * measured[-1], measured[0])
        info = self.describe(self.search("--bits-budget=5.25")[0])
        self.assertLessEqual(info["bits_per_weight"], 5.25)
        self.assertGreater(info["bits_per_weight"], 0.96 * 5.25)

    def test_the_budget_of_divergence_holds(self):
        app, said = self.search("--kl-budget=0.05")
        found, added = map(float, MEASURED.search(said).groups())
        self.assertLessEqual(found, 0.05)
        self.assertLessEqual(added, 0.05)
        self.assertGreater(found, 0.4 * 0.05)
        self.assertLess(self.divergence(app), 2 * 0.05)  # of another text
        self.assertLess(self.describe(app)["weight_bytes"], 80000)

    def test_what_is_chosen_is_measured(self):
        """As a whole, which costs more than the sum of what its parts do; more bits cost less."""
        found = []
        for budget in ("--bits-budget=4.6", "--bits-budget=6"):
            said = run([LLMC, *self.arguments(budget), "--explain", "--compile-to=optimize", "-o", self.folder / "chosen.mlir"]).stderr
            found.append(tuple(map(float, MEASURED.search(said).groups())))
        for measured, added in found:
            self.assertGreater(measured, 0.5 * added)
            self.assertLess(measured, 4 * added)
        self.assertLess(2 * found[1][0], found[0][0])

    def test_what_is_found_is_a_spec(self):
        """The same program as by that SPEC; it says of itself what it is made of."""
        budget = "--size-budget=46kB"
        app, said = self.search(budget)
        spec = NAMED.search(said)[1]
        self.assertEqual(self.describe(app)["quantize"], spec)
        again = self.compile(MODEL, "again", f"--quantize={spec}", f"--stats={self.stats}", "--activations=f32")
        self.assertEqual(again.read_bytes(), app.read_bytes())
        reasons = re.findall(r"auto: (\S+)(?: and \d beside it)?: KL [0-9.]+ at \d bits[^;]*; takes (\d) bits", said)
        self.assertEqual([name for name, _ in reasons],
                         ["token_embd.weight", *(f"blk.{layer}.{name}.weight" for layer in (0, 1)
                                                 for name in ("attn_q", "attn_output", "ffn_gate", "ffn_down"))])
        self.assertGreater(len({bits for _, bits in reasons}), 1)
        # Whatever the number of threads.
        alone = ["taskset", "-c", str(min(os.sched_getaffinity(0)))] if shutil.which("taskset") else []
        recipes = self.recipes(budget, before=alone)
        for name, bits in reasons:
            self.assertRegex(recipes, rf"@{re.escape(name)} : [^\n]*#llm.round<grid = <bits = {bits},")
        self.assertEqual(recipes, self.recipes("", spec=spec))
        shown = self.succeed([LLMC, "inspect", MODEL, "--json", "--quantize=auto", budget, f"--stats={self.stats}"])
        self.assertEqual(json.loads(shown)["quantize"], spec)

    def test_codes_of_few_bits_stand_for_fitted_values(self):
        """One table of 8 and one of 16 for all products, whose kernels are the same."""
        spec = NAMED.search(self.search("--bits-budget=4.5")[1])[1]
        self.assertRegex(spec, r",group=32,scale=i8;")
        tables = {}
        for bits, values in re.findall(r":bits=(\d)[^;]*,values=([-/0-9]+)", spec):
            tables.setdefault(int(bits), set()).add(values)
        self.assertTrue(tables and set(tables) <= {3, 4}, spec)
        for bits, (values, *others) in tables.items():
            self.assertEqual(others, [])
            numbers = [int(value) for value in values.split("/")]
            self.assertEqual((len(numbers), numbers), (1 << bits, sorted(numbers)))

    def test_another_method_makes_what_was_chosen(self):
        """The same encodings; codes that are nearer, and other norms where awq scales columns."""
        by_gptq, _ = self.search("--bits-budget=4.5")
        better, said = self.search("--bits-budget=4.5", "better", spec="auto,method=awq+quantease")
        spec = NAMED.search(said)[1]
        self.assertTrue(spec.startswith("method=awq+quantease,bits=4,scale-search=yes,group="), spec)
        self.assertEqual(self.describe(better)["quantize"], spec)
        self.assertEqual(self.describe(better)["quantize"].split(";")[1:], self.describe(by_gptq)["quantize"].split(";")[1:])
        self.assertEqual(self.describe(better)["weight_bytes"], self.describe(by_gptq)["weight_bytes"])
        self.assertLess(self.divergence(better), self.divergence(by_gptq))

    def test_patterns_are_fixed_and_counted(self):
        patterns = ";token_embd.weight:bits=8,method=rtn;blk.0.ffn_up.weight:keep"
        app, said = self.search("--size-budget=80kB", spec="auto" + patterns)
        self.assertTrue(NAMED.search(said)[1].endswith(patterns), said)
        self.assertRegex(said, "auto: token_embd.weight: KL [0-9.]+ at 8 bits; by its pattern takes 8 bits")
        self.assertRegex(said, "auto: blk.0.ffn_up.weight: by its pattern stays as it is, 24.6 kB")
        self.assertLessEqual(self.describe(app)["weight_bytes"], 80000)
        self.assertIn("the pattern 'nothing*' matches no weight", self.refuse(*self.arguments("--bits-budget=5", spec="auto;nothing*:w8")))
        self.assertIn("auto;*ffn_up*:...: what awq, rank= and outliers= leave of a product is not measured",
                      self.refuse(*self.arguments("--bits-budget=5", spec="auto;*ffn_up*:rank=8")))

    def test_a_file_has_types_of_its_own(self):
        out = self.folder / "small.gguf"
        self.succeed([LLMC, "quantize", MODEL, "-q", "--quantize=auto", "--size-budget=56kB", f"--stats={self.stats}", "-o", out])
        app = self.compile(out, "of-file", "--activations=f32")
        self.assertLessEqual(self.describe(app)["weight_bytes"], 56000)
        self.assertLess(self.divergence(app), 1)

    def test_other_models_are_searched_too(self):
        """A folder; what fits already stays."""
        for name, budget, stays in (("llama", "--bits-budget=5", False), ("llama-q4_0.gguf", "--bits-budget=9", True)):
            stats = self.folder / f"{name}.stats"
            calibrate(MODELS / name, stats)
            app, said = self.search(budget, model=MODELS / name, stats=stats)
            info = self.describe(app)
            self.assertLessEqual(info["bits_per_weight"], float(budget.split("=")[1]), said)
            self.assertEqual(info["quantize"] == "", stays, said)
            self.assertEqual("KL 0.0000 (costs add up to 0.0000)" in said, stays, said)

    def test_the_least_that_is_reached_can_be_asked(self):
        said = self.refuse(*self.arguments("--size-budget=10kB"))
        least = re.search(r"--size-budget=10kB is less than --quantize=auto reaches with this model: the least is (\S+)", said)
        self.recipes(least[1])
        self.assertIn("the least is --kl-budget=0.0", self.refuse(*self.arguments("--kl-budget=0.000001")))

    def test_wrong_budgets_are_refused(self):
        for spec, budget, says in (
                ("auto", "", "--quantize=auto needs a budget: --bits-budget=3.5"),
                ("w4", "--bits-budget=3", "--bits-budget=3 is what --quantize=auto keeps to, found --quantize=w4"),
                ("auto", "--bits-budget=3 --kl-budget=1", "--bits-budget and --kl-budget are two budgets"),
                ("auto", "--size-budget=3MiB", "a number with B, kB, MB or GB (MB: 10^6 bytes): 60MB, found '3MiB'"),
                ("auto", "--bits-budget=3 --sparsify=50", "leave one out")):
            with self.subTest(spec=spec, budget=budget):
                self.assertIn(says, self.refuse(*self.arguments(budget, spec=spec)))
        self.assertIn("which is not given", self.refuse("compile", MODEL, "-q", "--bits-budget=3"))
        self.assertIn("needs statistics of the model's activations", run([LLMC, "inspect", MODEL, "--quantize=auto", "--bits-budget=5"]).stderr)

    def test_only_models_that_complete_text_are_searched(self):
        for model in (INPUTS / "encoders" / "bert", INPUTS / "encoders" / "bert.onnx"):
            said = self.refuse("compile", model, "-q", "--quantize=auto", "--bits-budget=5")
            self.assertIn("--quantize=auto is for models that complete text", said)
            self.assertNotIn("calibrat", said)
        ir = self.folder / "model.mlir"
        self.succeed([LLMC, "import", MODEL, "-o", ir])
        self.assertIn("--quantize=auto measures a model, and", self.refuse(
            "compile", ir, f"--weights-from={MODEL}", "-q", "--quantize=auto", "--bits-budget=5"))


if __name__ == "__main__":
    unittest.main()
