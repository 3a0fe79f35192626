#!/usr/bin/env python3
"""Encoders from Hugging Face folders: hidden states of padded batches and the vectors of `app embed` are those of transformers
(utils/make-encoder-fixtures.py), and what is said of programs, texts and folders that do not fit.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""

import json
import math
import re
import shutil
import unittest

from support import INPUTS, LLMC, TARGET, TestCase, largest_difference, read_npy, run

ENCODERS = INPUTS / "encoders"
TOLERANCE = 1e-4  # hidden states lie between -5 and 5
TEXTS = (ENCODERS / "bert" / "texts.txt").read_text().split("\n")[:-1]


def vectors(text):
    return [json.loads(line) for line in text.splitlines()]


class Encoders(TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.apps = {}
        for name in ("bert", "modernbert"):
            cls.apps[name] = cls.folder / name
            result = run([LLMC, "compile", ENCODERS / name, "-q", "-o", cls.apps[name], *TARGET])
            assert (result.returncode, result.stderr) == (0, ""), result.stderr

    def close(self, found, wanted):
        self.assertEqual(len(found), len(wanted))
        self.assertLessEqual(max(abs(a - b) for a, b in zip(found, wanted)), TOLERANCE)

    def variant(self, name, model="bert", **keys):
        """A copy of a folder, with other keys in its config.json; those that are None go."""
        folder = self.folder / name
        shutil.copytree(ENCODERS / model, folder)
        config = json.loads((folder / "config.json").read_text()) | keys
        (folder / "config.json").write_text(json.dumps({key: value for key, value in config.items() if value is not None}))
        return folder

    def refused(self, command, message, code=1):
        result = run(command)
        self.assertEqual(result.returncode, code, result.stderr)
        self.assertIn(message, result.stderr)
        self.assertEqual(result.stdout, "")

    def test_hidden_states_of_texts_of_different_lengths(self):
        for name, app in self.apps.items():
            with self.subTest(model=name):
                folder = ENCODERS / name
                inputs = [f"{path.stem}={path}" for path in folder.glob("*_*s.npy")] + [f"attention_mask={folder / 'attention_mask.npy'}"]
                self.succeed([app, "call", *inputs, "--out", self.folder / "states"])
                found, wanted = (read_npy(path / "last_hidden_state.npy") for path in (self.folder / "states", folder))
                self.assertEqual(found.shape, (3, 24, 32))
                self.assertTrue(all(map(math.isfinite, found.values)))
                for text, length in enumerate((24, 17, 2)):
                    rows = slice(text * 24 * 32, (text * 24 + length) * 32)
                    self.close(found.values[rows], wanted.values[rows])

    def test_vectors_of_a_file_are_those_of_its_folder(self):
        for name, app in self.apps.items():
            out, wanted = self.folder / "vectors.npy", read_npy(ENCODERS / name / "embeddings.npy")
            for how in ([], ["-b", "1"], ["-b", "2", "-t", "1"]):
                with self.subTest(model=name, how=how):
                    self.succeed([app, "embed", "-f", ENCODERS / name / "texts.txt", "--truncate", "--out", out, *how])
                    self.assertLessEqual(largest_difference(read_npy(out), wanted), TOLERANCE)

    def test_one_text_is_one_line(self):
        wanted = read_npy(ENCODERS / "bert" / "embeddings.npy")
        found = vectors(self.succeed([self.apps["bert"], "embed", TEXTS[0]]))
        self.assertEqual(len(found), 1)
        self.close(found[0], wanted.row(0))
        self.assertAlmostEqual(math.hypot(*found[0]), 1, places=5)
        piped = self.succeed([self.apps["bert"], "embed", "-f", "-"], stdin=None, input=TEXTS[1] + "\r\n" + TEXTS[0])
        self.close(vectors(piped)[0], wanted.row(1))
        self.close(vectors(piped)[1], wanted.row(0))

    def test_the_command_line_says_otherwise(self):
        app = self.apps["bert"]
        embed = lambda *how: vectors(self.succeed([app, "embed", TEXTS[1], *how]))[0]
        mean, first = embed("--no-normalize"), embed("--pooling", "cls", "--no-normalize")
        self.assertGreater(abs(math.hypot(*mean) - 1), 0.1)
        self.assertGreater(max(abs(a - b) for a, b in zip(mean, first)), 0.1)
        self.close(embed("--pooling", "cls", "--normalize"), [x / math.hypot(*first) for x in first])
        self.close(embed(), [x / math.hypot(*mean) for x in mean])

    def test_fewer_bits_keep_the_direction(self):
        """Weights of 8 bits, their rows in 8 and 15: vectors point where those of floats do. Programs say what they round."""
        wanted = read_npy(ENCODERS / "bert" / "embeddings.npy")
        out, rounding = self.folder / "rounded.npy", {}
        for activations in ("mixed", "i8", "f32"):
            options = [] if activations == "mixed" else [f"--activations={activations}"]
            app = self.compile(ENCODERS / "bert", f"w8-{activations}", "--quantize=bits=8,group=16", *options)
            self.succeed([app, "embed", "-f", ENCODERS / "bert" / "texts.txt", "--truncate", "--out", out])
            found = read_npy(out)
            for text in range(len(TEXTS)):
                cosine = sum(a * b for a, b in zip(found.row(text), wanted.row(text)))  # both of length 1
                self.assertGreater(cosine, 0.999, (activations, text))
            info = json.loads(self.succeed([app, "info", "--json"]))["model"]
            self.assertEqual(info["activations"], activations)
            rounding[activations] = " ".join(info["rounding"])
        self.assertRegex(rounding["mixed"], "codes of 8 bits.*codes of 15 bits")
        self.assertNotIn("15 bits", rounding["i8"])
        self.assertRegex(rounding["f32"], "^inputs of [0-9]+ products: f32$")
        self.refused([LLMC, "compile", ENCODERS / "bert", "-q", "-o", self.folder / "none", "--activations=i8"],
                     "--activations=i8 needs integer weights: this model has float weights only")

    def test_what_cannot_be_embedded(self):
        app = self.apps["bert"]
        empty = self.folder / "empty.txt"
        empty.write_text("")
        for arguments, message in (
                ([TEXTS[4]], "the text has 32 tokens, the model reads 20: split it, or give --truncate"),
                (["-f", ENCODERS / "bert" / "texts.txt"], "line 5 has 32 tokens"),
                ([], "nothing to embed: give a TEXT, or -f FILE"),
                (["-f", empty], "is empty: give one text on each line"),
                (["-f", self.folder / "none.txt"], "cannot read"),
                ([TEXTS[0], "--out", self.folder / "no" / "such.npy"], "No such file or directory")):
            self.refused([app, "embed", *arguments], message)
        self.refused([app, "embed", "a", "-f", empty], "text and --file do not go together", code=2)
        self.refused([app, "embed", "a", "--pooling", "max"], "max", code=2)
        self.refused([app, "hello there"], "embed TEXT where it is an encoder")

    def test_programs_that_are_no_encoders_say_so(self):
        gpt2 = self.compile(INPUTS / "models" / "gpt2", "gpt2")
        self.refused([gpt2, "embed", "a"], "this program completes text and has no embeddings: compile an encoder")
        folder = self.variant("wordless")
        for name in ("tokenizer.json", "tokenizer_config.json"):
            (folder / name).unlink()
        self.refused([self.compile(folder, "wordless.app"), "embed", "a"], "'call' runs it on token ids")

    def test_an_export_with_its_texts_beside_it(self):
        folder = self.folder / "export"
        shutil.copytree(ENCODERS / "bert", folder)
        (folder / "model.safetensors").unlink()
        shutil.copy(ENCODERS / "bert.onnx", folder / "model.onnx")
        app, out = self.compile(folder, "export.app"), self.folder / "export.npy"
        self.succeed([app, "embed", "-f", ENCODERS / "bert" / "texts.txt", "--truncate", "--out", out])
        self.assertLessEqual(largest_difference(read_npy(out), read_npy(ENCODERS / "bert" / "embeddings.npy")), TOLERANCE)

    def test_the_folder_can_be_inspected(self):
        self.assertIn("tensors       39 x bf16", self.succeed([LLMC, "inspect", ENCODERS / "bert"]))
        facts = json.loads(self.succeed([LLMC, "inspect", "--json", ENCODERS / "bert"]))
        self.assertEqual((facts["kind"], len(facts["tensors"])), ("function", 39))
        self.assertNotIn("memory_contract", facts)

    def test_info_says_how_the_model_embeds(self):
        facts = json.loads(self.succeed([self.apps["bert"], "info", "--json"]))
        self.assertEqual(facts["model"]["embedding"], {"pooling": "mean", "normalize": True, "max_tokens": 20})
        self.assertEqual(facts["model"]["architecture"], "bert")
        self.assertEqual([tensor["name"] for tensor in facts["signature"]["inputs"]],
                         ["input_ids", "attention_mask", "token_type_ids"])

    def test_poolings_that_are_not_ours_are_named_and_can_be_overruled(self):
        folder = self.variant("max")
        (folder / "1_Pooling" / "config.json").write_text('{"pooling_mode_max_tokens": true}')
        modules = json.loads((folder / "modules.json").read_text())
        (folder / "modules.json").write_text(json.dumps(modules + [{"idx": 3, "path": "3_Dense", "type": "a.b.Dense"}]))
        result = run([LLMC, "compile", folder, "-q", "-o", self.folder / "max.app", *TARGET])
        self.assertEqual(result.returncode, 0)
        self.assertIn("lists a Dense ('3_Dense'), which is not part of the program", result.stderr)
        self.refused([self.folder / "max.app", "embed", "a"], "the model pools by 'max', which is not supported: give --pooling mean")
        self.assertEqual(len(vectors(self.succeed([self.folder / "max.app", "embed", "a", "--pooling", "cls"]))[0]), 32)

    def test_checkpoints_with_another_head(self):
        masked = self.variant("masked", architectures=["BertForMaskedLM"])
        result = run([LLMC, "compile", masked, "-q", "-o", self.folder / "masked.app", *TARGET])
        self.assertEqual(result.returncode, 0)
        self.assertIn("is of a BertForMaskedLM: the program gives the hidden states", result.stderr)
        self.assertEqual(self.succeed([self.folder / "masked.app", "embed", "a dog"]), self.succeed([self.apps["bert"], "embed", "a dog"]))
        for name, keys, message in (
                ("classes", {"architectures": ["BertForSequenceClassification"]}, "for another head export the model to ONNX"),
                ("relative", {"position_embedding_type": "relative_key"}, "requires absolute"),
                ("heads", {"num_attention_heads": 5}, "divides the hidden size 32"),
                ("layers", {"num_hidden_layers": 3}, "is missing; bert needs it with shape"),
                ("activation", {"hidden_act": "relu2"}, "requires gelu, gelu_new, relu or silu"),
                ("unknown", {"attention_sinks": 4}, "attention_sinks")):
            with self.subTest(case=name):
                self.refused([LLMC, "compile", self.variant(name, **keys), "-q", "-o", self.folder / "none"], message)

    def test_configs_of_before_transformers_5(self):
        """Windows by a period, one base of rotation each in a key of its own."""
        folder = self.variant("older", "modernbert", layer_types=None, rope_parameters=None, global_attn_every_n_layers=3,
                              global_rope_theta=160000.0, local_rope_theta=10000.0)
        self.assertEqual(self.succeed([self.compile(folder, "older.app"), "embed", "a cat"]),
                         self.succeed([self.apps["modernbert"], "embed", "a cat"]))
        self.refused([LLMC, "compile", self.variant("kinds", "modernbert", layer_types=["full_attention"] * 3), "-o", self.folder / "none"],
                     "requires one entry for each of the 4 layers")

    def test_norms_by_their_old_names(self):
        folder = self.variant("gamma")
        file = folder / "model.safetensors"
        old = file.read_bytes()
        length = int.from_bytes(old[:8], "little")
        header = re.sub(rb"LayerNorm\.weight", b"LayerNorm.gamma", old[8:8 + length])
        header = re.sub(rb"LayerNorm\.bias", b"LayerNorm.beta", header)
        header += b" " * (-len(header) % 8)
        file.write_bytes(len(header).to_bytes(8, "little") + header + old[8 + length:])
        self.assertEqual(self.succeed([self.compile(folder, "gamma.app"), "embed", "a cat"]),
                         self.succeed([self.apps["bert"], "embed", "a cat"]))

    def test_damaged_lists_of_modules(self):
        for name, file, text, message in (
                ("text", "modules.json", "{", "is not valid JSON"),
                ("object", "modules.json", "{}", "requires a list of modules"),
                ("outside", "modules.json", '[{"type": "Pooling", "path": "../x"}]', "requires modules with a type and a folder of this one"),
                ("none", "1_Pooling/config.json", '{"pooling_mode_cls_token": false}', "switches on no pooling_mode"),
                ("list", "1_Pooling/config.json", "[]", "requires an object that says the pooling"),
                ("long", "sentence_bert_config.json", '{"max_seq_length": -3}', "max_seq_length: requires a number of tokens")):
            with self.subTest(case=name):
                folder = self.variant("modules-" + name)
                (folder / file).write_text(text)
                self.refused([LLMC, "compile", folder, "-q", "-o", self.folder / "none"], message)


if __name__ == "__main__":
    unittest.main()
