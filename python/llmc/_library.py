"""The C API of a compiled model (llmrt.h) by ctypes: types, loading, statuses as exceptions.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""

from __future__ import annotations

import _ctypes
import ctypes
import os
from ctypes import POINTER, Structure, c_char_p, c_float, c_int, c_int32, c_int64, c_size_t, c_uint64, c_void_p
from typing import Any

from ._errors import Error

ADD_SPECIAL, PARSE_SPECIAL = 1, 2
_BUFFER_TOO_SMALL, _OUT_OF_MEMORY = 3, 4


class Limits(Structure):
    """LlmrtLimits."""

    _fields_ = [("vocabulary", c_int64), ("max_context", c_int64), ("max_batch", c_int64), ("rows_per_step", c_int64),
                ("has_tokenizer", c_int32), ("has_chat_template", c_int32), ("bos_id", c_int32), ("eos_id", c_int32)]


class SessionOptions(Structure):
    """LlmrtSessionOptions."""

    _fields_ = [("batch", c_int64), ("context", c_int64), ("rows_per_step", c_int64), ("logit_rows", c_int64),
                ("threads", c_int64), ("device", c_int64)]


class SamplerOptions(Structure):
    """LlmrtSamplerOptions."""

    _fields_ = [("temperature", c_float), ("top_k", c_int32), ("top_p", c_float), ("min_p", c_float),
                ("repetition_penalty", c_float), ("repetition_window", c_int32), ("seed", c_uint64)]


class Message(Structure):
    """LlmrtMessage."""

    _fields_ = [("role", c_char_p), ("content", c_char_p)]


class Piece(Structure):
    """LlmrtPiece."""

    _fields_ = [("token", c_int32), ("ended", c_int32), ("text", c_void_p), ("text_bytes", c_size_t)]


class TensorInfo(Structure):
    """LlmrtTensorInfo."""

    _fields_ = [("name", c_char_p), ("dtype", c_char_p), ("element_bytes", c_int64), ("rank", c_int64),
                ("sizes", POINTER(c_int64)), ("symbols", POINTER(c_char_p))]


class EncoderOptions(Structure):
    """LlmrtEncoderOptions."""

    _fields_ = [("pooling", c_int64), ("normalize", c_int64), ("truncate", c_int64), ("batch", c_int64), ("threads", c_int64)]


class Buffer(Structure):
    """LlmrtInput, LlmrtOutput."""

    _fields_ = [("data", c_void_p), ("bytes", c_size_t)]


_IDS, _COUNT, _HANDLE = POINTER(c_int32), POINTER(c_size_t), POINTER(c_void_p)
# Name, result, arguments. What returns c_int is a status.
_FUNCTIONS: dict[str, tuple[Any, list[Any]]] = {
    "llmrt_last_error": (c_char_p, []),
    "llmrt_program_open": (c_int, [c_char_p, _HANDLE]),
    "llmrt_program_close": (None, [c_void_p]),
    "llmrt_program_limits": (c_int, [c_void_p, POINTER(Limits)]),
    "llmrt_program_verify": (c_int, [c_void_p]),
    "llmrt_tokenize": (c_int, [c_void_p, c_char_p, c_size_t, c_int, _IDS, c_size_t, _COUNT]),
    "llmrt_detokenize": (c_int, [c_void_p, _IDS, c_size_t, c_void_p, c_size_t, _COUNT]),
    "llmrt_chat_prompt": (c_int, [c_void_p, POINTER(Message), c_size_t, c_void_p, c_size_t, _COUNT]),
    "llmrt_chat_prompt_json": (c_int, [c_void_p, c_char_p, c_void_p, c_size_t, _COUNT]),
    "llmrt_session_create": (c_int, [c_void_p, POINTER(SessionOptions), _HANDLE]),
    "llmrt_session_destroy": (None, [c_void_p]),
    "llmrt_sequence_open": (c_int, [c_void_p, _IDS]),
    "llmrt_prefill_logits": (c_int, [c_void_p, c_int32, _IDS, c_size_t, POINTER(c_float), c_size_t]),
    "llmrt_generation_begin": (c_int, [c_void_p, _IDS, c_size_t, c_int64, POINTER(SamplerOptions), _HANDLE]),
    "llmrt_generation_next": (c_int, [c_void_p, POINTER(Piece)]),
    "llmrt_generation_end": (None, [c_void_p]),
}
# Of function programs alone; what was compiled before there were any has none of them.
_OF_FUNCTIONS: dict[str, tuple[Any, list[Any]]] = {
    "llmrt_function_create": (c_int, [c_void_p, c_int64, _HANDLE]),
    "llmrt_function_destroy": (None, [c_void_p]),
    "llmrt_function_counts": (c_int, [c_void_p, _COUNT, _COUNT]),
    "llmrt_function_input": (c_int, [c_void_p, c_size_t, POINTER(TensorInfo)]),
    "llmrt_function_output": (c_int, [c_void_p, c_size_t, POINTER(TensorInfo)]),
    "llmrt_function_plan": (c_int, [c_void_p, POINTER(c_int64), c_size_t, POINTER(c_int64), c_size_t, _COUNT,
                                    POINTER(c_int64)]),
    "llmrt_function_call": (c_int, [c_void_p, POINTER(Buffer), c_size_t, POINTER(Buffer), c_size_t]),
    "llmrt_encoder_create": (c_int, [c_void_p, POINTER(EncoderOptions), _HANDLE]),
    "llmrt_encoder_destroy": (None, [c_void_p]),
    "llmrt_encoder_sizes": (c_int, [c_void_p, POINTER(c_int64), POINTER(c_int64)]),
    "llmrt_embed": (c_int, [c_void_p, POINTER(c_char_p), _COUNT, c_size_t, c_void_p, c_size_t]),
}

_spellings: dict[tuple[int, int, int, int], int] = {}


def _spell(path: str) -> str:
    """The path, spelled as no other file was before: "/" and "/." are the two digits of a number.

    The loader takes a library of the same name for the same one, even if the file was compiled anew since.
    """
    facts = os.stat(path)
    identity = (facts.st_dev, facts.st_ino, facts.st_mtime_ns, facts.st_size)
    number = _spellings.setdefault(identity, len(_spellings) + 1)
    folder, name = os.path.split(os.path.abspath(path))
    return folder + "".join("/." if digit == "1" else "/" for digit in f"{number:b}") + "/" + name


class Library:
    """A shared object of `llmc compile --emit=so`."""

    def __init__(self, path: str) -> None:
        try:
            self._library = ctypes.CDLL(_spell(path))
        except FileNotFoundError:
            raise FileNotFoundError(f"{path}: there is no such file: give what llmc compile --emit=so wrote") from None
        except OSError as error:
            reason = str(error).rpartition(": ")[2]
            raise Error(f"{path}: is no shared object of llmc ({reason}): "
                        "make one with llmc.compile, or llmc compile --emit=so") from None
        for name in _FUNCTIONS:
            if not hasattr(self._library, name):
                old = hasattr(self._library, "llmrt_program_open")
                self.unload()
                raise Error(f"{path}: " + (f"was made by an older llmc, which had no {name}: compile the model again" if old
                                           else "is a shared object of something else: make one with llmc.compile"))
        for name, (result, arguments) in {**_FUNCTIONS, **_OF_FUNCTIONS}.items():
            if hasattr(self._library, name):
                function = getattr(self._library, name)
                function.restype, function.argtypes = result, arguments

    def unload(self) -> None:
        """Unmaps code and weights; nothing of the library may be used again."""
        _ctypes.dlclose(self._library._handle)

    def call(self, name: str, *arguments: Any) -> None:
        """Calls a function that returns a status. Raises Error with its message; MemoryError."""
        if name in _OF_FUNCTIONS and not hasattr(self._library, name):
            raise Error(f"the model was compiled by an older llmc, which had no {name}: compile it again")
        status = getattr(self._library, name)(*arguments)
        if status == 0:
            return
        message = self._library.llmrt_last_error().decode("utf-8", "replace")
        raise MemoryError(message) if status == _OUT_OF_MEMORY else Error(message)

    def create(self, name: str, *arguments: Any) -> c_void_p:
        """Calls a function whose last argument receives a handle."""
        handle = c_void_p()
        self.call(name, *arguments, ctypes.byref(handle))
        return handle

    def destroy(self, name: str, handle: c_void_p) -> None:
        """Calls a function that returns nothing."""
        getattr(self._library, name)(handle)

    def fill(self, name: str, element: Any, *arguments: Any, guess: int) -> Any:
        """Calls a function whose last three arguments are a buffer, its capacity and the count needed.

        Returns an array of what was stored. `guess`: elements that usually suffice.
        """
        capacity = guess
        while True:
            buffer, count = (element * capacity)(), c_size_t()
            status = getattr(self._library, name)(*arguments, buffer, capacity, ctypes.byref(count))
            if status != _BUFFER_TOO_SMALL:
                break
            capacity = count.value
        if status != 0:
            raise Error(self._library.llmrt_last_error().decode("utf-8", "replace"))
        return buffer[: count.value]
