#!/usr/bin/env python3
"""The command line of llmc: help and versions, exit codes, every kind of output.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""

import json
import os
import re
import unittest

from support import LLMC, MODELS, ROOT, TestCase, run
from terminal import Terminal

MODEL = MODELS / "llama-q4_1.gguf"
ABI = ROOT / "runtime" / "include" / "llmrt" / "abi.h"


class CommandLine(TestCase):
    def test_help_and_version_everywhere(self):
        for command in ([], ["compile"], ["import"], ["inspect"], ["run"]):
            for flag in ("--help", "--version", "-V"):
                out = self.succeed([LLMC, *command, flag])
                self.assertTrue(out.strip())
                if flag != "--help":
                    self.assertRegex(out, r"^llmc \d+\.\d+\.\d+( \([0-9a-f]{7,}\+?\))?\n"
                                          r"LLVM 22\.[.\d]+\nhost \S+, .+\n$")

    def test_wrong_usage_is_exit_code_2(self):
        for arguments in (["compile"], ["compile", MODEL], ["nonsense"],
                          ["compile", MODEL, "-o", "x", "--no-such-option"],
                          ["compile", MODEL, "-o", "x", "--activations=f64"],
                          ["compile", MODEL, "-o", "x", "--max-batch=0"],
                          ["compile", MODEL, "--compile-to=emit"],
                          ["compile", MODEL, "--compile-to=optimize", "--emit=exe", "-o", "x"],
                          ["run", MODEL, "--reference"]):
            result = run([LLMC, *arguments], cwd=self.folder)
            self.assertEqual(result.returncode, 2, f"{arguments}: {result.stderr}")
            self.assertTrue(result.stderr.startswith("llmc: error: "), result.stderr)
            self.assertEqual(result.stdout, "")
            self.assertEqual(os.listdir(self.folder), [])

    def test_alone_it_prints_its_help(self):
        result = run([LLMC])
        self.assertEqual((result.returncode, result.stdout), (2, ""))
        for command in ("compile", "import", "inspect", "run"):
            self.assertRegex(result.stderr, rf"(?m)^  {command} ")

    def test_a_terminal_sees_what_is_worked_at(self):
        """Below the stages, until it is done; neither a file nor who wants quiet sees it."""
        command = [LLMC, "calibrate", MODEL, "--tokens", "256", "--context", "128", "-o", self.folder / "seen.stats"]
        for flags, seen in ([], True), (["-q"], False):
            terminal = Terminal([*command, *flags])
            self.addCleanup(terminal.close)
            self.assertEqual(terminal.finish(), 0)
            self.assertEqual(bool(re.search(r"running the model: \d+ of \d+ tokens", terminal.raw)), seen)
            self.assertNotIn("running the model", terminal.screen.text())
        self.assertNotIn("running", run(command).stderr)
        (self.folder / "seen.stats").unlink()

    def test_the_reference_takes_no_option_that_it_ignores(self):
        result = run([LLMC, "run", MODEL, "--kv=f16", "--reference", "--ids", "1"])
        self.assertEqual(result.returncode, 2)
        self.assertIn("--kv does not go with it", result.stderr)

    def test_import_prints_the_model(self):
        text = self.succeed([LLMC, "import", MODEL])
        self.assertIn("llm.attention", text)
        self.assertIn('source "blk.0.attn_q.weight"', text)

    def test_compile_to_each_stage(self):
        expected = {"import": "llm.rope", "optimize": "llm.rotate", "schedule": "llm.kernel",
                    "lower": "llvm.func"}
        for stage, op in expected.items():
            self.assertIn(op, self.succeed([LLMC, "compile", MODEL, "-q", f"--compile-to={stage}"]))

    def test_texts_of_code(self):
        flags = [LLMC, "compile", MODEL, "-q", "--cpu=avx2"]
        self.assertIn("@llmrt_model", self.succeed([*flags, "--emit=llvm"]))
        self.assertIn("llmrt_model:", self.succeed([*flags, "--emit=asm"]))
        self.assertIn("llvm.mlir.global", self.succeed([*flags, "--emit=mlir"]))

    def test_object(self):
        path = self.folder / "model.o"
        self.succeed([LLMC, "compile", MODEL, "-q", "--emit=obj", "-o", path])
        self.assertEqual(path.read_bytes()[:4], b"\x7fELF")
        path.unlink()

    def test_shared_object_has_the_model(self):
        import ctypes
        path = self.compile(MODEL, "model.so", "--emit=so")
        library = ctypes.CDLL(str(path))
        version = re.search(r"#define LLMRT_ABI_VERSION (\d+)", ABI.read_text()).group(1)
        self.assertEqual(ctypes.c_uint32.in_dll(library, "llmrt_model").value, int(version))
        path.unlink()

    def test_the_same_input_gives_the_same_bytes(self):
        a, b = self.compile(MODEL, "a"), self.compile(MODEL, "b")
        self.assertEqual(a.read_bytes(), b.read_bytes())
        a.unlink()
        b.unlink()

    def test_progress_and_summary_are_on_stderr(self):
        path = self.folder / "app"
        result = run([LLMC, "compile", MODEL, "-o", path])
        self.assertEqual((result.returncode, result.stdout), (0, ""))
        for word in ("import", "optimize", "schedule", "lower", "emit", "memory at most"):
            self.assertIn(word, result.stderr)
        path.unlink()

    def test_inspect_as_json(self):
        facts = json.loads(self.succeed([LLMC, "inspect", MODEL, "--json"]))
        self.assertEqual([stage["stage"] for stage in facts["stages"]],
                         ["import", "optimize", "schedule", "lower"])
        names = {tensor["name"]: tensor for tensor in facts["tensors"]}
        self.assertEqual(names["blk.0.attn_q.weight"]["encoding"], "q4_1")
        contract = facts["memory_contract"]
        parts = ("weights", "kv", "arena", "tables", "logits", "fixed")
        self.assertEqual(contract["total"], sum(contract[part] for part in parts))

    def test_inspect_states_what_the_program_states(self):
        facts = json.loads(self.succeed([LLMC, "inspect", MODEL, "--json"]))
        app = self.compile(MODEL, "app")
        text = self.succeed([app, "info", "--json"])
        self.assertIn(str(facts["memory_contract"]["total"]), text)
        app.unlink()

    def test_run_compiles_once(self):
        environment = dict(os.environ, XDG_CACHE_HOME=str(self.folder))
        command = [LLMC, "run", MODEL, "--ids", "1,2,3", "-n", "4", "--print-ids"]
        first = run(command, env=environment)
        self.assertEqual(first.returncode, 0, first.stderr)
        self.assertIn("emit", first.stderr)
        second = run(command, env=environment)
        self.assertEqual((second.returncode, second.stdout), (0, first.stdout))
        self.assertNotIn("emit", second.stderr)
        other = run([LLMC, "run", "--kv=f32", *command[2:]], env=environment)
        self.assertIn("emit", other.stderr)
        import shutil
        shutil.rmtree(self.folder / "llmc")


if __name__ == "__main__":
    unittest.main()
