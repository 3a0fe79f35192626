"""Modules of PyTorch become ONNX files. PyTorch is imported only by who has brought a module of it.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import Any

# What the compiler reads beside a graph.
_BESIDE = ("tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json", "config.json",
           "generation_config.json", "genai_config.json", "chat_template.jinja", "vocab.json", "merges.txt")


def is_exportable(model: Any) -> bool:
    """Whether this is a torch.nn.Module or a torch.export.ExportedProgram."""
    torch = sys.modules.get("torch")
    return torch is not None and isinstance(model, (torch.nn.Module, torch.export.ExportedProgram))


def _automatic(value: Any) -> Any:
    """Every dim of every tensor of an example as one that may vary."""
    torch = sys.modules["torch"]
    if isinstance(value, torch.Tensor):
        return {i: torch.export.Dim.AUTO for i in range(value.ndim)}
    if isinstance(value, dict):
        return {name: _automatic(item) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(_automatic(item) for item in value)
    return None


def _export_arguments(model: Any, example_inputs: Any, dynamic_shapes: Any) -> dict[str, Any]:
    """What torch.onnx.export takes besides the model and the file."""
    torch = sys.modules["torch"]
    if isinstance(model, torch.export.ExportedProgram):
        if example_inputs is not None or dynamic_shapes is not None:
            raise ValueError("a torch.export.ExportedProgram has its inputs and shapes in it: "
                             "leave example_inputs and dynamic_shapes out")
        return {}
    if example_inputs is None:
        raise TypeError("a torch.nn.Module needs example_inputs: a tuple of its arguments, or a dict by name")
    if isinstance(example_inputs, torch.Tensor):
        example_inputs = (example_inputs,)
    if dynamic_shapes is None:
        dynamic_shapes = _automatic(example_inputs if isinstance(example_inputs, dict) else tuple(example_inputs))
    if isinstance(example_inputs, dict):
        return {"args": (), "kwargs": example_inputs, "dynamic_shapes": dynamic_shapes}
    return {"args": tuple(example_inputs), "dynamic_shapes": dynamic_shapes}


def _put_tokenizer(tokenizer: Any, folder: Path) -> None:
    """The files of a tokenizer, beside the graph."""
    if hasattr(tokenizer, "save_pretrained"):
        tokenizer.save_pretrained(folder)
        return
    source = Path(os.fsdecode(tokenizer))
    if not (source / "tokenizer.json").is_file():
        raise FileNotFoundError(f"tokenizer: no tokenizer.json in '{source}': give the folder that has it")
    for name in _BESIDE:
        if (source / name).is_file():
            shutil.copy(source / name, folder / name)


def export_onnx(model: Any, folder: Path, example_inputs: Any, dynamic_shapes: Any, tokenizer: Any) -> None:
    """Writes FOLDER/model.onnx, its weights beside it, and the tokenizer's files if there is one.

    What torch.onnx.export raises comes through.
    """
    torch = sys.modules["torch"]
    arguments = _export_arguments(model, example_inputs, dynamic_shapes)
    if tokenizer is not None:
        _put_tokenizer(tokenizer, folder)
    training = isinstance(model, torch.nn.Module) and model.training
    if training:
        model.eval()
    try:
        torch.onnx.export(model, f=folder / "model.onnx", dynamo=True, external_data=True, verbose=False, **arguments)
    finally:
        if training:
            model.train()
