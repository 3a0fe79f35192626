#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Measure what compiling costs with an old and a new llmc, in turn, and how near the programs come to their memory contracts.

usage: compile-cost.py OLD_LLMC NEW_LLMC MODEL.gguf [--rounds 7] [--json FILE]
"""

import argparse
import os
import statistics
import subprocess
import tempfile
import time

import measure

COSTS = {"wall, s": "wall", "user, s": "user", "peak, MB": "peak"}
# Prompt, tokens, depth and batch; the first fills a context of 8192.
FILLS = {"context 8192 full": (120, 64, 8000, 1), "batch 8, 500 + 64 tokens": (500, 64, 0, 8), "500 tokens": (500, 0, 0, 1)}


def compile_cost(llmc, model, app):
    """Seconds by the clock and by the processors, and the most memory, of one compilation."""
    begin = time.monotonic()
    process = subprocess.Popen([llmc, "compile", "--quiet", model, "-o", app], stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise SystemExit(f"error: {llmc} failed on {model}")
    return {"wall": time.monotonic() - begin, "user": usage.ru_utime, "peak": usage.ru_maxrss / 1000}


def contract_row(name, app, case, sizes):
    prompt, generate, depth, batch = sizes
    figures = measure.app_bench(app, 2, prompt, generate, depth=depth, batch=batch, repetitions=1)
    peak, contract = figures["peak_memory_bytes"], figures["memory_contract_bytes"]
    return [case, name, f"{peak:,}", f"{contract:,}", f"{100 * peak / contract:.1f} %"]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("old")
    parser.add_argument("new")
    parser.add_argument("model")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--json", help="file for every measurement")
    arguments = parser.parse_args()

    with tempfile.TemporaryDirectory() as folder:
        compilers = {"old": arguments.old, "new": arguments.new}
        programs = {name: f"{folder}/{name}" for name in compilers}
        costs = {
            name: lambda name=name: compile_cost(compilers[name], arguments.model, programs[name]) for name in compilers
        }
        rounds = measure.interleave(costs, arguments.rounds)
        table = []
        for label, key in COSTS.items():
            medians = [f"{measure.median(rounds, name, key):.2f}" for name in compilers]
            table.append([label, *medians, f"{statistics.median(measure.ratios(rounds, 'new', 'old', key)):.3f}"])
        measure.print_table(["compiling", "old", "new", "new / old"], table)
        print()
        contracts = [contract_row(name, programs[name], case, sizes) for case, sizes in FILLS.items() for name in compilers]
        measure.print_table(["memory", "program", "peak, bytes", "contract, bytes", "peak / contract"], contracts)
    measure.write_json(arguments.json, {"compiling": rounds, "memory": contracts})


if __name__ == "__main__":
    main()
