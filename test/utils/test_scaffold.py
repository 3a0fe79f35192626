# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""utils/scaffold.py in a copy of the sources: what it writes is there, is
formatted, passes lint, and refuses what it cannot do without writing anything."""

import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
FORMATTERS = ["clang-format-22", "clang-format"]


class Scaffold(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.copy = Path(folder.name) / "copy"
        self.copy.mkdir()
        for name in ["dialects", "include", "lib", "runtime", "utils"]:
            shutil.copytree(ROOT / name, self.copy / name)
        for name in ["Dialect", "Optimize", "Schedule", "Lower"]:
            shutil.copytree(ROOT / "test" / name, self.copy / "test" / name)
        shutil.copy(ROOT / ".clang-format", self.copy)
        self.run_in_copy("git", "init", "-q")

    def run_in_copy(self, *command):
        return subprocess.run(command, cwd=self.copy, check=False, text=True,
                              capture_output=True)

    def scaffold(self, *arguments):
        return self.run_in_copy(sys.executable, "utils/scaffold.py", *arguments)

    def read(self, path):
        return (self.copy / path).read_text(encoding="utf-8")

    def snapshot(self):
        return {path: path.read_bytes() for path in self.copy.rglob("*")
                if path.is_file() and ".git" not in path.parts}

    def check_form(self, *sources):
        lint = self.run_in_copy(sys.executable, "utils/lint.py")
        self.assertEqual(lint.returncode, 0, lint.stdout)
        formatter = next(filter(shutil.which, FORMATTERS), None)
        self.assertIsNotNone(formatter, "no clang-format")
        formatted = self.run_in_copy(formatter, "--dry-run", "-Werror", *sources)
        self.assertEqual(formatted.returncode, 0, formatted.stderr)

    def test_a_pass_has_a_file_a_definition_and_a_test(self):
        done = self.scaffold("pass", "Optimize", "FoldScales", "scales join weights")
        self.assertEqual(done.returncode, 0, done.stderr)
        source = self.read("lib/Optimize/FoldScales.cpp")
        self.assertIn("//===- FoldScales.cpp - scales join weights ---", source)
        self.assertIn("#define GEN_PASS_DEF_FOLDSCALES", source)
        self.assertIn('def FoldScales : Pass<"llm-fold-scales"',
                      self.read("include/llmc/Optimize/Passes.td"))
        self.assertTrue(self.read("include/llmc/Optimize/Passes.td").rstrip()
                        .endswith("#endif // LLMC_OPTIMIZE_PASSES"))
        self.assertIn("--llm-fold-scales", self.read("test/Optimize/fold-scales.mlir"))
        self.assertIn("  FoldScales.cpp\n", self.read("lib/Optimize/CMakeLists.txt"))
        self.check_form("lib/Optimize/FoldScales.cpp")

    def test_every_stage_takes_a_pass(self):
        for stage in ["Schedule", "Lower"]:
            done = self.scaffold("pass", stage, "FoldScales", "scales join weights")
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn("  FoldScales.cpp\n", self.read(f"lib/{stage}/CMakeLists.txt"))

    def test_an_op_has_a_definition_a_verifier_a_meaning_and_tests(self):
        done = self.scaffold("op", "soft_clip", "values stay between two bounds")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn('def LLM_SoftClipOp : LLM_Op<"soft_clip"',
                      self.read("dialects/llm/LLMOps.td"))
        self.assertIn("LogicalResult SoftClipOp::verify()", self.read("dialects/llm/LLMOps.cpp"))
        self.assertIn("  table.add(evalSoftClip);\n}", self.read("lib/Reference/Rows.cpp"))
        self.assertIn("llm.soft_clip", self.read("test/Dialect/llm/ops.mlir"))
        self.assertIn("(C1)", self.read("test/Dialect/llm/invalid.mlir").split("@soft_clip")[1])
        self.check_form("dialects/llm/LLMOps.cpp", "lib/Reference/Rows.cpp")

    def test_what_is_there_stays(self):
        before = self.snapshot()
        for arguments in [("pass", "Optimize", "OutlineLayers", "again"),
                          ("op", "norm", "again"),
                          ("pass", "Import", "FoldScales", "of no stage"),
                          ("pass", "Optimize", "fold_scales", "no such name"),
                          ("op", "SoftClip", "no such name"),
                          ("op", "soft_clip")]:
            done = self.scaffold(*arguments)
            self.assertNotEqual(done.returncode, 0, arguments)
            self.assertTrue(done.stderr, arguments)
        self.assertEqual(self.snapshot(), before)


if __name__ == "__main__":
    unittest.main()
