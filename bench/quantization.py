#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Measure what quantisers keep of a model of floats: size, perplexity, divergence from the floats, minutes; print docs/quality.md.

The base must lie on no grid (utils/dither-gguf.py), or a quantiser that finds the grid again looks lossless. Statistics come from
another text than that which is measured on.

usage: quantization.py BASE.gguf --llmc PATH [--spec SPEC ...] [--windows 120] [--out docs/quality.md] [--json FILE]
"""

import argparse
import json
import os
import tempfile
import time
from pathlib import Path

import measure

TEXTS = Path(__file__).resolve().parent / "text"
WINDOW = 512
WIDTHS = {4: "group=64", 3: "group=64"}
METHODS = ["rtn", "rtn,scale-search=yes", "awq,scale-search=yes", "gptq,scale-search=yes", "awq+gptq,scale-search=yes"]
SPECS = ["w8"] + [f"bits={bits},{group},method={method}" for bits, group in WIDTHS.items() for method in METHODS]
PAGE = """# What quantisers keep

SmolLM2-135M-Instruct, its weights dithered so that they lie on no grid (`utils/dither-gguf.py SmolLM2-135M-Instruct.Q4_1.gguf base.gguf`), its products
quantised, the table of embeddings and logits at 8 bits. Perplexity and KL divergence from the build of floats: {tokens} tokens of
`bench/text/evaluation.txt` in windows of {window}, the second half of each scored; statistics from {seen} tokens of `bench/text/calibration.txt`.
Rows multiply floats (`--activations=f32`), so that a row shows its weights alone. Bits count scales, minimums, tables and vectors. Minutes are those of
`llmc compile`; calibration took {calibration:.1f} more, once.

Machine: {machine}. Made by `bench/quantization.py base.gguf --llmc build/bin/llmc --windows {windows} --tokens {seen} --out docs/quality.md`.

"""
HEADER = ["SPEC", "bits per weight", "of products", "MB", "perplexity", "KL, mean", "KL, 99 %", "same likeliest token", "minutes"]


def machine():
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return f"{line.split(':')[1].strip()}, {os.cpu_count()} CPUs"
    return f"{os.cpu_count()} CPUs"


def timed(command):
    begin = time.monotonic()
    said = measure.run(command)
    return said, (time.monotonic() - begin) / 60


def bits_of_products(spec):
    """With its scales: what the largest part of a large model has."""
    keys = dict(part.split("=") for part in spec.split(",") if "=" in part)
    if "bits" not in keys:
        return ""
    return f"{int(keys['bits']) + (32 if keys.get('zero') == 'asym' else 16) / int(keys['group']):.2f}"


class Bench:
    def __init__(self, arguments, folder):
        self.arguments, self.folder = arguments, folder
        self.windows = ["--text", TEXTS / "evaluation.txt", "--context", str(WINDOW), "--windows", str(arguments.windows), "--json"]

    def calibrate(self):
        stats = f"{self.folder}/model.stats"
        command = [self.arguments.llmc, "calibrate", self.arguments.base, "--text", TEXTS / "calibration.txt"]
        return stats, timed([*command, "--tokens", str(self.arguments.tokens), "-q", "-o", stats])[1]

    def compile(self, name, *options):
        app = f"{self.folder}/{name}"
        minutes = timed([self.arguments.llmc, "compile", "-q", "--cpu=native", self.arguments.base, "-o", app, *options])[1]
        return app, minutes

    def measure(self, spec, stats, base):
        options = [f"--quantize={spec}"] + ([f"--stats={stats}"] if "gptq" in spec or "awq" in spec else [])
        app, minutes = self.compile("app", "--activations=f32", *options)
        figures = json.loads(measure.run([app, "eval", *self.windows, "--kl", base]))
        info = json.loads(measure.run([app, "info", "--json"]))["model"]
        sizes = {key: info[key] for key in ("bits_per_weight", "weight_bytes")}
        return {"spec": spec, "minutes": minutes, **figures, **sizes}


def row(figures):
    return [f"`{figures['spec']}`", f"{figures['bits_per_weight']:.2f}", bits_of_products(figures["spec"]), f"{figures['weight_bytes'] / 1e6:.1f}",
            f"{figures['perplexity']:.2f}", f"{figures['kl_mean']:.4f}", f"{figures['kl_p99']:.2f}", f"{100 * figures['top1_agreement']:.1f} %",
            f"{figures['minutes']:.1f}"]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("base")
    parser.add_argument("--llmc", required=True)
    parser.add_argument("--spec", action="append", help="one or more, instead of those of the page")
    parser.add_argument("--windows", type=int, default=120)
    parser.add_argument("--tokens", type=int, default=65536, help="of the calibration")
    parser.add_argument("--out", help="the page; without it the table alone is printed")
    parser.add_argument("--json", help="file for every figure")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(arguments, folder)
        floats, _ = bench.compile("floats", "--activations=f32")
        base = f"{folder}/base"
        reference = json.loads(measure.run([floats, "eval", *bench.windows, "--kl-base", base]))
        Path(floats).unlink()
        stats, calibration = bench.calibrate()
        rows = [bench.measure(spec, stats, base) for spec in arguments.spec or SPECS]
    lines = [["floats", "32", "32", "", f"{reference['perplexity']:.2f}", "0", "0", "100 %", ""], *map(row, rows)]
    table = "".join(f"| {' | '.join(map(str, line))} |\n" for line in [HEADER, ["---"] * len(HEADER), *lines])
    if arguments.out:
        facts = {"tokens": reference["tokens"], "window": WINDOW, "seen": arguments.tokens, "windows": arguments.windows, "calibration": calibration,
                 "machine": machine()}
        Path(arguments.out).write_text(PAGE.format(**facts) + table)
    print(table, end="")
    measure.write_json(arguments.json, {"reference": reference, "rows": rows})


if __name__ == "__main__":
    main()
