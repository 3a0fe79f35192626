#!/usr/bin/env python3
"""Writes test/Inputs/rounding: what GPTQ and SparseGPT make of one layer, as their papers say it, in NumPy.

H^-1 is inverted and factored as arXiv:2210.17323 has it, one column after the other, rows all at once. `w` [N, K] are the weights,
`xtx` [K, K] the sum of x x^T; CASE/codes [N, K] and CASE/values [N, K] are the result of each case. SparseGPT (arXiv:2301.00774)
is `half`, of which 50 % are 0, and `2of4`.

usage: make-rounding-goldens.py     (needs NumPy and safetensors)

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""

from pathlib import Path

import numpy as np
from safetensors.numpy import save_file

OUT = Path(__file__).resolve().parent.parent / "test/Inputs/rounding"
ROWS, COLS, TOKENS = 20, 128, 400
SPARSE_COLS, BLOCK = 160, 128

CASES = {
    "sym4": {"bits": 4, "group": 32, "asym": False, "damp": 0.01, "order": False},
    "asym3": {"bits": 3, "group": 64, "asym": True, "damp": 0.05, "order": False},
    "ordered": {"bits": 4, "group": 32, "asym": False, "damp": 0.01, "order": True},
}


def half(values):
    return values.astype(np.float16).astype(np.float32)


def fit(group, bits, asym):
    """Scale and minimum of each row that span its values [N, group], as they are stored."""
    group = group.astype(np.float32)
    least, most = group.min(1), group.max(1)
    top = np.float32(2**bits - 1)
    if asym:
        return half((most - least) / top), half(least)
    extreme = np.where(-least > most, least, most)
    return half(extreme / np.float32(-(2 ** (bits - 1)))), np.zeros_like(extreme)


def gptq(weights, xtx, bits, group, asym, damp, order):
    w, h = weights.astype(np.float64), xtx.astype(np.float64)
    dead = np.diag(h) == 0
    w[:, dead] = 0
    h[dead, dead] = 1
    taken = np.argsort(-np.diag(xtx), kind="stable") if order else np.arange(COLS)
    live = h + np.diag(np.where(dead, 0, damp * np.diag(xtx.astype(np.float64)).mean()))
    factor = np.linalg.cholesky(np.linalg.inv(live[np.ix_(taken, taken)])).T
    zero = np.float32(0 if asym else 2 ** (bits - 1))
    scales = {first: fit(weights[:, first : first + group], bits, asym) for first in range(0, COLS, group)}
    codes = np.zeros(w.shape, dtype=np.uint8)
    values = np.zeros(w.shape, dtype=np.float32)
    w = w[:, taken]
    for place, column in enumerate(taken):
        first = column - column % group
        if not order and column == first:
            scales[first] = fit(w[:, first : first + group], bits, asym)
        scale, minimum = scales[first]
        code = np.rint((w[:, place].astype(np.float32) - minimum) * (np.float32(1) / scale) + zero)
        code = np.clip(code, 0, 2**bits - 1).astype(np.float32)
        codes[:, column] = code
        values[:, column] = scale * (code - zero) + minimum
        error = (w[:, place] - values[:, column]) / factor[place, place]
        w[:, place + 1 :] -= np.outer(error, factor[place, place + 1 :])
    return codes, values


def smallest(costs, count):
    """Which of all `costs` are the `count` smallest."""
    chosen = np.zeros(costs.size, dtype=bool)
    chosen[np.argsort(costs.reshape(-1), kind="stable")[:count]] = True
    return chosen.reshape(costs.shape)


def sparsegpt(weights, xtx, of=0):
    """With `of`, half of each so many of a row go; else half of each block of columns, among all rows."""
    w, h = weights.astype(np.float64), xtx.astype(np.float64)
    dead = np.diag(h) == 0
    w[:, dead] = 0
    h[dead, dead] = 1
    live = h + np.diag(np.where(dead, 0, 0.01 * np.diag(xtx.astype(np.float64)).mean()))
    factor = np.linalg.cholesky(np.linalg.inv(live)).T
    for begin in range(0, w.shape[1], of or BLOCK):
        block = slice(begin, min(begin + (of or BLOCK), w.shape[1]))
        costs = (w[:, block] / np.diag(factor)[block]) ** 2
        gone = np.array([smallest(row, of // 2) for row in costs]) if of else smallest(costs, costs.size // 2)
        for place in range(block.start, block.stop):
            error = np.where(gone[:, place - begin], w[:, place], 0) / factor[place, place]
            w[gone[:, place - begin], place] = 0
            w[:, place + 1 :] -= np.outer(error, factor[place, place + 1 :])
    return w.astype(np.float32)


def make_layer(generator, cols):
    mix = generator.normal(size=(cols, cols)) * generator.uniform(0.1, 2, cols)
    inputs = generator.normal(size=(TOKENS, cols)) @ mix
    inputs[:, 5] = 0  # a column that is never used
    weights = generator.normal(size=(ROWS, cols)).astype(np.float32)
    return weights, (inputs.T @ inputs).astype(np.float32)


def main():
    generator = np.random.default_rng(7)
    weights, xtx = make_layer(generator, COLS)
    tensors = {"w": weights, "xtx": xtx}
    for name, case in CASES.items():
        tensors[f"{name}/codes"], tensors[f"{name}/values"] = gptq(weights, xtx, **case)
        nearest = sum_of_errors(weights, nearest_values(weights, case), xtx)
        assert sum_of_errors(weights, tensors[f"{name}/values"], xtx) < 0.8 * nearest, name
    OUT.mkdir(exist_ok=True)
    save_file(tensors, OUT / "gptq.safetensors")
    weights, xtx = make_layer(generator, SPARSE_COLS)
    sparse = {"w": weights, "xtx": xtx, "half": sparsegpt(weights, xtx), "2of4": sparsegpt(weights, xtx, of=4)}
    assert sum_of_errors(weights, sparse["half"], xtx) < 0.8 * sum_of_errors(weights, np.where(np.abs(weights) < np.median(np.abs(weights)), 0, weights), xtx)
    save_file(sparse, OUT / "sparsegpt.safetensors")


def nearest_values(weights, case):
    made = np.zeros_like(weights)
    for first in range(0, COLS, case["group"]):
        part = weights[:, first : first + case["group"]]
        scale, minimum = fit(part, case["bits"], case["asym"])
        zero = 0 if case["asym"] else 2 ** (case["bits"] - 1)
        code = np.clip(np.rint((part - minimum[:, None]) / scale[:, None] + zero), 0, 2 ** case["bits"] - 1)
        made[:, first : first + case["group"]] = scale[:, None] * (code - zero) + minimum[:, None]
    return made


def sum_of_errors(weights, values, xtx):
    error = (weights - values).astype(np.float64)
    return np.einsum("ni,ij,nj->", error, xtx.astype(np.float64), error)


if __name__ == "__main__":
    main()
