#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Measure a compiled app against its peers on the same model, interleaved, and print a Markdown table of ratios.

usage: compare.py APP MODEL.gguf [--llama-bench PATH] [--venv FOLDER] [--genai FOLDER] [--threads 1 2] [--prompt 128] [--generate 64] [--rounds 7]
       [--json FILE]

llama.cpp runs with and without flash attention; the better of the two counts, round by round. With --venv (install.sh) OpenVINO GenAI runs on
the same file, and ONNX Runtime GenAI on the folder --genai that its model builder made of the model.
"""

import argparse
import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
import measure


def best_llama(arguments, sizes):
    runs = [measure.llama_bench(arguments.llama_bench, arguments.model, *sizes, more=["-fa", flash]) for flash in "01"]
    return {key: max(run[key] for run in runs) for key in runs[0]}


def python_peer(arguments, peer, model, threads):
    return json.loads(measure.run([
        f"{arguments.venv}/bin/python", Path(__file__).with_name("python_peer.py"), peer, model, "--threads", str(threads),
        "--prompt", str(arguments.prompt), "--generate", str(arguments.generate), "--repetitions", "1"]))


def programs_of(arguments, threads):
    sizes = threads, arguments.prompt, arguments.generate
    programs = {"app": lambda: measure.app_bench(arguments.app, *sizes, repetitions=1)}
    if arguments.llama_bench:
        programs["llama.cpp"] = lambda: best_llama(arguments, sizes)
    if arguments.venv:
        programs["OpenVINO"] = lambda: python_peer(arguments, "openvino", arguments.model, threads)
    if arguments.venv and arguments.genai:
        programs["ONNX Runtime"] = lambda: python_peer(arguments, "onnxruntime", arguments.genai, threads)
    if len(programs) == 1:
        raise SystemExit("error: nothing to compare with: give --llama-bench, --venv or both")
    return programs


def rows(arguments, threads, rounds):
    for phase, tokens in ("prefill", arguments.prompt), ("decode", arguments.generate):
        key = f"{phase}_tokens_per_s"
        for peer in list(rounds[0])[1:]:
            speeds = [f"{measure.median(rounds, name, key):.1f}" for name in ("app", peer)]
            yield [threads, f"{phase} {tokens}", peer, *speeds, *measure.ratio_cells(measure.ratios(rounds, "app", peer, key))]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("app")
    parser.add_argument("model")
    parser.add_argument("--llama-bench")
    parser.add_argument("--venv", help="where install.sh put the peers of PyPI")
    parser.add_argument("--genai", help="a folder of ONNX Runtime GenAI's model builder")
    parser.add_argument("--prompt", type=int, default=128)
    parser.add_argument("--generate", type=int, default=64)
    measure.add_common(parser)
    arguments = parser.parse_args()

    table, everything = [], {}
    for threads in arguments.threads:
        everything[threads] = measure.interleave(programs_of(arguments, threads), arguments.rounds)
        table += rows(arguments, threads, everything[threads])
    measure.print_table(["threads", "phase", "peer", "app, tokens/s", "peer, tokens/s", "ratio", "least to most"], table)
    measure.write_json(arguments.json, everything)


if __name__ == "__main__":
    main()
