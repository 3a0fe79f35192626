#!/usr/bin/env python3
"""llmc calibrate: what it knows of inputs, in parts within a bound of memory, and going on where it was stopped.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""

import os
import re
import shutil
import subprocess
import unittest

from statistics_file import read_statistics
from support import LLMC, MODELS, ROOT, TestCase, run

MODEL = MODELS / "llama-f32.gguf"
CALIBRATION = ROOT / "bench" / "text" / "calibration.txt"
EVALUATION = ROOT / "bench" / "text" / "evaluation.txt"
TOKENS, CONTEXT, INPUTS = 1024, 64, 8


class Calibrate(TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.whole = cls.folder / "whole.stats"
        result = cls.calibrate(cls.whole)
        assert result.returncode == 0, result.stderr
        assert "part " not in result.stderr, result.stderr
        cls.tensors = read_statistics(cls.whole)

    @staticmethod
    def command(out, *flags, model=MODEL, text=CALIBRATION, tokens=TOKENS):
        return [LLMC, "calibrate", model, "--text", text, "--tokens", tokens, "--context", CONTEXT, "-o", out,
                *(flags if any("--threads" in flag for flag in flags) else ["--threads=1", *flags])]

    @classmethod
    def calibrate(cls, out, *flags, **asked):
        return run(cls.command(out, *flags, **asked))

    def stop(self, out, line, *flags):
        """Kills a calibration once it has said `line`."""
        with subprocess.Popen([str(part) for part in self.command(out, *flags)], stderr=subprocess.PIPE, text=True) as process:
            for said in process.stderr:
                if line in said:
                    process.kill()
                    break
            else:
                self.fail(f"never said {line}")
            process.stderr.read()  # until its child has ended, too
        self.assertFalse(out.exists())

    def part_of(self, out):
        return out.with_name(out.name + ".part")

    def assert_whole(self, out):
        self.assertEqual(out.read_bytes(), self.whole.read_bytes())
        self.assertFalse(self.part_of(out).exists())

    def test_parts_are_the_same_bytes(self):
        """Whatever fits at once; each part is a program of its own, which ends with the last input that it shows."""
        out = self.folder / "parts.stats"
        for memory, parts in (("1B", INPUTS), ("1MB", 3), ("1.5MB", 2)):
            with self.subTest(memory=memory):
                result = self.calibrate(out, f"--memory={memory}")
                self.assertEqual(result.returncode, 0, result.stderr)
                found = re.findall(r"part (\d) of (\d): inputs (\d) to (\d) of 8\n", result.stderr)
                self.assertEqual([(int(part), int(of)) for part, of, _, _ in found], [(i + 1, parts) for i in range(parts)])
                self.assertEqual([int(first) for _, _, first, _ in found][1:], [int(last) + 1 for _, _, _, last in found][:-1])
                self.assert_whole(out)

    def test_parts_of_other_models_are_the_same_bytes(self):
        for model in (MODELS / "gpt2-q8_0.gguf", MODELS / "qwen2-q8_0.gguf"):
            with self.subTest(model=model.name):
                outs = [self.folder / f"{model.name}.{memory}" for memory in ("4GB", "800kB")]
                for out in outs:
                    result = self.calibrate(out, f"--memory={out.suffix[1:]}", model=model, tokens=128)
                    self.assertEqual(result.returncode, 0, result.stderr)
                self.assertIn("part 2 of", result.stderr)
                self.assertEqual(outs[0].read_bytes(), outs[1].read_bytes())

    def test_a_stopped_one_goes_on(self):
        out = self.folder / "stopped.stats"
        self.stop(out, "part 3 of 8", "--memory=1B")
        self.assertTrue(self.part_of(out).exists())
        result = self.calibrate(out, "--memory=1MB", "--threads=2")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn(f"going on behind 2 of 8 inputs, which {self.part_of(out)} has\n", result.stderr)
        self.assertIn("part 1 of 2: inputs 3 to 5 of 8\n", result.stderr)
        self.assert_whole(out)

    def test_what_another_one_left_is_ignored(self):
        for name, asked in (("text", {"text": EVALUATION}), ("tokens", {"tokens": 512}), ("model", {"model": MODELS / "llama-q8_0.gguf"})):
            with self.subTest(name=name):
                out = self.folder / f"{name}.stats"
                self.stop(out, "part 2 of 8", "--memory=1B")
                left = self.part_of(out).read_bytes()
                result = self.calibrate(out, **asked)
                self.assertEqual(result.returncode, 0, result.stderr)
                self.assertIn(f"{self.part_of(out)} is of another model, text or context, or of another llmc: beginning anew\n",
                              result.stderr)
                self.assertFalse(self.part_of(out).exists())
                self.assertFalse(out.read_bytes().startswith(left))

    def test_stopped_in_its_only_part_it_leaves_nothing(self):
        out = self.folder / "only.stats"
        self.stop(out, "lower")
        self.assertFalse(self.part_of(out).exists())

    def test_who_calibrates_for_itself_leaves_nothing(self):
        folder = self.folder / "temporary"
        folder.mkdir()
        self.succeed([LLMC, "compile", MODEL, "-q", "--quantize=w4-gptq", "-o", self.folder / "app", "--cpu=native"],
                     env={**os.environ, "TMPDIR": str(folder)})
        self.assertEqual(list(folder.iterdir()), [])

    def test_columns_lie_between_their_ends(self):
        weights = {name.rsplit("/", 1)[0] for name in self.tensors if name.endswith("/xtx")}
        self.assertEqual(len(weights), INPUTS)
        for weight in weights:
            get = lambda name: self.tensors[f"{weight}/{name}"][1]
            (rows, cols), sample = self.tensors[f"{weight}/sample"]
            self.assertEqual(rows, 32)
            for i in range(cols):
                least, most = get("min")[i], get("max")[i]
                self.assertEqual(get("absmax")[i], max(abs(least), abs(most)))
                self.assertTrue(least <= get("mean")[i] <= most)
                column = sample[i::cols]
                self.assertTrue(least <= min(column) and max(column) <= most)
                self.assertGreater(len(set(column)), 1)

    def test_quantiles_are_those_of_the_magnitudes(self):
        """Of all rows; of a sample of them about as many are above."""
        for weight in ("blk.0.attn_q.weight", "blk.1.ffn_down.weight"):
            quantiles = self.tensors[f"{weight}/quantiles"][1]
            absmax = max(self.tensors[f"{weight}/absmax"][1])
            self.assertEqual(sorted([*quantiles, absmax]), [*quantiles, absmax])
            sample = self.tensors[f"{weight}/sample"][1]
            above = sum(abs(x) > quantiles[0] for x in sample) / len(sample)
            self.assertTrue(0 < above < 0.03, above)

    def test_a_sample_is_rows_of_the_text(self):
        """Of a text of as many tokens the sample is all rows: its squares are the sums."""
        out = self.folder / "few.stats"
        self.succeed([LLMC, "calibrate", MODEL, "-q", "--tokens", "32", "--context", "16", "--threads=1", "-o", out])
        tensors = read_statistics(out)
        for name in ("blk.0.attn_q.weight", "blk.1.attn_output.weight"):
            (rows, cols), sample = tensors[f"{name}/sample"]
            self.assertEqual(rows, 32)
            for i, j in ((0, 0), (3, 5), (cols - 1, 1)):
                products = [sample[row * cols + i] * sample[row * cols + j] for row in range(rows)]
                self.assertAlmostEqual(tensors[f"{name}/xtx"][1][i * cols + j], sum(products), delta=1e-4 * sum(map(abs, products)))

    def test_wrong_sizes_are_refused(self):
        for size in ("2GiB", "0B", "-1MB", "much", "2"):
            result = self.calibrate(self.folder / "x.stats", f"--memory={size}")
            self.assertEqual(result.returncode, 1, result.stderr)
            self.assertEqual(result.stderr.count("error: "), 1)
            self.assertIn(f"--memory takes a number with B, kB, MB or GB (MB: 10^6 bytes): 2GB, found '{size}'", result.stderr)
        self.assertFalse((self.folder / "x.stats").exists())

    def test_a_name_that_cannot_be_written_is_refused_before_it_runs(self):
        result = self.calibrate(self.folder / "none" / "x.stats")
        self.assertEqual(result.returncode, 1)
        self.assertIn("mkdir -p it first", result.stderr)
        self.assertNotIn("schedule", result.stderr)


if __name__ == "__main__":
    unittest.main()
