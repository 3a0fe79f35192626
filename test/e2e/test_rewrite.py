#!/usr/bin/env python3
"""Models written for other tools: quantize and prune of folders and of GGUF files, and what a compile of them gives.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""

import array
import json
import os
import resource
import shutil
import struct
import unittest

from support import INPUTS, LLMC, MODELS, ROOT, TARGET, TestCase, read_npy, run

LLAMA = MODELS / "llama"
FAMILIES = INPUTS / "families"
CALIBRATION = ROOT / "bench" / "text" / "calibration.txt"


def read_tensors(path):
    """What a safetensors file holds, by name: dtype, shape, bytes."""
    data = path.read_bytes()
    length, = struct.unpack_from("<Q", data)
    data, header = data[8 + length:], json.loads(data[8:8 + length])
    assert header.pop("__metadata__", {}).get("format") == "pt"
    return {name: (about["dtype"], about["shape"], data[slice(*about["data_offsets"])]) for name, about in header.items()}


def write_tensors(path, tensors):
    header, data = {"__metadata__": {"format": "pt"}}, b""
    for name, (dtype, shape, piece) in tensors.items():
        header[name] = {"dtype": dtype, "shape": shape, "data_offsets": [len(data), len(data) + len(piece)]}
        data += piece
    text = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)


def dequantize(tensors, module, bits):
    """The matrix of a module, by the definition of pack-quantized, and its scales, column by column."""
    (_, (rows, words), packed), (kind, (_, groups), scales) = tensors[module + ".weight_packed"], tensors[module + ".weight_scale"]
    _, columns = struct.unpack("<2q", tensors[module + ".weight_shape"][2])
    scales = struct.unpack(f"<{rows * groups}e" if kind == "F16" else f"<{rows * groups}f", scales)
    values, steps = [], []
    for row in range(rows):
        stream = int.from_bytes(packed[row * words * 4:(row + 1) * words * 4], "little")
        for column in range(columns):
            code = stream >> column * bits & (1 << bits) - 1
            scale = scales[row * groups + column * groups // columns]
            values.append(scale * (code - (1 << bits - 1)))
            steps.append(scale)
    return values, steps


class Rewrite(TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.stats = cls.folder / "llama.stats"
        result = run([LLMC, "calibrate", LLAMA, "-q", "--text", CALIBRATION, "--tokens", "2048", "--context", "64", "-o", cls.stats])
        assert result.returncode == 0, result.stderr

    def rewrite(self, model, *flags, command="quantize", name="out"):
        out = self.folder / name
        if out.is_dir():
            shutil.rmtree(out)
        result = run([LLMC, command, model, "-q", *flags, "-o", out])
        self.assertEqual(result.returncode, 0, result.stderr)
        return out

    def refuse(self, *arguments, out="refused", command="quantize", **options):
        """What is said, in one line; nothing is written."""
        before = sorted(self.folder.iterdir())
        result = run([LLMC, command, *arguments, "-q", "-o", f"{self.folder}/{out}"], **options)
        self.assertEqual(result.returncode, 1, result.stderr)
        self.assertEqual(result.stderr.count("error: "), 1, result.stderr)
        self.assertEqual(sorted(self.folder.iterdir()), before)
        return result.stderr

    def expect_same(self, model, *flags, command="quantize", ids=None):
        """A compile of what is written computes what a compile of the model computes, to the bit."""
        ids = ids or model / "input_ids.npy"
        out = self.rewrite(model, *flags, command=command)
        expected = self.logits(self.compile(model, "expected", *flags), ids)
        self.assertEqual(self.logits(self.compile(out, "found"), ids).values, expected.values)
        return out

    def config(self, folder):
        return json.loads((folder / "config.json").read_text())

    def test_a_folder_has_the_numbers_of_the_program(self):
        stats = f"--stats={self.stats}"
        for flags in (["--quantize=fp8;token_embd.weight:keep"], ["--quantize=fp8,group=32,scale=bf16;*ffn_down*:w4;token_embd.weight:keep"],
                      ["--quantize=bits=3,group=32,scale=bf16;token_embd.weight:keep"], ["--quantize=bits=5,group=channel,scale=f32;token_embd.weight:keep"],
                      ["--quantize=bits=4,method=awq+gptq,scale-search=yes;token_embd.weight:keep", stats], ["--equalize=smooth", "--sparsify=2:4-sparsegpt", "--quantize=w8;token_embd.weight:keep", stats]):
            with self.subTest(flags=flags):
                self.expect_same(LLAMA, *flags)

    def test_parts_and_experts_go_where_they_came_from(self):
        """Experts stacked, queries, keys and values in one tensor, one below the other or head by head."""
        for name in ("mixtral", "phi3", "gpt_neox"):
            with self.subTest(family=name):
                self.expect_same(FAMILIES / name, "--quantize=bits=4,group=16;token_embd.weight:keep")

    def test_codes_are_what_the_format_says(self):
        """Read as its makers define it: each number is within half a step of what it was."""
        source = read_tensors(LLAMA / "model.safetensors")
        out = self.rewrite(LLAMA, "--quantize=bits=6,group=32;*attn_q*:bits=3;output.weight:keep;token_embd.weight:keep")
        tensors = read_tensors(out / "model.safetensors")
        for module, bits in (("model.layers.0.mlp.down_proj", 6), ("model.layers.1.self_attn.q_proj", 3)):
            values, steps = dequantize(tensors, module, bits)
            original = array.array("f", source[module + ".weight"][2])
            for value, was, step in zip(values, original, steps):
                most = 1.002 if value == step * ((1 << bits - 1) - 1) else 0.502  # one more code below zero than above
                self.assertLessEqual(abs(value - was), most * abs(step))
        for name in ("model.norm.weight", "lm_head.weight", "model.embed_tokens.weight"):
            self.assertEqual(tensors[name], source[name])
        scheme = self.config(out)["quantization_config"]
        self.assertEqual((scheme["quant_method"], scheme["format"]), ("compressed-tensors", "pack-quantized"))
        self.assertEqual(sorted(scheme["ignore"]), ["lm_head", "model.embed_tokens"])
        by_bits = {group["weights"]["num_bits"]: group for group in scheme["config_groups"].values()}
        self.assertEqual(by_bits[6]["targets"], ["Linear"])
        self.assertEqual(by_bits[3]["targets"], [f"model.layers.{layer}.self_attn.q_proj" for layer in (0, 1)])
        self.assertEqual(by_bits[6]["weights"]["group_size"], 32)
        del (config := self.config(out))["quantization_config"]
        self.assertEqual(config, self.config(LLAMA))

    def test_floats_are_what_the_format_says(self):
        """F8_E4M3 under the module's own name, and a scale per row: each number within a sixteenth of what it was, or half of the least step."""
        source = read_tensors(LLAMA / "model.safetensors")
        out = self.rewrite(LLAMA, "--quantize=fp8;output.weight:keep;token_embd.weight:keep")
        tensors = read_tensors(out / "model.safetensors")
        module = "model.layers.0.mlp.down_proj"
        (kind, (rows, columns), codes), (scaled, shape, scales) = tensors[module + ".weight"], tensors[module + ".weight_scale"]
        self.assertEqual((kind, scaled, shape), ("F8_E4M3", "F32", [rows, 1]))
        scales, original = array.array("f", scales), array.array("f", source[module + ".weight"][2])
        for place, (code, was) in enumerate(zip(codes, original)):
            exponent, mantissa, scale = code >> 3 & 15, code & 7, scales[place // columns]
            value = (mantissa / 8 * 2**-6 if exponent == 0 else (1 + mantissa / 8) * 2.0 ** (exponent - 7)) * scale * (-1 if code & 128 else 1)
            self.assertLessEqual(abs(value - was), max(abs(was) / 15.9, 2**-10 * scale * 1.01))
        scheme = self.config(out)["quantization_config"]
        self.assertEqual((scheme["format"], scheme["config_groups"]["group_0"]["weights"]["strategy"]), ("float-quantized", "channel"))

    def test_what_goes_with_weights_is_copied(self):
        model = self.folder / "model"
        shutil.copytree(LLAMA, model)
        (model / "1_Pooling").mkdir()
        for name in ("1_Pooling/config.json", "chat_template.jinja", "LICENSE", "vocab.txt"):
            (model / name).write_text('{"pooling_mode_mean_tokens": true}')
        for name in (".cache.json", "old.bin", "model.safetensors.index.json"):
            (model / name).write_text("not this")
        for path in model.rglob("*"):
            if path.is_file():
                path.chmod(0o444)
        out = self.rewrite(model, "--quantize=w4;token_embd.weight:keep")
        names = {str(path.relative_to(out)) for path in out.rglob("*") if path.is_file()}
        self.assertEqual(names - {"tokenizer_cases.json"},
                         {"1_Pooling/config.json", "LICENSE", "chat_template.jinja", "config.json", "model.safetensors",
                          "tokenizer.json", "tokenizer_config.json", "vocab.txt"})
        self.assertEqual((out / "tokenizer.json").read_bytes(), (model / "tokenizer.json").read_bytes())
        self.assertTrue((out / "config.json").stat().st_mode & 0o200)

    def test_files_of_a_sharded_folder_become_one(self):
        out = self.expect_same(MODELS / "llama-sharded", "--quantize=w8;token_embd.weight:keep")
        self.assertEqual([path.name for path in out.glob("*.safetensors*")], ["model.safetensors"])

    def test_a_tied_head_stays_tied(self):
        """And a copy of the table that nobody reads would be another head once the table has zeros."""
        model = self.folder / "tied"
        shutil.copytree(MODELS / "llama-tied", model)
        tensors = read_tensors(model / "model.safetensors")
        tensors["lm_head.weight"] = tensors["model.embed_tokens.weight"]
        write_tensors(model / "model.safetensors", tensors)
        out = self.expect_same(model, "--sparsify=50-magnitude;token_embd.weight:50-magnitude", command="prune")
        self.assertNotIn("lm_head.weight", read_tensors(out / "model.safetensors"))

    def test_tables_have_no_codes(self):
        self.assertIn("tensor 'model.embed_tokens.weight': is a table, and compressed-tensors has codes of linears alone: put "
                      "';token_embd.weight:keep' behind the SPEC", self.refuse(LLAMA, "--quantize=w4"))

    def test_auto_chooses_what_the_format_has(self):
        result = run([LLMC, "quantize", LLAMA, "--quantize=auto", "--bits-budget=14", f"--stats={self.stats}", "-o", self.folder / "auto"])
        self.assertEqual(result.returncode, 0, result.stderr)
        groups = self.config(self.folder / "auto")["quantization_config"]["config_groups"].values()
        self.assertLessEqual({group["weights"]["num_bits"] for group in groups}, {3, 4, 5, 6, 8})
        self.assertGreater(len(groups), 1)

    def test_pruned_floats_stay_floats(self):
        out = self.expect_same(LLAMA, "--sparsify=60-wanda", f"--stats={self.stats}", command="prune")
        weight = array.array("f", read_tensors(out / "model.safetensors")["model.layers.0.mlp.up_proj.weight"][2])
        self.assertAlmostEqual(weight.count(0) / len(weight), 0.6, delta=0.02)
        self.assertEqual((out / "config.json").read_bytes(), (LLAMA / "config.json").read_bytes())

    def test_halves_stay_halves(self):
        model = self.folder / "halves"
        shutil.copytree(LLAMA, model)
        tensors = read_tensors(model / "model.safetensors")
        for name, (_, shape, data) in tensors.items():
            upper = b"".join(data[i + 2:i + 4] for i in range(0, len(data), 4))
            tensors[name] = ("BF16", shape, upper)
        write_tensors(model / "model.safetensors", tensors)
        out = self.expect_same(model, "--sparsify=50-magnitude", command="prune", ids=LLAMA / "input_ids.npy")
        self.assertEqual({kind for kind, _, _ in read_tensors(out / "model.safetensors").values()}, {"BF16"})

    def test_a_gguf_file_can_be_pruned(self):
        model, ids = MODELS / "llama-bf16.gguf", MODELS / "llama-bf16.input_ids.npy"
        out = self.rewrite(model, "--sparsify=50-magnitude", command="prune", name="pruned.gguf")
        expected = self.logits(self.compile(model, "expected", "--sparsify=50-magnitude"), ids)
        self.assertEqual(self.logits(self.compile(out, "found"), ids).values, expected.values)

    def test_what_the_format_cannot_say_is_refused(self):
        for spec, says in (("w4,zero=asym", "pack-quantized has whole zeros, and a minimum of each group is none: take zero=sym"),
                           ("w4,rank=8", "a folder of safetensors has no place for factors beside it: leave out rank="),
                           ("w4,outliers=1", "has no place for outliers beside it")):
            with self.subTest(spec=spec):
                self.assertIn(says, self.refuse(LLAMA, f"--quantize={spec};token_embd.weight:keep"))
        self.assertIn("says that the model is quantised already (gptq)", self.refuse(MODELS / "llama-gptq", "--quantize=w4"))
        phi3 = FAMILIES / "phi3"
        self.assertIn("with other numbers: give both the same choice", self.refuse(phi3, "--quantize=bits=4,group=16;*attn_q*:bits=6"))
        self.assertIn("'blk.0.attn_q.weight' is made of it as it is, and 'blk.0.attn_k.weight' changes",
                      self.refuse(phi3, "--quantize=bits=4,group=16;*attn_q*:keep"))
        self.assertIn("the compiler turns it before it is rounded", self.refuse(MODELS / "gpt2", "--quantize=w8,group=16"))
        self.assertIn("only some of its rows change", self.refuse(FAMILIES / "opt", "--quantize=bits=4,group=16"))

    def test_the_output_is_of_the_kind_of_the_model(self):
        gguf = MODELS / "llama-f32.gguf"
        self.assertIn("of a folder becomes a folder", self.refuse(LLAMA, "--quantize=w4", out="x.gguf"))
        self.assertIn("of a GGUF file becomes a GGUF file: name one", self.refuse(gguf, "--quantize=w4", out="x/"))
        self.assertIn("is neither a GGUF file nor a folder", self.refuse(LLAMA / "model.safetensors", "--quantize=w4"))
        self.assertIn("is neither a GGUF file nor a folder", self.refuse(INPUTS / "encoders" / "bert.onnx", "--quantize=w4"))

    def test_nothing_that_is_there_is_lost(self):
        model = self.folder / "itself"
        shutil.copytree(LLAMA, model)
        before = {path: path.read_bytes() for path in model.iterdir()}
        for name, says in (("itself", "it is the model itself"), ("itself/.", "it is the model itself"),
                           ("itself/config.json", "it exists and is not a folder"), ("none/x", "mkdir -p it first")):
            with self.subTest(out=name):
                self.assertIn(says, self.refuse(model, "--quantize=w4", out=name))
        (self.folder / "full").mkdir()
        (self.folder / "full" / "notes").write_text("mine")
        self.assertIn("it is a folder with files in it", self.refuse(model, "--quantize=w4", out="full"))
        self.assertEqual({path: path.read_bytes() for path in model.iterdir()}, before)
        self.assertIn("cannot write a model to stdout", run([LLMC, "quantize", LLAMA, "--quantize=w4", "-o", "-"]).stderr)

    def test_a_full_disk_leaves_nothing(self):
        limit = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, 40_000))
        for model, out in ((LLAMA, "full-disk"), (MODELS / "llama-f32.gguf", "full-disk.gguf")):
            with self.subTest(model=model):
                self.assertIn("cannot write", self.refuse(model, "--quantize=w4,group=32;token_embd.weight:keep", out=out, preexec_fn=limit))


if __name__ == "__main__":
    unittest.main()
