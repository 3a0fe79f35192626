#!/usr/bin/env python3
"""Exports a language model as ONNX, as its users do: a GGUF file or a Hugging Face folder through transformers and
torch.onnx.export. Also saves what it read as a Hugging Face folder in f32, so that both can be compared.
usage: export-onnx.py MODEL OUT [--opset 18 23] [--encoder]
--encoder: the model gives hidden states (last_hidden_state), not logits; what transformers computes for several batches and
lengths comes along as OUT/states/BxS/{input_ids,attention_mask,last_hidden_state}.npy, for bench/compare-encoder.py
needs torch, transformers, gguf, onnx, onnxscript, safetensors (in a venv of their own)

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""

import argparse
from pathlib import Path

import numpy as np
import torch
from onnx_export import Logits, export_graph
from transformers import AutoModel, AutoModelForCausalLM, AutoTokenizer


class HiddenStates(torch.nn.Module):
    """An encoder as a function from ids to hidden states."""

    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, input_ids, attention_mask, token_type_ids=None):
        types = {} if token_type_ids is None else {"token_type_ids": token_type_ids}
        return self.model(input_ids=input_ids, attention_mask=attention_mask, **types).last_hidden_state


def load(path, encoder):
    path = Path(path)
    if encoder:
        return AutoModel.from_pretrained(path, dtype=torch.float32).eval(), AutoTokenizer.from_pretrained(path)
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


def save_states(model, folder):
    """Ids of every batch and length, the rows of a batch padded to it differently."""
    random = np.random.default_rng(1)
    for batch in (1, 4):
        for length in (1, 17, 128, 512):
            ids = random.integers(3, model.config.vocab_size, (batch, length))
            mask = np.arange(length)[None] < np.array([length - row * length // 5 for row in range(batch)])[:, None]
            given = {"input_ids": ids, "attention_mask": mask.astype(np.int64)}
            with torch.no_grad():
                states = model(**{name: torch.from_numpy(array) for name, array in given.items()}).last_hidden_state
            to = folder / f"{batch}x{length}"
            to.mkdir(parents=True, exist_ok=True)
            for name, array in (given | {"last_hidden_state": states.numpy()}).items():
                np.save(to / f"{name}.npy", array)


def export(model, tokenizer, folder, opset, encoder):
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer.save_pretrained(folder)
    model.config.save_pretrained(folder)
    ids = torch.randint(3, 300, (2, 9))
    given = {"input_ids": ids, "attention_mask": torch.ones_like(ids)}
    if encoder and getattr(model.config, "type_vocab_size", 0) > 1:
        given["token_type_ids"] = torch.zeros_like(ids)
    export_graph(HiddenStates(model) if encoder else Logits(model), given, folder / "model.onnx", opset,
                 "last_hidden_state" if encoder else "logits", external_data=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model")
    parser.add_argument("out", type=Path)
    parser.add_argument("--opset", type=int, nargs="*", default=[18, 23])
    parser.add_argument("--encoder", action="store_true")
    options = parser.parse_args()
    model, tokenizer = load(options.model, options.encoder)
    model.save_pretrained(options.out / "hf")
    tokenizer.save_pretrained(options.out / "hf")
    if options.encoder:
        save_states(model, options.out / "states")
    for opset in options.opset:
        export(model, tokenizer, options.out / f"opset{opset}", opset, options.encoder)


if __name__ == "__main__":
    main()
