#!/usr/bin/env python3
"""Exports a causal language model as ONNX, as its users do: a GGUF file or a Hugging Face folder through transformers and
torch.onnx.export. Also saves what it read as a Hugging Face folder in f32, so that both can be compared.
usage: export-onnx.py MODEL OUT [--opset 18 23]
needs torch, transformers, gguf, onnx, onnxscript, safetensors (in a venv of their own)

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""

import argparse
from pathlib import Path

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer


class Logits(torch.nn.Module):
    """A model as a function from ids to logits."""

    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, input_ids, attention_mask):
        return self.model(input_ids=input_ids, attention_mask=attention_mask, use_cache=False).logits


def load(path):
    path = Path(path)
    where = {"pretrained_model_name_or_path": str(path.parent), "gguf_file": path.name} if path.is_file() \
        else {"pretrained_model_name_or_path": str(path)}
    model = AutoModelForCausalLM.from_pretrained(**where, dtype=torch.float32)
    if path.is_file():  # transformers refuses to save what it read from a GGUF file, though it is f32 now
        config = model.config
        config.__dict__.pop("quantization_config", None)
        plain = AutoModelForCausalLM.from_config(config, dtype=torch.float32)
        plain.load_state_dict(model.state_dict())
        model = plain
    return model.eval(), AutoTokenizer.from_pretrained(**where)


def export(model, tokenizer, folder, opset):
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer.save_pretrained(folder)
    model.config.save_pretrained(folder)
    ids = torch.randint(3, 300, (2, 9))
    batch, seq = torch.export.Dim("batch"), torch.export.Dim("seq")
    shapes = {name: {0: batch, 1: seq} for name in ("input_ids", "attention_mask")}
    torch.onnx.export(Logits(model), (ids, torch.ones_like(ids)), folder / "model.onnx", dynamo=True,
                      opset_version=opset, input_names=list(shapes), output_names=["logits"], dynamic_shapes=shapes,
                      external_data=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model")
    parser.add_argument("out", type=Path)
    parser.add_argument("--opset", type=int, nargs="*", default=[18, 23])
    options = parser.parse_args()
    model, tokenizer = load(options.model)
    model.save_pretrained(options.out / "hf")
    tokenizer.save_pretrained(options.out / "hf")
    for opset in options.opset:
        with torch.no_grad():
            export(model, tokenizer, options.out / f"opset{opset}", opset)


if __name__ == "__main__":
    main()
