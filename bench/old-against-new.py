#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Measure two programs of one model, compiled by an old and a new llmc, in turn, for each variant, and print a Markdown table.

usage: old-against-new.py OLD_APP NEW_APP [--variants avx512-vnni avx2] [--threads 1 2] [--prompt 128] [--generate 64] [--json FILE]
"""

import argparse

import measure


def rows(arguments, variant, threads, rounds):
    for phase, tokens in ("prefill", arguments.prompt), ("decode", arguments.generate):
        key = f"{phase}_tokens_per_s"
        speeds = [f"{measure.median(rounds, name, key):.1f}" for name in ("old", "new")]
        yield [variant, threads, f"{phase} {tokens}", *speeds, *measure.ratio_cells(measure.ratios(rounds, "new", "old", key))]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("old")
    parser.add_argument("new")
    parser.add_argument("--variants", nargs="+", default=["avx512-vnni", "avx2"])
    parser.add_argument("--prompt", type=int, default=128)
    parser.add_argument("--generate", type=int, default=64)
    measure.add_common(parser)
    arguments = parser.parse_args()

    table, everything = [], {}
    for variant in arguments.variants:
        for threads in arguments.threads:

            def bench(app):
                return lambda: measure.app_bench(app, threads, arguments.prompt, arguments.generate, variant=variant)

            rounds = measure.interleave({"old": bench(arguments.old), "new": bench(arguments.new)}, arguments.rounds)
            everything[f"{variant}, {threads} threads"] = rounds
            table += rows(arguments, variant, threads, rounds)
    measure.print_table(["variant", "threads", "phase", "old, tokens/s", "new, tokens/s", "new / old", "least to most"], table)
    measure.write_json(arguments.json, everything)


if __name__ == "__main__":
    main()
