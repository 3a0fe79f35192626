#!/usr/bin/env python3
"""llmc bench: a build measured by its own bench, kernels against what the machine can, and the machine alone.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""

import json
import os
import unittest
import xml.etree.ElementTree

from support import LLMC, MODELS, TARGET, TestCase, run

MODEL = MODELS / "llama-q4_1.gguf"
SHORT = ["-p", "8", "-n", "2", "-r", "2", "-t", "1"]
SVG = "{http://www.w3.org/2000/svg}"


class Bench(TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        os.environ["XDG_CACHE_HOME"] = str(cls.folder / "cache")

    def call(self, *arguments, model=(MODEL, *TARGET)):
        return run([LLMC, "bench", *model, "-q", *arguments])

    def ask(self, *arguments, **more):
        result = self.call("--json", *arguments, **more)
        self.assertEqual(result.returncode, 0, result.stderr)
        return json.loads(result.stdout)

    def refuse(self, *arguments, code=2, **more):
        result = self.call(*arguments, **more)
        self.assertEqual((result.returncode, result.stdout), (code, ""))
        return result.stderr

    def test_a_build_is_measured_by_its_own_bench(self):
        figures = self.ask(*SHORT, "-d", "16", "--profile")
        self.assertGreater(figures["decode_tokens_per_s"], 0)
        self.assertEqual([figures[key] for key in ("prompt", "generate", "depth", "threads", "repetitions")], [8, 2, 16, 1, 2])
        self.assertIn("decode_kernels", figures)

    def test_what_was_not_measured_is_not_said(self):
        for options, there, missing in ((["-p", "8", "-n", "0"], "prefill", "decode"), (["-p", "0", "-n", "2"], "decode", "prefill")):
            told = self.call("-r", "1", *options).stdout
            self.assertRegex(told, rf"^{there} \d.*, peak memory \S+ \wB\n$")
            self.assertNotIn("nan", told)
            self.assertNotIn(missing, told)

    def test_kernels_have_limits(self):
        figures = self.ask(*SHORT, "--roofline", self.folder / "roof.svg")
        self.assertEqual([phase["phase"] for phase in figures["phases"]], ["prompt", "generated rows"])
        self.assertEqual(figures["threads"], 1)
        self.assertEqual(sum(kernel["bytes"] for kernel in figures["phases"][1]["kernels"]), 2 * figures["bytes"])
        for limit in ("read_bytes_per_s", "int8_operations_per_s", "f32_operations_per_s"):
            self.assertGreater(figures["limits"][limit], 1e8)
        for phase in figures["phases"]:
            for kernel in phase["kernels"]:
                self.assertGreater(kernel["seconds"], 0)
                self.assertGreaterEqual(kernel["share_of_limit"], 0)
        drawn = xml.etree.ElementTree.parse(self.folder / "roof.svg").getroot()
        multiplying = [kernel for phase in figures["phases"] for kernel in phase["kernels"] if kernel["operations"]]
        self.assertEqual(len(list(drawn.iter(SVG + "circle"))), len(multiplying))

    def test_the_table_names_the_variant(self):
        result = run([LLMC, "bench", MODEL, *TARGET, *SHORT, "--roofline", self.folder / "table.svg"])
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("llmc: round 2 of 2\n", result.stderr)
        self.assertRegex(result.stdout, r"(?m)^\S+: 1 threads read .* GB/s of .* f32 at \d+$")
        self.assertRegex(result.stdout, r"(?m)^\| generated rows: kernel \|")
        self.assertRegex(result.stdout, r"(?m)^\| all \| 100 \| \| \| \d+ \|$")

    def test_the_machine_alone(self):
        figures = self.ask("--limits", "-t", "1", "--bytes", str(1 << 20), model=())
        self.assertEqual((figures["threads"], figures["bytes"]), (1, 1 << 20))
        self.assertGreater(figures["limits"]["read_bytes_per_s"], 1e8)
        result = self.call("--limits", "--bytes", str(1 << 20), model=())
        self.assertRegex(result.stdout, r"^\d+ threads read .* GB/s of 1 MB and make products of bytes at \d+ GOP/s, ")

    def test_what_cannot_be_measured_is_said(self):
        self.assertIn("MODEL is missing", self.refuse(model=()))
        self.assertIn("--limits measures the machine", self.refuse("--limits"))
        self.assertIn("--bytes", self.refuse("--bytes", "1000000"))
        self.assertIn("--repetitions", self.refuse("-r", "0"))
        for options in (["--limits"], ["--device", "cpu"]):
            self.assertIn("--roofline", self.refuse("--roofline", "x.svg", *options))
        self.assertIn("it is the model itself", self.refuse("--roofline", MODEL, code=1))
        missing = self.folder / "none" / "roof.svg"
        self.assertIn(str(missing), self.refuse("--roofline", missing, code=1))
        self.assertIn("nothing.gguf", self.refuse(model=("nothing.gguf",), code=1))


if __name__ == "__main__":
    unittest.main()
