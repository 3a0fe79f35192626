"""Function programs by the C API: what they take and give, and a call.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""

from __future__ import annotations

import ctypes
from typing import Any, Iterable, Mapping, NamedTuple, Union

import numpy as np
import numpy.typing as npt

from ._library import Buffer, Library, TensorInfo


class TensorType(NamedTuple):
    """An input or output: its name, NumPy's name of its element type, and its dims, numbers or names ("" has none)."""

    name: str
    dtype: str
    shape: tuple[Union[int, str], ...]


class Signature(NamedTuple):
    """What a call of the model takes and gives."""

    inputs: tuple[TensorType, ...]
    outputs: tuple[TensorType, ...]


def read_signature(library: Library, function: ctypes.c_void_p) -> Signature:
    """The inputs and outputs in their order."""
    counts = ctypes.c_size_t(), ctypes.c_size_t()
    library.call("llmrt_function_counts", function, *map(ctypes.byref, counts))
    sides = []
    for name, count in zip(("llmrt_function_input", "llmrt_function_output"), counts):
        infos = [TensorInfo() for _ in range(count.value)]
        for i, info in enumerate(infos):
            library.call(name, function, i, ctypes.byref(info))
        sides.append(tuple(map(_tensor_type, infos)))
    return Signature(*sides)


def _tensor_type(info: TensorInfo) -> TensorType:
    shape = tuple(info.sizes[i] if info.sizes[i] >= 0 else info.symbols[i].decode() for i in range(info.rank))
    return TensorType(info.name.decode(), info.dtype.decode(), shape)


def _element_type(name: str) -> np.dtype[Any]:
    """NumPy has no bfloat16: its two bytes are a uint16; nor narrower types: their byte is a uint8."""
    try:
        return np.dtype(name)
    except TypeError:
        return np.dtype("uint16" if name == "bfloat16" else "uint8")


def _defaults(arrays: Mapping[str, Any]) -> dict[str, Any]:
    """What follows from input_ids: a mask of ones, types of zeros."""
    if "input_ids" not in arrays:
        return {}
    shape = np.shape(arrays["input_ids"])
    return {"attention_mask": np.ones(shape, int).tolist(), "token_type_ids": np.zeros(shape, int).tolist()}


def _input(wanted: TensorType, value: Any) -> npt.NDArray[Any]:
    """One input, dense. Lists take the type that is wanted, arrays must have it."""
    dtype = _element_type(wanted.dtype)
    array = np.asarray(value) if isinstance(value, np.ndarray) else np.asarray(value, dtype=dtype)
    if array.dtype != dtype:
        raise TypeError(f"input {wanted.name} is {wanted.dtype} {list(wanted.shape)}: this is {array.dtype} "
                        f"{list(array.shape)}; convert it with .astype('{dtype}')")
    if array.ndim != len(wanted.shape):
        raise ValueError(f"input {wanted.name} has the shape {list(wanted.shape)}: this has {list(array.shape)}")
    return np.ascontiguousarray(array).reshape(array.shape)


def check_names(signature: Signature, given: Iterable[str]) -> None:
    """Raises TypeError where these are not the inputs' names."""
    names = [tensor.name for tensor in signature.inputs]
    if sorted(given) != sorted(names):
        raise TypeError(f"the model's inputs are {', '.join(names)}: {', '.join(given) or 'none'} given")


def gather_inputs(signature: Signature, arrays: Mapping[str, Any]) -> list[npt.NDArray[Any]]:
    """The inputs in the order of the signature, defaults filled in. Raises TypeError and ValueError."""
    defaults = {name: default for name, default in _defaults(arrays).items()
                if any(tensor.name == name for tensor in signature.inputs)}
    complete = {**defaults, **arrays}
    check_names(signature, complete)
    return [_input(tensor, complete[tensor.name]) for tensor in signature.inputs]


def call(library: Library, function: ctypes.c_void_p, signature: Signature,
         inputs: list[npt.NDArray[Any]]) -> dict[str, npt.NDArray[Any]]:
    """Runs the function; new arrays by name."""
    sizes = [size for array in inputs for size in array.shape]
    ranks = [len(tensor.shape) for tensor in signature.outputs]
    found, count = (ctypes.c_int64 * sum(ranks))(), ctypes.c_size_t()
    library.call("llmrt_function_plan", function, (ctypes.c_int64 * len(sizes))(*sizes), len(sizes), found, sum(ranks),
                 ctypes.byref(count), None)
    rest = iter(found)
    outputs = [np.empty([next(rest) for _ in tensor.shape], _element_type(tensor.dtype)) for tensor in signature.outputs]
    library.call("llmrt_function_call", function, _buffers(inputs), len(inputs), _buffers(outputs), len(outputs))
    return {tensor.name: array for tensor, array in zip(signature.outputs, outputs)}


def _buffers(arrays: list[npt.NDArray[Any]]) -> Any:
    return (Buffer * len(arrays))(*(Buffer(array.ctypes.data, array.nbytes) for array in arrays))
