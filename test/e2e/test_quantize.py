#!/usr/bin/env python3
"""Fewer bits for the weights: --quantize by every method, the statistics that methods ask for, and what is said of wrong ones.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""

import array
import json
import math
import os
import re
import shutil
import struct
import unittest

import tiny
from statistics_file import read_statistics
from support import LLMC, MODELS, ROOT, TARGET, TestCase, largest, largest_difference, read_npy, run

MODEL = MODELS / "llama-f32.gguf"
IDS = MODELS / "llama-f32.input_ids.npy"
CALIBRATION = ROOT / "bench" / "text" / "calibration.txt"
EVALUATION = ROOT / "bench" / "text" / "evaluation.txt"
WINDOWS = ["--context", "64"]


class Quantize(TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.stats = cls.folder / "model.stats"
        result = run([LLMC, "calibrate", MODEL, "--text", CALIBRATION, "--tokens", "8192", *WINDOWS, "-o", cls.stats])
        assert result.returncode == 0, result.stderr
        assert "statistics of 8 inputs over 8192 tokens" in result.stderr, result.stderr

    def build(self, spec, *flags, model=MODEL):
        name = re.sub(r"\W", "_", spec or "plain")
        quantize = [f"--quantize={spec}"] if spec else []
        if "gptq" in spec or "awq" in spec:
            quantize.append(f"--stats={self.stats}")
        return self.compile(model, name, "--activations=f32", "--cpu=native", *quantize, *flags)

    def divergence(self, flag):
        """Mean KL from the model of floats, on other text than that of the calibration."""
        windows = [*WINDOWS, "--windows", "24", "--text", EVALUATION, "--json"]
        base = self.folder / "base"
        if not base.exists():
            self.succeed([self.build(""), "eval", *windows, "--kl-base", base])
        app = self.compile(MODEL, "changed", flag, f"--stats={self.stats}", "--activations=f32", "--cpu=native")
        return json.loads(self.succeed([app, "eval", *windows, "--kl", base]))["kl_mean"]

    def refuse(self, *arguments):
        result = run([LLMC, *arguments])
        self.assertEqual(result.returncode, 1, result.stderr)
        self.assertEqual(result.stderr.count("error: "), 1, result.stderr)
        return result.stderr

    def test_fewer_bits_are_further_away(self):
        expected = read_npy(MODELS / "llama-f32.logits.npy")
        differences = []
        for spec in ("w8", "w4", "bits=2"):
            differences.append(largest_difference(self.logits(self.build(spec), IDS), expected) / largest(expected))
        self.assertLess(differences[0], 0.05)
        self.assertLess(4 * differences[0], differences[1])
        self.assertLess(1.5 * differences[1], differences[2])

    def test_every_format_works(self):
        """Whatever group, zero, scale and width: what 8 bits keep is the model."""
        expected = read_npy(MODELS / "llama-f32.logits.npy")
        for spec in ("bits=8,group=16", "bits=8,group=channel", "bits=8,zero=asym,scale=f32", "bits=7,scale=bf16,zero=asym",
                     "bits=6,group=16,scale-search=yes", "bits=8;*ffn_down*:bits=7;token_embd.weight:keep"):
            with self.subTest(spec=spec):
                difference = largest_difference(self.logits(self.build(spec), IDS), expected)
                self.assertLess(difference, 0.15 * largest(expected))

    def test_the_program_says_what_it_is_made_of(self):
        info = json.loads(self.succeed([self.build("w4"), "info", "--json"]))["model"]
        plain = json.loads(self.succeed([self.build(""), "info", "--json"]))["model"]
        self.assertEqual(info["quantize"], "w4")
        self.assertEqual(plain["bits_per_weight"], 32)
        # 4 bits and a half for each 32; of the 8 bits of the table; vectors are floats.
        self.assertLess(info["bits_per_weight"], 8)
        self.assertLess(info["weight_bytes"], plain["weight_bytes"] / 4)

    def test_calibrated_methods_are_nearer(self):
        """In divergence from the model of floats, on other text than that of the calibration."""
        kl = {method: self.divergence(f"--quantize=method={method},bits=3,scale-search=yes")
              for method in ("rtn", "gptq", "awq", "awq+gptq", "quantease")}
        self.assertLess(kl["gptq"], 0.8 * kl["rtn"], kl)
        self.assertLess(kl["awq"], kl["rtn"], kl)
        self.assertLess(kl["awq+gptq"], 0.8 * kl["rtn"], kl)
        self.assertLess(kl["quantease"], kl["gptq"], kl)

    def test_scales_may_be_bytes(self):
        """Fewer bits, and as near as with floats for scales: by every method, and with what goes beside."""
        for how in ("method=rtn", "method=rtn,zero=asym,scale-search=yes", "method=gptq,scale-search=yes", "method=awq+quantease,values=iq4_nl",
                    "method=gptq,act-order=yes,outliers=3", "method=gptq,rank=8"):
            with self.subTest(how=how):
                kl, bits = {}, {}
                for scale in ("f16", "i8"):
                    kl[scale] = self.divergence(f"--quantize=bits=4,group=16,scale={scale},{how}")
                    bits[scale] = json.loads(self.succeed([self.folder / "changed", "info", "--json"]))["model"]["bits_per_weight"]
                # Of rows of 64 a byte for each 16 and a float, instead of 4 floats.
                self.assertLess(bits["i8"], bits["f16"] - 0.2)
                self.assertLess(kl["i8"], 1.1 * kl["f16"], kl)

    def test_products_of_integers_take_scales_of_a_byte(self):
        spec = "--quantize=bits=3,group=16,scale=i8"
        expected = self.logits(self.compile(MODEL, "floats-by-bytes", spec, "--activations=f32"), IDS)
        found = self.logits(self.compile(MODEL, "integers-by-bytes", spec, "--activations=i8"), IDS)
        self.assertLess(largest_difference(found, expected), 0.1 * largest(expected))

    def test_a_gguf_file_has_k_quants(self):
        """Where rows are long enough: the numbers of the program."""
        model, out = MODELS / "llama-iq.gguf", self.folder / "k.gguf"
        spec = "--quantize=bits=3,group=16,scale=i6,scale-search=yes;token_embd.weight:keep"
        self.succeed([LLMC, "quantize", model, "-q", spec, "-o", out])
        apps = [self.compile(model, "k", "--activations=f32", spec), self.compile(out, "from-k", "--activations=f32")]
        first, second = (self.logits(app, MODELS / "llama-iq.input_ids.npy").values for app in apps)
        self.assertEqual(first, second)

    def test_factors_bring_back_what_rounding_takes(self):
        kl = {how: self.divergence(f"--quantize=bits=3,group=32,{how}")
              for how in ("method=rtn", "method=rtn,rank=8", "method=gptq", "method=gptq,rank=8", "method=gptq,rank=8,iterations=4")}
        self.assertLess(kl["method=rtn,rank=8"], 0.9 * kl["method=rtn"], kl)
        self.assertLess(kl["method=gptq,rank=8"], 0.9 * kl["method=gptq"], kl)
        self.assertLess(kl["method=gptq,rank=8,iterations=4"], kl["method=gptq"], kl)

    def test_outliers_are_kept_beside_codes(self):
        """Those of the largest cost, for bits of their own: fewer than another bit of each code."""
        kl = {how: self.divergence(f"--quantize=bits=3,group=32,{how}")
              for how in ("method=rtn", "method=rtn,outliers=3", "method=gptq", "method=gptq,outliers=3")}
        self.assertLess(kl["method=rtn,outliers=3"], 0.9 * kl["method=rtn"], kl)
        self.assertLess(kl["method=gptq,outliers=3"], 0.9 * kl["method=gptq"], kl)

    def test_weak_columns_are_kept_beside_codes(self):
        kl = {how: self.divergence(f"--quantize=bits=3,group=32,method=gptq,scale-search=yes{how}")
              for how in ("", ",outliers=5,outliers-by=column")}
        self.assertLess(kl[",outliers=5,outliers-by=column"], 0.95 * kl[""], kl)
        info = json.loads(self.succeed([self.folder / "changed", "info", "--json"]))["model"]
        # 3 bits and a half, 32 for each of 2 of 64 numbers, 8 of the table: not less for numbers that are there twice.
        self.assertGreater(info["bits_per_weight"], 4.5)

    def test_salient_weights_stand_beside_one_bit(self):
        """The more the nearer, by every choice; nothing is left without them. Programs of files have no place for them."""
        kl, bits = {}, {}
        for how in ("", ",outliers=30", ",outliers=30,outliers-by=magnitude", ",outliers=30,method=quantease", ",outliers=0"):
            kl[how] = self.divergence(f"--quantize=w1-pb,group=32{how}")
            bits[how] = json.loads(self.succeed([self.folder / "changed", "info", "--json"]))["model"]["bits_per_weight"]
        for better, worse in ((",outliers=30", ""), ("", ",outliers=0"), (",outliers=30,outliers-by=magnitude", "")):
            self.assertLess(kl[better], 0.9 * kl[worse], kl)
        self.assertLess(kl[",outliers=30,method=quantease"], kl[",outliers=30"], kl)
        self.assertEqual(bits[",outliers=30"], bits[",outliers=30,outliers-by=magnitude"])
        self.assertIn("a GGUF file has no place for outliers beside it: leave out outliers=",
                      self.refuse("quantize", MODEL, "--quantize=w1-pb,group=32", f"--stats={self.stats}", "-q", "-o", self.folder / "x.gguf"))

    def test_outliers_of_a_byte_are_nearer_than_half_as_many_floats(self):
        kl = {how: self.divergence(f"--quantize=method=gptq,bits=3,group=32,scale-search=yes,{how}")
              for how in ("outliers=3", "outliers=6,outliers-as=i8")}
        self.assertLess(kl["outliers=6,outliers-as=i8"], kl["outliers=3"], kl)

    def test_rows_of_few_floats_skip_the_others(self):
        """Fewer bytes and the same numbers, up to the order of sums."""
        sparse = self.compile(MODEL, "sparse-rows", "--sparsify=50-wanda", f"--stats={self.stats}", "--activations=f32", "--skip-zeros=smaller")
        text = self.succeed([LLMC, "compile", MODEL, "-q", "--sparsify=50-wanda", f"--stats={self.stats}", "--activations=f32", "--compile-to=optimize"])
        # Nobody looks for zeros behind a step that adds to all numbers, though it adds 0.
        hidden, count = re.subn(r"(#llm\.prune<[^>]*>)\]", r"\1, #llm.add<0.0 : f32>]", text)
        self.assertEqual(count, 14)
        path = self.folder / "dense.mlir"
        path.write_text(hidden)
        dense = self.compile(path, "dense", f"--weights-from={MODEL}", f"--stats={self.stats}")
        bits = [json.loads(self.succeed([app, "info", "--json"]))["model"]["bits_per_weight"] for app in (sparse, dense)]
        self.assertLess(bits[0], bits[1] - 4)
        expected = self.logits(dense, IDS)
        self.assertLess(largest_difference(self.logits(sparse, IDS), expected), 1e-4 * max(1, largest(expected)))

    def test_factors_are_compiled_for_integers_too(self):
        """With 8 bits all that is added is tiny: what comes out is the model."""
        expected = read_npy(MODELS / "llama-f32.logits.npy")
        for spec in ("bits=8,rank=8", "bits=8,rank=24,group=channel,method=gptq"):
            app = self.compile(MODEL, "factors", f"--quantize={spec}", f"--stats={self.stats}")
            self.assertLess(largest_difference(self.logits(app, IDS), expected), 0.05 * largest(expected), spec)
        plain = json.loads(self.succeed([self.build("w8"), "info", "--json"]))["model"]
        info = json.loads(self.succeed([app, "info", "--json"]))["model"]
        self.assertGreater(info["bits_per_weight"], plain["bits_per_weight"])
        self.assertIn("a GGUF file has no place for factors beside it",
                      self.refuse("quantize", MODEL, "--quantize=bits=4,group=32,rank=8", "-q", "-o", self.folder / "x.gguf"))
        self.assertIn("a GGUF file has no place for outliers beside it: leave out outliers=",
                      self.refuse("quantize", MODEL, "--quantize=bits=4,group=32,outliers=1", "-q", "-o", self.folder / "x.gguf"))

    def test_equalised_inputs_change_no_product_of_floats(self):
        expected = self.logits(self.build(""), IDS)
        for method in ("smooth", "lae", "osplus", "quip"):
            with self.subTest(method=method):
                app = self.compile(MODEL, method, f"--equalize={method}", f"--stats={self.stats}", "--activations=f32")
                found = self.logits(app, IDS)
                self.assertLess(largest_difference(found, expected), 1e-4 * max(1, largest(expected)))
                self.assertNotEqual(found.values, expected.values)

    def test_equalised_inputs_are_rounded(self):
        expected = self.logits(self.build(""), IDS)
        app = self.compile(MODEL, "lae", "--equalize=lae", "--quantize=w8", f"--stats={self.stats}", "--activations=i8")
        self.assertLess(largest_difference(self.logits(app, IDS), expected), 0.05 * largest(expected))

    def move_columns(self, model, tensor):
        """A copy of a model, three columns of whose table of embeddings lie far from 0: so do some of every norm's."""
        copy = self.folder / "moved" / model
        copy.parent.mkdir(exist_ok=True)
        (shutil.copytree if (MODELS / model).is_dir() else shutil.copy)(MODELS / model, copy)
        if copy.is_dir():
            (copy / "tokenizer.json").write_text(json.dumps(tiny.tokenizer()))
        path = copy / "model.safetensors" if copy.is_dir() else copy
        listed = json.loads(self.succeed([LLMC, "inspect", "--tensors", "--json", copy]))["files"][0]["tensors"]
        place = next(entry for entry in listed if entry["name"] == tensor)
        data, (rows, cols) = bytearray(path.read_bytes()), place["shape"]
        for column in (5, 23, 42):
            for row in range(rows):
                at = place["offset"] + 4 * (row * cols + column)
                struct.pack_into("<f", data, at, struct.unpack_from("<f", data, at)[0] + (4 if column == 23 else -4))
        path.write_bytes(data)
        return copy

    def test_inputs_are_shifted_where_a_bias_can(self):
        """Norms, values of attention and products get one, or more in the one that they have; a gate's product has no place for it."""
        for model, ids, tensor in (("llama-f32.gguf", IDS, "token_embd.weight"),
                                   ("qwen2", MODELS / "qwen2" / "input_ids.npy", "model.embed_tokens.weight"),
                                   ("gpt2", MODELS / "gpt2" / "input_ids.npy", "transformer.wte.weight")):
            with self.subTest(model=model):
                moved, stats = self.move_columns(model, tensor), self.folder / "moved.stats"
                self.succeed([LLMC, "calibrate", moved, "--text", CALIBRATION, "--tokens", "512", *WINDOWS, "-q", "-o", stats])
                plain = self.logits(self.compile(moved, "plain", "--activations=f32"), ids)
                options = ["--equalize=osplus", f"--stats={stats}"]
                found = self.logits(self.compile(moved, "osplus", "--activations=f32", *options), ids)
                self.assertLess(largest_difference(found, plain), 1e-4 * max(1, largest(plain)))
                self.assertNotEqual(found.values, plain.values)
                rounded = self.compile(moved, "rounded", *options, "--quantize=w8,method=gptq", "--activations=i8")
                self.assertLess(largest_difference(self.logits(rounded, ids), plain), 0.05 * largest(plain))
                said = run([LLMC, "compile", moved, "-q", "--explain", *options, "--compile-to=optimize", "-o", self.folder / "x.mlir"])
                self.assertEqual(said.returncode, 0, said.stderr)
                self.assertIn("columns of its input are shifted, and large ones move into the weights", said.stderr)
                if model != "gpt2":
                    self.assertIn("large columns of its input move into the weights, none is shifted: it is a product of two", said.stderr)
        self.assertIn("no place for the biases that osplus adds",
                      self.refuse("quantize", MODEL, "--equalize=osplus", f"--stats={self.stats}", "-q", "-o", self.folder / "x.gguf"))

    def test_inputs_in_between_are_scaled(self):
        def said(spec):
            result = run([LLMC, "compile", MODEL, "-q", "--explain", f"--equalize={spec}", f"--stats={self.stats}", "--compile-to=optimize",
                          "-o", self.folder / "x.mlir"])
            return result.returncode, result.stderr
        self.assertIn("its input reaches no further than from= says", said("lae,from=10,to=1000")[1])
        self.assertIn("its input reaches further than to= says", said("lae,to=10")[1])
        self.assertEqual(said("lae,from=100000")[0], 1)

    def test_half_of_the_weights_can_go(self):
        """Least is lost by methods that know of the input."""
        kl = {spec: self.divergence(f"--sparsify={spec}")
              for spec in ("50-magnitude", "50-wanda", "50-sparsegpt", "2:4-magnitude", "2:4-sparsegpt", "50-magnitude+dsnot")}
        self.assertLess(kl["50-wanda"], kl["50-magnitude"], kl)
        self.assertLess(kl["50-sparsegpt"], 0.8 * kl["50-magnitude"], kl)
        self.assertLess(kl["50-magnitude+dsnot"], kl["50-magnitude"], kl)
        self.assertLess(kl["2:4-sparsegpt"], 0.8 * kl["2:4-magnitude"], kl)

    def test_programs_skip_zeros_of_2_4(self):
        """Fewer bytes, and to the bit what a program computes that multiplies with the zeros."""
        spec = ["--sparsify=2:4-magnitude", "--quantize=bits=8,group=32"]
        sparse = self.folder / "sparse"
        said = run([LLMC, "compile", MODEL, "-q", "--explain", *spec, "--skip-zeros=smaller", "-o", sparse, *TARGET])
        self.assertEqual(said.returncode, 0, said.stderr)
        self.assertIn("panels without the zeros of 2:4, 5.5 bits instead of 8.5", said.stderr)
        zeros = self.folder / "zeros.gguf"
        self.succeed([LLMC, "quantize", MODEL, "-q", *spec, "-o", zeros])
        dense = self.compile(zeros, "dense")
        self.assertEqual(self.logits(sparse, IDS).values, self.logits(dense, IDS).values)
        bits = [json.loads(self.succeed([app, "info", "--json"]))["model"]["bits_per_weight"] for app in (sparse, dense)]
        self.assertLess(bits[0], bits[1] - 1)
        self.assertEqual(json.loads(self.succeed([sparse, "info", "--json"]))["model"]["skip_zeros"], "smaller")
        # So small a model lies in caches, where dense is faster: what is done unless asked.
        said = run([LLMC, "compile", MODEL, "-q", "--explain", *spec, "-o", sparse, *TARGET])
        self.assertIn("its zeros are stored: without them generated rows take", said.stderr)
        self.assertEqual(self.logits(sparse, IDS).values, self.logits(dense, IDS).values)

    def test_programs_skip_blocks_of_zeros(self):
        """Fewer bytes, and to the bit what a program computes that multiplies with the zeros."""
        for sparsify, others, command, bits in (
                ("8:16-magnitude,block=16x1", ["--quantize=bits=8,group=32"], "quantize", "4.8 bits instead of 8.5"),
                ("2:4-magnitude,block=4x4", ["--quantize=bits=4,group=32"], "quantize", "2.8 bits instead of 4.5"),
                ("70-magnitude,block=16x1", [], "prune", "12.5 bits instead of 32.0")):
            with self.subTest(sparsify=sparsify):
                spec = [f"--sparsify={sparsify}", *others]
                sparse, zeros = self.folder / "sparse", self.folder / "zeros.gguf"
                said = run([LLMC, "compile", MODEL, "-q", "--explain", *spec, "--skip-zeros=smaller", "-o", sparse, *TARGET])
                self.assertEqual(said.returncode, 0, said.stderr)
                self.assertIn(f"panels without its blocks of zeros, {bits}", said.stderr)
                self.succeed([LLMC, command, MODEL, "-q", *spec, "-o", zeros])
                dense = self.compile(zeros, "dense")
                self.assertEqual(self.logits(sparse, IDS).values, self.logits(dense, IDS).values)
                found, all_of_them = (json.loads(self.succeed([app, "info", "--json"]))["model"]["bits_per_weight"] for app in (sparse, dense))
                self.assertLess(found, all_of_them - 0.5)
        said = run([LLMC, "compile", MODEL, "-q", "--explain", "--sparsify=50-magnitude,block=8x1", "-o", sparse, *TARGET])
        self.assertIn("its zeros are stored: panels skip blocks of 16 rows", said.stderr)

    def test_a_gguf_file_has_the_numbers_of_the_program(self):
        for spec in ("bits=4,group=32,method=awq+gptq", "bits=5,group=32,zero=asym"):
            with self.subTest(spec=spec):
                out = self.folder / "out.gguf"
                self.succeed([LLMC, "quantize", MODEL, "-q", f"--quantize={spec}", f"--stats={self.stats}", "-o", out])
                found = self.logits(self.compile(out, "from-file", "--activations=f32"), IDS)
                self.assertEqual(found.values, self.logits(self.build(spec), IDS).values)
                listed = json.loads(self.succeed([LLMC, "inspect", "--tensors", "--json", out]))["files"][0]["tensors"]
                kinds = {tensor["name"]: tensor["type"] for tensor in listed}
                self.assertEqual(kinds["blk.1.ffn_up.weight"], "Q4_0" if "awq" in spec else "Q5_1")
                self.assertEqual(kinds["token_embd.weight"], "Q8_0")
                self.assertEqual(kinds["blk.1.ffn_norm.weight"], "F32")

    def test_what_gguf_cannot_hold_is_refused(self):
        out = ["-q", "-o", self.folder / "x.gguf"]
        self.assertIn("GGML has no type with the numbers of #llm.grid<bits = 3",
                      self.refuse("quantize", MODEL, "--quantize=bits=3,group=32", *out))
        self.assertIn("it is the model itself", self.refuse("quantize", MODEL, "--quantize=bits=4,group=32", "-o", MODEL))
        self.assertFalse((self.folder / "x.gguf").exists())
        usage = run([LLMC, "quantize", MODEL, *out])
        self.assertEqual(usage.returncode, 2)
        self.assertIn("--quantize=SPEC is required", usage.stderr)

    def test_what_needs_statistics_calibrates_by_itself(self):
        temporary = self.folder / "temporary"
        temporary.mkdir()
        result = run([LLMC, "compile", MODEL, "--quantize=w4-gptq", "--cpu=native", "-o", self.folder / "own"],
                     env={**os.environ, "TMPDIR": str(temporary)})
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("calibrating on a text that llmc brings; llmc calibrate takes another", result.stderr)
        self.assertEqual(list(temporary.iterdir()), [])
        nearest = self.compile(MODEL, "nearest", "--quantize=w4,scale-search=yes", "--cpu=native")
        self.assertNotEqual((self.folder / "own").read_bytes(), nearest.read_bytes())

    def test_wrong_ways_to_change_weights_are_refused(self):
        out = ["-q", "-o", self.folder / "x"]
        for flags, says in ((["--sparsify=50-luck"], "--sparsify: 'luck' is no method that prunes"),
                            (["--equalize=rough"], "--equalize: 'rough' is no method"),
                            (["--equalize=smooth", "--quantize=w4-awq"], "--equalize and awq both scale the columns"),
                            (["--sparsify=2:4", "--quantize=w4,zero=asym"], "is pruned, and codes above a minimum have none for 0")):
            with self.subTest(flags=flags):
                self.assertIn(says, self.refuse("compile", MODEL, *flags, *out))

    def test_scaling_alone_changes_nothing(self):
        """What awq multiplies columns with is divided out of what makes their input."""
        quantised = self.succeed([LLMC, "compile", MODEL, "-q", "--compile-to=optimize", "--activations=f32",
                                  "--quantize=method=awq", f"--stats={self.stats}"])
        scaled = re.sub(r", #llm\.round<grid = <[^>]*>[^>]*>", "", quantised)
        scaled = re.sub(r"recipe \[#llm\.round<grid = <[^>]*>[^>]*>\]", "", scaled)
        scaled = re.sub(r"!llm\.packed<(\d+x\d+), #llm\.grid<[^>]*>>", r"tensor<\1xf32>", scaled)
        self.assertNotIn("packed<", scaled)
        # Of each of two layers: queries, keys and values; the way out of attention; gate and up; the way down.
        self.assertEqual(scaled.count("#llm.scale<"), 2 * (7 + 2 + 1 + 1))
        path = self.folder / "scaled.mlir"
        path.write_text(scaled)
        app = self.compile(path, "scaled", f"--weights-from={MODEL}", f"--stats={self.stats}", "--activations=f32")
        expected = self.logits(self.build(""), IDS)
        found = self.logits(app, IDS)
        self.assertLess(largest_difference(found, expected), 1e-4 * max(1, largest(expected)))
        self.assertNotEqual(found.values, expected.values)

    def test_every_import_can_be_quantised(self):
        for model, ids in ((MODELS / "llama-tied", MODELS / "llama-tied" / "input_ids.npy"),
                           (MODELS / "gpt2", MODELS / "gpt2" / "input_ids.npy")):
            expected = read_npy(ids.with_name("logits.npy"))
            app = self.build("w8", model=model)
            self.assertLess(largest_difference(self.logits(app, ids), expected), 0.05 * largest(expected), model)

    def test_what_is_on_a_grid_is_rounded_again_and_said(self):
        result = run([LLMC, "compile", MODELS / "llama-q8_0.gguf", "-q", "--quantize=w4", "-o", self.folder / "again", *TARGET])
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("weights are quantised already; those of more bits than --quantize asks for are rounded again",
                      result.stderr)
        self.assertIn("no weight is left to quantise",
                      self.refuse("compile", MODELS / "llama-q4_0.gguf", "-q", "--quantize=w8", "-o", self.folder / "x"))


    def test_statistics_are_those_of_the_inputs(self):
        found = read_statistics(self.stats)
        self.assertEqual(found["tokens"][1][0], 8192)
        inputs = {name[:-4] for name in found if name.endswith("/xtx")}
        self.assertEqual(inputs, {f"blk.{layer}.{name}.weight" for layer in (0, 1)
                                  for name in ("attn_q", "attn_output", "ffn_gate", "ffn_down")})
        self.assertEqual(bytes(found["blk.1.ffn_up.weight/as"][1]).decode(), "blk.1.ffn_gate.weight")
        for name in inputs:
            (columns, _), xtx = found[f"{name}/xtx"]
            mean, most, l2 = (found[f"{name}/{what}"][1] for what in ("mean", "absmax", "l2"))
            for i in range(columns):
                square = xtx[i * columns + i]
                self.assertLess(abs(l2[i] ** 2 - square), 1e-5 * square)
                self.assertLessEqual(8192 * mean[i] ** 2, 1.001 * square)
                self.assertLessEqual(most[i] ** 2, 1.001 * square)
                self.assertLessEqual(square, 1.001 * 8192 * most[i] ** 2)
                for j in range(i):
                    self.assertEqual(xtx[i * columns + j], xtx[j * columns + i])
                    self.assertLessEqual(abs(xtx[i * columns + j]), 1.001 * math.sqrt(square * xtx[j * columns + j]))

    def test_rows_of_a_norm_have_its_mean_square(self):
        """The input of the first products is a norm with the weights w: the sum of (x / w)^2 is K for each row."""
        listed = json.loads(self.succeed([LLMC, "inspect", "--tensors", "--json", MODEL]))["files"][0]["tensors"]
        norm = next(tensor for tensor in listed if tensor["name"] == "blk.0.attn_norm.weight")
        weights = array.array("f", MODEL.read_bytes()[norm["offset"]:norm["offset"] + norm["bytes"]])
        (columns, _), xtx = read_statistics(self.stats)["blk.0.attn_q.weight/xtx"]
        sum_of_squares = sum(xtx[i * columns + i] / weights[i] ** 2 for i in range(columns))
        self.assertLess(abs(sum_of_squares / 8192 / columns - 1), 1e-2)

    def test_any_number_of_threads_gives_the_same_bytes(self):
        for threads in ("1", "3"):
            again = self.folder / f"model{threads}.stats"
            self.succeed([LLMC, "calibrate", MODEL, "-q", "--text", CALIBRATION, "--tokens", "8192", *WINDOWS, "-o", again,
                          "--threads", threads])
            self.assertEqual(again.read_bytes(), self.stats.read_bytes())

    def test_the_same_input_gives_the_same_program(self):
        first = self.compile(MODEL, "one", "--quantize=w4-gptq", f"--stats={self.stats}")
        second = self.compile(MODEL, "two", "--quantize=w4-gptq", f"--stats={self.stats}")
        self.assertEqual(first.read_bytes(), second.read_bytes())

    def test_wrong_statistics_are_refused(self):
        out = ["-q", "-o", self.folder / "x"]
        self.assertIn("needs statistics of the model's activations: llmc calibrate MODEL --text FILE",
                      self.refuse("inspect", MODEL, "--quantize=w4-gptq"))
        self.assertIn("--stats goes with --quantize=SPEC", self.refuse("compile", MODEL, f"--stats={self.stats}", *out))
        self.assertIn("these statistics are of another model", self.refuse(
            "compile", MODELS / "llama-f16.gguf", "--quantize=w4-gptq", f"--stats={self.stats}", *out))
        self.assertIn("is no file of statistics: llmc calibrate makes one", self.refuse(
            "compile", MODEL, "--quantize=w4-gptq", f"--stats={MODELS / 'llama-tied' / 'model.safetensors'}", *out))
        cut = self.folder / "cut.stats"
        cut.write_bytes(self.stats.read_bytes()[:-100])
        self.assertIn("cut.stats: ", self.refuse("compile", MODEL, "--quantize=w4-gptq", f"--stats={cut}", *out))

    def test_wrong_calibrations_are_refused(self):
        short = self.folder / "short.txt"
        short.write_text("Too short.")
        out = ["-q", "-o", self.folder / "x.stats"]
        self.assertIn("one window needs 64; take a longer text", self.refuse("calibrate", MODEL, "--text", short, *out,
                                                                             "--context", "64", "--tokens", "0"))
        self.assertIn("exceeds the model's 256 positions", self.refuse("calibrate", MODEL, "--text", CALIBRATION, *out))
        self.assertFalse((self.folder / "x.stats").exists())

    def test_wrong_specs_are_refused(self):
        out = ["-q", "-o", self.folder / "x"]
        for spec, says in (("w5", "--quantize: 'w5' is no preset"), ("w4,bits=9", "--quantize: bits takes 1 to 8, found '9'"),
                           ("group=48", "group=48 does not divide the 64 columns of"),
                           ("w4;nothing*:w8", "the pattern 'nothing*' matches no weight")):
            with self.subTest(spec=spec):
                self.assertIn(says, self.refuse("compile", MODEL, f"--quantize={spec}", *out))

    def test_a_preset_says_what_activations_are(self):
        spelled = self.compile(MODEL, "spelled", "--quantize=w8,group=16", "--activations=i8", "--equalize=smooth", f"--stats={self.stats}")
        preset = self.compile(MODEL, "preset", "--quantize=w8a8-smooth,group=16", f"--stats={self.stats}")
        found = json.loads(self.succeed([preset, "info", "--json"]))["model"]
        self.assertEqual(found, json.loads(self.succeed([spelled, "info", "--json"]))["model"])
        self.assertEqual([found[key] for key in ("quantize", "activations", "equalize")], ["w8,group=16", "i8", "smooth"])
        policy = self.compile(MODEL, "policy", "--quantize=w4a8-fptq,group=32", f"--stats={self.stats}")
        found = json.loads(self.succeed([policy, "info", "--json"]))["model"]
        self.assertEqual([found[key] for key in ("quantize", "activations", "equalize")],
                         ["w4,group=32", "i8-static,to=150", "lae,from=15,to=150"])
        out = ["-q", "-o", self.folder / "x"]
        for flags, says in ((["--quantize=w8a8", "--activations=f32"], "w8a8 means --activations=i8, found --activations=f32: leave it out, or take w8"),
                            (["--quantize=w8a8-smooth", "--equalize=smooth,alpha=0.4"],
                             "w8a8-smooth means --equalize=smooth, found --equalize=smooth,alpha=0.4: leave it out, or take w8")):
            result = run([LLMC, "compile", MODEL, *flags, *out])
            self.assertEqual(result.returncode, 2, result.stderr)
            self.assertIn(says, result.stderr)

    def test_weights_that_are_no_numbers_are_refused(self):
        listed = json.loads(self.succeed([LLMC, "inspect", "--tensors", "--json", MODEL]))["files"][0]["tensors"]
        place = next(tensor for tensor in listed if tensor["name"] == "blk.1.ffn_up.weight")
        data = bytearray(MODEL.read_bytes())
        struct.pack_into("<f", data, place["offset"] + 4 * (3 * 64 + 5), math.nan)
        broken = self.folder / "broken.gguf"
        broken.write_bytes(data)
        said = self.refuse("compile", broken, "--quantize=w4", "-q", "-o", self.folder / "x")
        self.assertIn("weight 'blk.1.ffn_up.weight': cannot be quantised: row 3, column 5 is not a number", said)
        self.assertFalse((self.folder / "x").exists())


if __name__ == "__main__":
    unittest.main()
