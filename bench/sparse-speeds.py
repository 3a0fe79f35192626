#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Measure what products take with and without their zeros, and write lib/Schedule/SparseSpeeds.inc, which llm-pack-weights asks.

A model of random weights that lie in the second cache is built with each form of zeros, for each kind of numbers and of inputs, and run on
one thread for every variant of this machine, in turn, `--rounds` times. The least time of each kernel counts: it is what the instructions
take, whatever else runs. What a byte of memory takes comes from a larger model of floats.

Programs in the folder of work are used again: the builds can go first, and what is measured be alone on the machine.

usage: sparse-speeds.py --llmc build/bin/llmc --work DIR [--rounds 7] [-o lib/Schedule/SparseSpeeds.inc]      (--help)
"""

import argparse
import datetime
import json
import re
import sys
from pathlib import Path
from typing import NamedTuple

import measure

ROOT = Path(__file__).resolve().parent.parent
VARIANTS = ["amx", "avx512-bf16", "avx512-vnni", "avx-vnni", "avx2"]
# What a variant is where a program leaves it out, having no code of its own for it.
BASES = {"amx": "avx512-bf16", "avx512-bf16": "avx512-vnni", "avx-vnni": "avx2"}
WIDTH, LARGE = 192, 4096  # of the matrices that lie in the second cache, and in memory
PROMPT, GENERATE = 32, 64
INPUTS = {"floats": "f32", "bytes": "i8", "words": "i16"}  # as --activations calls them
COLUMNS = {"columns": "16x1", "squares": "4x4"}
HEADER = """\
//===- SparseSpeeds.inc - picoseconds of a number of a product --------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Written by bench/sparse-speeds.py, {date}: {cpu}.
// LLMC_MEMORY: of a byte that one core reads. LLMC_SPEED: variant, form, numbers, bits, inputs, share that is kept, and
// of each number of the matrix, zeros counted, what one row takes of a core and what each of {prompt} rows takes.
//===----------------------------------------------------------------------===//
#ifndef LLMC_SPEED
#define LLMC_SPEED(...)
#endif
#ifndef LLMC_MEMORY
#define LLMC_MEMORY(...)
#endif
// clang-format off
"""
FOOTER = """\
// clang-format on
#undef LLMC_SPEED
#undef LLMC_MEMORY
"""


class Build(NamedTuple):
    form: str
    numbers: str
    bits: int
    inputs: str
    kept: float
    sparsify: str

    def flags(self, stats):
        flags = ["--activations=" + INPUTS[self.inputs], "--skip-zeros=smaller"]
        if self.numbers == "codes":
            flags.append(f"--quantize=bits={self.bits},group=64")
        elif self.bits == 32:
            flags.append("--weights=f32")
        if self.form == "few":
            flags.append(f"--stats={stats}")
        return flags + ([f"--sparsify={self.sparsify}"] if self.sparsify else [])

    def name(self):
        return f"{self.numbers}{self.bits}-{self.inputs}-{self.form}-{self.kept:g}"

    def line(self, variant, times):
        return f'LLMC_SPEED("{variant}", {self.form}, {self.numbers}, {self.bits}, {self.inputs}, {self.kept:g}, {times[0]:.1f}, {times[1]:.1f})'


def float_builds():
    for bits, shares in (32, (90, 80, 70, 50, 35)), (16, (90, 80, 70, 55)):
        yield Build("dense", "floats", bits, "floats", 1, "")
        for share in reversed(shares):
            yield Build("few", "floats", bits, "floats", 1 - share / 100, f"{share}-wanda")
        for form, block in COLUMNS.items():
            for share in 25, 50, 75:
                yield Build(form, "floats", bits, "floats", 1 - share / 100, f"{share}-magnitude,block={block}")


def code_builds():
    for bits in 8, 4:
        for inputs in INPUTS:
            yield Build("dense", "codes", bits, inputs, 1, "")
            yield Build("twoOfFour", "codes", bits, inputs, 0.5, "2:4-magnitude")
            for keep in 1, 2, 3:
                yield Build("columns", "codes", bits, inputs, keep / 4, f"{4 * keep}:16-magnitude,block=16x1")
            for keep in 1, 2, 3:
                yield Build("squares", "codes", bits, inputs, keep / 4, f"{keep}:4-magnitude,block=4x4")


def find_builds():
    """Every kind's shares rise."""
    return sorted((*float_builds(), *code_builds()), key=lambda build: (build.numbers, build.bits, build.inputs, build.form, build.kept))


def make_model(path, width):
    sizes = ["--hidden", width, "--feed-forward", width, "--layers", 1, "--heads", width // 64, "--kv-heads", width // 64, "--vocabulary", 512]
    measure.run([sys.executable, ROOT / "utils/make-random-gguf.py", path, "--encoding", "f16", "--embedding", "f16", *map(str, sizes)])


def product_kernels(kernels):
    """Kernels with products, without the last, which gives logits."""
    products = [kernel for kernel in kernels["kernels"] if "linear" in kernel["kernel"]]
    return sorted(products, key=lambda kernel: int(re.match(r"k(\d+)_", kernel["kernel"])[1]))[:-1]


def read_times(figures):
    """Seconds of each product's kernel, for a row: generated, and one of a prompt."""
    times = {}
    for phase in "decode", "prefill":
        kernels = figures[f"{phase}_kernels"]
        for kernel in product_kernels(kernels):
            times[phase, kernel["kernel"]] = kernel["seconds"] / kernels["rows"]
    return times


def picoseconds(least):
    """The products' times for each number of the seven matrices of a layer."""
    return [1e12 * sum(seconds for (phase, _), seconds in least.items() if phase == wanted) / (7 * WIDTH * WIDTH) for wanted in ("decode", "prefill")]


def find_variants(app):
    return json.loads(measure.run([app, "info", "--json"]))["model"]["variants"]


def measure_builds(apps, rounds):
    """The least seconds of each kernel, by build and variant."""
    least = {}
    for round_number in range(rounds):
        for build, app in apps.items():
            for variant in find_variants(app):
                figures = measure.app_bench(app, 1, PROMPT, GENERATE, repetitions=1, variant=variant, more=["--profile"])
                known = least.setdefault((build, variant), {})
                for kernel, seconds in read_times(figures).items():
                    known[kernel] = min(seconds, known.get(kernel, seconds))
        print(f"round {round_number + 1} of {rounds}", file=sys.stderr)
    return least


def measure_memory(app, rounds):
    """Picoseconds of a byte: the least of the rounds, over all products of floats."""
    speeds = []
    for _ in range(rounds):
        kernels = product_kernels(measure.app_bench(app, 1, 1, 8, repetitions=1, more=["--profile"])["decode_kernels"])
        speeds.append(1e12 * sum(kernel["seconds"] for kernel in kernels) / sum(kernel["bytes"] for kernel in kernels))
    return min(speeds)


def write_table(path, cpu, memory, least):
    lines = [f"LLMC_MEMORY({memory:.1f})"]
    for variant in VARIANTS:
        for build in find_builds():
            measured = variant
            while (build, measured) not in least and measured in BASES:
                measured = BASES[measured]
            if (build, measured) in least:
                lines.append(build.line(variant, picoseconds(least[build, measured])))
    header = HEADER.format(date=datetime.date.today().isoformat(), cpu=cpu, prompt=PROMPT)
    path.write_text(header + "\n".join(lines) + "\n" + FOOTER, encoding="utf-8")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--llmc", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True, help="folder for models and programs")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--cpu", help="the processor's name in the table (default: that of /proc/cpuinfo)")
    parser.add_argument("-o", "--output", type=Path, default=ROOT / "lib/Schedule/SparseSpeeds.inc")
    arguments = parser.parse_args()

    work = arguments.work
    work.mkdir(parents=True, exist_ok=True)
    cpu = arguments.cpu or re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text(encoding="utf-8"))[1]
    model, stats = work / "small.gguf", work / "small.stats"
    make_model(model, WIDTH)
    measure.run([arguments.llmc, "calibrate", model, "-q", "--text", ROOT / "bench/text/calibration.txt", "--tokens", "2048", "-o", stats])
    apps = {}
    for build in find_builds():
        apps[build] = work / build.name()
        if not apps[build].exists():
            measure.run([arguments.llmc, "compile", model, "-q", *build.flags(stats), "--max-context=256", "-o", apps[build]])
    large = work / "large"
    if not large.exists():
        make_model(work / "large.gguf", LARGE)
        measure.run([arguments.llmc, "compile", work / "large.gguf", "-q", "--weights=f32", "--cpu=native", "-o", large])
    write_table(arguments.output, cpu, measure_memory(large, arguments.rounds), measure_builds(apps, arguments.rounds))


if __name__ == "__main__":
    main()
