#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Measure encodings against llama.cpp and against the speed at which this machine reads the weights; print a Markdown table.

A token reads every weight once, of the embedding one row. So the limit is the measured read speed (`llmc bench --limits`, as many
threads, as many bytes) over these bytes as the file holds them. Models come from utils/make-random-gguf.py.

usage: k-quants.py MODEL.gguf... --llmc PATH --llama-bench PATH [--threads 1 2] [--generate 32] [--json FILE]   (needs PyPI's gguf)
"""

import argparse
import json
import statistics
import tempfile
from pathlib import Path

import gguf
import measure


def bytes_of_a_token(model):
    tensors = gguf.GGUFReader(model).tensors
    untied = any(tensor.name == "output.weight" for tensor in tensors)
    return sum(int(tensor.n_bytes) for tensor in tensors if not (untied and tensor.name == "token_embd.weight"))


def programs_of(arguments, model, app, threads):
    read_bytes = bytes_of_a_token(model)
    sizes = {"prompt": arguments.prompt, "generate": arguments.generate, "repetitions": 1}

    def limit():
        limits = [arguments.llmc, "bench", "--limits", "--json", "--bytes", str(read_bytes), "--threads", str(threads)]
        speed = json.loads(measure.run(limits))["limits"]["read_bytes_per_s"]
        return {"bytes_per_s": speed, "decode_tokens_per_s": speed / read_bytes}

    return {
        "app": lambda: measure.app_bench(app, threads, **sizes),
        "llama.cpp": lambda: measure.llama_bench(arguments.llama_bench, model, threads, **sizes),
        "limit": limit,
    }


def row(model, threads, rounds):
    key, prefill = "decode_tokens_per_s", "prefill_tokens_per_s"
    speeds = [f"{measure.median(rounds, name, key):.1f}" for name in ("app", "llama.cpp", "limit")]
    read = f"{measure.median(rounds, 'limit', 'bytes_per_s') / 1e9:.1f}"
    share = statistics.median(measure.ratios(rounds, "app", "limit", key))
    prefills = f"{statistics.median(measure.ratios(rounds, 'app', 'llama.cpp', prefill)):.2f}"
    decode = measure.ratio_cells(measure.ratios(rounds, "app", "llama.cpp", key))
    return [Path(model).stem, threads, *speeds, read, *decode, f"{share:.2f}", prefills]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("models", nargs="+")
    parser.add_argument("--llmc", required=True)
    parser.add_argument("--llama-bench", required=True)
    parser.add_argument("--prompt", type=int, default=128)
    parser.add_argument("--generate", type=int, default=32)
    measure.add_common(parser)
    arguments = parser.parse_args()

    table, everything = [], {}
    with tempfile.TemporaryDirectory() as folder:
        app = f"{folder}/app"
        for model in arguments.models:
            measure.run([arguments.llmc, "compile", "--quiet", model, "-o", app])
            for threads in arguments.threads:
                rounds = measure.interleave(programs_of(arguments, model, app, threads), arguments.rounds)
                everything[f"{model}, {threads} threads"] = rounds
                table.append(row(model, threads, rounds))
    header = ["model", "threads", "app, tokens/s", "llama.cpp, tokens/s", "read limit, tokens/s", "read, GB/s"]
    measure.print_table(header + ["app / llama.cpp", "least to most", "app / limit", "prefill: app / llama.cpp"], table)
    measure.write_json(arguments.json, everything)


if __name__ == "__main__":
    main()
