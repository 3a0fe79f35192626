#!/usr/bin/env python3
"""The queue of measurements for a GPU, where none is: on the simulator every part runs that can, what cannot says why, and no line of it
counts as measured.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""

import argparse
import hashlib
import json
import os
import subprocess
import sys
import unittest
from pathlib import Path

from support import LLMC, ROOT, TestCase

DEVICE = ROOT / "bench" / "device"
BUILD = Path(LLMC).parent.parent
SIMULATED = {**os.environ, "LLMRT_CUDA_DRIVER": str(BUILD / "bin" / "libllmc-ptxsim-cuda.so"), "LLMC_PTXSIM_RACES": "0", "OUT": ""}
PROBES = {"read-stream", "copy-stream", "upload", "graph-node-gap", "dependent-launch-gap", "launch-gap", "flag-latency", "grid-barrier",
          "round-trip"}
PARTS = ["ceilings", "correctness", "crosscheck", "sanitizer", "programs", "peers"]
sys.path.insert(0, str(DEVICE))
import parts  # noqa: E402
import ptx_kernels  # noqa: E402
import run_all  # noqa: E402
import shapes  # noqa: E402
import status  # noqa: E402


def read(path):
    return list(map(json.loads, path.read_text().splitlines()))


def write(path, lines):
    """The lines of one run, with the end that belongs to them."""
    text = "".join(json.dumps(line) + "\n" for line in lines)
    end = {"what": "end", "lines": len(lines), "sha256": hashlib.sha256(text.encode()).hexdigest()}
    path.write_text(text + json.dumps(end) + "\n")


class Queue(TestCase):
    def measure(self, *arguments, status=0, **environment):
        """The lines of a run, and what it said."""
        out = self.folder / "run.jsonl"
        out.unlink(missing_ok=True)
        result = subprocess.run([DEVICE / "run_all.sh", "--small", "--build", BUILD, "--out", out, "--seed", "5", *arguments],
                                env={**SIMULATED, **environment}, capture_output=True, text=True)
        self.assertEqual(result.returncode, status, result.stderr)
        return read(out), result

    def of(self, lines, what):
        return [line for line in lines if line["what"] == what]

    def test_the_whole_queue(self):
        lines, result = self.measure()
        self.assertEqual([line["name"] for line in self.of(lines, "part")], PARTS)
        outcomes = {line["name"]: line["outcome"] for line in self.of(lines, "part")}
        for part in ("ceilings", "correctness", "crosscheck", "programs"):
            self.assertEqual(outcomes[part], "done", result.stderr)
        # What a simulator cannot have says so.
        self.assertEqual((outcomes["sanitizer"], outcomes["peers"]), ("not measured", "not measured"))

        for line in lines[:-1]:
            self.assertRegex(line["commit"], "^[0-9a-f]{40}$|^unknown$")
            self.assertIn(line["simulated"], (True,) if line["what"] != "run" else (None,))
        run = lines[0]
        self.assertEqual((run["what"], run["seed"], run["small"]), ("run", 5, True))
        self.assertEqual({line["name"] for line in self.of(lines, "ceiling") if line["value"] and line["unit"]}, PROBES)
        tests = self.of(lines, "correctness")[0]
        self.assertEqual((tests["tests"], tests["failed"], tests["seed"]), (1, [], 5))
        compared = {line["against"]: line for line in self.of(lines, "crosscheck")}
        # The same driver twice: the same bits. The processor's sums have another order.
        self.assertTrue(compared["simulator"]["same_bits"] and compared["simulator"]["same_tokens"])
        self.assertTrue(compared["processor"]["right"])

        kernels = self.of(lines, "kernel")
        for phase, name in (("prefill", "attention_prompts"), ("decode", "attention"), ("decode", "sample")):
            found = [line for line in kernels if line["phase"] == phase and line["kernel"].endswith(name)]
            self.assertEqual([line["program"] for line in found], ["tiny-q4_0", "tiny-q4_0-sm_90a"], name)
            self.assertNotEqual(found[0]["ptx"], found[1]["ptx"])
            for line in found:
                self.assertGreater(line["us"], 0)
                self.assertRegex(line["ptx"], "^[0-9a-f]{64}$")
                self.assertIn("of_read_stream", line)
        # What a program carries is what status.py compiles without weights.
        known = {digest for _, _, digest in status.shipped(LLMC, small=True)}
        self.assertLessEqual({line["ptx"] for line in kernels}, known)
        self.assertGreater(min(self.of(lines, "start")[0][key] for key in ("cold_s", "warm_s")), 0)
        programs = self.of(lines, "end-to-end")
        self.assertEqual([line["program"] for line in programs], ["tiny-q4_0", "tiny-q4_0-sm_90a"])
        self.assertGreater(programs[0]["bytes_per_step"], 10000)
        self.assertGreater(programs[0]["kernel_us_per_step"], 0)

    def test_a_part_that_fails_is_a_line_and_the_others_go_on(self):
        # No room for the read stream, but for the rest.
        lines, _ = self.measure("--only", "correctness", status=1, LLMC_PTXSIM_MEMORY=str(6 << 20))
        self.assertEqual([line["outcome"] for line in self.of(lines, "part")], ["failed", "done"])
        failed = [line for line in self.of(lines, "ceiling") if "not_measured" in line]
        self.assertIn("read-stream", {line["name"] for line in failed})
        self.assertRegex(failed[0]["not_measured"], "^failed: .*too little memory")

    def test_no_gpu(self):
        lines, result = self.measure(status=1, LLMRT_CUDA_DRIVER="/nonexistent/libcuda.so.1")
        self.assertEqual([line["what"] for line in lines], ["run", "part", "end"])
        self.assertIn("/nonexistent/libcuda.so.1", lines[1]["why"])
        self.assertIn("no device answered: nothing else is measured", result.stderr)

    def test_what_a_device_lacks(self):
        lines, _ = self.measure("--only", "ceilings", "programs", LLMC_PTXSIM_CAPABILITY="80")
        self.assertEqual([line["program"] for line in self.of(lines, "end-to-end")], ["tiny-q4_0"])
        left = self.of(lines, "end-to-end-left-out")
        self.assertEqual([(line["program"], line["not_measured"]) for line in left], [("tiny-q4_0-sm_90a", "this is no GPU for sm_90a")])
        without = [line for line in self.of(lines, "ceiling") if "not_measured" in line]
        self.assertEqual([line["name"] for line in without], ["dependent-launch-gap"])
        self.assertIn("compute capability 9.0", without[0]["not_measured"])


class Probes(TestCase):
    def ask(self, *arguments):
        return subprocess.run([BUILD / "bench/device/device-ceilings", *arguments], env=SIMULATED, capture_output=True, text=True)

    def test_what_cannot_be_asked(self):
        for arguments, said in ((["--fast", "1"], "no option --fast"), (["--rounds", "0"], "--rounds is '0'"), (["--rounds"], "needs a value"),
                                (["read"], "no probe 'read': read-stream")):
            result = self.ask(*arguments)
            self.assertEqual((result.returncode, result.stdout), (2, ""))
            self.assertIn(said, result.stderr)

    def test_without_its_ptx(self):
        result = self.ask("--ptx", str(self.folder), "graph-node-gap")
        self.assertEqual(result.returncode, 1)
        self.assertIn("--ptx names the folder", json.loads(result.stdout.splitlines()[1])["not_measured"])


# As much of PyTorch as peers.py uses, without computing: half a millisecond for every call that a graph has.
TORCH = """
import contextlib, types
calls = 0
def call(*arguments, **options):
    global calls
    calls += 1
class Tensor:
    def __getitem__(self, index): return self
def randn(*shape, dtype, device): return Tensor()
bfloat16 = "bf16"
nn = types.SimpleNamespace(functional=types.SimpleNamespace(linear=call, scaled_dot_product_attention=call))
class CUDAGraph:
    def replay(self): pass
@contextlib.contextmanager
def graph(recorded):
    global calls
    calls = 0
    yield
class Event:
    def __init__(self, enable_timing): pass
    def record(self): pass
    def elapsed_time(self, end): return 0.5 * calls
cuda = types.SimpleNamespace(is_available=lambda: True, synchronize=lambda: None, CUDAGraph=CUDAGraph, graph=graph, Event=Event)
"""
# It says what it was asked, runs the program, and finds something with one of its tools.
SANITIZER = """#!/bin/sh
[ "$1 $3 $4" = "--tool --error-exitcode 99" ] || exit 2
[ "$2" != racecheck ] || { echo "ERROR SUMMARY: 1 error"; exit 99; }
shift 4
exec "$@"
"""


class OfOthers(TestCase):
    """The parts that need what is not here, with something in its place that takes the same words."""

    def make_run(self):
        options = argparse.Namespace(small=True, seed=3, build=BUILD, budget=60)
        file = open(self.folder / "lines.jsonl", "w+")
        self.addCleanup(file.close)
        run = run_all.Run(file, options, self.folder)
        run.device = {"name": "a GPU", "simulated": False, "capability": 90}
        return run

    def with_environment(self, **changed):
        before = {key: os.environ.get(key, "") for key in changed}
        self.addCleanup(os.environ.update, before)
        os.environ.update(changed)

    def test_pytorch(self):
        (self.folder / "torch.py").write_text(TORCH)
        self.with_environment(PYTHONPATH=str(self.folder))
        run = self.make_run()
        self.assertTrue(run.measure("peers", parts.measure_peers, 60))
        peers = [line for line in run.lines if line["what"] == "peer"]
        self.assertEqual([line["name"] for line in peers], ["cublas"] * 15 + ["sdpa"] * 3)
        self.assertEqual({line["us"] for line in peers}, {500.0})
        self.assertEqual(peers[0]["device"], "a GPU")
        run_all.print_table(run.lines)

    def test_sanitizer(self):
        sanitizer = self.folder / "compute-sanitizer"
        sanitizer.write_text(SANITIZER)
        sanitizer.chmod(0o755)
        self.with_environment(PATH=f"{self.folder}:{os.environ['PATH']}", LLMRT_CUDA_DRIVER=SIMULATED["LLMRT_CUDA_DRIVER"])
        run = self.make_run()
        self.assertFalse(run.measure("sanitizer", parts.sanitize, 60))
        said = {line["name"]: line for line in run.lines if line["what"] == "sanitizer"}
        self.assertEqual({name: line["right"] for name, line in said.items()}, {"memcheck": True, "racecheck": False, "synccheck": True})
        self.assertIn("1 error", said["racecheck"]["said"])
        self.assertEqual(run.lines[-1]["why"], "racecheck")

    def test_time_that_is_over_is_said(self):
        run = self.make_run()
        run.budget = 0
        self.assertFalse(run.measure("programs", parts.measure_programs, 60))
        left_out, *others, part = run.lines
        self.assertEqual(len(others), len(shapes.SMALL) - 1)
        self.assertEqual((left_out["what"], left_out["program"], left_out["not_measured"]),
                         ("end-to-end-left-out", "tiny-q4_0", "out of time"))
        self.assertEqual((part["outcome"], part["why"]), ("failed", "out of time"))

    def test_a_device_that_computes_something_else(self):
        run = self.make_run()
        self.assertEqual(parts.compare([1.0, float("nan")], [1.0, 2.0]), float("inf"))
        self.assertEqual(parts.compare([1.0, 1.5], [1.0, 2.0]), 0.25)
        line = {"name": "p simulator", "right": False}
        compare, parts.compare_program = parts.compare_program, lambda *arguments: [line]
        self.addCleanup(setattr, parts, "compare_program", compare)
        self.assertFalse(run.measure("crosscheck", parts.compare_programs, 60))
        self.assertEqual(run.lines[-1]["why"], "not the same as: p simulator")


class Pack(TestCase):
    @unittest.skipIf("LLMC_SANITIZE:STRING=\n" not in (BUILD / "CMakeCache.txt").read_text(), "sanitizers bring libraries of their own")
    def test_one_program_without_llvm(self):
        self.succeed([DEVICE / "link_tools.sh", BUILD, self.folder])
        # pack.sh has a bound for what is packed, a fifth of this.
        self.assertLess((self.folder / "llmc").stat().st_size, 160 << 20)
        needed = self.succeed(["ldd", self.folder / "llmc"])
        self.assertNotRegex(needed, "LLVM|MLIR|stdc|libz")
        self.assertIn("llmc", self.succeed([self.folder / "llmc", "--version"]))
        tests = self.succeed([self.folder / "lower-test", "--gtest_list_tests", f"--gtest_filter={parts.SMALL_TESTS}"])
        self.assertEqual(tests.count("\n"), 2 + tests.startswith("Running main"))


class Shapes(unittest.TestCase):
    def test_which_gpus_run_what(self):
        for device, capability, runs in (("sm_80", 80, True), ("sm_80", 86, True), ("sm_80", 75, False), ("sm_90a", 90, True),
                                         ("sm_90a", 100, False), ("sm_90a", 80, False)):
            shape = shapes.Shape("one", shapes.TINY, "q4_0", device=device)
            self.assertEqual(shape.runs_on(capability), runs, (device, capability))

    def test_what_the_compiler_is_asked(self):
        shape = shapes.Shape("one", shapes.TINY, "bf16", "i8", device="sm_90a", more=shapes.PAIRS)
        self.assertEqual(shape.options(), ["-q", "--target=cuda:sm_90a", "--activations=i8", *shapes.PAIRS])
        self.assertEqual(shape.options(["cpu"])[1:], ["--target=cpu,cuda:sm_90a", "--activations=i8", *shapes.PAIRS, "--cpu=native"])

    def test_names_are_of_one_program(self):
        for capability, most in ((80, 12), (90, 14)):
            names = [shape.name for shape in shapes.compared(small=False, capability=capability)]
            self.assertEqual((len(names), len(set(names))), (most, most))
        names = [shape.name for shape in shapes.FULL]
        self.assertEqual(len(names), len(set(names)))
        self.assertEqual({shape.device for shape in shapes.FULL}, {"sm_80", "sm_90a"})


class Kernels(unittest.TestCase):
    PTX = ".version 7.0\n.target sm_80\n.visible .entry step_k1_a(\n\t.param .u64 step_k1_a_param_0\n)\n{\n\tbra $L__BB0_1;\n$L__BB0_1: // here\n\tret;\n}\n"

    def test_a_kernel_is_what_it_does(self):
        first = ptx_kernels.hash_kernels(self.PTX)["step_k1_a"]
        moved = self.PTX.replace("step_k1_a", "step_k7_a").replace("BB0", "BB3").replace(" // here", "")
        self.assertEqual(ptx_kernels.hash_kernels(moved)["step_k7_a"], first)
        for other in (self.PTX.replace("sm_80", "sm_90"), self.PTX.replace("ret", "exit"), self.PTX + ".global .u32 seen;\n"):
            self.assertNotEqual(ptx_kernels.hash_kernels(other)["step_k1_a"], first)

    def test_two_kernels(self):
        found = ptx_kernels.hash_kernels(self.PTX + self.PTX[self.PTX.index(".visible"):].replace("k1_a", "k2_a").replace("ret", "exit"))
        self.assertEqual(found["step_k1_a"], ptx_kernels.hash_kernels(self.PTX)["step_k1_a"])
        self.assertNotEqual(found["step_k2_a"], found["step_k1_a"])
        with self.assertRaises(ValueError):
            ptx_kernels.hash_kernels(".version 7.0\n")

    def test_memory_that_another_kernel_declares(self):
        of_a, of_b = (f".extern .shared .align 1024 .b8 step_k{number}_shared0[];\n" for number in ("1_a", "2_b"))
        used = self.PTX.replace("ret", "mov.b64 %rd1, step_k1_a_shared0; ret")
        found = ptx_kernels.hash_kernels(of_a + used)["step_k1_a"]
        self.assertEqual(ptx_kernels.hash_kernels(of_b + of_a + used)["step_k1_a"], found)
        self.assertEqual(ptx_kernels.hash_kernels((of_a + used).replace("k1_a", "k7_a"))["step_k7_a"], found)
        self.assertNotEqual(ptx_kernels.hash_kernels((of_a + used).replace("1024", "128"))["step_k1_a"], found)


class Status(TestCase):
    def setUp(self):
        self.results = self.folder / "results"
        self.results.mkdir(exist_ok=True)
        for path in self.results.glob("*.jsonl"):
            path.unlink()

    def ask(self, *arguments):
        result = subprocess.run([sys.executable, DEVICE / "status.py", "--llmc", LLMC, "--small", "--json", "--results", self.results,
                                 *arguments], capture_output=True, text=True)
        return [json.loads(line) for line in result.stdout.splitlines()], result

    def lines(self, kernels, **changed):
        return [{"what": "run", "commit": "c" * 40}] + [
            {"what": "kernel", "commit": "c" * 40, "device": "NVIDIA H200", "simulated": False, "program": row["program"],
             "kernel": row["kernel"], "ptx": row["ptx"], "us": 2.5, **changed} for row in kernels]

    def test_measured_stale_never(self):
        rows, result = self.ask("--require", "stale")
        self.assertEqual((result.returncode, {row["state"] for row in rows}), (1, {"never"}))
        self.assertGreater(len(rows), 20)
        self.assertTrue(any(row["kernel"].endswith("linear_addf_many") for row in rows))

        # The first as it is, the second as it was, the third by a simulator alone.
        lines = self.lines(rows[:1]) + self.lines(rows[1:2], ptx="0" * 64)[1:] + self.lines(rows[2:3], simulated=True)[1:]
        write(self.results / "a.jsonl", lines)
        rows, result = self.ask("--require", "measured")
        self.assertEqual([row["state"] for row in rows[:4]], ["measured", "stale", "never", "never"])
        self.assertEqual(rows[0]["line"]["device"], "NVIDIA H200")
        self.assertEqual(result.returncode, 1)
        self.assertRegex(result.stderr, r"^1 measured, 1 stale, \d+ never\n$")

        write(self.results / "b.jsonl", self.lines(rows))
        kernels = [(row["program"], row["kernel"], row["ptx"]) for row in rows]
        judged = status.judge(kernels, status.read_results(self.results))
        self.assertEqual({row["state"] for row in judged}, {"measured"})

    def test_what_was_changed_by_hand_does_not_count(self):
        kernels = [{"program": "p", "kernel": "k", "ptx": "1" * 64}]
        path = self.results / "a.jsonl"
        write(path, self.lines(kernels))
        judged = status.judge([("p", "k", "1" * 64)], status.read_results(self.results))
        self.assertEqual(judged[0]["state"], "measured")
        path.write_text(path.read_text().replace('"us": 2.5', '"us": 0.5'))
        self.assertEqual(status.read_results(self.results), [])
        write(path, self.lines(kernels))
        path.write_text("".join(path.read_text().splitlines(keepends=True)[:-1]))
        self.assertEqual(status.read_results(self.results), [])
        path.write_text("{")
        with self.assertRaises(SystemExit) as stopped:
            status.read_results(self.results)
        self.assertIn("a.jsonl:1 is no line of JSON", str(stopped.exception))

    def test_every_shape_says_what_it_runs(self):
        self.assertEqual(len({shape.name for shape in shapes.FULL}), len(shapes.FULL))
        for shape in shapes.FULL + shapes.SMALL:
            self.assertEqual(next(iter(shape.runs)), "")


if __name__ == "__main__":
    unittest.main()
