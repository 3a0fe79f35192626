#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Write the seeds of the fuzz targets quantized and gguf-parts: one small matrix of each method, a model in two parts.

usage: make-quantized-seeds.py CORPUS       (packages: utils/requirements-dev.txt; CORPUS is test/fuzz/corpus)
"""

import importlib
import json
import pathlib
import sys

import gguf
import numpy as np
from safetensors.torch import save

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "utils"))
folders = importlib.import_module("make-quantized-folders")


def quantized_seed(config, layout):
    weight = np.random.default_rng(1).normal(size=(32, 64)).astype(np.float32)
    parts, _ = layout(weight, np.random.default_rng(2))
    tensors = {"m" + ending: part.contiguous() for ending, part in parts.items()}
    return json.dumps({"quantization_config": config}).encode() + b"\n" + save(tensors)


def part(path, number):
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_uint16("split.no", number)
    writer.add_uint16("split.count", 2)
    writer.add_int32("split.tensors.count", 2)
    writer.add_tensor(f"t{number}", np.zeros((2, 4), np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    data = path.read_bytes()
    path.unlink()
    return data


def main():
    corpus = pathlib.Path(sys.argv[1])
    for folder in ("quantized", "gguf-parts"):
        (corpus / folder).mkdir(exist_ok=True)
    for name, (config, layout) in folders.FOLDERS.items():
        (corpus / "quantized" / name).write_bytes(quantized_seed(config, layout))
    parts = [part(corpus / "gguf-parts" / "part", number) for number in (0, 1)]
    (corpus / "gguf-parts" / "two").write_bytes(len(parts[0]).to_bytes(4, "little") + parts[0] + parts[1])


if __name__ == "__main__":
    main()
