#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Write tiny llama folders quantised as GPTQ, AWQ, compressed-tensors, bitsandbytes and fp8 do, with their reference logits.

usage: make-quantized-folders.py OUTDIR       (packages: utils/requirements-dev.txt; OUTDIR is test/Inputs/models)

The references are transformers' float32 logits of the weights that the tensors mean: see quantized_layouts.py.
"""

import argparse
import importlib
import json
import pathlib

import numpy as np
import quantized_layouts as layouts
import torch
from safetensors.torch import save_file

tiny = importlib.import_module("make-tiny-models")


def gptq_config(bits, group, symmetric, shuffled, **more):
    return {"quant_method": "gptq", "bits": bits, "group_size": group, "sym": symmetric, "desc_act": shuffled} | more


def compressed_config(kind, weights):
    groups = {"group_0": {"targets": ["Linear"], "weights": weights, "input_activations": None}}
    return {"quant_method": "compressed-tensors", "format": kind, "config_groups": groups, "ignore": ["lm_head"]}


# Folder: what config.json says, and how a linear is stored.
FOLDERS = {
    "gptq": (gptq_config(4, 32, False, False), lambda w, g: layouts.gptq(w, g, 4, 32, False, 1, False)),
    "gptq3-v2": (
        gptq_config(3, -1, True, False, checkpoint_format="gptq_v2"),
        lambda w, g: layouts.gptq(w, g, 3, w.shape[1], True, 2, False),
    ),
    "gptq-shuffled": (gptq_config(4, 32, False, True), lambda w, g: layouts.gptq(w, g, 4, 32, False, 1, True)),
    "awq": (
        {"quant_method": "awq", "bits": 4, "group_size": 32, "zero_point": True, "version": "gemm"},
        lambda w, g: layouts.awq(w, g, 32),
    ),
    "packed4": (
        compressed_config("pack-quantized", {"num_bits": 4, "type": "int", "strategy": "group", "group_size": 32, "symmetric": False}),
        lambda w, g: layouts.packed(w, g, 32, False),
    ),
    "w8a8": (
        compressed_config("int-quantized", {"num_bits": 8, "type": "int", "strategy": "channel", "symmetric": True}),
        layouts.int8_rows,
    ),
    "float8-rows": (
        compressed_config("float-quantized", {"num_bits": 8, "type": "float", "strategy": "channel", "symmetric": True}),
        lambda w, g: layouts.fp8(w, g, ".weight_scale", 1, w.shape[1]),
    ),
    "fp8": (
        {"quant_method": "fp8", "activation_scheme": "dynamic", "weight_block_size": [32, 48]},
        lambda w, g: layouts.fp8(w, g, ".weight_scale_inv", 32, 48),
    ),
    "nf4": (
        {"quant_method": "bitsandbytes", "load_in_4bit": True, "bnb_4bit_quant_type": "nf4", "bnb_4bit_use_double_quant": True},
        lambda w, g: layouts.nf4(w, g, 64, 16),
    ),
    "bnb8": ({"quant_method": "bitsandbytes", "load_in_8bit": True}, layouts.int8_bitsandbytes),
}


def is_quantized(name, weight):
    return weight.ndim == 2 and "embed" not in name


def write_folder(folder, config, layout, seed):
    """Embeddings and norms in float32 numbers that bfloat16 holds; every other matrix as `layout` stores it."""
    generator = np.random.default_rng(seed)
    model = tiny.llama(seed, tied=True)
    tensors = {}
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if not is_quantized(name, weight):
                weight.copy_(weight.to(torch.bfloat16))
                tensors[name] = weight.to(torch.bfloat16)
                continue
            parts, values = layout(weight.numpy().astype(np.float32), generator)
            stem = name.removesuffix(".weight")
            tensors |= {stem + ending: part.contiguous() for ending, part in parts.items()}
            weight.copy_(torch.from_numpy(values))
    folder.mkdir(parents=True, exist_ok=True)
    save_file(tensors, folder / "model.safetensors", {"format": "pt"})
    fields = tiny.hub_style(model.config.to_dict(), "float32") | {"architectures": ["LlamaForCausalLM"], "quantization_config": config}
    (folder / "config.json").write_text(json.dumps(fields, indent=2, sort_keys=True) + "\n")
    tiny.write_reference(model, f"{folder}/", seed)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", type=pathlib.Path, help="folder to write the models to")
    out = parser.parse_args().out
    torch.set_num_threads(1)
    for seed, (name, (config, layout)) in enumerate(FOLDERS.items(), 201):
        write_folder(out / f"llama-{name}", config, layout, seed)
    for path in out.rglob("*.safetensors"):
        path.chmod(0o644)


if __name__ == "__main__":
    main()
