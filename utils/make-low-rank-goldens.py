#!/usr/bin/env python3
"""Writes test/Inputs/rounding/low-rank.safetensors: the factors of a matrix, as their papers say them, in NumPy.

Of each SHAPE, `wide` [N, K] with N < K and `tall`: `SHAPE/w`, `SHAPE/xtx` [K, K], the sum of x x^T, and the products U V of rank RANK:
`SHAPE/svd` by numpy.linalg.svd, `SHAPE/lord` with the eigenvectors of W X^T X W^T (arXiv:2309.14021) by numpy.linalg.eigh. LPLR
(arXiv:2310.11028, algorithm 1) is `SHAPE/lplr`, and `SHAPE/lplr4` where the left factor has codes of 4 bits; S has the numbers of
MT19937 with its usual seed, by Box and Muller.

usage: make-low-rank-goldens.py     (needs NumPy and safetensors)

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""

import importlib
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file

fit = importlib.import_module("make-rounding-goldens").fit

OUT = Path(__file__).resolve().parent.parent / "test/Inputs/rounding/low-rank.safetensors"
RANK, GROUP, TOKENS = 16, 16, 300
SHAPES = {"wide": (24, 40), "tall": (40, 24)}


def svd(weights):
    left, sizes, right = np.linalg.svd(weights.astype(np.float64), full_matrices=False)
    return (left[:, :RANK] * sizes[:RANK]) @ right[:RANK]


def lord(weights, xtx):
    w = weights.astype(np.float64)
    vectors = np.linalg.eigh(w @ xtx.astype(np.float64) @ w.T)[1][:, -RANK:]
    return vectors @ (vectors.T @ w)


def draw_normal(count):
    """As lib/Weights/LowRank/Sketch.cpp draws them."""
    source = np.random.MT19937()
    source._legacy_seeding(5489)
    uniform = (source.random_raw(count) + 0.5) / 2.0**32
    length, angle = np.sqrt(-2 * np.log(uniform[0::2])), 2 * np.pi * uniform[1::2]
    return np.stack([length * np.cos(angle), length * np.sin(angle)], 1).reshape(-1)


def nearest(values, bits=4):
    made = np.zeros_like(values)
    for first in range(0, values.shape[1], GROUP):
        part = values[:, first : first + GROUP]
        scale, _ = fit(part, bits, asym=False)
        code = np.clip(np.rint(part / scale[:, None]), -(2 ** (bits - 1)), 2 ** (bits - 1) - 1)
        made[:, first : first + GROUP] = code * scale[:, None]
    return made


def lplr(weights, is_rounded):
    w = weights.astype(np.float64)
    sketch = draw_normal(RANK * w.shape[1]).reshape(RANK, -1).T / np.sqrt(RANK)
    left = (w @ sketch).astype(np.float32)
    left = (nearest(left) if is_rounded else left).astype(np.float64)
    return left @ np.linalg.lstsq(left, w, rcond=None)[0]


def make_layer(generator, rows, cols):
    """Sizes decay, and inputs prefer other directions than the weights."""
    mix = generator.normal(size=(cols, cols)) * generator.uniform(0.1, 3, cols)
    inputs = generator.normal(size=(TOKENS, cols)) @ mix
    inputs[:, 5] = 0  # a column that is never used
    count = min(rows, cols)
    left = np.linalg.qr(generator.normal(size=(rows, count)))[0]
    right = np.linalg.qr(generator.normal(size=(cols, count)))[0]
    weights = (left * np.exp(-np.arange(count) / 8)) @ right.T
    return weights.astype(np.float32), (inputs.T @ inputs).astype(np.float32)


def error(weights, made, xtx):
    rest = weights.astype(np.float64) - made
    return np.einsum("ni,ij,nj->", rest, xtx.astype(np.float64), rest)


def main():
    generator = np.random.default_rng(11)
    tensors = {}
    for shape, size in SHAPES.items():
        weights, xtx = make_layer(generator, *size)
        made = {"svd": svd(weights), "lord": lord(weights, xtx), "lplr": lplr(weights, False), "lplr4": lplr(weights, True)}
        assert error(weights, made["lord"], xtx) < 0.8 * error(weights, made["svd"], xtx), shape
        tensors |= {f"{shape}/w": weights, f"{shape}/xtx": xtx}
        tensors |= {f"{shape}/{name}": product.astype(np.float32) for name, product in made.items()}
    save_file(tensors, OUT)


if __name__ == "__main__":
    main()
