#!/usr/bin/env python3
"""Compares an ONNX model compiled by llmc with ONNX Runtime on a text: largest difference of logits, mean KL divergence and how
often the most likely token is the same.
usage: compare-ort.py LLMC FOLDER TEXT [--tokens N] [llmc compile options...]
FOLDER has model.onnx and tokenizer.json. Needs numpy, onnxruntime and tokenizers.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""

import argparse
import subprocess
import tempfile
from pathlib import Path

import numpy as np
import onnxruntime
from tokenizers import Tokenizer


def session_cache_shape(session, entry):
    """Heads and columns of a cache; exporters leave the columns open, where the hidden size over the heads says them."""
    heads, columns = entry.shape[1], entry.shape[3]
    if isinstance(columns, int):
        return heads, columns
    for size in (64, 128, 96, 80, 32, 16, 256):  # the first that the graph takes
        try:
            probe = {i.name: np.zeros((1, heads, 0, size), np.float32) for i in session.get_inputs() if "past" in i.name}
            probe |= {"input_ids": np.zeros((1, 1), np.int64), "attention_mask": np.ones((1, 1), np.int64)}
            session.run(["logits"], probe)
            return heads, size
        except Exception:  # noqa: BLE001 - another size may fit
            continue
    raise SystemExit(f"cannot tell the columns of {entry.name}")


def by_onnx_runtime(model, ids):
    session = onnxruntime.InferenceSession(str(model), providers=["CPUExecutionProvider"])
    feed = {"input_ids": ids, "attention_mask": np.ones_like(ids)}
    for entry in session.get_inputs():
        if entry.name == "position_ids":
            feed[entry.name] = np.arange(ids.shape[1])[None]
        elif entry.name not in feed:  # an empty cache
            heads, columns = session_cache_shape(session, entry)
            feed[entry.name] = np.zeros((1, heads, 0, columns), np.float32)
    return session.run(["logits"], feed)[0][0]


def by_llmc(llmc, model, ids, options):
    with tempfile.TemporaryDirectory() as folder:
        app, given, made = (Path(folder) / name for name in ("app", "ids.npy", "logits.npy"))
        subprocess.run([llmc, "compile", model, "-o", app, "-q", *options], check=True)
        np.save(given, ids)
        subprocess.run([app, "logits", "--ids", given, "--out", made], check=True)
        return np.load(made)[0]


def log_softmax(x):
    x = x.astype(np.float64)
    x = x - x.max(-1, keepdims=True)
    return x - np.log(np.exp(x).sum(-1, keepdims=True))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("llmc")
    parser.add_argument("folder", type=Path)
    parser.add_argument("text", type=Path)
    parser.add_argument("--tokens", type=int, default=512)
    arguments, options = parser.parse_known_args()
    tokenizer = Tokenizer.from_file(str(arguments.folder / "tokenizer.json"))
    ids = np.array([tokenizer.encode(arguments.text.read_text()).ids[:arguments.tokens]], np.int64)
    expected = by_onnx_runtime(arguments.folder / "model.onnx", ids)
    found = by_llmc(arguments.llmc, arguments.folder / "model.onnx", ids, options)
    p, q = log_softmax(expected), log_softmax(found)
    print(f"{ids.shape[1]} tokens: largest difference {np.abs(expected - found).max():.2e}, "
          f"mean KL {(np.exp(p) * (p - q)).sum(-1).mean():.2e}, "
          f"same most likely token {(expected.argmax(-1) == found.argmax(-1)).mean():.2%}")


if __name__ == "__main__":
    main()
