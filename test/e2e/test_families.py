#!/usr/bin/env python3
"""Every family of decoders, from its folder and from the GGUF file that a converter makes of it: the compiled program's
logits are those of transformers, in one step, token by token and past the window where there is one.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""

import unittest

from family_gguf import FAMILIES, Folder, write_gguf
from support import INPUTS, TARGET, TestCase, largest_difference, read_npy

FOLDERS = sorted(path.parent for path in (INPUTS / "families").glob("*/config.json"))
TOLERANCE = 1e-4


class Families(TestCase):
    def check(self, model, name, folder, ways):
        expected = read_npy(folder / "logits.npy")
        app = self.compile(model, name, "--activations=f32", *TARGET)
        for how in ways:
            with self.subTest(model=name, how=how):
                found = self.logits(app, folder / "input_ids.npy", *how)
                self.assertLessEqual(largest_difference(found, expected), TOLERANCE)

    def test_every_family_that_converters_know_is_there(self):
        types = {Folder(folder).config["model_type"] for folder in FOLDERS}
        self.assertLessEqual(set(FAMILIES), types)
        self.assertIn("opt", types)

    def test_the_window_of_a_model_is_left_by_its_tokens(self):
        windows = [Folder(folder).config.get("sliding_window") for folder in FOLDERS]
        self.assertGreaterEqual(sum(window == 8 for window in windows), 6)
        self.assertEqual(read_npy(FOLDERS[0] / "input_ids.npy").shape, (1, 24))


def add_tests(folder):
    def of_folder(self):
        self.check(folder, folder.name, folder, ([], ["--step"], ["--rows", "5"]))

    def of_gguf(self):
        file = write_gguf(folder, self.folder / f"{folder.name}.gguf")
        if file:
            self.check(file, folder.name + "-gguf", folder, ([], ["--step"]))
        else:
            self.assertIn(folder.name, ("opt", "opt-350m", "falcon-rw", "mistral", "starcoder2"))

    name = folder.name.replace("-", "_")
    setattr(Families, f"test_folder_{name}", of_folder)
    setattr(Families, f"test_gguf_{name}", of_gguf)


for model_folder in FOLDERS:
    add_tests(model_folder)

if __name__ == "__main__":
    unittest.main()
