#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Compare perplexities on the same tokens: of a model compiled by an old and a new llmc, or of llmc's and llama.cpp's.

Windows do not overlap; of each the second half is scored, one token less than half the window, by all programs alike.

usage: quality.py MODEL.gguf... --text TEXT --llmc PATH (--old-llmc PATH | --llama-perplexity PATH) [--windows 64] [--json FILE]
"""

import argparse
import json
import re
import tempfile
from pathlib import Path

import measure

WINDOW = 512


def llmc_perplexity(llmc, arguments, model, folder):
    app = f"{folder}/app"
    measure.run([llmc, "compile", "--quiet", model, "-o", app, *arguments.options.split()])
    windows = ["--context", str(WINDOW), "--windows", str(arguments.windows)]
    return json.loads(measure.run([app, "eval", "--text", arguments.text, *windows, "--json"]))["perplexity"]


def llama_cpp_perplexity(arguments, model):
    command = [arguments.llama_perplexity, "-m", model, "-f", arguments.text, "-c", str(WINDOW), "--chunks", str(arguments.windows)]
    said = measure.run([*command, "-t", "2"])
    found = re.search(r"Final estimate: PPL = ([\d.]+)", said)
    if not found:
        raise SystemExit(f"error: no estimate from llama-perplexity on {model}: {said[-500:]}")
    return float(found[1])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("models", nargs="+")
    parser.add_argument("--text", required=True)
    parser.add_argument("--llmc", required=True)
    peer = parser.add_mutually_exclusive_group(required=True)
    peer.add_argument("--old-llmc")
    peer.add_argument("--llama-perplexity")
    parser.add_argument("--options", default="", help="of llmc compile, in one word: '--activations=f32'")
    parser.add_argument("--windows", type=int, default=64)
    parser.add_argument("--json", help="file for every figure")
    arguments = parser.parse_args()

    everything = {}
    with tempfile.TemporaryDirectory() as folder:
        for model in arguments.models:
            ours = llmc_perplexity(arguments.llmc, arguments, model, folder)
            if arguments.old_llmc:
                theirs = llmc_perplexity(arguments.old_llmc, arguments, model, folder)
            else:
                theirs = llama_cpp_perplexity(arguments, model)
            everything[model] = {"llmc": ours, "other": theirs, "difference": ours / theirs - 1}
    other = "old llmc" if arguments.old_llmc else "llama.cpp"
    table = [[Path(model).stem, f["llmc"], f["other"], f"{100 * f['difference']:+.5f} %"] for model, f in everything.items()]
    measure.print_table(["model", "llmc", other, "difference"], table)
    measure.write_json(arguments.json, everything)


if __name__ == "__main__":
    main()
