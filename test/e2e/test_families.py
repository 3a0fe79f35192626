#!/usr/bin/env python3
"""Every family of decoders, from its folder and from the GGUF file that a converter makes of it: the compiled program's
logits are those of transformers, in one step, token by token and past the window where there is one.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""

import json
import re
import shutil
import unittest

from family_gguf import FAMILIES, Folder, write_gguf
from support import ALL, INPUTS, LLMC, TestCase, largest_difference, read_npy, run

FOLDERS = sorted(path.parent for path in (INPUTS / "families").glob("*/config.json"))
TOLERANCE = 1e-4


class Families(TestCase):
    def check(self, model, name, folder, ways):
        expected = read_npy(folder / "logits.npy")
        app = self.compile(model, name, "--activations=f32")
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


class Configs(TestCase):
    """What a config leaves out or says otherwise, and what the program's context decides."""

    def variant(self, model, keys):
        """A folder whose config has these keys instead; those that are None go, "null" is null."""
        folder = self.folder / "variant"
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(INPUTS / "families" / model, folder)
        config = json.loads((folder / "config.json").read_text()) | keys
        config = {key: None if value == "null" else value for key, value in config.items() if value is not None}
        (folder / "config.json").write_text(json.dumps(config))
        return [LLMC, "compile", folder, "-q", "--compile-to=import"]

    def imported(self, model, *flags, **keys):
        return self.succeed([*self.variant(model, keys), *flags])

    def test_a_window_that_is_not_named_is_that_of_transformers(self):
        for model, layers in (("mistral", 2), ("gemma2", 2), ("gemma3", 6), ("cohere2", 3)):
            with self.subTest(model=model):
                self.assertEqual(self.imported(model).count("left = 7 "), layers)
                self.assertEqual(self.imported(model, sliding_window=None).count("left = 4095 "), layers)
                self.assertNotIn("left = ", self.imported(model, sliding_window="null"))
        self.assertNotIn("left = ", self.imported("phi3", sliding_window=None))

    def test_longrope_is_chosen_for_the_context_of_the_program(self):
        frequencies = lambda *flags: [float(x) for x in re.search(
            r"@rope\.inv : tensor<3xf32> value dense<\[(.*?)\]>", self.imported("phi3-longrope", *flags))[1].split(",")]
        long, short = frequencies(), frequencies("--max-context=16")
        self.assertEqual(frequencies("--max-context=17"), long)
        for a, b, ratio in zip(short, long, (1.2 / 1.0, 2.5 / 1.1, 6.0 / 1.3)):
            self.assertAlmostEqual(a / b, ratio, places=4)


    def test_deepseek_is_told_from_what_resembles_it(self):
        for model, keys, message in (
                ("deepseek_v2", {"topk_method": "noaux_tc"}, "requires greedy or group_limited_greedy"),
                ("deepseek_v2", {"norm_topk_prob": True}, "requires false: transformers does not normalise"),
                ("deepseek_v2", {"scoring_func": "sigmoid"}, "requires softmax"),
                ("deepseek_v3", {"topk_method": "greedy"}, "requires noaux_tc"),
                ("deepseek_v3", {"n_group": 4}, "divides the 6 experts, of which the chosen groups have at least 2; there are 4 groups"),
                ("deepseek_v3", {"topk_group": 1, "n_group": 6}, "6 groups, 1 are chosen"),
                ("deepseek_v3", {"moe_layer_freq": 2}, "requires 1: layers behind the dense ones"),
                ("deepseek_v3", {"qk_rope_head_dim": 3}, "requires an even number"),
                ("deepseek_v3", {"kv_lora_rank": 8}, "kv_a_proj_with_mqa.weight': requires shape [12, 32], found [20, 32]"),
                ("deepseek_v3", {"v_head_dim": 5}, "kv_b_proj.weight': requires shape [52, 16], found [56, 16]")):
            with self.subTest(model=model, keys=keys):
                result = run(self.variant(model, keys))
                self.assertEqual(result.returncode, 1)
                self.assertIn(message, result.stderr)

    def test_what_predicts_further_tokens_is_no_layer(self):
        text = self.imported("deepseek_v3", num_hidden_layers=2)
        self.assertIn("!llm.kv<2x1x20x0, f32, prefix = 16>", text)
        self.assertNotIn("layers.2.", text)

    def test_halves_are_rotated_where_the_config_says_so(self):
        self.assertNotIn("llm.rope half", self.imported("deepseek_v3"))
        self.assertNotIn("llm.rope interleaved", self.imported("deepseek_v3", rope_interleave=False))


# A GGUF file becomes its folder's kernels, of weights laid out otherwise: most of its programs are compiled where there is time.
def add_tests(folder, index):
    def of_folder(self):
        self.check(folder, folder.name, folder, ([], ["--step"], ["--rows", "5"]))

    def of_gguf(self):
        file = write_gguf(folder, self.folder / f"{folder.name}.gguf")
        if file and not ALL and index % 3:
            self.assertEqual(*(self.kernels(self.scheduled(model)) for model in (file, folder)))
        elif file:
            self.check(file, folder.name + "-gguf", folder, ([], ["--step"]))
        else:
            self.assertIn(folder.name.split("-")[0], ("opt", "falcon", "mistral", "starcoder2", "deepseek_v2", "deepseek_v3"))

    name = folder.name.replace("-", "_")
    setattr(Families, f"test_folder_{name}", of_folder)
    setattr(Families, f"test_gguf_{name}", of_gguf)


for number, model_folder in enumerate(FOLDERS):
    add_tests(model_folder, number)

if __name__ == "__main__":
    unittest.main()
