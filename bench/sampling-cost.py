#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Measure what choosing tokens adds to a step: a program's own two decode figures, per vocabulary; print a Markdown table.

Both figures come from one process each round: decode_tokens_per_s feeds given tokens, decode_sampled_tokens_per_s what it sampled.

usage: sampling-cost.py APP... [--threads 1 2] [--generate 64] [--temperature 0.8] [--top-p 0.95] [--json FILE]
"""

import argparse
import statistics
from pathlib import Path

import measure


def row(app, threads, rounds):
    given, sampled = (measure.median(rounds, "app", key) for key in ("decode_tokens_per_s", "decode_sampled_tokens_per_s"))
    costs = [100 * (figures["app"]["decode_tokens_per_s"] / figures["app"]["decode_sampled_tokens_per_s"] - 1) for figures in rounds]
    spread = f"{min(costs):.1f} to {max(costs):.1f}"
    return [Path(app).name, threads, f"{given:.1f}", f"{sampled:.1f}", f"{statistics.median(costs):.1f}", spread]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("apps", nargs="+")
    parser.add_argument("--generate", type=int, default=64)
    parser.add_argument("--temperature", type=float, default=0.8)
    parser.add_argument("--top-p", type=float, default=0.95)
    measure.add_common(parser)
    arguments = parser.parse_args()

    table, everything = [], {}
    sampling = ["--temperature", str(arguments.temperature), "--top-p", str(arguments.top_p)]
    for app in arguments.apps:
        for threads in arguments.threads:

            def bench():
                return measure.app_bench(app, threads, prompt=0, generate=arguments.generate, more=sampling)

            everything[f"{app}, {threads} threads"] = rounds = measure.interleave({"app": bench}, arguments.rounds)
            table.append(row(app, threads, rounds))
    measure.print_table(["app", "threads", "given, tokens/s", "sampled, tokens/s", "cost, % of a step", "least to most"], table)
    measure.write_json(arguments.json, everything)


if __name__ == "__main__":
    main()
