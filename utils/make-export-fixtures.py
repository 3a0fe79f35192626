#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Export the tiny models of test/Inputs/families as ONNX graphs without their weights, which their folders have.

usage: make-export-fixtures.py OUTDIR [NAME...]     (OUTDIR is test/Inputs/onnx/families)
needs torch, transformers, onnx, onnxscript, safetensors (in a venv of their own)

What torch.onnx.export makes of transformers' model with its defaults, from ids and a mask to logits; only the experts are told
to compute their products in a form that torch converts. What torch cannot convert is named, and the others are made.
"""

import argparse
import pathlib
import sys
import tempfile

import onnx
import torch
from onnx_export import Logits, export_graph
from transformers import AutoModelForCausalLM

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "test" / "e2e"))
from export_weights import FILE, weights  # noqa: E402

FAMILIES = ROOT / "test" / "Inputs" / "families"
OPSET = 18


def export(folder):
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, experts_implementation="batched_mm").eval()
    ids = torch.randint(3, 100, (2, 9))
    with tempfile.TemporaryDirectory() as out:
        export_graph(Logits(model), {"input_ids": ids, "attention_mask": torch.ones_like(ids)}, f"{out}/model.onnx", OPSET, "logits",
                     external_data=False, verbose=False)
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
        try:
            model = export(folder)
        except torch.onnx.OnnxExporterError as error:
            print(f"{folder.name}: {error}", file=sys.stderr)
            continue
        take_out_weights(model.graph, folder)
        take_out_notes(model)
        (arguments.out / f"{folder.name}.onnx").write_bytes(model.SerializeToString(deterministic=True))


if __name__ == "__main__":
    main()
