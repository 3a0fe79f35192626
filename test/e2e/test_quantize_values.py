#!/usr/bin/env python3
"""--quantize with codes that stand for values: nf4, fp4, mxfp4 and iq4_nl, in programs and files.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""

import json
import re
import unittest

from support import LLMC, MODELS, ROOT, TestCase, largest, largest_difference, run

MODEL = MODELS / "llama-f32.gguf"
IDS = MODELS / "llama-f32.input_ids.npy"
EVALUATION = ROOT / "bench" / "text" / "evaluation.txt"


class QuantizeValues(TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.stats = cls.folder / "model.stats"
        result = run([LLMC, "calibrate", MODEL, "-q", "--tokens", "4096", "--context", "64", "-o", cls.stats])
        assert result.returncode == 0, result.stderr

    def build(self, spec, model=MODEL):
        return self.compile(model, "changed", "--activations=f32", "--cpu=native", f"--quantize={spec}", f"--stats={self.stats}")

    def divergence(self, spec):
        windows = ["--context", "64", "--windows", "16", "--text", EVALUATION, "--json"]
        base = self.folder / "base"
        if not base.exists():
            floats = self.compile(MODEL, "floats", "--activations=f32", "--cpu=native")
            self.succeed([floats, "eval", *windows, "--kl-base", base])
        return json.loads(self.succeed([self.build(spec), "eval", *windows, "--kl", base]))["kl_mean"]

    def test_every_table_and_method_is_nearer_than_three_bits(self):
        coarse = self.divergence("bits=3,group=32")
        kl = {spec: self.divergence(spec) for spec in (
            "nf4,group=32", "fp4,group=32", "mxfp4", "values=iq4_nl,group=32", "nf4,group=channel,scale=f32",
            "nf4,group=32,method=gptq,scale-search=yes", "nf4,group=32,method=quantease,scale-search=yes", "nf4,group=32,outliers=3",
            "mxfp4,method=awq+gptq,scale-search=yes", "mxfp4,rank=8")}
        for spec, found in kl.items():
            self.assertLess(found, 0.8 * coarse, (spec, coarse, kl))
        for spec, found in kl.items():
            if plain := kl.get(spec.split(",method")[0].split(",outliers")[0].split(",rank")[0]):
                self.assertLessEqual(found, plain, (spec, kl))

    def test_rounded_rows_multiply_as_floats_do(self):
        """With integers for activations: the program is as near as their 8 bits are."""
        expected = self.logits(self.build("nf4"), IDS)
        found = self.logits(self.compile(MODEL, "integers", "--activations=i8", "--cpu=native", "--quantize=nf4"), IDS)
        self.assertLess(largest_difference(found, expected), 0.1 * largest(expected))

    def test_a_gguf_file_has_the_numbers_of_the_program(self):
        for spec, kind in (("mxfp4", "MXFP4"), ("mxfp4,method=gptq,scale-search=yes", "MXFP4"), ("values=iq4_nl,group=32", "IQ4_NL")):
            with self.subTest(spec=spec):
                out = self.folder / "out.gguf"
                self.succeed([LLMC, "quantize", MODEL, "-q", f"--quantize={spec}", f"--stats={self.stats}", "-o", out])
                from_file = self.compile(out, "from-file", "--activations=f32", "--cpu=native")
                self.assertEqual(self.logits(from_file, IDS).values, self.logits(self.build(spec), IDS).values)
                listed = json.loads(self.succeed([LLMC, "inspect", "--tensors", "--json", out]))["files"][0]["tensors"]
                kinds = {tensor["name"]: tensor["type"] for tensor in listed}
                self.assertEqual(kinds["blk.1.ffn_up.weight"], kind)
                self.assertEqual(kinds["token_embd.weight"], "Q8_0")
                prompt = ["--ids", "5,6,7", "-n", "8", "--ignore-eos"]
                reference = self.succeed([LLMC, "run", out, "--reference", "--print-ids", *prompt])
                self.assertEqual(self.ids(from_file, *prompt), [int(part) for part in reference.strip().split(",")])

    def test_fitted_values_are_in_the_spec(self):
        build = [LLMC, "compile", MODEL, "-q", "--activations=f32", "--cpu=native", f"--stats={self.stats}"]
        app = self.folder / "fitted"
        spec = "--quantize=w4,values=kmeans;*ffn_down*:values=kmeans;*attn_q*:nf4;*ffn_up*:bits=3;*attn_v*:bits=2"
        result = run([*build, spec, "--explain", "-o", app])
        self.assertEqual(result.returncode, 0, result.stderr)
        said = re.search(r"values=kmeans: --quantize='(.*)'", result.stderr).group(1)
        self.assertEqual(json.loads(self.succeed([app, "info", "--json"]))["model"]["quantize"], said)
        tables = re.findall(r"values=([-/0-9]+)", said)
        self.assertEqual(len(set(tables)), 4, said)
        for table, count in zip(tables, (16, 16, 8, 4)):
            values = [int(value) for value in table.split("/")]
            self.assertEqual(values, sorted(values))
            self.assertEqual((len(values), values[0], values[-1], 0 in values), (count, -127, 127, True))
        again = self.folder / "again"
        self.succeed([*build, f"--quantize={said}", "-o", again])
        self.assertEqual(again.read_bytes(), app.read_bytes())
        ir = self.folder / "model.mlir"
        self.succeed([LLMC, "import", MODEL, "-o", ir])
        refused = run([LLMC, "compile", ir, "-q", "--weights-from", MODEL, "--quantize=w4,values=kmeans", "-o", self.folder / "x"])
        self.assertEqual(refused.returncode, 1)
        self.assertIn("is IR: give the SPEC that llmc compile MODEL --explain names", refused.stderr)
        by_preset = self.folder / "by-preset"
        result = run([*build, "--quantize=w3-kmeans;*ffn_up*:bits=4;*ffn_down*:w4-kmeans;*attn_v*:values=uniform", "--explain", "-o", by_preset])
        self.assertEqual(result.returncode, 0, result.stderr)
        counts = [table.count("/") + 1 for table in re.findall(r"values=([-/0-9]+)", json.loads(self.succeed([by_preset, "info", "--json"]))["model"]["quantize"])]
        self.assertEqual(counts, [8, 16, 16])
        for bits in ("w4", "bits=3"):
            kl = [self.divergence(f"{bits},scale-search=yes,group=32{values}") for values in ("", ",values=kmeans")]
            self.assertLess(kl[1], kl[0], bits)

    def test_mixed_formats_are_in_the_spec(self):
        """One of both for each weight, by the error that --explain prints; the program is the SPEC's."""
        build = [LLMC, "compile", MODEL, "-q", "--activations=f32", "--cpu=native"]
        for bits, floats in ((4, "fp4"), (8, "e4m3")):
            with self.subTest(bits=bits):
                app, again = self.folder / f"mixed-{bits}", self.folder / f"again-{bits}"
                result = run([*build, f"--quantize=bits={bits},group=32,values=mofq", "--explain", "-o", app])
                self.assertEqual(result.returncode, 0, result.stderr)
                found = re.findall(r"  mofq: (\S+): (\S+), mean squared error of uniform (\S+), of (\S+) (\S+)\n", result.stderr)
                self.assertEqual(len(found), 14, result.stderr)  # of two layers
                for name, values, integer_error, other, float_error in found:
                    self.assertEqual(other, floats)
                    if integer_error != float_error:
                        self.assertEqual(values == floats, float(float_error) < float(integer_error), name)
                said = re.search(r"values=mofq: --quantize='(.*)'", result.stderr).group(1)
                self.assertNotIn("mofq", said)
                self.assertEqual(json.loads(self.succeed([app, "info", "--json"]))["model"]["quantize"], said)
                self.succeed([*build, f"--quantize={said}", "-o", again])
                self.assertEqual(again.read_bytes(), app.read_bytes())

    def test_zeros_of_pruned_weights_stay(self):
        app = self.compile(MODEL, "pruned", "--activations=f32", "--cpu=native", "--sparsify=2:4", "--quantize=fp4")
        self.assertLess(json.loads(self.succeed([app, "info", "--json"]))["model"]["bits_per_weight"], 8)
        result = run([LLMC, "compile", MODEL, "-q", "--sparsify=2:4", "--quantize=values=iq4_nl", "-o", self.folder / "x"])
        self.assertEqual(result.returncode, 1)
        self.assertIn("is pruned, and no code of these values stands for 0: take values=uniform", result.stderr)


if __name__ == "__main__":
    unittest.main()
