#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Compare each kernel of a program with what the machine can read and multiply (Williams et al., doi:10.1145/1498765.1498785).

A kernel's limit is the longer of two times: its bytes at the speed of read-limit.cpp (over as many bytes as a step reads, so caches help both
alike), its operations at that of dot-limit.cpp, of bytes, or of f32 for attention, whose keys are multiplied as f32.

usage: roofline.py APP [--threads 2] [--prompt 512] [--generate 64] [--depth 0] [--rounds 3] [--svg FILE] [--json FILE]
"""

import argparse
import json
import math
import os
import statistics
import tempfile
from html import escape
from pathlib import Path

import measure


def profile(app, arguments):
    return json.loads(measure.run([
        app, "bench", "-p", str(arguments.prompt), "-n", str(arguments.generate), "-d", str(arguments.depth), "-t", str(arguments.threads),
        "-r", "1", "--profile", "--json"]))


def medians(rounds, phase):
    """Each kernel of a phase with its median seconds; its bytes and operations are the same every time."""
    kernels = {}
    for figures in rounds:
        for kernel in figures.get(phase, {}).get("kernels", []):
            kernels.setdefault(kernel["kernel"], []).append(kernel)
    return [{**found[0], "seconds": statistics.median(k["seconds"] for k in found)} for found in kernels.values()]


def add_limits(kernels, limits):
    for kernel in kernels:
        peak = limits["f32"] if "attention" in kernel["kernel"] else limits["int8"]
        kernel["limit_seconds"] = max(kernel["bytes"] / limits["read"], kernel["operations"] / peak)
        kernel["share_of_limit"] = kernel["limit_seconds"] / kernel["seconds"]


def table(phase, kernels):
    total = sum(k["seconds"] for k in kernels)
    lines = [f"\n{phase}", "| kernel | share of time | GB/s | GOP/s | % of its limit |", "|---|---|---|---|---|"]
    for k in sorted(kernels, key=lambda k: -k["seconds"]):
        if k["seconds"] < 0.005 * total:
            continue
        lines.append(f"| {k['kernel']} | {100 * k['seconds'] / total:.1f} % | {k['bytes'] / k['seconds'] / 1e9:.1f} | "
                     f"{k['operations'] / k['seconds'] / 1e9:.1f} | {100 * k['share_of_limit']:.0f} |")
    limit = sum(k["limit_seconds"] for k in kernels)
    lines.append(f"| all | | | | {100 * limit / total:.0f} |")
    return "\n".join(lines)


def draw(phases, limits):
    """Operations per byte against operations per second, both logarithmic; a dot's area is its kernel's share of the time."""
    width, height, left, bottom = 760, 480, 70, 50
    x0, x1, y0, y1 = -2, 4, 8, 13  # powers of ten
    def place(x, y):
        return (left + (min(max(math.log10(x), x0), x1) - x0) / (x1 - x0) * (width - left - 20),
                height - bottom - (min(max(math.log10(y), y0), y1) - y0) / (y1 - y0) * (height - bottom - 30))
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" font-family="sans-serif" font-size="11">',
           f'<rect width="{width}" height="{height}" fill="white"/>']
    for power in range(x0, x1 + 1):
        x, y = place(10.0 ** power, 10.0 ** y0)
        out.append(f'<text x="{x:.0f}" y="{y + 16:.0f}" text-anchor="middle">{10.0 ** power:g}</text>')
    for power in range(y0, y1 + 1):
        x, y = place(10.0 ** x0, 10.0 ** power)
        out.append(f'<text x="{x - 6:.0f}" y="{y + 4:.0f}" text-anchor="end">{10.0 ** (power - 9):g}</text>')
    out.append(f'<text x="{width / 2}" y="{height - 12}" text-anchor="middle">operations per byte</text>')
    out.append(f'<text x="14" y="{height / 2}" text-anchor="middle" transform="rotate(-90 14 {height / 2})">GOP/s</text>')
    for name, peak in (("bytes", limits["int8"]), ("f32", limits["f32"])):
        bend = peak / limits["read"]
        points = [place(10.0 ** x0, limits["read"] * 10.0 ** x0), place(bend, peak), place(10.0 ** x1, peak)]
        out.append('<polyline fill="none" stroke="#888" points="' + " ".join(f"{x:.1f},{y:.1f}" for x, y in points) + '"/>')
        out.append(f'<text x="{points[2][0] - 4:.0f}" y="{points[2][1] - 5:.0f}" text-anchor="end">products of {name}</text>')
    for (phase, kernels), color in zip(phases.items(), ("#0072b2", "#d55e00")):
        total = sum(k["seconds"] for k in kernels)
        for k in kernels:
            if not k["operations"] or not k["bytes"]:
                continue
            x, y = place(k["operations"] / k["bytes"], k["operations"] / k["seconds"])
            radius = 2 + 18 * math.sqrt(k["seconds"] / total)
            out.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}" fill="{color}" fill-opacity="0.5"><title>'
                       f'{escape(phase)}: {escape(k["kernel"])}, {100 * k["share_of_limit"]:.0f} % of its limit</title></circle>')
        out.append(f'<text x="{left + 10}" y="{20 + 14 * list(phases).index(phase)}" fill="{color}">{escape(phase)}</text>')
    return "\n".join(out + ["</svg>\n"])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("app")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--prompt", type=int, default=512)
    parser.add_argument("--generate", type=int, default=64)
    parser.add_argument("--depth", type=int, default=0)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--svg")
    parser.add_argument("--json")
    arguments = parser.parse_args()
    app = os.path.abspath(arguments.app)
    with tempfile.TemporaryDirectory() as folder:
        reader, multiplier = measure.build("read-limit", folder), measure.build("dot-limit", folder)
        rounds, reads, products = [], [], []
        step_bytes = None
        for _ in range(arguments.rounds):  # in turn: the machine changes
            rounds.append(profile(app, arguments))
            decode = rounds[-1].get("decode_kernels")
            step_bytes = step_bytes or (sum(k["bytes"] for k in decode["kernels"]) // decode["steps"] if decode else 1 << 28)
            reads.append(float(measure.run([reader, str(step_bytes), str(arguments.threads), "5"])))
            products.append([float(word) for word in measure.run([multiplier, str(arguments.threads), "5"]).split()])
    limits = {"read": statistics.median(reads), "int8": statistics.median(p[0] for p in products),
              "f32": statistics.median(p[1] for p in products)}
    print(f"{arguments.threads} threads, {rounds[0]['variant']}, depth {arguments.depth}: reads {limits['read'] / 1e9:.1f} GB/s of {step_bytes / 1e6:.0f} MB, "
          f"products of bytes {limits['int8'] / 1e9:.0f} GOP/s, of f32 {limits['f32'] / 1e9:.0f}")
    phases = {}
    for phase, key in ((f"prefill of {arguments.prompt}", "prefill_kernels"), ("decode", "decode_kernels")):
        kernels = medians(rounds, key)
        if kernels:
            add_limits(kernels, limits)
            phases[phase] = kernels
            print(table(phase, kernels))
    if arguments.svg:
        Path(arguments.svg).write_text(draw(phases, limits))
    if arguments.json:
        Path(arguments.json).write_text(json.dumps({"limits": limits, "phases": phases}, indent=1))


if __name__ == "__main__":
    main()
