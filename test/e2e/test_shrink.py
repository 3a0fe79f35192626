#!/usr/bin/env python3
"""Models that lose channels, heads and layers: their programs are those of a model that was cut by hand, and so are the
folders and GGUF files that llmc prune writes.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""

import array
import json
import re
import shutil
import unittest

from statistics_file import read_statistics
from support import INPUTS, LLMC, MODELS, ROOT, TestCase, run
from test_rewrite import read_tensors, write_tensors

LLAMA = MODELS / "llama"  # 2 layers, 64 wide, 160 channels, 4 heads of 16 that read 2 of keys
IDS = LLAMA / "input_ids.npy"
CALIBRATION = ROOT / "bench" / "text" / "calibration.txt"
WIDTH, CHANNELS, HEADS, KV_HEADS, HEAD = 64, 160, 4, 2, 16


class Matrix:
    """A tensor of floats, in the types of the file."""

    def __init__(self, tensor):
        self.dtype, self.shape, data = tensor
        assert self.dtype == "F32"
        self.values = array.array("f", data)

    def row(self, row):
        columns = self.shape[1]
        return self.values[row * columns:(row + 1) * columns]

    def column(self, column):
        return self.values[column::self.shape[1]]

    def rows(self, kept):
        return self.dtype, [len(kept), self.shape[1]], b"".join(self.row(row).tobytes() for row in kept)

    def columns(self, kept):
        lines = (array.array("f", [self.row(row)[column] for column in kept]) for row in range(self.shape[0]))
        return self.dtype, [self.shape[0], len(kept)], b"".join(line.tobytes() for line in lines)


def squares(numbers):
    return sum(number * number for number in numbers)


def largest(scores, count):
    """The places of the largest, in order."""
    return sorted(sorted(range(len(scores)), key=lambda place: -scores[place])[:count])


def cut_channels(tensors, layer, count, norms=None):
    names = [f"model.layers.{layer}.mlp.{part}_proj.weight" for part in ("gate", "up", "down")]
    gate, up, down = (Matrix(tensors[name]) for name in names)
    if norms is None:
        scores = [squares(gate.row(i)) + squares(up.row(i)) + squares(down.column(i)) for i in range(CHANNELS)]
    else:
        scores = [sum(map(abs, down.column(i))) * norms[i] for i in range(CHANNELS)]
    kept = largest(scores, count)
    for name, part in zip(names, (gate.rows(kept), up.rows(kept), down.columns(kept))):
        tensors[name] = part


def cut_heads(tensors, layer, count):
    names = [f"model.layers.{layer}.self_attn.{part}_proj.weight" for part in "qkvo"]
    q, k, v, o = (Matrix(tensors[name]) for name in names)
    wide = HEADS // KV_HEADS * HEAD  # the rows of queries that read one head of keys
    span = lambda head, size: range(head * size, (head + 1) * size)
    scores = [sum(squares(q.row(i)) + squares(o.column(i)) for i in span(head, wide))
              + sum(squares(k.row(i)) + squares(v.row(i)) for i in span(head, HEAD)) for head in range(KV_HEADS)]
    kept = largest(scores, count)
    wides, heads = ([i for head in kept for i in span(head, size)] for size in (wide, HEAD))
    for name, part in zip(names, (q.rows(wides), k.rows(heads), v.rows(heads), o.columns(wides))):
        tensors[name] = part


def cut_layer(tensors, gone):
    """The layers behind it move up."""
    for name in [name for name in tensors if ".layers." in name]:
        parts = name.split(".")
        tensor, layer = tensors.pop(name), int(parts[2])
        if layer != gone:
            parts[2] = str(layer - (layer > gone))
            tensors[".".join(parts)] = tensor


class Shrink(TestCase):
    def cut(self, name, change, **config):
        """LLAMA with tensors that `change` cut, and what its config says then."""
        folder = self.folder / name
        shutil.copytree(LLAMA, folder)
        tensors = read_tensors(LLAMA / "model.safetensors")
        change(tensors)
        write_tensors(folder / "model.safetensors", tensors)
        said = json.loads((LLAMA / "config.json").read_text()) | config
        (folder / "config.json").write_text(json.dumps(said))
        return folder

    def prune(self, model, *flags, name="out", command="prune"):
        out = self.folder / name
        shutil.rmtree(out, ignore_errors=True)
        self.succeed([LLMC, command, model, "-q", *flags, "-o", out])
        return out

    def refuse(self, model, *flags):
        result = run([LLMC, "prune", model, "-q", *flags, "-o", self.folder / "refused"])
        self.assertEqual(result.returncode, 1, result.stderr)
        self.assertFalse((self.folder / "refused").exists())
        return result.stderr

    def numbers(self, model, name, *flags, ids=IDS):
        return self.logits(self.compile(model, name, *flags), ids).values

    def expect_cut(self, folder, *flags):
        """A program of the model with `flags`, one of the folder that they write, and the folder that was cut by hand."""
        expected = self.numbers(folder, "cut")
        self.assertEqual(self.numbers(LLAMA, "shrunk", *flags), expected)
        out = self.prune(LLAMA, *flags)
        self.assertEqual(read_tensors(out / "model.safetensors"), read_tensors(folder / "model.safetensors"))
        self.assertEqual(*(json.loads((path / "config.json").read_text()) for path in (out, folder)))
        self.assertEqual(self.numbers(out, "pruned"), expected)

    def test_channels(self):
        def change(tensors):
            for layer in range(2):
                cut_channels(tensors, layer, 96)
        self.expect_cut(self.cut("channels", change, intermediate_size=96), "--shrink=channels=40%,by=magnitude")

    def test_channels_by_statistics(self):
        stats = self.folder / "llama.stats"
        self.succeed([LLMC, "calibrate", LLAMA, "-q", "--text", CALIBRATION, "--tokens", "2048", "--context", "64", "-o", stats])
        columns = [read_statistics(stats)[f"blk.{layer}.ffn_down.weight/l2"][1] for layer in range(2)]

        def change(tensors):
            for layer in range(2):
                cut_channels(tensors, layer, 128, columns[layer])
        self.expect_cut(self.cut("statistics", change, intermediate_size=128), "--shrink=channels=20%", f"--stats={stats}")

    def test_heads(self):
        def change(tensors):
            for layer in range(2):
                cut_heads(tensors, layer, 1)
        self.expect_cut(self.cut("heads", change, num_attention_heads=2, num_key_value_heads=1), "--shrink=heads=1,by=magnitude")

    def test_layers(self):
        for gone in range(2):
            with self.subTest(gone=gone):
                folder = self.cut(f"without-{gone}", lambda tensors: cut_layer(tensors, gone), num_hidden_layers=1)
                self.expect_cut(folder, f"--shrink=without={gone}")

    def test_all_of_it(self):
        def change(tensors):
            cut_layer(tensors, 0)
            cut_channels(tensors, 0, 144)
            cut_heads(tensors, 0, 1)
        folder = self.cut("all", change, num_hidden_layers=1, num_attention_heads=2, num_key_value_heads=1, intermediate_size=144)
        self.expect_cut(folder, "--shrink=channels=10,heads=1,without=0,multiple=16,by=magnitude")

    def test_zeros_and_codes_come_behind(self):
        """The program is that of the cut model with the same options, statistics of the model as it was."""
        def change(tensors):
            for layer in range(2):
                cut_channels(tensors, layer, 128)
        folder = self.cut("behind", change, intermediate_size=128)
        rest = ["--sparsify=50-magnitude", "--quantize=w4,group=32;token_embd.weight:keep"]
        expected = self.numbers(folder, "cut", *rest)
        self.assertEqual(self.numbers(LLAMA, "shrunk", "--shrink=channels=20%,by=magnitude", *rest), expected)
        out = self.prune(LLAMA, "--shrink=channels=20%,by=magnitude", *rest, command="quantize")
        self.assertEqual(self.numbers(out, "pruned"), expected)

    def test_gguf(self):
        model, ids = MODELS / "llama-f32.gguf", MODELS / "llama-f32.input_ids.npy"
        flags = "--shrink=channels=20%,heads=1,without=1,by=magnitude"
        out = self.prune(model, flags, name="out.gguf")
        self.assertEqual(self.numbers(out, "pruned", ids=ids), self.numbers(model, "shrunk", flags, ids=ids))
        said = json.loads(self.succeed([LLMC, "inspect", "--json", out]))
        self.assertEqual(said["layers"], 1)

    def test_heads_of_codes_go_as_they_are(self):
        """A head has 32 columns of what reads it: whole blocks."""
        model, ids = MODELS / "llama-q8_0.gguf", MODELS / "llama-q8_0.input_ids.npy"
        out = self.prune(model, "--shrink=heads=1,by=magnitude", name="codes.gguf")
        self.assertEqual(self.numbers(out, "pruned", ids=ids), self.numbers(model, "shrunk", "--shrink=heads=1,by=magnitude", ids=ids))
        self.assertIn("channels: its numbers are on a grid already, with a scale for 32 columns together: take a model of floats, or "
                      "--weights=f32", self.refuse(model, "--shrink=channels=20%,by=magnitude"))

    def test_families(self):
        """What each says of its sizes is changed, or refused with the reason; a program needs no file."""
        refused = {("bloom", "channels"): "key 'intermediate_size': requires 128, the model's feed_forward_length",
                   ("bloom", "heads"): "slopes, sinks or distances of heads would be others at blk.0.attn",
                   ("gpt_neox", "heads"): "key 'head_dim': requires 8, the model's head_dim",
                   ("mixtral", "channels"): "shrink: channels: llm.expert_linear makes them at blk.0.ffn"}
        for family in ("gemma2", "gpt_neox", "mistral-nemo", "mixtral", "olmo2", "phi3", "qwen3", "smollm3", "stablelm", "starcoder2", "bloom"):
            model = INPUTS / "families" / family
            for what, spec in (("channels", "channels=20%,multiple=4,by=magnitude"), ("heads", "heads=1,by=magnitude")):
                with self.subTest(family=family, spec=spec):
                    if (family, what) in refused:
                        self.assertIn(refused[family, what], self.refuse(model, f"--shrink={spec}"))
                        continue
                    ids, out = model / "input_ids.npy", self.prune(model, f"--shrink={spec}")
                    self.assertEqual(self.numbers(out, "pruned", ids=ids), self.numbers(model, "shrunk", f"--shrink={spec}", ids=ids))

    def test_layers_that_differ_have_their_numbers(self):
        """Gemma 2 sees far back in every other layer: a program needs no number of it."""
        model = INPUTS / "families" / "gemma2"
        self.assertIn("its layers see differently far back", self.refuse(model, "--shrink=without=0"))

    def test_layers_that_llmc_chooses(self):
        result = run([LLMC, "compile", LLAMA, "-q", "--explain", "--shrink=layers=1", "-o", self.folder / "chosen", "--cpu=native"])
        self.assertEqual(result.returncode, 0, result.stderr)
        influence = [float(number) for number in re.findall(r"shrink: layer \d: block influence ([0-9.]+)", result.stderr)]
        self.assertEqual(len(influence), 2)
        least = influence.index(min(influence))
        self.assertIn(f"llmc: --shrink='without={least}'", result.stderr)
        self.assertEqual(json.loads(self.succeed([self.folder / "chosen", "info", "--json"]))["model"]["shrink"], f"without={least}")
        self.assertIn("--shrink=layers=2: the model has 2 layers, and one stays at least", self.refuse(LLAMA, "--shrink=layers=2"))

    def test_graphs(self):
        """Of ONNX as well: what is found is in the data flow."""
        for name in ("llama-opset18", "gpt2-opset23"):
            model = INPUTS / "onnx" / name / "model.onnx"
            for spec in ("channels=20%,by=magnitude", "heads=1,by=magnitude", "without=0"):
                with self.subTest(model=name, spec=spec):
                    self.compile(model, "graph", f"--shrink={spec}")

    def test_what_cannot_go(self):
        for spec, says in (("heads=2", "none would be left"), ("without=2", "there is no layer 2: layers are 0 to 1"), ("channels=5", "none would go")):
            self.assertIn(says, self.refuse(LLAMA, f"--shrink={spec},by=magnitude"))
        self.assertIn("llm.expert_linear", self.refuse(INPUTS / "families" / "mixtral", "--shrink=channels=20%,by=magnitude"))
        self.assertIn("there are no layers with attention", run([LLMC, "compile", INPUTS / "encoders" / "bert.onnx", "-q", "--shrink=heads=1,by=magnitude", "-o",
                                                                 self.folder / "none"]).stderr)

    def test_prune_needs_a_spec(self):
        result = run([LLMC, "prune", LLAMA, "-o", self.folder / "x"])
        self.assertEqual(result.returncode, 2)
        self.assertIn("--sparsify=SPEC or --shrink=SPEC is required", result.stderr)


if __name__ == "__main__":
    unittest.main()
