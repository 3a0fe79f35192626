"""llmc.compile: a model file, or a module of PyTorch, becomes a loaded model. llmc.check: whether a file can.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""

from __future__ import annotations

import json
import os
import tempfile
import warnings
from pathlib import Path
from typing import Any, Mapping, Optional, Sequence, Union

from ._compiler import cautions, refusal, run_compiler
from ._model import Model, load
from ._torch import export_onnx, is_exportable

PathLike = Union[str, "os.PathLike[str]"]


def _flags(**choices: Union[str, int, None]) -> list[str]:
    """max_context=64 is --max-context=64; None is the compiler's default."""
    return [f"--{name.replace('_', '-')}={value}" for name, value in choices.items() if value is not None]


def compile(
    model: Any,
    output: Optional[PathLike] = None,
    *,
    activations: Optional[str] = None,
    weights: Optional[str] = None,
    kv: Optional[str] = None,
    max_context: Optional[int] = None,
    max_batch: Optional[int] = None,
    cpu: Optional[str] = None,
    pre_tokenizer: Optional[str] = None,
    example_inputs: Union[Sequence[Any], Mapping[str, Any], None] = None,
    dynamic_shapes: Any = None,
    tokenizer: Any = None,
) -> Model:
    """Compiles a model into a shared object and loads it.

    model: the path of a GGUF file, a Hugging Face folder or an ONNX file; a torch.nn.Module; or a
        torch.export.ExportedProgram. The last two go through torch.onnx.export(dynamo=True).
    output: the shared object, which `llmc.load` opens again. None: a temporary one, gone when the model is closed.
    activations: "f32", "i16", "mixed" or "i8", what linears multiply with; weights: "keep" or "f32"; kv: "f32" or "f16", of the cache;
        max_context: positions of one sequence; max_batch: sequences at once; cpu: "portable", "native", "x86-64-v3" or an
        instruction set; pre_tokenizer: how a GGUF file's text is split, by name. None is the compiler's default: `llmc compile --help`.
    example_inputs: of a torch.nn.Module, its arguments: a tuple, or a dict by name.
    dynamic_shapes: of a torch.nn.Module, as torch.export.export takes them. None: every dim that the module lets vary and
        that is neither 0 nor 1 in the example.
    tokenizer: of a torch module, a folder with tokenizer.json, or a tokenizer with `save_pretrained`.

    What the compiler warns of is a UserWarning. Raises CompileError with the compiler's message, TypeError and ValueError for arguments that do not go together.
    """
    flags = _flags(activations=activations, weights=weights, kv=kv, max_context=max_context, max_batch=max_batch, cpu=cpu,
                   pre_tokenizer=pre_tokenizer)
    with tempfile.TemporaryDirectory(prefix="llmc-export-") as folder:
        if is_exportable(model):
            export_onnx(model, Path(folder), example_inputs, dynamic_shapes, tokenizer)
            source = folder
        else:
            if example_inputs is not None or dynamic_shapes is not None or tokenizer is not None:
                raise ValueError("example_inputs, dynamic_shapes and tokenizer are for modules of PyTorch: the model is "
                                 f"{model!r}; a file's tokenizer lies beside it")
            source = os.fsdecode(model)
        return _build(source, output, flags)


def _build(source: str, output: Optional[PathLike], flags: Sequence[str]) -> Model:
    """Compiles a file or folder; a temporary result belongs to the model."""
    temporary = None
    if output is None:
        temporary = tempfile.TemporaryDirectory(prefix="llmc-")
        path = os.path.join(temporary.name, "model.so")
    else:
        path = os.fsdecode(output)
    try:
        result = run_compiler("compile", "-q", "--emit=so", "-o", path, *flags, "--", source)
        if result.returncode != 0:
            raise refusal(result)
        for caution in cautions(result):
            warnings.warn(caution, stacklevel=3)
        return load(path, _owned=temporary)
    except BaseException:
        if temporary:
            temporary.cleanup()
        raise


def check(model: PathLike) -> dict[str, Any]:
    """What `llmc check --json` says of an ONNX file, or the folder of one.

    "compiles": bool, with "problem" where it is false; "program": "step" (text generation with a cache) or "function";
    "layers"; "recognised": counts by kind; "generic" and "unsupported": nodes, each with "node", "op" and "reason".

    Raises CompileError where it is no such file.
    """
    result = run_compiler("check", "--json", "--", os.fsdecode(model))
    if not result.stdout.strip():
        raise refusal(result)
    found: dict[str, Any] = json.loads(result.stdout)
    return found
