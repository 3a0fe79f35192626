"""What the tests of the Python package share: the end-to-end tests' helpers, and a compiled model.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""

import sys
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "test" / "e2e"))

import support  # noqa: E402

MODEL = support.MODELS / "llama-q4_1.gguf"
MACHINE = support.MACHINE  # for `cpu`
EXPORT = support.INPUTS / "onnx" / "llama-opset18"


class TestCase(support.TestCase):
    """A test with a shared object and a program of the same model."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.library = cls("compile").compile(MODEL, "model.so", "--emit=so")


main = unittest.main
