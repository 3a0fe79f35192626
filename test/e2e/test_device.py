#!/usr/bin/env python3
"""Where programs with code for an NVIDIA GPU run, and what they say where they cannot; on the simulated one.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""

import ctypes
import json
import os
import unittest
from pathlib import Path

from support import LLMC, MODELS, TARGET, TestCase, run

MODEL = MODELS / "llama-q4_1.gguf"
PTXSIM = str(Path(LLMC).parent / "libllmc-ptxsim-cuda.so")
MISSING = "/nonexistent/libcuda.so.1"
BOTH = ["--target=cpu,cuda", "--activations=f32", *TARGET]
PROMPTS = ["1,2,3,4,5,6,7", "9,8", "100,101,102", "7"]
# As in llmrt.h.
ON_AUTO, ON_CPU, ON_CUDA = 0, 1, 2


class SessionOptions(ctypes.Structure):
    _fields_ = [(name, ctypes.c_int64) for name in ("batch", "context", "rows", "logit_rows", "threads", "device")]


class Places(TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        compiler = cls("compile")
        cls.app = compiler.compile(MODEL, "app", *BOTH)
        cls.only = compiler.compile(MODEL, "only", "--target=cuda", "--activations=f32")

    def setUp(self):
        self.environment = dict(os.environ, LLMRT_CUDA_DRIVER=PTXSIM)

    def start(self, *arguments, app=None, **environment):
        return run([app or self.app, *arguments], env={**self.environment, **environment})

    def generate(self, *arguments, prompts=PROMPTS[:1], **options):
        ids = [part for prompt in prompts for part in ("--ids", prompt)]
        result = self.start("run", *ids, "-n", "12", "--print-ids", "--ignore-eos", *arguments, **options)
        self.assertEqual(result.returncode, 0, result.stderr)
        return result

    def test_the_same_ids_as_the_processor(self):
        for prompts in (PROMPTS[:1], PROMPTS):
            for sampling in ([], ["--temperature", "0.9", "--top-p", "0.9", "--seed", "5", "--repetition-penalty", "1.3"]):
                on_cpu = self.generate("--device", "cpu", *sampling, prompts=prompts)
                on_gpu = self.generate("--device", "cuda", *sampling, prompts=prompts)
                self.assertEqual(on_gpu.stdout, on_cpu.stdout)
                self.assertEqual(on_gpu.stderr, "")

    def test_code_of_two_kinds(self):
        """Each GPU gets its own, whatever the order they were asked for in; that for sm_90a starts kernels before those before end."""
        expected = self.generate("--device", "cpu", prompts=PROMPTS).stdout
        for targets in ("cuda,cuda:sm_90a", "cuda:sm_90a,cuda"):
            app = self.compile(MODEL, targets.replace(":", "-"), f"--target={targets}", "--activations=f32")
            for capability in ("80", "90"):
                with self.subTest(targets=targets, capability=capability):
                    found = self.generate(app=app, prompts=PROMPTS, LLMC_PTXSIM_CAPABILITY=capability)
                    self.assertEqual((found.stdout, found.stderr), (expected, ""))

    def test_code_for_a_gpu_alone(self):
        expected = self.generate("--device", "cpu").stdout
        self.assertEqual(self.generate(app=self.only).stdout, expected)
        result = self.start("run", "--ids", "1", "--device", "cpu", app=self.only)
        self.assertEqual((result.returncode, result.stderr), (
            1, "error: this program has code for a GPU alone: llmc compile --target=cpu,cuda makes one for processors as "
            "well\n"))
        result = self.start("run", "--ids", "1", app=self.only, LLMRT_CUDA_DRIVER=MISSING)
        self.assertEqual(result.returncode, 1)
        self.assertIn("error: no CUDA driver: " + MISSING, result.stderr)

    def test_what_is_missing_is_one_line_and_the_processor_answers(self):
        expected = self.generate("--device", "cpu").stdout
        for reason, environment in (
                ("no CUDA driver", {"LLMRT_CUDA_DRIVER": MISSING}),
                ("compute capability 7.5", {"LLMC_PTXSIM_CAPABILITY": "75"}),
                ("too little memory", {"LLMC_PTXSIM_MEMORY": "65536"})):
            with self.subTest(reason):
                fallen_back = self.generate(**environment)
                self.assertEqual(fallen_back.stdout, expected)
                self.assertRegex(fallen_back.stderr, f"^warning: .*{reason}.*\n$")
                refused = self.start("run", "--ids", "1", "--device", "cuda", **environment)
                self.assertEqual((refused.returncode, refused.stdout), (1, ""))
                self.assertRegex(refused.stderr, f"^error: .*{reason}.*\n$")

    def test_info_says_where_it_runs(self):
        info = json.loads(self.start("info", "--json").stdout)
        self.assertEqual(info["runs_on"]["variant"], "sm_80")
        self.assertIn("device", [section["kind"] for section in info["sections"]])
        self.assertGreater(info["memory"]["device_bytes"], info["model"]["weight_bytes"])
        self.assertEqual(self.start("info", "--verify").returncode, 0)
        elsewhere = json.loads(self.start("info", "--json", LLMRT_CUDA_DRIVER=MISSING).stdout)
        self.assertEqual(elsewhere["runs_on"]["device"], "cpu")
        self.assertIn(MISSING, elsewhere["runs_on"]["notice"])

    def test_bench_measures_kernels(self):
        result = self.start("bench", "-p", "2", "-n", "1", "-r", "1", "--profile", "--json", "--device", "cuda")
        self.assertEqual(result.returncode, 0, result.stderr)
        kernels = json.loads(result.stdout)["decode_kernels"]["kernels"]
        self.assertTrue(any("attention" in kernel["kernel"] for kernel in kernels))
        for kernel in kernels:
            self.assertGreater(kernel["median_seconds"], 0)

    def test_sessions_of_a_shared_object(self):
        library = ctypes.CDLL(str(self.compile(MODEL, "model.so", *BOTH, "--emit=so")))
        os.environ["LLMRT_CUDA_DRIVER"] = PTXSIM
        self.addCleanup(os.environ.pop, "LLMRT_CUDA_DRIVER")
        program = ctypes.c_void_p()
        self.assertEqual(library.llmrt_program_open(None, ctypes.byref(program)), 0)
        prompt, rows = (ctypes.c_int32 * 3)(5, 6, 7), {}
        for device in (ON_CPU, ON_CUDA, ON_AUTO):
            session, sequence, found = ctypes.c_void_p(), ctypes.c_int32(), ctypes.c_int64()
            options = SessionOptions(device=device)
            self.assertEqual(library.llmrt_session_create(program, ctypes.byref(options), ctypes.byref(session)), 0)
            variant, notice = ctypes.c_char_p(), ctypes.c_char_p()
            library.llmrt_session_device(session, ctypes.byref(found), ctypes.byref(variant), ctypes.byref(notice))
            self.assertEqual(found.value, ON_CPU if device == ON_CPU else ON_CUDA)
            self.assertEqual(notice.value, b"")
            self.assertEqual(variant.value == b"sm_80", device != ON_CPU)
            library.llmrt_sequence_open(session, ctypes.byref(sequence))
            self.assertEqual(library.llmrt_prefill(session, sequence, prompt, ctypes.c_size_t(3)), 0)
            logits = ctypes.POINTER(ctypes.c_float)()
            self.assertEqual(library.llmrt_logits(session, ctypes.c_int64(0), ctypes.byref(logits)), 0)
            rows[device] = logits[:320]
            library.llmrt_session_destroy(session)
        library.llmrt_program_close(program)
        for device in (ON_CUDA, ON_AUTO):
            self.assertLess(max(abs(a - b) for a, b in zip(rows[ON_CPU], rows[device])), 1e-4)


if __name__ == "__main__":
    unittest.main()
