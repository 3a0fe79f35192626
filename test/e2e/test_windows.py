#!/usr/bin/env python3
"""Layers with a window keep what they see in a cache of their own: the bits are those of a program that keeps all, the memory is not.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""

import json
import random
import re
import shutil
import unittest

from support import INPUTS, LLMC, TestCase, run, write_npy

MODELS = ("gemma3", "gemma2", "mistral", "phi3", "cohere2")
CONTEXT, WINDOW, PAGE = 1024, 8, 64


class Windows(TestCase):
    def folder_of(self, model):
        """The tiny model, made for texts of many windows."""
        folder = self.folder / f"{model}-long"
        if not folder.exists():
            shutil.copytree(INPUTS / "families" / model, folder)
            config = json.loads((folder / "config.json").read_text()) | {"max_position_embeddings": CONTEXT}
            (folder / "config.json").write_text(json.dumps(config))
        return folder

    def programs(self, model):
        """As it is compiled, and with caches that keep everything."""
        folder = self.folder_of(model)
        text = self.succeed([LLMC, "compile", folder, "-q", "--compile-to=import"])
        self.assertIn(f", window = {WINDOW}>", text)
        module = self.folder / f"{model}.mlir"
        module.write_text(re.sub(r"(!llm.kv<[^>]*), window = \d+>", r"\1>", text))
        return (self.compile(folder, model, "--activations=f32"),
                self.compile(module, f"{model}-all", f"--weights-from={folder}", "--activations=f32"))

    def test_bits_are_those_of_caches_that_keep_everything(self):
        rows = random.Random(5)
        ids = self.folder / "ids.npy"
        write_npy(ids, (1, 900), [rows.randrange(128) for _ in range(900)])
        for model in MODELS:
            ring, everything = self.programs(model)
            for how in ([], ["--step"], ["--rows", "5"]):
                with self.subTest(model=model, how=how):
                    found = self.logits(ring, ids, *how)
                    self.assertEqual(found.shape[1], 900)
                    self.assertEqual(found.values, self.logits(everything, ids, *how).values)

    def caches(self, app, *options):
        return json.loads(self.succeed([app, "info", "--json", *options]))

    def test_the_contract_has_the_ring(self):
        folder = self.folder_of("gemma3")
        text = self.succeed([LLMC, "compile", folder, "-q", "--compile-to=import"])
        types = re.findall(r"!llm.kv<([0-9x]+), f32(?:, window = (\d+))?>", text[:text.index("->", text.index("@step"))])
        app = self.compile(folder, "contract", "--activations=f32")
        info = self.caches(app)
        rows = info["memory"]["rows_per_step"]
        expected = []
        for shape, window in types:
            layers, heads, key, value = map(int, shape.split("x"))
            pages = (WINDOW - 1 + PAGE - 2 + rows) // PAGE + 1 if window else CONTEXT // PAGE
            expected.append({"window": int(window or 0), "pages": pages, "page_bytes": layers * heads * (key + value) * 4 * PAGE})
        self.assertEqual({cache["window"] for cache in expected}, {0, WINDOW})
        self.assertEqual(info["caches"], expected)
        total = sum(cache["pages"] * cache["page_bytes"] for cache in expected)
        self.assertEqual(info["memory"]["kv_bytes"], total)
        inspected = json.loads(self.succeed([LLMC, "inspect", folder, "--json", "--activations=f32"]))["memory_contract"]
        self.assertEqual(inspected["kv"], total)
        self.assertIn(f"cache (window of {WINDOW}): {expected[0]['pages']} pages of {PAGE} tokens, ", self.succeed([app, "info"]))

    def test_benchmarks_go_back_to_their_depth(self):
        ring, _ = self.programs("mistral")
        result = run([ring, "bench", "-p", "300", "-n", "300", "-d", "400", "--json"])
        self.assertEqual(result.returncode, 0, result.stderr)


if __name__ == "__main__":
    unittest.main()
