# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What the scripts of this folder share: running programs in turn, medians of rounds, tables.

The clock of a shared machine drifts by more than the differences measured, so programs are only compared within a round: each round
runs every program once, in turn, and the next round in the opposite order. Tables show medians over the rounds and the median of the
rounds' ratios. Each run is a process of its own.
"""

import json
import os
import statistics
import subprocess
from pathlib import Path


def run(command, environment=None):
    """The standard output of a command; ends the script with the command's own words when it fails."""
    result = subprocess.run(command, capture_output=True, text=True, env={**os.environ, **(environment or {})})
    if result.returncode != 0:
        raise SystemExit(f"error: '{' '.join(map(str, command))}' exited with {result.returncode}: {result.stderr.strip()[-500:]}")
    return result.stdout


def app_bench(app, threads, prompt=128, generate=64, depth=0, batch=1, repetitions=5, variant=None, more=()):
    """The figures of a compiled app's own benchmark. A variant that the machine lacks is an error, never another variant."""
    sizes = ["-p", prompt, "-n", generate, "-d", depth, "-b", batch, "-r", repetitions, "--threads", threads]
    environment = {"LLMRT_VARIANT": variant} if variant else {}
    figures = json.loads(run([app, "bench", "--json", *map(str, sizes), *more], environment))
    if variant and figures["variant"] != variant:
        raise SystemExit(f"error: {app} ran {figures['variant']}, not {variant}")
    return figures


def llama_bench(program, model, threads, prompt=128, generate=64, repetitions=1, more=()):
    """The same figures from llama-bench, which warms up before it measures, as the app does."""
    sizes = ["-p", prompt, "-n", generate, "-t", threads, "-r", repetitions]
    tests = json.loads(run([program, "-m", model, *map(str, sizes), "-o", "json", *more]))
    figures = {}
    for test in tests:
        figures["prefill_tokens_per_s" if test["n_gen"] == 0 else "decode_tokens_per_s"] = test["avg_ts"]
    return figures


def interleave(programs, rounds):
    """A dictionary per round, from each program's name to what its function returned."""
    measured, names = [], list(programs)
    for index in range(rounds):
        order = names if index % 2 == 0 else names[::-1]
        measured.append({name: programs[name]() for name in order})
    return measured


def median(rounds, name, key):
    return statistics.median(figures[name][key] for figures in rounds)


def ratios(rounds, first, second, key):
    """Of every round: the first program's figure over the second's."""
    return [figures[first][key] / figures[second][key] for figures in rounds]


def ratio_cells(values):
    """The median and the spread, as two cells."""
    return [f"{statistics.median(values):.3f}", f"{min(values):.3f} to {max(values):.3f}"]


def print_table(header, rows):
    for cells in [header, ["---"] * len(header), *rows]:
        print("| " + " | ".join(map(str, cells)) + " |", flush=True)


def write_json(path, measured):
    if path:
        with open(path, "w", encoding="utf-8") as file:
            json.dump(measured, file, indent=1)


def add_common(parser, rounds=7):
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--rounds", type=int, default=rounds)
    parser.add_argument("--json", help="file for every measurement")
