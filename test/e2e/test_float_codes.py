#!/usr/bin/env python3
"""FP8 and nf4: folders keep their bits, --quantize=fp8 makes them, products agree with the floats that they mean.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""

import json
import shutil
import struct
import unittest

from support import LLMC, MACHINE, MODELS, TARGET, TOLERANCES, TestCase, largest, largest_difference, read_npy, run


def expected_logits(name):
    return read_npy(MODELS / name / "logits.npy")


class FloatCodes(TestCase):
    def check(self, app, name):
        """All at once, row by row, five at a time: those of transformers on the dequantised weights."""
        expected = expected_logits(name)
        for how in ([], ["--step"], ["--rows", "5"]):
            found = self.logits(app, MODELS / name / "input_ids.npy", *how)
            self.assertLessEqual(largest_difference(found, expected), TOLERANCES["floats"] * max(1.0, largest(expected)), (name, how))

    def info(self, app):
        return json.loads(self.succeed([app, "info", "--json"]))["model"]

    def test_folders_keep_their_bits_on_each_instruction_set(self):
        for name, cpu in (("llama-fp8", "avx2"), ("llama-fp8", "avx512-vnni"), ("llama-float8-rows", "avx2"),
                          ("llama-nf4", "avx2"), ("llama-nf4", "avx512-vnni")):
            with self.subTest(model=name, cpu=cpu):
                app = self.folder / "kept"
                result = run([LLMC, "compile", MODELS / name, "--activations=f32", f"--cpu={cpu}", f"--emulate-on={MACHINE}", "-o", app])
                self.assertEqual(result.returncode, 0, result.stderr)
                self.assertNotIn("dequantised", result.stderr)
                self.check(app, name)
                # Of the matrices 8 or 4 and scales; the table of embeddings, which is the head too, has 16.
                most = {"llama-fp8": 11.3, "llama-float8-rows": 10, "llama-nf4": 7}[name]
                self.assertLess(self.info(app)["bits_per_weight"], most, name)

    def test_ir_has_every_digit_of_values(self):
        """Weights whose type differs from their file's in the last bit would be rounded again."""
        ir = self.folder / "optimized.mlir"
        floats = ["--activations=f32", *TARGET]
        self.succeed([LLMC, "compile", MODELS / "llama-nf4", "-q", *floats, "--compile-to=optimize", "-o", ir])
        self.check(self.compile(ir, "from-ir", "--weights-from", MODELS / "llama-nf4", *floats), "llama-nf4")

    def test_prompts_are_rounded_unless_floats_are_asked_for(self):
        """By default a step of weights of 16 bits or fewer may round prompts, and caches are f16."""
        for name, flags, expected in (("llama-fp8", [], ("mixed", "f16")), ("llama-f16.gguf", [], ("mixed", "f16")),
                                      ("llama-f32.gguf", [], ("f32", "f32")), ("llama-f32.gguf", ["--activations=mixed"], ("mixed", "f16"))):
            with self.subTest(model=name, flags=flags):
                app = self.compile(MODELS / name, "default", *flags, *TARGET)
                info = self.info(app)
                self.assertEqual((info["activations"], info["kv"]), expected)
                narrows = any("products and their weights on avx512-bf16 and amx: bf16" in line for line in info["rounding"])
                self.assertEqual(narrows, expected[0] == "mixed", info["rounding"])
                ids = MODELS / "llama-fp8" / "input_ids.npy"
                exact = self.logits(self.compile(MODELS / name, "exact", "--activations=f32", *TARGET), ids)
                self.assertLessEqual(largest_difference(self.logits(app, ids), exact), 0.05 * largest(exact))

    def test_inspect_names_them(self):
        for name, says in (("llama-float8-rows", "f8E4M3FN with a scale per 64"), ("llama-nf4", "one of 16 floats with a scale per 64")):
            self.assertIn(says, self.succeed([LLMC, "inspect", MODELS / name, "--json"]))

    def folder_with(self, change):
        """llama-float8-rows with other bytes: `change` gets the header and the data of the safetensors file."""
        folder = self.folder / "changed-folder"
        shutil.copytree(MODELS / "llama-float8-rows", folder, dirs_exist_ok=True)
        path = folder / "model.safetensors"
        contents = bytearray(path.read_bytes())
        length = struct.unpack("<Q", contents[:8])[0]
        header = json.loads(contents[8:8 + length])
        change(header, memoryview(contents)[8 + length:])
        path.chmod(0o644)
        path.write_bytes(contents)
        return folder

    def test_what_is_no_number_is_refused(self):
        name = "model.layers.0.self_attn.q_proj.weight"

        def spoil(header, data):
            columns = header[name]["shape"][1]
            data[header[name]["data_offsets"][0] + 2 * columns + 5] = 0xFF

        result = run([LLMC, "compile", self.folder_with(spoil), "-q", *TARGET, "-o", self.folder / "x"])
        self.assertEqual(result.returncode, 1)
        self.assertRegex(result.stderr, r"weight '.*': cannot be multiplied: row 2, column 5 is not a number")

    def test_any_model_becomes_fp8(self):
        model, ids = MODELS / "llama-f32.gguf", MODELS / "llama-f32.input_ids.npy"
        floats = self.logits(self.compile(model, "floats", "--activations=f32", *TARGET), ids)
        differences = {}
        for spec in ("fp8", "fp8,values=e5m2,group=32,scale=bf16", "nf4"):
            app = self.compile(model, "changed", "--activations=f32", *TARGET, f"--quantize={spec}")
            differences[spec] = largest_difference(self.logits(app, ids), floats) / largest(floats)
            if spec == "fp8":
                self.assertEqual(self.info(app)["quantize"], "fp8")
                self.assertLess(self.info(app)["bits_per_weight"], 10)
        e4m3, e5m2, nf4 = differences.values()
        self.assertLess(e4m3, 0.7 * e5m2, differences)
        self.assertLess(e5m2, nf4, differences)

    def test_files_say_that_they_have_no_place_for_it(self):
        for model, spec, says in ((MODELS / "llama-f32.gguf", "fp8,group=32", "GGML has no type with the numbers of #llm.float_codes<type = f8E4M3FN"),
                                  (MODELS / "llama", "fp8,values=e5m2", "#llm.float_codes<type = f8E5M2.*float-quantized has E4M3 alone: take values=e4m3")):
            result = run([LLMC, "quantize", model, "-q", f"--quantize={spec};token_embd.weight:keep", "-o", self.folder / ("out" + model.suffix)])
            self.assertEqual(result.returncode, 1, model)
            self.assertRegex(result.stderr, says)


if __name__ == "__main__":
    unittest.main()
