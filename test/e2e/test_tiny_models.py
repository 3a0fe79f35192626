#!/usr/bin/env python3
"""Tiny models of every architecture, encoding and file form: the compiled program's
logits are those of transformers (test/Inputs/models/README.md).

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""

import json
import os
import unittest

from support import (LLMC, MACHINE, MODELS, TOLERANCES, TestCase, cpu_flags, largest,
                     largest_difference, read_npy, run)

GGUF = sorted(path.stem for path in MODELS.glob("*.gguf"))
FOLDERS = sorted(path.parent.name for path in MODELS.glob("*/config.json"))


def paths(name):
    """Model, token ids and expected logits."""
    if name in GGUF:
        return (MODELS / f"{name}.gguf", MODELS / f"{name}.input_ids.npy",
                MODELS / f"{name}.logits.npy")
    return MODELS / name, MODELS / name / "input_ids.npy", MODELS / name / "logits.npy"


class TinyModels(TestCase):
    def check_logits(self, name, *flags):
        model, ids, expected_path = paths(name)
        expected = read_npy(expected_path)
        app = self.compile(model, name, "--activations=f32", *flags)
        for how in ([], ["--step"], ["--rows", "5"]):
            with self.subTest(model=name, flags=flags, how=how):
                difference = largest_difference(self.logits(app, ids, *how), expected)
                self.assertLessEqual(difference, TOLERANCES["floats"] * max(1.0, largest(expected)))

    def test_the_inputs_are_there(self):
        self.assertGreaterEqual(len(GGUF), 10)
        self.assertGreaterEqual(len(FOLDERS), 8)

    def test_weights_as_f32_change_nothing(self):
        self.check_logits("llama-q4_1", "--weights=f32")

    def test_each_instruction_set_agrees(self):
        for cpu in ("avx2", "avx-vnni", "avx512-vnni", "avx512-bf16", "amx"):
            self.check_logits("llama-q4_1", f"--cpu={cpu}", f"--emulate-on={MACHINE}")

    def test_a_machine_without_an_instruction_set_runs_its_emulation(self):
        model, ids, _ = paths("llama-q4_1")
        emulated = self.compile(model, "emulated", "--cpu=avx512-vnni", "--emulate-on=avx2")
        older = {**os.environ, "LLMRT_CPU": "avx2"}
        found = self.logits(emulated, ids, env=older)
        if MACHINE in ("native", "avx512-vnni") and "avx512_vnni" in cpu_flags():
            real = self.compile(model, "real", "--cpu=avx512-vnni")
            self.assertEqual(found.values, self.logits(real, ids).values)
            result = run([real, "run", "--ids", "1", "-n", "1"], env=older)
            self.assertIn("needs a processor with avx2 avx512 avx512-vnni", result.stderr)

    def test_every_thread_count_gives_the_same_bits(self):
        for activations in ("f32", "i8"):
            model, ids, _ = paths("llama-q4_1")
            app = self.compile(model, "threads", f"--activations={activations}")
            one = self.logits(app, ids, "--threads", "1")
            for threads in (2, 3, 7):
                other = self.logits(app, ids, "--threads", str(threads))
                self.assertEqual(one.values, other.values, f"{activations}, {threads} threads")

    def test_caches_of_fewer_bits(self):
        """The bytes of a cache follow its type, what it rounds stays small, and prompts are what single rows are."""
        model, ids, expected_path = paths("llama-q4_1")
        expected = read_npy(expected_path)
        bytes_of = {}
        for element, error in (("f32", 1e-4), ("f16", 2e-3), ("bf16", 2e-2), ("i8", 2e-2)):
            app = self.compile(model, "cache", "--activations=f32", f"--kv={element}")
            bytes_of[element] = json.loads(self.succeed([app, "info", "--json"]))["memory"]["kv_bytes"]
            whole, by_step = self.logits(app, ids), self.logits(app, ids, "--step")
            for found in (whole, by_step):
                self.assertLessEqual(largest_difference(found, expected), error * max(1.0, largest(expected)), element)
            if element != "f32":
                self.assertGreater(largest_difference(whole, expected), TOLERANCES["floats"] / 10, element)
        self.assertEqual([bytes_of["f32"], bytes_of["f32"]], [2 * bytes_of["f16"], 2 * bytes_of["bf16"]])
        self.assertLess(bytes_of["i8"], bytes_of["f16"])

    def test_a_model_without_tokenizer_takes_ids_only(self):
        app = self.compile(MODELS / "llama-tied", "mute")
        self.assertEqual(len(self.ids(app, "--ids", "1,2,3", "-n", "4")), 4)

    def test_reference_and_program_choose_the_same_ids(self):
        model, _, _ = paths("llama-q8_0")
        app = self.compile(model, "program", "--activations=f32")
        compiled = self.ids(app, "--ids", "5,6,7", "-n", "8", "--ignore-eos")
        reference = self.succeed([LLMC, "run", model, "--reference", "--ids", "5,6,7", "-n", "8",
                                  "--print-ids", "--ignore-eos"])
        self.assertEqual(compiled, [int(part) for part in reference.strip().split(",")])


def add_test(name):
    def test(self):
        self.check_logits(name)

    setattr(TinyModels, "test_logits_of_" + name.replace("-", "_"), test)


for model_name in GGUF + FOLDERS:
    add_test(model_name)

if __name__ == "__main__":
    unittest.main()
