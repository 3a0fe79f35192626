#!/usr/bin/env python3
"""Tiles of products: those that --tune measures, and what any of them computes.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""

import re
import unittest

from support import INPUTS, LLMC, MODELS, TestCase, largest_difference, run, write_npy

MODEL = MODELS / "llama-q4_1.gguf"
CPU = "--cpu=avx2"  # which every machine of tests runs
SCHEDULE = re.compile(r"schedule <rows = (\d+), strips = (\d+), lanes = (\d+), panels = (\d+)>")
# Rows, strips and panels; 0: as they were.
TILES = [(1, 0, 0), (2, 0, 0), (4, 0, 0), (0, 2, 0), (0, 0, 2), (2, 2, 2)]


class Tune(TestCase):
    def all_logits(self, app):
        ids = self.folder / "ids.npy"
        write_npy(ids, [1, 11], [1, 5, 9, 3, 200, 7, 7, 30, 2, 11, 4])
        return [self.logits(app, ids, *how) for how in ([], ["--rows", "5"], ["--step"])]

    def check_equal(self, found, expected):
        for one, other in zip(found, expected, strict=True):
            self.assertEqual(largest_difference(one, other), 0)

    def retile(self, text, rows, strips, panels):
        def change(match):
            kept = list(map(int, match.groups()))
            return (f"schedule <rows = {rows or kept[0]}, strips = {strips or kept[1]}, lanes = {kept[2]}, "
                    f"panels = {panels or kept[3]}>")
        return SCHEDULE.sub(change, text)

    def test_results_do_not_depend_on_tiles(self):
        scheduled = self.succeed([LLMC, "compile", MODEL, CPU, "-q", "--compile-to=schedule"])
        self.assertGreater(len(SCHEDULE.findall(scheduled)), 5)
        expected = self.all_logits(self.compile(MODEL, "plain", CPU))
        for tile in TILES:
            with self.subTest(rows=tile[0], strips=tile[1], panels=tile[2]):
                path = self.folder / "tiled.mlir"
                path.write_text(self.retile(scheduled, *tile))
                app = self.compile(path, "tiled", CPU, f"--weights-from={MODEL}")
                self.check_equal(self.all_logits(app), expected)

    def test_a_tuned_program_computes_the_same(self):
        app = self.folder / "tuned"
        result = run([LLMC, "compile", MODEL, CPU, "--tune", "--explain", "-q", "-o", app])
        self.assertEqual(result.returncode, 0, result.stderr)
        told = [line for line in result.stderr.split("\n") if line.startswith("  tune: ")]
        self.assertTrue(told)
        for line in told:
            self.assertRegex(line, r"tune: (declined: no other tile is 3 % faster|#llm\.schedule<.*> becomes #llm\.schedule<.*>, "
                                   r"prompts in \d\.\d\d and generated rows in \d\.\d\d of the time)")
        self.check_equal(self.all_logits(app), self.all_logits(self.compile(MODEL, "plain", CPU)))

    def test_what_cannot_be_tuned_is_refused(self):
        for model, options, said in (
                (INPUTS / "encoders" / "bert", [], "this one is a function"),
                (MODEL, ["--target=cuda"], "which runs no variant of sm_80"),
                (MODEL, [CPU, "--emulate-on=x86-64"], "--emulate-on replaces")):
            result = run([LLMC, "compile", model, "--tune", "-q", "-o", self.folder / "app", *options])
            self.assertEqual(result.returncode, 1, result.stderr)
            self.assertIn("llmc: error: --tune ", result.stderr)
            self.assertIn(said, result.stderr)
            self.assertFalse((self.folder / "app").exists())


if __name__ == "__main__":
    unittest.main()
