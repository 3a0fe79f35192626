"""The parts of run_all.py: each measures one kind of thing and writes its lines. They share a Run: where lines go, how long there is.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""

import json
import mmap
import os
import random
import shutil
import struct
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import shapes
from ptx_kernels import hash_kernels

HERE = Path(__file__).resolve().parent
SIMULATOR = "libllmc-ptxsim-cuda.so"
# Of the largest logit, by activations: sums in another order (test/unit/Tolerances.h); codes that rounding turned, rows of prompts as halves.
TOLERANCE = {"f32": 1e-4, "": 0.05, "i8": 0.05}


class NotMeasured(Exception):
    """The machine lacks what the part needs."""


class Failed(Exception):
    """Something that should have worked did not."""


class OutOfTime(Exception):
    """The part's seconds are over."""


def lines_of(text):
    return [json.loads(line) for line in text.splitlines()]


def measure_ceilings(run):
    """What the device can do, before what llmc does with it."""
    sizes = ["--bytes", 8 << 20, "--repetitions", 1, "--launches", 3, "--rounds", 2] if run.small else []
    result = run.start([run.tool("device-ceilings"), "--ptx", HERE, *sizes])
    if result.returncode == 2:
        raise Failed(result.stderr.strip())
    device, *probes = lines_of(result.stdout)
    run.device = device
    run.write(**{**device, "device": device["name"]})
    for probe in probes:
        run.write(**probe)
        if "value" in probe:
            run.ceilings[probe["name"]] = probe["value"]
    if result.returncode:
        raise Failed(f"probes failed, or the program did (status {result.returncode}): see their lines. {result.stderr.strip()[-300:]}")


def compile_model(run, shape, seed, beside=(), name=None):
    """A program with fresh weights, for the shape's device and what is `beside` it."""
    model, app = run.folder / f"{shape.name}.gguf", run.folder / (name or shape.name)
    shape.make(model, seed)
    try:
        run.output([run.tool("llmc"), "compile", model, *shape.options(beside), "-o", app])
    finally:
        model.unlink()
    return app


# ---------------------------------------------------------------------------
# Right?
# ---------------------------------------------------------------------------

# Every kind of kernel, compared with the interpreter; with --small one of them.
KERNEL_TESTS = ("*Device*:OnDriver.*:*CompiledLinear.GatesAndMultiplies/q4_1_*:*CompiledEmbed.*/q4_1*:*CompiledNorm.QuantisesItsResult/*:CompiledCaches.*:"
                "CompiledWindow.*:CompiledRotation.*:CompiledPerHead.Meets*:CompiledExpertLayers.*:*CompiledRoute.*/4:CompiledColumns.AreJoined:"
                "CompiledRowAttention.Has*:*SparseProduct.*/1:*SparseRowProduct.*/1:Sample.*-Sample.A*")
SMALL_TESTS = "*Families/Device.*/*rms"
# Of what code for exact GPUs has of its own.
EXACT_TESTS = {90: ("sm_90a", "*WarpgroupProduct*:*CodeProduct*:*Families/Device.*/*narrow*")}


def check_kernels(run):
    """The tests of lowering, on the device in place of the simulator, with shapes and values of this run's seed."""
    check_tests(run, "kernels", "sm_80", SMALL_TESTS if run.small else KERNEL_TESTS)
    if not run.small and run.device["capability"] in EXACT_TESTS:
        check_tests(run, "kernels of exact code", *EXACT_TESTS[run.device["capability"]])


def check_tests(run, name, device, wanted):
    tests = run.tool("lower-test")
    shards = 1 if run.small else min(8, os.cpu_count() or 1)

    def shard(index):
        report = run.folder / f"tests{index}.json"
        result = run.start([tests, f"--gtest_filter={wanted}", f"--gtest_output=json:{report}"],
                           LLMC_TEST_DEVICE=device, LLMC_TEST_DRIVER=os.environ.get("LLMRT_CUDA_DRIVER") or "libcuda.so.1",
                           LLMC_TEST_SEED=run.seed, LLMC_TEST_SHAPES=1 if run.small else 8, GTEST_TOTAL_SHARDS=shards,
                           GTEST_SHARD_INDEX=index)
        if not report.exists():
            raise Failed(f"lower-test exited with {result.returncode}: {(result.stderr or result.stdout).strip()[-500:]}")
        return json.loads(report.read_text())

    with ThreadPoolExecutor(shards) as pool:
        reports = list(pool.map(shard, range(shards)))
    failed = [f"{suite['name']}.{test['name']}: {test['failures'][0]['failure'][:300]}"
              for report in reports for suite in report["testsuites"] for test in suite["testsuite"] if "failures" in test]
    count = sum(report["tests"] for report in reports)
    run.write("correctness", name=name, seed=run.seed, tests=count, failed=failed, right=not failed and count > 0)
    if failed or not count:
        raise Failed(f"{len(failed)} of {count} tests of {name}")


def write_ids(path, ids):
    header = str({"descr": "<i8", "fortran_order": False, "shape": (1, len(ids))}).encode()
    header += b" " * (-(len(header) + 11) % 64) + b"\n"
    path.write_bytes(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header + struct.pack(f"<{len(ids)}q", *ids))


def read_floats(path):
    data = path.read_bytes()
    start = 10 + struct.unpack_from("<H", data, 8)[0]
    return struct.unpack_from(f"<{(len(data) - start) // 4}f", data, start)


def compare(found, expected):
    """Largest difference by the largest of what is expected; a NaN is infinitely far."""
    most = max(map(abs, expected))
    differences = [abs(a - b) for a, b in zip(found, expected)]
    return max(differences) / most if all(value == value for value in differences) else float("inf")


def compare_program(run, shape, seed):
    """The lines of one program."""
    generator = random.Random(seed)
    app = compile_model(run, shape, generator.randrange(2**31), beside=["cpu"])
    ids = [generator.randrange(1, shape.sizes["vocabulary"]) for _ in range(7 if run.small else 21)]
    file = run.folder / f"{shape.name}.ids.npy"
    write_ids(file, ids)
    simulator = {"LLMRT_CUDA_DRIVER": run.tool(SIMULATOR), "LLMC_PTXSIM_RACES": 0}
    logits, tokens = {}, {}
    for place, device, environment in (("device", "cuda", {}), ("simulator", "cuda", simulator), ("processor", "cpu", {})):
        out = run.folder / f"{shape.name}.{place}.npy"
        run.output([app, "logits", "--ids", file, "--out", out, "--device", device], **environment)
        logits[place] = read_floats(out)
        tokens[place] = run.output([app, "run", "--ids", ",".join(map(str, ids)), "-n", 4, "--print-ids", "--ignore-eos", "--device",
                                    device], **environment).strip()
    lines = []
    for other in ("simulator", "processor"):
        difference = compare(logits["device"], logits[other])
        lines.append({"name": f"{shape.name} {other}", "encoding": shape.encoding, "activations": shape.activations, "against": other,
                      "difference": difference if difference < float("inf") else None, "same_bits": logits["device"] == logits[other],
                      "same_tokens": tokens["device"] == tokens[other], "right": difference <= TOLERANCE[shape.activations]})
    return lines


def compare_programs(run):
    """Whole programs: logits on the device, on the simulator and on the processor, and the tokens that follow."""
    compared = shapes.compared(run.small, run.device["capability"])
    generator = random.Random(run.seed)
    seeds = [generator.randrange(2**31) for _ in compared]
    # The simulator and the compiler take most of the time, a processor each.
    with ThreadPoolExecutor(min(8, os.cpu_count() or 1)) as pool:
        found = [line for lines in pool.map(lambda shape, seed: compare_program(run, shape, seed), compared, seeds) for line in lines]
    for line in found:
        run.write("crosscheck", **line)
    wrong = [line["name"] for line in found if not line["right"]]
    if wrong:
        raise Failed("not the same as: " + ", ".join(wrong))


def sanitize(run):
    """NVIDIA's own checker over a prompt and three tokens."""
    found = shutil.which("compute-sanitizer") or next(
        (str(path) for path in (Path("/usr/local/cuda/bin/compute-sanitizer"), Path("/opt/cuda/bin/compute-sanitizer")) if path.exists()), None)
    if run.device["simulated"]:
        raise NotMeasured("the simulator has checks of its own, compute-sanitizer needs a GPU")
    if not found:
        raise NotMeasured("no compute-sanitizer")
    app = compile_model(run, shapes.compared(run.small, run.device["capability"])[0], run.seed, name="sanitized")
    wrong = []
    for tool in ("memcheck", "racecheck", "synccheck"):
        result = run.start([found, "--tool", tool, "--error-exitcode", 99, app, "run", "--ids", ",".join(map(str, range(1, 22))), "-n", 3,
                            "--print-ids", "--ignore-eos", "--device", "cuda"])
        said = (result.stdout + result.stderr).strip()[-600:]
        if "Device not supported" in said:
            raise NotMeasured("compute-sanitizer: device not supported")
        run.write("sanitizer", name=tool, right=result.returncode == 0, said=said)
        if result.returncode:
            wrong.append(tool)
    if wrong:
        raise Failed(", ".join(wrong))


# ---------------------------------------------------------------------------
# How fast?
# ---------------------------------------------------------------------------

def carried_ptx(app):
    """The code for the GPU that a program carries, behind its weights; it ends with a 0."""
    with open(app, "rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        begin = data.rfind(b"//\n// Generated by LLVM NVPTX Back-End")
        if begin < 0:
            raise Failed(f"{app.name} carries no PTX")
        return data[begin:data.find(b"\0", begin)].decode()


def write_kernels(run, shape, name, figures, digests):
    """A line for each kernel of the steps that were profiled."""
    for phase in ("prefill", "decode"):
        profile = figures.get(f"{phase}_kernels", {"kernels": []})
        for kernel in profile["kernels"]:
            each = kernel["median_seconds"]
            line = {"program": shape.name, "run": name, "phase": phase, "kernel": kernel["kernel"], "ptx": digests[kernel["kernel"]],
                    "calls_per_step": kernel["calls"] / profile["steps"], "us": 1e6 * each, "bytes": kernel["bytes"] // kernel["calls"],
                    "operations": kernel["operations"] // kernel["calls"], "gb_per_s": 1e-9 * kernel["bytes"] / kernel["calls"] / each,
                    "tera_operations_per_s": 1e-12 * kernel["operations"] / kernel["calls"] / each}
            if "read-stream" in run.ceilings:
                line["of_read_stream"] = line["gb_per_s"] / run.ceilings["read-stream"]
            run.write("kernel", **line)


def write_end_to_end(run, shape, name, figures):
    line = {"program": shape.name, "run": name, **{key: figures[key] for key in (
        "prompt", "generate", "depth", "batch", "prefill_tokens_per_s", "decode_tokens_per_s", "decode_sampled_tokens_per_s",
        "time_to_first_token_s", "device_memory_bytes")}}
    profile = figures["decode_kernels"]
    # What a step has to read, by the time that it takes: kernels, what lies between them, and the host.
    line["bytes_per_step"] = sum(kernel["bytes"] for kernel in profile["kernels"]) // profile["steps"]
    line["kernel_us_per_step"] = 1e6 * sum(kernel["median_seconds"] * kernel["calls"] for kernel in profile["kernels"]) / profile["steps"]
    line["gb_per_s"] = 1e-9 * line["bytes_per_step"] * figures["decode_sampled_tokens_per_s"] / figures["batch"]
    if "read-stream" in run.ceilings:
        line["of_read_stream"] = line["gb_per_s"] / run.ceilings["read-stream"]
    run.write("end-to-end", **line)


def measure_start(run, shape, app):
    """From nothing to the first token: when the driver has never seen the program's code, and when it has."""
    seconds = []
    # A folder of the run's own: the driver keeps what it compiled for other programs too.
    cache = {"CUDA_CACHE_PATH": run.folder / f"{shape.name}.cache"}
    for _ in range(2):
        begin = time.monotonic()
        run.output([app, "run", "--ids", "1", "-n", 1, "--print-ids", "--ignore-eos", "--device", "cuda"], **cache)
        seconds.append(time.monotonic() - begin)
    run.write("start", name=shape.name, program=shape.name, cold_s=seconds[0], warm_s=seconds[1])


def measure_programs(run):
    """Programs of true sizes: from start to token, each kernel's time, decode and prefill. Their weights are made here, from the run's seed."""
    late = None
    for shape in shapes.SMALL if run.small else shapes.FULL:
        why = late or (None if shape.runs_on(run.device["capability"]) else f"this is no GPU for {shape.device}")
        if why:
            run.write("end-to-end-left-out", name=shape.name, program=shape.name, not_measured=str(why))
            continue
        try:
            app = compile_model(run, shape, run.seed)
            digests = hash_kernels(carried_ptx(app))
            if shape.times_start:
                measure_start(run, shape, app)
            for name, arguments in shape.runs.items():
                figures = json.loads(run.output([app, "bench", "--json", "--profile", "--device", "cuda", *arguments]))
                write_kernels(run, shape, name, figures, digests)
                write_end_to_end(run, shape, name, figures)
            app.unlink()
        except OutOfTime as reason:
            late = reason
            run.write("end-to-end-left-out", name=shape.name, program=shape.name, not_measured=str(late))
    if late:
        raise late


def measure_peers(run):
    """The same products and attention by PyTorch (cuBLAS, SDPA)."""
    result = run.start([sys.executable, HERE / "peers.py", *(["--small"] if run.small else [])])
    if result.returncode == 3:
        raise NotMeasured(result.stdout.strip())
    for line in lines_of(result.stdout):
        run.write("peer", **line)
    if result.returncode:
        raise Failed(f"peers.py exited with {result.returncode}: {result.stderr.strip()[-300:]}")
