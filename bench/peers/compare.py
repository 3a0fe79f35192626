#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Measure a compiled app against llama-bench on the same model, interleaved, and print a Markdown table.

usage: compare.py APP MODEL.gguf --llama-bench PATH [--threads 1 2] [--prompt 128] [--generate 64] [--rounds 7] [--json FILE]
"""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
import measure


def rows(arguments, threads, rounds):
    for phase, tokens in ("prefill", arguments.prompt), ("decode", arguments.generate):
        key = f"{phase}_tokens_per_s"
        speeds = [f"{measure.median(rounds, name, key):.1f}" for name in ("app", "llama.cpp")]
        yield [threads, f"{phase} {tokens}", *speeds, *measure.ratio_cells(measure.ratios(rounds, "app", "llama.cpp", key))]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("app")
    parser.add_argument("model")
    parser.add_argument("--llama-bench", required=True)
    parser.add_argument("--prompt", type=int, default=128)
    parser.add_argument("--generate", type=int, default=64)
    measure.add_common(parser)
    arguments = parser.parse_args()

    table, everything = [], {}
    for threads in arguments.threads:
        sizes = threads, arguments.prompt, arguments.generate
        programs = {
            "app": lambda: measure.app_bench(arguments.app, *sizes),
            "llama.cpp": lambda: measure.llama_bench(arguments.llama_bench, arguments.model, *sizes),
        }
        everything[threads] = measure.interleave(programs, arguments.rounds)
        table += rows(arguments, threads, everything[threads])
    measure.print_table(["threads", "phase", "app, tokens/s", "llama.cpp, tokens/s", "ratio", "least to most"], table)
    measure.write_json(arguments.json, everything)


if __name__ == "__main__":
    main()
