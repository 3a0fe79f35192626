"""Compile a model file into native code and run it in this process.

    model = llmc.compile("model.gguf", "model.so")     # or llmc.load("model.so")
    print(model.generate("Once upon a time", max_tokens=32))

A model is a shared object with code, weights and tokenizer in it; nothing else is needed to run it.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""

from ._compile import check, compile
from ._errors import CompileError, Error
from ._function import Signature, TensorType
from ._model import Model, Token, load

__all__ = ["CompileError", "Error", "Model", "Signature", "TensorType", "Token", "check", "compile", "load"]
__version__ = "0.1.0"
