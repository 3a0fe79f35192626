#!/usr/bin/env python3
"""The checker of examples finds what is wrong and leaves nothing out.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""

import os
import unittest

import examples

TOOL = os.environ.get("LLMC_OPT", "llmc-opt")


class Examples(unittest.TestCase):
    def check(self, *lines):
        return examples.check(TOOL, "\n".join(lines) + "\n")

    def test_a_fragment_takes_its_types_from_its_operations(self):
        self.assertIsNone(self.check(
            "%r = llm.rotate half %q, %cs : (tensor<?x9x64xf32>, tensor<?x64xf32>) -> tensor<?x9x64xf32>",
            "%s = llm.act silu %r : tensor<?x9x64xf32>"))

    def test_subscripts_and_weights_are_supplied(self):
        self.assertIsNone(self.check("%w = llm.param @table[%layer] : tensor<576xf32>",
                                     "%v = llm.param @single : tensor<576xf32>"))

    def test_a_wrong_type_is_found(self):
        self.assertIn("C1", self.check("%r = llm.rotate half %q, %cs : (tensor<?x9x64xf32>, "
                                       "tensor<?x64xf32>) -> tensor<?x9x32xf32>"))

    def test_an_operation_that_is_gone_is_found(self):
        self.assertIn("llm.normalise", self.check("%r = llm.normalise %x : tensor<?x9xf32>"))

    def test_an_elision_is_found(self):
        self.assertIsNotNone(self.check("%s = llm.act silu %x : tensor<?x4xf32>", "..."))

    def test_a_type_that_nothing_tells_is_an_error(self):
        self.assertIn("%n", self.check("%s = llm.act silu %x : tensor<?x4xf32>",
                                       "%t = arith.addi %n, %m"))

    def test_a_pass_that_is_gone_is_found(self):
        text = "First `llm-pack-weights`, then `llm-tile{rows=4}`."
        self.assertEqual(examples.unknown_passes(text, "### `llm-pack-weights`\n"), ["llm-tile"])
        self.assertEqual(examples.unknown_passes(text, "### `llm-pack-weights`\n### `llm-tile`\n"), [])

    def test_functions_stand_as_they_are(self):
        self.assertIsNone(self.check("func.func @f(%x: tensor<?x4xf32>) {", "  return", "}"))
        self.assertIsNotNone(self.check("func.func @f() {", "  return %x : f32", "}"))


if __name__ == "__main__":
    unittest.main()
