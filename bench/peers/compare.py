#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Measure a compiled app against llama-bench on the same model, interleaved, and print a Markdown table.

usage: compare.py APP MODEL.gguf --llama-bench PATH [--threads 1 2] [--prompt 128] [--generate 64] [--rounds 7] [--json FILE]

The clock of a shared machine drifts by more than the differences measured, so each round runs the two in turn, and in the next
round the other goes first; the table shows medians over the rounds and the median of the rounds' ratios. Each run is a process of
its own; llama-bench warms up before it measures, and so must the app.
"""

import argparse
import json
import statistics
import subprocess


def run(command):
    result = subprocess.run(command, capture_output=True, text=True)
    if result.returncode != 0:
        raise SystemExit(f"'{' '.join(command)}' exited with {result.returncode}: {result.stderr.strip()[-500:]}")
    return json.loads(result.stdout)


def run_app(arguments, threads):
    """(prefill, decode) in tokens per second."""
    command = [arguments.app, "bench", "-p", str(arguments.prompt), "-n", str(arguments.generate), "-d", "0", "-b", "1"]
    result = run(command + ["--threads", str(threads), "--json"])
    return result["prefill_tokens_per_s"], result["decode_tokens_per_s"]


def run_llama_bench(arguments, threads):
    command = [arguments.llama_bench, "-m", arguments.model, "-p", str(arguments.prompt), "-n", str(arguments.generate)]
    tests = run(command + ["-t", str(threads), "-r", "1", "-o", "json"])
    prefill = next(test["avg_ts"] for test in tests if test["n_gen"] == 0)
    decode = next(test["avg_ts"] for test in tests if test["n_prompt"] == 0)
    return prefill, decode


def measure(arguments, threads):
    """One dictionary per round: what each program reached."""
    programs = [("app", run_app), ("llama.cpp", run_llama_bench)]
    rounds = []
    for index in range(arguments.rounds):
        order = programs if index % 2 == 0 else programs[::-1]
        rounds.append({name: program(arguments, threads) for name, program in order})
    return rounds


def row(threads, phase, rounds, column):
    app = [results["app"][column] for results in rounds]
    peer = [results["llama.cpp"][column] for results in rounds]
    ratios = [ours / theirs for ours, theirs in zip(app, peer)]
    spread = f"{min(ratios):.2f} to {max(ratios):.2f}"
    return f"| {threads} | {phase} | {statistics.median(app):.1f} | {statistics.median(peer):.1f} | {statistics.median(ratios):.2f} | {spread} |"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("app")
    parser.add_argument("model")
    parser.add_argument("--llama-bench", required=True)
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--prompt", type=int, default=128)
    parser.add_argument("--generate", type=int, default=64)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--json", help="file for every measurement")
    arguments = parser.parse_args()

    everything = {threads: measure(arguments, threads) for threads in arguments.threads}
    print("| threads | phase | app, tokens/s | llama.cpp, tokens/s | ratio | least to most |")
    print("|---|---|---|---|---|---|")
    for threads, rounds in everything.items():
        print(row(threads, f"prefill {arguments.prompt}", rounds, 0))
        print(row(threads, f"decode {arguments.generate}", rounds, 1))
    if arguments.json:
        with open(arguments.json, "w", encoding="utf-8") as file:
            json.dump(everything, file, indent=1)


if __name__ == "__main__":
    main()
