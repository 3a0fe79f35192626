#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Writes test/Inputs/sampler/goldens.json: what the sampler must draw.

The filters follow transformers' logits processors (RepetitionPenalty,
Temperature, TopK, TopP, MinP), each on the whole vocabulary with -inf for what
is removed, in float64 NumPy. The uniform numbers are SplitMix64. Needs numpy.
"""

import json
import sys

import numpy as np

MASK = (1 << 64) - 1
GOLDEN = 0x9E3779B97F4A7C15


def mix(z):
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
    return z ^ (z >> 31)


def uniform(seed, index):
    bits = mix((mix((seed + GOLDEN) & MASK) + (index + 1) * GOLDEN) & MASK)
    return (bits >> 11) * 2.0**-53


def softmax(scores):
    weights = np.exp(scores - scores.max())
    return weights / weights.sum()


def filtered(logits, seen, o):
    scores = logits.astype(np.float64)
    for token in set(seen):
        penalty = o.get("repetitionPenalty", 1.0)
        scores[token] = scores[token] * penalty if scores[token] < 0 else scores[token] / penalty
    scores = scores / o["temperature"]
    if o.get("topK"):
        scores[scores < np.sort(scores)[-o["topK"]]] = -np.inf
    if o.get("topP", 1.0) < 1.0:
        order = np.argsort(scores, kind="stable")
        removed = np.cumsum(softmax(scores)[order]) <= 1 - o["topP"]
        removed[-1] = False
        scores[scores < scores[order[~removed]].min()] = -np.inf  # ties stay
    if o.get("minP"):
        probabilities = softmax(scores)
        scores[probabilities < o["minP"] * probabilities.max()] = -np.inf
    return softmax(scores)


def draw(probabilities, o, index):
    """In the order of ids."""
    ids = np.nonzero(probabilities)[0]
    cumulative = np.cumsum(probabilities[ids])
    target = uniform(o["seed"], index) * cumulative[-1]
    return int(ids[np.searchsorted(cumulative, target, side="right")])


def run_case(name, vocab, options, steps=40, prompt=()):
    rng = np.random.default_rng(len(name) + vocab)
    window = options.get("repetitionWindow", 0)
    rows, tokens, kept, history = [], [], [], list(prompt)
    for index in range(steps):
        # Values with few digits, so that the file is short and exact in float32.
        row = np.round(rng.normal(0, 3, vocab) * 64) / 64
        seen = history[-window:] if window else history
        probabilities = filtered(row, seen, options)
        token = draw(probabilities, options, index)
        rows.append([int(v * 64) for v in row])
        tokens.append(token)
        kept.append(int(np.count_nonzero(probabilities)))
        history.append(token)
    return {"name": name, "options": options, "prompt": list(prompt),
            "logitsTimes64": rows, "tokens": tokens, "kept": kept}


def main():
    seed = {"seed": 1234567890123456789}
    cases = [
        run_case("plain", 50, {"temperature": 1.0, "seed": 0}),
        run_case("cold", 50, {"temperature": 0.3, **seed}),
        run_case("hot", 50, {"temperature": 2.5, **seed}),
        run_case("top-k", 60, {"temperature": 1.5, "topK": 7, **seed}),
        run_case("top-p", 60, {"temperature": 1.5, "topP": 0.7, **seed}),
        run_case("min-p", 60, {"temperature": 1.5, "minP": 0.2, **seed}),
        run_case("top-k then top-p", 60, {"temperature": 2.0, "topK": 12, "topP": 0.6, **seed}),
        run_case("top-p then min-p", 60, {"temperature": 2.0, "topP": 0.9, "minP": 0.15, **seed}),
        run_case("all filters", 60, {"temperature": 1.7, "topK": 20, "topP": 0.85, "minP": 0.05, "seed": 7}),
        run_case("repetition", 24, {"temperature": 1.0, "repetitionPenalty": 1.8, **seed}, prompt=[1, 5, 5, 9]),
        run_case("repetition window", 24, {"temperature": 1.0, "repetitionPenalty": 3.0, "repetitionWindow": 4,
                                           **seed}, prompt=[1, 5, 5, 9, 11, 2]),
        run_case("rewarded repetition", 24, {"temperature": 1.0, "repetitionPenalty": 0.5, "topK": 5, **seed}),
    ]
    path = sys.argv[1] if len(sys.argv) > 1 else "test/Inputs/sampler/goldens.json"
    with open(path, "w") as out:
        out.write("[\n" + ",\n".join(json.dumps(c, separators=(",", ":")) for c in cases) + "\n]\n")


if __name__ == "__main__":
    main()
