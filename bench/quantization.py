#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Measure what quantisers keep of a model of floats, llmc's and llama.cpp's: size, divergence from the floats, speed, minutes.

The base must lie on no grid (utils/dither-gguf.py), or a quantiser that finds the grid again looks lossless. Statistics come from
another text than that which is measured on. A row whose figures are in --work is not measured again, so a run that was stopped
goes on, and rows can be added: llmc's are rows of `llmc eval --sweep --results`.

usage: quantization.py BASE.gguf --llmc PATH --work DIR [--llama-bin DIR] [--spec SPEC ...] [--windows 120] [--out docs/quality.md]
       (needs PyPI's gguf for llama.cpp's rows)
"""

import argparse
import json
import os
import re
import time
from pathlib import Path

import llama_quants
import measure
import scatter

TEXTS = Path(__file__).resolve().parent / "text"
WINDOW = 512
# Of a table of 28 million weights that rows are looked up in and logits are made with.
HEAD = ";token_embd.weight:method=rtn,group=64,zero=asym,scale-search=yes,bits="


def methods(bits, *names):
    return [f"bits={bits},group=64,method={name}" + ("" if name == "rtn" else ",scale-search=yes") for name in names]


SPECS = [
    *methods(4, "rtn", "gptq", "awq", "awq+gptq", "quantease", "awq+quantease"),
    # As large as what llama.cpp makes of this model: Q5_K_M, Q4_K_M, IQ4_XS.
    "bits=6,group=64,method=awq+quantease,scale-search=yes" + HEAD + "7",
    "bits=6,group=96,method=awq+quantease,scale-search=yes" + HEAD + "6",
    "bits=5,group=96,method=awq+quantease,scale-search=yes" + HEAD + "5",
    *methods(3, "rtn", "gptq", "awq", "awq+gptq", "quantease", "awq+quantease"),
    "bits=4,group=96,method=awq+quantease,scale-search=yes" + HEAD + "5",
    "bits=2,group=32,method=awq+quantease,zero=asym,scale-search=yes",
    "w8",
    "fp8",
    "w4,group=64,values=mofq",
    "bits=3,group=64,method=gptq,scale-search=yes,rank=8",
    "bits=3,group=64,method=gptq,scale-search=yes,outliers=1",
    "bits=3,group=64,method=gptq,scale-search=yes,values=kmeans,outliers=0.5",
    "bits=4,group=64,values=nf4,method=gptq,scale-search=yes",
    "bits=4,group=64,values=kmeans,method=gptq,scale-search=yes",
    "bits=3,group=64,method=gptq,scale-search=yes,values=kmeans",
    *(f"bits={bits},group=64,method=gptq,scale-search=yes{values},rotate=input" for values in ("", ",values=kmeans") for bits in (3, 4)),
    "w2-quip,group=64",
    "w1-pb,outliers=30",
    "bits=4,group=32,scale=i8,values=kmeans,method=gptq,scale-search=yes",
    "w3-owq,group=64",
    # As large as IQ4_XS, Q4_K_M, Q5_K_M.
    *(f"--quantize=auto,method=awq+quantease --size-budget={budget}MB" for budget in ("89.1", "103.6", "110.3")),
]
# These say how inputs are rounded.
WITH_INPUTS = ["w8a8", "w8a8-smooth", "--quantize=w8 --activations=i8 --equalize=osplus", "w4a8-fptq",
               "--quantize=mxfp4,method=gptq,scale-search=yes,rank=8 --activations=e4m3"]
# Options of llmc compile, or a SPEC of --sparsify, which begins with how many zeros: 50-wanda, 2:4-sparsegpt, 70-wanda,allocate=owl.
SPARSE = [
    *("50-magnitude", "50-wanda", "50-wanda+dsnot", "50-sparsegpt", "2:4-magnitude", "2:4-wanda", "2:4-sparsegpt"),
    *("70-sparsegpt", "70-sparsegpt,allocate=owl", "70-sparsegpt,allocate=trace"),
    "--sparsify=2:4-sparsegpt --quantize=w8",
    "--shrink=channels=10%",
    "--low-rank=lord,ratio=0.9",
    "--low-rank=lplr,ratio=0.9",
]
PAGE = """# What quantisers keep

SmolLM2-135M-Instruct, its weights dithered so that they lie on no grid (`utils/dither-gguf.py SmolLM2-135M-Instruct.Q4_1.gguf base.gguf`), its products
quantised, the table of embeddings and logits at 8 bits unless a row says otherwise. Perplexity and KL divergence from the build of floats: {scored}
tokens of `bench/text/evaluation.txt`, the second halves of {windows} windows of {window}; statistics from {seen} tokens of `bench/text/calibration.txt`.
{inputs} MB and bits count scales, minimums, tables and
vectors. Decode is the program's own benchmark as compiled by default, on {threads} threads. Minutes are those of `llmc compile`; calibration took
{calibration:.1f} more, once.

{peers}Machine: {machine}, other work beside it, which speeds show: speeds beside llama.cpp's, in turn, are in
[bench/results](../bench/results/2026-11-30-peers-amx.md). Made by
`bench/quantization.py base.gguf --llmc build/bin/llmc --work DIR --llama-bin DIR{rounded} --windows {windows} --tokens {seen} --out docs/quality.md`.

"""
PEERS = """Rows of llama.cpp are made from the same file with an importance matrix of the same tokens, and measured by `llama-perplexity --kl-divergence` against its
own floats.

![size against divergence](quality.svg)

"""
FLOATS = "Quality is that of products of floats (`--activations=f32`), so that a row shows its weights alone."
ROUNDED = """Products have their inputs rounded as they are by default (in rows of floats with zeros or fewer numbers by `--activations=mixed`), in rows of
llama.cpp by its own default, and floats are those of products of floats."""
HEADER = ["SPEC", "bits per weight", "MB", "perplexity", "KL, mean", "KL, 99 %", "same likeliest token", "decode, tokens/s", "minutes"]


def has_fewer_numbers(spec):
    return spec[0].isdigit() or any(option in spec for option in ("--sparsify", "--shrink", "--low-rank"))


def machine():
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return f"{line.split(':')[1].strip()}, {os.cpu_count()} CPUs"
    return f"{os.cpu_count()} CPUs"


class Bench:
    """llmc's side, two sweeps of `llmc eval`: what is kept, with products of floats, and the speed of default builds."""

    def __init__(self, arguments):
        self.arguments, self.work = arguments, Path(arguments.work)
        self.stats = self.work / f"{arguments.tokens}.stats"

    def calibrate(self):
        command = [self.arguments.llmc, "calibrate", self.arguments.base, "--text", TEXTS / "calibration.txt"]
        begin = time.monotonic()
        measure.run([*command, "--tokens", str(self.arguments.tokens), "-q", "-o", self.stats])
        return {"minutes": (time.monotonic() - begin) / 60}

    def sweep(self, name, windows, builds, *options):
        text = ["--text", TEXTS / "evaluation.txt", "--context", str(WINDOW), "--windows", str(windows)]
        kept = ["--results", self.work / f"{name}.jsonl", "--stats", self.stats]
        wanted = [f"--sweep={build}" for build in builds]
        return json.loads(measure.run([self.arguments.llmc, "eval", self.arguments.base, "--cpu=native", "--json", *text, *kept, *options, *wanted]))

    def rows(self, specs):
        """That of the floats, then one per SPEC. Where inputs are floats for quality alone, speed is that of other builds, of the same
        types: codes by another method are as fast."""
        speed = ["--speed", "--threads", str(self.arguments.threads)]
        builds = [as_build(spec, self.arguments.rounded) for spec in specs]
        if self.arguments.rounded:
            kept = fast = self.sweep("rounded", self.arguments.windows, builds, *speed)
        else:
            kept = self.sweep("quality", self.arguments.windows, builds, "--activations=f32")
            fast = self.sweep("speed", 1, (re.sub("method=[a-z+]*", "method=rtn", build) for build in builds), *speed)
        names = ["floats", *specs]
        return [{**row, "spec": name, "minutes": row.get("compile_seconds", 0) / 60, "decode_tokens_per_s": speed["decode_tokens_per_s"]}
                for name, row, speed in zip(names, kept, fast, strict=True)]


def as_build(spec, is_rounded):
    """Options of llmc compile. Prompts of floats are bf16 where others may be too: minutes instead of hours as well."""
    build = f"--sparsify={spec}" if spec[0].isdigit() else spec
    leaves_floats = has_fewer_numbers(spec) and "--quantize" not in build
    return f"{build} --activations=mixed" if is_rounded and leaves_floats else build


def once(work, name, make):
    """The figures of `name`: what an earlier run left, or what `make` returns."""
    path = Path(work) / (re.sub(r"[^\w.+-]+", "_", name) + ".json")
    if not path.exists():
        figures = make()
        path.with_suffix(".part").write_text(json.dumps(figures))
        path.with_suffix(".part").rename(path)
    return json.loads(path.read_text())


def cells(figures):
    return [f"`{figures['spec']}`", f"{figures['bits_per_weight']:.2f}", f"{figures['weight_bytes'] / 1e6:.1f}", f"{figures['perplexity']:.2f}",
            f"{figures.get('kl_mean', 0):.4f}", f"{figures.get('kl_p99', 0):.2f}", f"{100 * figures.get('top1_agreement', 1):.1f} %",
            f"{figures['decode_tokens_per_s']:.0f}", f"{figures['minutes']:.1f}"]


def write_page(arguments, reference, calibration, rows):
    table = "".join(f"| {' | '.join(line)} |\n" for line in [HEADER, ["---"] * len(HEADER), *map(cells, [reference, *rows])])
    points = [point(figures) for figures in rows if not has_fewer_numbers(figures["spec"])]
    has_peers = any(program != "llmc" for program, *_ in points)
    facts = {"inputs": ROUNDED if arguments.rounded else FLOATS, "rounded": " --rounded" if arguments.rounded else "", "scored": f"{reference['tokens']:,}", "window": WINDOW, "seen": arguments.tokens, "windows": arguments.windows,
             "calibration": calibration["minutes"], "threads": arguments.threads, "machine": machine(), "peers": PEERS if has_peers else ""}
    if arguments.out:
        Path(arguments.out).write_text(PAGE.format(**facts) + table)
    if arguments.out and has_peers:
        Path(arguments.out).with_suffix(".svg").write_text(scatter.draw(points))
    return table


def point(figures):
    """Program, a short name, MB and KL."""
    spec, llama = figures["spec"], "llama.cpp "
    keys = dict(key.split("=") for key in spec.split(";")[0].split(",") if key.count("=") == 1)
    values, turned = (f"{key}={keys[key]}" if key in keys else "" for key in ("values", "rotate"))
    said = " ".join(filter(None, (keys.get("bits"), values, turned, keys.get("method"))))
    name = spec.removeprefix(llama) if spec.startswith(llama) else said if spec.startswith("bits=") else spec
    return "llama.cpp" if spec.startswith(llama) else "llmc", name, figures["weight_bytes"] / 1e6, figures["kl_mean"]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("base")
    parser.add_argument("--llmc", required=True)
    parser.add_argument("--work", required=True, help="folder for figures, statistics and logits: 3 GB for 120 windows, twice with llama.cpp")
    parser.add_argument("--llama-bin", help="folder of llama-quantize, llama-imatrix, llama-perplexity and llama-bench")
    parser.add_argument("--spec", action="append", help="one or more, instead of those of the page")
    parser.add_argument("--windows", type=int, default=120)
    parser.add_argument("--tokens", type=int, default=65536, help="of the calibration")
    parser.add_argument("--rounded", action="store_true", help="inputs of products as by default, not as floats: minutes instead of hours with AMX")
    parser.add_argument("--threads", type=int, default=2, help="of the measured decode")
    parser.add_argument("--out", help="the page; without it the table alone is printed")
    arguments = parser.parse_args()
    Path(arguments.work).mkdir(parents=True, exist_ok=True)
    bench = Bench(arguments)
    calibration = once(arguments.work, f"calibration-{arguments.tokens}", bench.calibrate)
    reference, *rows = bench.rows(arguments.spec or SPECS + WITH_INPUTS * arguments.rounded + SPARSE)
    if arguments.llama_bin:
        peer = llama_quants.Peer(arguments, TEXTS, WINDOW)
        rows += [once(arguments.work, f"llama.cpp {name}-{arguments.windows}", lambda name=name: peer.row(name)) for name in llama_quants.TYPES]
    print(write_page(arguments, reference, calibration, rows), end="")


if __name__ == "__main__":
    main()
