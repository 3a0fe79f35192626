#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What builds of few bits still can: perplexity beside two probes, and which part of a layer its loss comes from.

After arXiv:2307.08072. Both probes are made of bench/text, by a seed, so they ask nothing of the network and no model was chosen by them:

- cloze: a paragraph is cut before a word, and of four words the one that follows is to be the likeliest; the others are from
  elsewhere in the text. Chance is a quarter.
- few-shot: six lines of ten words, each with its first word behind an arrow, then a line and an arrow: of four words of that line
  the first is to be the likeliest. Only the examples say what is asked. Chance is a quarter.

usage: probe.py BASE.gguf --llmc PATH --stats FILE --work DIR [--build NAME=OPTIONS ...] [--items 100] [--windows 4]   (needs NumPy)
"""

import argparse
import json
import math
import re
import sys
from pathlib import Path

import measure
import numpy as np
import questions

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "python"))
import llmc  # noqa: E402

WINDOW = 512
# As tables of embeddings and logits have 8 bits by themselves, these are what products of layers have.
HOW = "group=64,method=gptq,scale-search=yes"
BITS = (8, 4, 3, 2)
PARTS = {"attention": "*attn_*", "feed-forward": "*ffn_*"}


def builds():
    """Names, and options of llmc compile: all products, then those of one part of every layer."""
    yield "floats", ""
    for bits in BITS:
        yield f"{bits} bits", f"--quantize=bits={bits},{HOW}"
    for part, pattern in PARTS.items():
        for bits in BITS[2:]:
            yield f"{bits} bits, {part} alone", f"--quantize=keep;{pattern}:bits={bits},{HOW};token_embd.weight:keep"


def accuracy(model, asked):
    """The share of questions whose first choice is the likeliest."""
    right = 0
    for ids, choices in asked:
        last = model.logits(ids)[-1]
        right += int(np.argmax(last[choices]) == 0)
    return right / len(asked)


def perplexity(model, windows):
    """Of the second halves of the first windows, as `app eval` has it."""
    text = model.tokenize((questions.TEXTS / "evaluation.txt").read_text())
    nats = []
    for ids in (text[at:at + WINDOW] for at in range(0, windows * WINDOW, WINDOW)):
        logits = model.logits(ids)[WINDOW // 2 - 1:-1].astype(np.float64)
        most = logits.max(axis=1)
        sums = most + np.log(np.exp(logits - most[:, None]).sum(axis=1))
        nats.extend(sums - logits[np.arange(len(logits)), ids[WINDOW // 2:]])
    return math.exp(np.mean(nats))


def ask(path, arguments):
    with llmc.load(path) as model:
        asked = questions.Questions(model.tokenize, arguments.items, arguments.seed)
        return {"perplexity": perplexity(model, arguments.windows), "cloze": accuracy(model, asked.cloze),
                "few_shot": accuracy(model, asked.few_shot)}


def figures(name, options, arguments):
    """Those that an earlier run left, or new ones."""
    kept = Path(arguments.work) / (re.sub(r"[^\w]+", "-", name) + f"-{arguments.items}-{arguments.windows}.json")
    if not kept.exists():
        path = kept.with_suffix(".so")
        measure.run([arguments.llmc, "compile", arguments.base, "-q", "--emit=so", "--activations=f32", "--cpu=native", "--max-context=1024",
                     *([f"--stats={arguments.stats}"] if options else []), *options.split(), "-o", path])
        found = ask(path, arguments)
        path.unlink()
        kept.write_text(json.dumps(found))
    return json.loads(kept.read_text())


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("base")
    for option in ("--llmc", "--stats", "--work"):
        parser.add_argument(option, required=True)
    parser.add_argument("--build", action="append", help="NAME=OPTIONS of llmc compile instead of the usual ones")
    for option, usual in (("--items", 100), ("--windows", 4), ("--seed", 1)):
        parser.add_argument(option, type=int, default=usual)
    arguments = parser.parse_args()
    Path(arguments.work).mkdir(parents=True, exist_ok=True)
    wanted = [build.split("=", 1) for build in arguments.build or []] or builds()
    print("| build | perplexity | cloze | few-shot |\n|---|---|---|---|")
    for name, options in wanted:
        found = figures(name, options, arguments)
        print(f"| {name} | {found['perplexity']:.2f} | {found['cloze']:.0%} | {found['few_shot']:.0%} |", flush=True)


if __name__ == "__main__":
    main()
