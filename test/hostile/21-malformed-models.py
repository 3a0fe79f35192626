"""A compile of a malformed model, one of each way in: exit 1, one line that names what was found, and nothing written. The
classes of malformed input, some hundreds, are refused in the programs of test/unit (classes.py counts them).

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""

import os
import shutil

from harness import COMPILE, ROOT, Attack, Wrong, check_error, main


def cut(path, size):
    os.truncate(path, size)


def replace(path, old, new):
    data = path.read_bytes()
    if old not in data:
        raise Wrong(f"{old!r} is not in {path}")
    path.write_bytes(data.replace(old, new, 1))


def swap_tokenizer(folder, name, data):
    (folder / "tokenizer.json").unlink()
    (folder / name).write_bytes(data)


def part_of_two(path):
    """Two keys in front of the first, of 64 bytes so that the data stays aligned; their count stands at byte 16."""
    data = bytearray(path.read_bytes())
    data[16:24] = (int.from_bytes(data[16:24], "little") + 2).to_bytes(8, "little")

    def text(value):
        return len(value).to_bytes(8, "little") + value

    keys = text(b"split.count") + (2).to_bytes(4, "little") + (2).to_bytes(2, "little")  # uint16
    data[24:24] = keys + text(b"general.x") + (8).to_bytes(4, "little") + text(bytes(10))
    path.unlink()
    path.with_name("model-00001-of-00002.gguf").write_bytes(data)


# Name: a model of test/Inputs, what is done to its copy, and what the line has to say.
CASES = {
    "GGUF cut in its keys": ("models/llama-f32.gguf", lambda m: cut(m, 1000), "at byte"),
    "GGUF cut in its data": ("models/llama-f32.gguf", lambda m: cut(m, m.stat().st_size - 4), "truncated"),
    "GGUF of two parts": ("models/llama-f32.gguf", part_of_two, "'model-00002-of-00002.gguf' is not beside it"),
    "GGUF of other widths": ("models/llama-f32.gguf", lambda m: replace(m, b"token_embd.weight", b"token_embx.weight"),
                             "token_embd.weight"),
    "safetensors cut": ("models/llama", lambda m: cut(m / "model.safetensors", 5000), "truncated"),
    "safetensors with a long header": ("models/llama", lambda m: replace(
        m / "model.safetensors", (m / "model.safetensors").read_bytes()[:8], b"\xff" * 7 + b"\x7f"), "length"),
    "shard missing": ("models/llama-sharded", lambda m: sorted(m.glob("model-*.safetensors"))[0].unlink(), "not in the folder"),
    "index cut": ("models/llama-sharded", lambda m: cut(m / "model.safetensors.index.json", 100), "not valid JSON"),
    "config.json cut": ("models/llama", lambda m: cut(m / "config.json", 100), "config.json: is not valid JSON"),
    "config.json of another width": ("models/llama", lambda m: replace(m / "config.json", b'"hidden_size": 64',
                                                                       b'"hidden_size": 65'), "requires shape [320, 65]"),
    "quantization_config of 5 bits": ("models/llama-gptq", lambda m: replace(m / "config.json", b'"bits": 4', b'"bits": 5'),
                                      "quantization_config.bits"),
    "tokenizer.json cut": ("models/llama", lambda m: cut(m / "tokenizer.json", 1000), "tokenizer.json is not valid JSON"),
    "tokenizer.model cut": ("models/llama", lambda m: swap_tokenizer(
        m, "tokenizer.model", (ROOT / "test/Inputs/tokenizers/bpe.model").read_bytes()[:1001]), "tokenizer.model is damaged"),
    "vocab.txt without its tokens": ("models/llama", lambda m: swap_tokenizer(m, "vocab.txt", b"a\nb\n"), "'[CLS]'"),
    "ONNX cut": ("onnx/gpt2-opset23/model.onnx", lambda m: cut(m, 1000), "is no whole ONNX model"),
}


def check(t: Attack):
    for name, (base, spoil, says) in CASES.items():
        work, out = t.work / name / "in", t.work / name / "out"
        work.mkdir(parents=True)
        out.mkdir()
        source = ROOT / "test" / "Inputs" / base
        model = work / ("model" + source.suffix)
        (shutil.copytree if source.is_dir() else shutil.copy)(source, model)
        spoil(model)
        if not model.exists():
            model = next(work.iterdir())
        result = t.run(t.llmc, "compile", model, "-o", out / "app", *COMPILE, code=1)
        try:
            check_error(result, says, work)
            if os.listdir(out):
                raise Wrong(f"left {os.listdir(out)}")
        except Wrong as wrong:
            raise Wrong(f"{name}: {wrong}") from None


if __name__ == "__main__":
    main(__file__)
