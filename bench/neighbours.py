#!/usr/bin/env python3
"""Decode speed of a compiled program that does not have the machine to itself: beside busy
processes, and with more threads than cores.

usage: bench/neighbours.py APP [--runs 5] [--seconds 10] [--threads 1,2,8,64] [--neighbours 0,2]
                           [--old APP]

Every figure is the median of the runs; a run repeats 64 tokens for so many seconds and reports the
median of these. The runs of all settings take turns, so that a slow minute slows them all. With
--old, the same of another program, turn by turn.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""

import argparse
import contextlib
import json
import os
import statistics
import subprocess
import sys

TOKENS = 64


@contextlib.contextmanager
def busy(count):
    """`count` shells that never rest."""
    shells = [subprocess.Popen(["sh", "-c", "while :; do :; done"]) for _ in range(count)]
    try:
        yield
    finally:
        for shell in shells:
            shell.kill()
            shell.wait()


def decode(app, threads, repetitions):
    """Tokens per second."""
    command = [app, "bench", "-p", "0", "-n", str(TOKENS), "-t", str(threads),
               "-r", str(repetitions), "--json"]
    result = subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    return json.loads(result.stdout)["decode_tokens_per_s"]


def measure(app, threads, neighbours, seconds):
    with busy(neighbours):
        once = TOKENS / decode(app, threads, 1)
        return decode(app, threads, max(1, round(seconds / once)))


def main():
    numbers = lambda text: [int(number) for number in text.split(",")]
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("app")
    parser.add_argument("--old")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--threads", type=numbers, default=[1, 2, 8, 64])
    parser.add_argument("--neighbours", type=numbers, default=[0, 2])
    options = parser.parse_args()

    apps = {"new": options.app, **({"old": options.old} if options.old else {})}
    settings = [(name, neighbours, threads) for neighbours in options.neighbours
                for threads in options.threads for name in apps]
    speeds = {setting: [] for setting in settings}
    for run in range(options.runs):
        print(f"run {run + 1} of {options.runs}", file=sys.stderr)
        for name, neighbours, threads in settings:
            speed = measure(apps[name], threads, neighbours, options.seconds)
            print(f"{name}, {neighbours} neighbours, -t {threads}: {speed:.1f}", file=sys.stderr)
            speeds[name, neighbours, threads].append(speed)
    print(f"decode, tokens/s, on {len(os.sched_getaffinity(0))} processors; "
          f"medians of {options.runs} runs of {options.seconds:g} s (least, most)")
    for (name, neighbours, threads), found in speeds.items():
        label = f"{name}  " if options.old else ""
        print(f"{label}{neighbours} neighbours  -t {threads:<3} {statistics.median(found):8.1f} "
              f"({min(found):.1f}, {max(found):.1f})")


if __name__ == "__main__":
    main()
