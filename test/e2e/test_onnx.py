#!/usr/bin/env python3
"""Exports of decoders: the program's logits are those of the model, the graph is recognised whole, and the step is
the one that the model's folder gives.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""

import json
import re
import shutil
import unittest

from support import LLMC, MODELS, TestCase, largest_difference, read_npy, run, write_npy

EXPORTS = MODELS.parent / "onnx"
ENCODERS = ["bert-opset18", "bert-opset23"]
DECODERS = sorted({path.parent.name for path in EXPORTS.glob("*/model.onnx")} - set(ENCODERS))
# Layers of the exports: what each has of a structure.
PER_MODEL = {"llama": {"attention": 2, "norm": 5, "rotary": 4, "glu": 2},
             "qwen2": {"attention": 2, "norm": 5, "rotary": 4, "glu": 2},
             "phi3": {"attention": 2, "norm": 5, "rotary": 4, "glu": 2},
             "gemma2": {"attention": 2, "norm": 9, "rotary": 4, "glu": 2},
             "gpt2": {"attention": 2, "norm": 5, "rotary": 0, "glu": 0},
             "gptj": {"attention": 2, "norm": 3, "rotary": 4, "glu": 0},
             "bloom": {"attention": 2, "norm": 6, "rotary": 0, "glu": 0},
             "glm": {"attention": 2, "norm": 5, "rotary": 4, "glu": 2},
             "mixtral": {"attention": 2, "norm": 5, "rotary": 4, "glu": 2, "moe": 2},
             "gptoss": {"attention": 2, "norm": 5, "rotary": 4, "moe": 2}}
TOLERANCE = 1e-4
KERNEL = re.compile(r'(?<=llm\.kernel ")\w+|scf\.(?:for|yield)')


class Onnx(TestCase):
    def check_logits(self, name):
        # The reference of int4 rounds rows to 8 bits, too; with tiles of bf16 prompts would not.
        flags = ["--activations=i8", "--cpu=avx2"] if "int4" in name else []
        app = self.compile(EXPORTS / name / "model.onnx", name, *flags)
        expected = read_npy(EXPORTS / name / "logits.npy")
        for how in ([], ["--step"]):
            with self.subTest(model=name, how=how):
                found = self.logits(app, EXPORTS / name / "input_ids.npy", *how)
                self.assertLessEqual(largest_difference(found, expected), TOLERANCE)

    def check_recognised(self, name):
        report = json.loads(self.succeed([LLMC, "check", EXPORTS / name / "model.onnx", "--json"]))
        self.assertTrue(report["compiles"])
        self.assertEqual((report["program"], report["layers"]), ("step", 2))
        self.assertEqual((report["generic"], report["unsupported"]), ([], []))
        for what, count in PER_MODEL[name.split("-")[0]].items():
            self.assertEqual(report["recognised"][what], count, what)

    def kernels(self, model):
        """The step's kernels by what is in them, and how many barriers its code has."""
        flags = ["--activations=f32", "--cpu=avx2", "-q"]
        scheduled = self.succeed([LLMC, "compile", model, *flags, "--compile-to=schedule"])
        lowered = self.succeed([LLMC, "compile", model, *flags, "--compile-to=lower"])
        return [sorted(match.group(0).split("_")) for match in KERNEL.finditer(scheduled)], lowered.count("barrier")

    def test_the_exports_are_there(self):
        self.assertGreaterEqual(len(DECODERS), 10)

    def test_an_export_gives_the_step_of_the_folder(self):
        for family in ("llama", "qwen2", "gpt2"):
            folder = self.kernels(EXPORTS / f"{family}-hf")
            for name in DECODERS:
                # The builder of ONNX Runtime GenAI packs q, k and v; their names say no more.
                if name.startswith(family) and "int4" not in name and "tied" not in name:
                    with self.subTest(export=name):
                        self.assertEqual(self.kernels(EXPORTS / name / "model.onnx"), folder)

    def test_what_cannot_be_read_is_reported_as_json_too(self):
        (self.folder / "broken.onnx").write_bytes((EXPORTS / "llama-opset18" / "model.onnx").read_bytes()[:5000])
        result = run([LLMC, "check", self.folder / "broken.onnx", "--json"])
        self.assertEqual(result.returncode, 1)
        report = json.loads(result.stdout)
        self.assertFalse(report["compiles"])
        self.assertIn("broken.onnx", report["unsupported"][0]["reason"])

    def test_compiling_goes_on_from_the_graph(self):
        model = EXPORTS / "llama-opset18" / "model.onnx"
        graph = self.succeed([LLMC, "import", model, "--graph"])
        self.assertIn("onnx.Softmax", graph)
        self.assertNotIn("llmc.Attention", graph)
        (self.folder / "graph.mlir").write_text(graph)
        self.assertEqual(self.ids(self.compile(self.folder / "graph.mlir", "resumed", f"--weights-from={model}"),
                                  "--ids", "5,6,7", "-n", "8"),
                         self.ids(self.compile(model, "whole"), "--ids", "5,6,7", "-n", "8"))

    def test_an_encoder_is_a_function(self):
        for name in ENCODERS:
            with self.subTest(model=name):
                model, out = EXPORTS / name / "model.onnx", self.folder / name
                report = json.loads(self.succeed([LLMC, "check", model, "--json"]))
                self.assertEqual((report["compiles"], report["program"]), (True, "function"))
                app = self.compile(model, name + "-app")
                self.succeed([app, "call", f"input_ids={EXPORTS / name / 'input_ids.npy'}", "--out", out])
                found, expected = read_npy(out / "logits.npy"), read_npy(EXPORTS / name / "logits.npy")
                self.assertLessEqual(largest_difference(found, expected), TOLERANCE)

    def test_an_encoder_does_not_see_padding(self):
        """Tokens behind the mask change nothing of those before it."""
        app = self.compile(EXPORTS / "bert-opset18" / "model.onnx", "padded")
        rows = []
        for name, last in (("a", 7), ("b", 300)):
            ids = self.folder / f"{name}.npy"
            mask = self.folder / f"{name}-mask.npy"
            write_npy(ids, (1, 6), [3, 14, 15, 92, last, last])
            write_npy(mask, (1, 6), [1, 1, 1, 1, 0, 0])
            self.succeed([app, "call", f"input_ids={ids}", f"attention_mask={mask}", "--out", self.folder / name])
            rows.append(list(read_npy(self.folder / name / "logits.npy").values)[:4 * 64])
        self.assertEqual(rows[0], rows[1])

    def test_a_tokenizer_that_is_not_read_keeps_no_encoder_from_compiling(self):
        """Encoders have WordPiece and Unigram tokenizers beside them; their programs take ids."""
        said = {}
        for name in ("bert-opset18", "llama-opset18"):
            folder = self.folder / f"beside-{name}"
            shutil.copytree(EXPORTS / name, folder)
            (folder / "tokenizer.json").write_text('{"model": {"type": "WordLevel", "vocab": {"[PAD]": 0}}}')
            said[name] = run([LLMC, "compile", folder / "model.onnx", "-o", folder / "app", "-q"])
            report = json.loads(run([LLMC, "check", folder / "model.onnx", "--json"]).stdout)
            self.assertEqual(report["compiles"], said[name].returncode == 0)
        self.assertEqual((said["bert-opset18"].returncode, said["bert-opset18"].stderr), (0, ""))
        self.assertEqual(said["llama-opset18"].returncode, 1)
        self.assertIn("model.onnx: tokenizer: tokenizer.json: model.type is 'WordLevel', supported are BPE",
                      said["llama-opset18"].stderr)

    def test_a_folder_with_one_graph_is_a_model(self):
        app = self.compile(EXPORTS / "llama-opset18", "folder")
        self.assertEqual(len(self.ids(app, "--ids", "1,2,3", "-n", "4")), 4)

    def test_a_graph_without_caches_generates_as_one_with_them(self):
        generated = [self.ids(self.compile(EXPORTS / name / "model.onnx", name), "--ids", "5,6,7", "-n", "16",
                              "--ignore-eos") for name in ("llama-opset18", "llama-past", "llama-genai-fp32")]
        self.assertEqual(generated[0], generated[1])
        self.assertEqual(generated[0], generated[2])

    def test_a_graph_without_a_limit_of_positions_takes_another(self):
        model = EXPORTS / "llama-opset18" / "model.onnx"
        app = self.compile(model, "longer", "--max-context=8192")
        self.assertIn("8192", self.succeed([app, "info"]))
        app = self.compile(model, "assumed")
        self.assertIn("4096", self.succeed([app, "info"]))


def add_test(name):
    def test_logits(self):
        self.check_logits(name)

    def test_recognised(self):
        self.check_recognised(name)

    setattr(Onnx, "test_logits_of_" + name.replace("-", "_"), test_logits)
    setattr(Onnx, "test_recognised_in_" + name.replace("-", "_"), test_recognised)


for decoder in DECODERS:
    add_test(decoder)

if __name__ == "__main__":
    unittest.main()
