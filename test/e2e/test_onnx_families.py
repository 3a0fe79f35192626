#!/usr/bin/env python3
"""Exports of every family of decoders: the graph becomes the kernels that the model's folder becomes, layer by layer, and
the program's logits are those of transformers.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""

import json
import unittest

from export_weights import lay_out
from support import ALL, INPUTS, LLMC, OPT, TARGET, TestCase, largest_difference, read_npy, run, write_npy

EXPORTS = INPUTS / "onnx" / "families"
FOLDERS = {path.parent.name: path.parent for path in sorted((INPUTS / "families").glob("*/config.json"))}
TOLERANCE = 1e-4

# What torch.onnx.export has no form for.
NOT_EXPORTED = {name: "rotates by products of complex numbers, which torch.onnx.export cannot convert"
                for name in ("deepseek_v2", "deepseek_v2-lite")}
# Of which passes change what is computed, not only how it is spelled: their programs are always compiled.
REWRITTEN = {"deepseek_v3"}


class Families(TestCase):
    def barriers(self, scheduled):
        """Of a step."""
        path = self.folder / "scheduled.mlir"
        path.write_text(scheduled)
        return self.succeed([OPT, path, "--llm-lower-step"]).count("barrier")

    def check_kernels(self, name, model):
        scheduled = self.scheduled(model), self.scheduled(FOLDERS[name])
        self.assertEqual(*map(self.kernels, scheduled))
        self.assertLessEqual(*map(self.barriers, scheduled))

    def check_logits(self, name, model):
        app = self.compile(model, f"{name}-app", "--activations=f32")
        expected = read_npy(FOLDERS[name] / "logits.npy")
        for how in ([], ["--step"]):
            with self.subTest(how=how):
                found = self.logits(app, FOLDERS[name] / "input_ids.npy", *how)
                self.assertLessEqual(largest_difference(found, expected), TOLERANCE)

    def test_positions_decide_frequencies(self):
        """Where the length of a run does (LongRoPE): those of all positions of a program, as in that of the folder."""
        folder = FOLDERS["phi3-longrope"]
        model = lay_out(EXPORTS / "phi3-longrope.onnx", folder, self.folder / "by-length")
        ids = self.folder / "ids.npy"
        write_npy(ids, [1, 12], range(3, 15))
        found = []
        for context in ("16", "64"):
            options = "--activations=f32", f"--max-context={context}"
            result = run([LLMC, "compile", model, *options, *TARGET, "-o", self.folder / "by-length-app"])
            self.assertIn(f"as in runs of {context} positions", result.stderr)
            ours, theirs = (self.logits(app, ids) for app in
                            (self.folder / "by-length-app", self.compile(folder, "by-length-folder", *options)))
            self.assertLessEqual(largest_difference(ours, theirs), TOLERANCE)
            found.append(ours)
        self.assertGreater(largest_difference(*found), TOLERANCE)

    def test_caches_of_other_than_keys(self):
        """What DeepSeek's code caches is the rows that keys and values are made of."""
        folder = FOLDERS["deepseek_v3"]
        model = lay_out(EXPORTS / "deepseek_v3-past.onnx", folder, self.folder / "past")
        self.check_kernels("deepseek_v3", model)
        self.check_logits("deepseek_v3", model)

    def test_every_family_has_an_export(self):
        """llama, qwen2 and gpt2 have theirs in test_onnx.py."""
        self.assertEqual(set(FOLDERS) - {path.stem for path in EXPORTS.glob("*.onnx")}, set(NOT_EXPORTED))
        types = {json.loads((folder / "config.json").read_text())["model_type"] for folder in FOLDERS.values()}
        self.assertGreaterEqual(len(types), 26)
        self.assertLessEqual(REWRITTEN, set(FOLDERS) - set(NOT_EXPORTED))


# Equal kernels of equal weights compute the same: most programs are compiled where there is time.
def add_test(name, index):
    def test_export(self):
        model = lay_out(EXPORTS / f"{name}.onnx", FOLDERS[name], self.folder / name)
        self.check_kernels(name, model)
        if ALL or name in REWRITTEN or index % 4 == 0:
            self.check_logits(name, model)

    setattr(Families, "test_export_of_" + name.replace("-", "_"), test_export)


for number, family in enumerate(sorted(set(FOLDERS) - set(NOT_EXPORTED))):
    add_test(family, number)

if __name__ == "__main__":
    unittest.main()
