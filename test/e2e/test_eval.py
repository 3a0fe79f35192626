#!/usr/bin/env python3
"""llmc eval: a build measured by its own eval, and sweeps over several.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""

import json
import os
import shutil
import signal
import subprocess
import unittest
import xml.etree.ElementTree

from support import INPUTS, LLMC, MODELS, ROOT, TARGET, TestCase, run

MODEL = MODELS / "llama-f32.gguf"
TEXT = ROOT / "bench" / "text" / "evaluation.txt"
WINDOWS = ["--text", TEXT, "--context", "64", "--windows", "4"]


class Eval(TestCase):
    @classmethod
    def setUpClass(cls):
        """The builds that most tests look at are compiled once: what is in the cache is not compiled again."""
        super().setUpClass()
        cls.warm = cls.folder / "warm"
        os.environ["XDG_CACHE_HOME"] = str(cls.warm)
        for options in ([], ["--quantize=w8"], ["--quantize=bits=3,group=32"]):
            result = run([LLMC, "eval", MODEL, "--activations=f32", *TARGET, *WINDOWS, "-q", *options])
            assert result.returncode == 0, result.stderr

    def setUp(self):
        super().setUp()
        self.cache = self.folder / self.id()
        shutil.copytree(self.warm, self.cache)
        os.environ["XDG_CACHE_HOME"] = str(self.cache)

    def forget_programs(self):
        shutil.rmtree(self.cache)

    def call(self, *arguments, model=MODEL, windows=tuple(WINDOWS)):
        return run([LLMC, "eval", model, "--activations=f32", *TARGET, *windows, *arguments])

    def sweep(self, *arguments):
        result = self.call("-q", *arguments)
        self.assertEqual(result.returncode, 0, result.stderr)
        return result.stdout

    def programs(self):
        return [path for path in self.cache.rglob("*") if path.is_file()]

    def refuse(self, *arguments, code=1, **more):
        result = self.call(*arguments, **more)
        self.assertEqual(result.returncode, code, result.stdout)
        self.assertEqual(result.stderr.count("error: "), 1, result.stderr)
        return result.stderr

    def test_a_build_is_measured_by_its_own_eval(self):
        app = self.compile(MODEL, "app", "--activations=f32")
        self.assertEqual(self.call("--json").stdout, self.succeed([app, "eval", *WINDOWS, "--json"]))
        base = self.folder / "base"
        self.assertEqual(self.call("--kl-base", base).returncode, 0)
        self.assertEqual(json.loads(self.call("--kl", base, "--json").stdout)["top1_agreement"], 1)

    def test_a_sweep_measures_what_single_calls_do(self):
        """The same figures as those of a program compiled, told its size and compared by hand."""
        rows = json.loads(self.sweep("--json", "--sweep=w8", "--sweep=--quantize=bits=3,group=32 --sparsify=50-magnitude", "--speed"))
        self.assertEqual([row["build"] for row in rows], ["reference", "w8", "--quantize=bits=3,group=32 --sparsify=50-magnitude"])
        self.assertNotIn("kl_mean", rows[0])
        self.assertLess(20 * rows[1]["kl_mean"], rows[2]["kl_mean"])
        self.assertTrue(all(row["decode_tokens_per_s"] > 0 for row in rows))
        base = self.folder / "by-hand"
        self.succeed([self.compile(MODEL, "floats", "--activations=f32"), "eval", *WINDOWS, "--kl-base", base])
        app = self.compile(MODEL, "w8", "--activations=f32", "--quantize=w8")
        figures = json.loads(self.succeed([app, "eval", *WINDOWS, "--kl", base, "--json"]))
        info = json.loads(self.succeed([app, "info", "--json"]))["model"]
        for key, value in [*figures.items(), *info.items()]:
            if key in rows[1]:
                self.assertEqual(rows[1][key], value, key)

    def test_a_build_may_be_a_preset_that_says_how_inputs_are_rounded(self):
        self.assertIn("means --activations=i8, found --activations=f32", self.refuse("--sweep=w8a8", code=2))

    def test_a_sweep_leaves_no_programs(self):
        """But those that were there before."""
        self.forget_programs()
        self.sweep("--sweep=w8")
        before = self.programs()
        self.assertEqual(self.call("--quantize=w8").returncode, 0)
        kept = self.programs()
        self.assertEqual(len(kept), len(before) + 1)
        self.sweep("--sweep=w8", "--sweep=bits=5")
        self.assertEqual(self.programs(), kept)

    def test_the_table_has_a_row_per_build(self):
        lines = self.sweep("--sweep=w8", "--sweep=bits=3,group=32").splitlines()
        self.assertEqual(len(lines), 5)
        self.assertEqual(len({len(line) for line in lines}), 1, lines)
        self.assertRegex(lines[2], r"^\| reference +\| +32\.00 ")
        self.assertRegex(lines[4], r"^\| bits=3,group=32 \| +\d\.\d\d \|")

    def test_results_are_kept(self):
        """Rows that a file has are not measured again; what a killed sweep cut off is."""
        file, picture = self.folder / "rows.jsonl", self.folder / "rows.svg"
        self.sweep("--sweep=w8", "--results", file)
        first = file.read_text()
        self.assertEqual(self.sweep("--sweep=w8", "--results", file, "--json"),
                         self.sweep("--sweep=w8", "--results", file, "--json"))
        self.assertEqual(file.read_text(), first)
        file.write_text(first[:-20])
        self.sweep("--sweep=w8", "--sweep=bits=3,group=32", "--results", file, "--svg", picture)
        rows = [json.loads(line) for line in file.read_text().splitlines()]
        self.assertEqual([row["build"] for row in rows], ["reference", "w8", "bits=3,group=32"])
        words = [element.text for element in xml.etree.ElementTree.parse(picture).iter() if element.tag.endswith("text")]
        self.assertTrue({"w8", "bits=3,group=32", "MB of weights"} <= set(words), words)
        file.write_text("no rows\n" + first)
        self.assertIn("line 1 is no row of llmc eval --sweep", self.refuse("--sweep=w8", "--results", file))

    def test_sweeps_of_the_same_builds_do_not_meet(self):
        """Neither removes what the other measures or compares with, wherever the first is when the second ends."""
        command = [LLMC, "eval", MODEL, "-q", "--activations=f32", *TARGET, *map(str, WINDOWS), *(f"--sweep=bits={bits}" for bits in range(2, 8))]
        for cached in (True, False):
            with self.subTest(reference="kept" if cached else "compiled"):
                if not cached:
                    self.forget_programs()
                said, quick = self.sweep_beside(command)
                self.assertEqual((said.returncode, said.stderr), (0, ""))
                self.assertEqual(quick, 0)

    def sweep_beside(self, command):
        """What a sweep says, and the status of shorter ones of its builds that came and went while it ran."""
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
            status = 0
            while process.poll() is None:
                status |= run(command[:-5]).returncode
            return subprocess.CompletedProcess(command, process.wait(), *process.communicate()), status

    def test_a_sweep_compares_with_another_build(self):
        """With --kl no build is the reference: that file is."""
        base = self.folder / "other"
        self.assertEqual(self.call("--quantize=w8", "--kl-base", base).returncode, 0)
        rows = json.loads(self.sweep("--kl", base, "--sweep=w8", "--sweep=--quantize=w8 --activations=i8", "--json"))
        self.assertEqual([row["build"] for row in rows], ["w8", "--quantize=w8 --activations=i8"])
        self.assertEqual(rows[0]["top1_agreement"], 1)
        self.assertLess(rows[0]["kl_mean"], 1e-6)
        self.assertGreater(rows[1]["kl_mean"], 1e-6)
        self.assertEqual(rows[1]["bits_per_weight"], rows[0]["bits_per_weight"])

    def test_texts_and_windows_have_rows_of_their_own(self):
        """Rows of another text, or of more of it, are not taken for those of this one."""
        file, other = self.folder / "texts.jsonl", self.folder / "other.txt"
        other.write_text(TEXT.read_text()[5000:9000])
        for windows, count in ((WINDOWS, 1), (["--text", other, "--context", "64"], 2), ([*WINDOWS[:-1], "5"], 3)):
            result = self.call("-q", "--sweep=w8", "--results", file, windows=windows)
            self.assertEqual(result.returncode, 0, result.stderr)
            rows = [json.loads(line) for line in file.read_text().splitlines()]
            self.assertEqual(len({row["key"] for row in rows}), 2 * count)

    def test_statistics_are_collected_once(self):
        result = self.call("--sweep=w8", "--sweep=bits=4,group=32,method=gptq", "--sweep=bits=3,group=32,method=gptq")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertEqual(result.stderr.count("calibrating on a text"), 1, result.stderr)

    def test_a_build_that_fails_costs_its_row(self):
        result = self.call("-q", "--sweep=w8;nothing*:bits=4", "--sweep=w8")
        self.assertEqual(result.returncode, 1)
        self.assertRegex(result.stderr, r"error: 1 of 3 builds failed; the first: w8;nothing\*:bits=4: .*no weight")
        self.assertEqual(len(result.stdout.splitlines()), 4)

    def test_mistakes_are_told_before_the_work(self):
        self.forget_programs()
        self.assertRegex(self.refuse("--sweep=bits=99"), r"bits=99: .*bits")
        self.assertIn("--sweep='--bits=4': unknown option '--bits'", self.refuse("--sweep=--bits=4", code=2))
        self.assertIn("--svg", self.refuse("--svg", "picture.svg", code=2))
        self.assertIn("no such file", self.refuse("--sweep=w8", windows=["--text", "missing.txt"]).lower())
        self.assertIn("cannot write", self.refuse("--sweep=w8", "--svg", self.folder / "no" / "folder.svg"))
        self.assertIn("windows", self.refuse("-q", "--sweep=w8", windows=["--text", TEXT, "--windows", "1000000"]))
        self.assertFalse(self.programs())

    def test_a_sweep_that_is_stopped_leaves_nothing(self):
        """Neither the program that it measured nor what that predicted; rows that were done stay."""
        self.forget_programs()
        rows = self.folder / "stopped.jsonl"
        command = [LLMC, "eval", MODEL, "--activations=f32", *TARGET, "--text", TEXT, "--context", "64", "--sweep=w8", "--results", rows]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as process:
            for line in process.stderr:
                if "2 of 2, w8: measuring" in line:
                    break
            process.send_signal(signal.SIGTERM)
            process.stderr.read()
            self.assertNotEqual(process.wait(60), 0)
        self.assertFalse(self.programs())
        self.assertEqual([json.loads(line)["build"] for line in rows.read_text().splitlines()], ["reference"])

    def layers(self, *arguments, model=MODEL):
        result = self.call("-q", "--layers", "--json", *arguments, model=model)
        self.assertEqual(result.returncode, 0, result.stderr)
        report = json.loads(result.stdout)
        self.assertEqual(report["tokens"], 256)
        return {row["input_of"]: row["relative_error"] for row in report["layers"]}

    def test_errors_of_layers_grow_from_where_weights_change(self):
        """A build of floats has none; one with a matrix changed has them behind it, more bits have less."""
        exact = self.layers()
        self.assertEqual(list(exact), ["blk.0.attn_norm.weight", "blk.0.ffn_norm.weight", "blk.1.attn_norm.weight",
                                       "blk.1.ffn_norm.weight", "output_norm.weight"])
        self.assertEqual(set(exact.values()), {0})
        few = self.layers("--quantize=keep;blk.1.attn_output.weight:bits=3,group=32")
        self.assertEqual([error > 0 for error in few.values()], [False, False, False, True, True])
        more = self.layers("--quantize=keep;blk.1.attn_output.weight:bits=6,group=32")
        self.assertLess(4 * more["blk.1.ffn_norm.weight"], few["blk.1.ffn_norm.weight"])

    def test_errors_of_layers_do_not_see_scales_of_inputs(self):
        """Scaling the columns of a norm and of its products apart changes neither what layers hand on."""
        for row, error in self.layers("--equalize=smooth").items():
            self.assertLess(error, 1e-4, row)

    def test_errors_of_layers_are_a_table(self):
        result = self.call("-q", "--layers", "--quantize=w8")
        self.assertEqual(result.returncode, 0, result.stderr)
        lines = result.stdout.splitlines()
        self.assertEqual(len(lines), 7)
        self.assertEqual(len({len(line) for line in lines}), 1, lines)
        self.assertRegex(lines[2], r"^\| blk\.0\.attn_norm\.weight +\| +0\.\d{4} % \|$")

    def test_errors_of_layers_need_a_step_and_a_text(self):
        self.assertIn("--layers is for models that complete text", self.refuse("-q", "--layers", model=INPUTS / "encoders" / "bert"))
        self.assertIn("a longer text", self.refuse("-q", "--layers", windows=["--text", TEXT, "-c", "64", "--windows", "1000000"]))
        self.assertIn("windows of 512 tokens: the model has 256 positions", self.refuse("-q", "--layers", windows=["--text", TEXT]))
        self.assertIn("--layers", self.refuse("--layers", "--kl-base", self.folder / "base", code=2))
        self.assertIn("--layers", self.refuse("--layers", "--sweep=w8", code=2))

    def test_help_says_what_a_build_is(self):
        said = self.succeed([LLMC, "eval", "--help"])
        for words in ("--sweep BUILD", "a SPEC of --quantize, or options with blanks", "--results FILE", "--quantize SPEC"):
            self.assertIn(words, " ".join(said.split()))

    def test_functions_have_no_text_to_predict(self):
        said = self.refuse("-q", "--sweep=w8", model=INPUTS / "encoders" / "bert")
        self.assertIn("is a function and does not complete text", said)


if __name__ == "__main__":
    unittest.main()
