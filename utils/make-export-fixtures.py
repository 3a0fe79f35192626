#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Export the tiny models of test/Inputs/families as ONNX graphs without their weights, which their folders have.

usage: make-export-fixtures.py OUTDIR [NAME...]     (OUTDIR is test/Inputs/onnx/families)
needs torch, transformers, onnx, onnxscript, safetensors (in a venv of their own)

What torch.onnx.export makes of transformers' model with its defaults, from ids and a mask to logits; only the experts are told
to compute their products in a form that torch converts. What torch cannot convert is named, and the others are made. Of those
in WITH_CACHES there is NAME-past.onnx as well, with what transformers caches as inputs and outputs.
"""

import argparse
import pathlib
import sys
import tempfile

import onnx
import torch
from onnx_export import Logits, export_graph
from transformers import AutoModelForCausalLM, DynamicCache

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "test" / "e2e"))
from export_weights import FILE, weights  # noqa: E402

FAMILIES = ROOT / "test" / "Inputs" / "families"
OPSET = 18
WITH_CACHES = {"deepseek_v3"}  # what is cached there is no keys and values


class WithCaches(torch.nn.Module):
    """A model as a function from ids and caches, [batch, heads, past, columns], to logits and caches."""

    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, input_ids, attention_mask, past):
        given = DynamicCache(list(zip(past[0::2], past[1::2])))
        made = self.model(input_ids=input_ids, attention_mask=attention_mask, past_key_values=given, use_cache=True)
        return made.logits, *tensors(made.past_key_values)


def tensors(cache):
    return [tensor for layer in cache.layers for tensor in (layer.keys, layer.values)]


def load(folder):
    return AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, experts_implementation="batched_mm").eval()


def export(folder):
    model = load(folder)
    ids = torch.randint(3, 100, (2, 9))
    with tempfile.TemporaryDirectory() as out:
        export_graph(Logits(model), {"input_ids": ids, "attention_mask": torch.ones_like(ids)}, f"{out}/model.onnx", OPSET, "logits",
                     external_data=False, verbose=False)
        return onnx.load(f"{out}/model.onnx")


def export_with_caches(folder):
    model = load(folder)
    ids = torch.randint(3, 100, (2, 9))
    batch, seq, past = (torch.export.Dim(name) for name in ("batch", "seq", "past"))
    with tempfile.TemporaryDirectory() as out, torch.no_grad():
        caches = tensors(model(ids[:, :7], use_cache=True).past_key_values)
        names = [f"{i}.{what}" for i in range(len(caches) // 2) for what in ("key", "value")]
        torch.onnx.export(WithCaches(model), (ids[:, :5], torch.ones(2, 12, dtype=torch.int64), caches), f"{out}/model.onnx", dynamo=True,
                          opset_version=OPSET, external_data=False, verbose=False,
                          input_names=["input_ids", "attention_mask", *(f"past_key_values.{name}" for name in names)],
                          output_names=["logits", *(f"present.{name}" for name in names)],
                          dynamic_shapes={"input_ids": {0: batch, 1: seq}, "attention_mask": {0: batch, 1: torch.export.Dim.AUTO},
                                          "past": [{0: batch, 2: past} for _ in caches]})
        return onnx.load(f"{out}/model.onnx")


def find(part, whole):
    """Where numbers of four bytes stand in others, or -1."""
    at = whole.find(part)
    while at % 4 and at >= 0:
        at = whole.find(part, at + 1)
    return at


def take_out_weights(graph, folder):
    whole = weights(folder)
    for tensor in graph.initializer:
        data = onnx.numpy_helper.to_array(tensor).tobytes()
        at = find(data, whole) if tensor.data_type == onnx.TensorProto.FLOAT and len(data) >= 32 else -1
        if at < 0:
            continue
        tensor.ClearField("raw_data")
        tensor.data_location = onnx.TensorProto.EXTERNAL
        for key, value in (("location", FILE), ("offset", at), ("length", len(data))):
            tensor.external_data.add(key=key, value=str(value))


def take_out_notes(model):
    """Where in Python each node comes from: nine tenths of the file."""
    for part in (model, model.graph, *model.graph.node, *model.graph.input, *model.graph.output, *model.graph.value_info,
                 *model.graph.initializer, *model.functions, *(node for function in model.functions for node in function.node)):
        part.ClearField("metadata_props")
        part.ClearField("doc_string")
    model.graph.ClearField("value_info")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", type=pathlib.Path, help="folder to write the graphs to")
    parser.add_argument("names", nargs="*", help="only these")
    arguments = parser.parse_args()
    torch.manual_seed(0)
    arguments.out.mkdir(parents=True, exist_ok=True)
    for folder in sorted(path.parent for path in FAMILIES.glob("*/config.json")):
        if arguments.names and folder.name not in arguments.names:
            continue
        exports = {folder.name: export}
        if folder.name in WITH_CACHES:
            exports[f"{folder.name}-past"] = export_with_caches
        for name, make in exports.items():
            try:
                model = make(folder)
            except torch.onnx.OnnxExporterError as error:
                print(f"{name}: {error}", file=sys.stderr)
                continue
            take_out_weights(model.graph, folder)
            take_out_notes(model)
            (arguments.out / f"{name}.onnx").write_bytes(model.SerializeToString(deterministic=True))


if __name__ == "__main__":
    main()
