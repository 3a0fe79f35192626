"""Texts of a model never reach a terminal raw: escapes in names, metadata and quotes are shown, not sent.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""

import json

from harness import MODELS, Attack, Wrong, main

ESCAPE = "\x1b[2Jx"


def clean(result, what):
    for raw in (result.raw_err, result.raw_out):
        if any(byte < 32 and byte not in b"\n\t\r" or byte == 127 for byte in raw):
            raise Wrong(f"{what}: a control character reaches the terminal: {raw[:200]!r}")


def gguf(t, key, found, wanted):
    """A copy of a model with another text under a key; of equal length."""
    data = (MODELS / "llama-q4_1.gguf").read_bytes()
    entry = key.encode() + (8).to_bytes(4, "little") + len(found).to_bytes(8, "little")
    if entry + found.encode() not in data:
        raise Wrong(f"the model has no {key} {found!r}")
    path = t.work / f"{key}.gguf"
    path.write_bytes(data.replace(entry + found.encode(), entry + wanted.encode()))
    return path


def check(t: Attack):
    data = (MODELS / "llama-q4_1.gguf").read_bytes()
    at = data.index(b"tokenizer.ggml.pre") + len(b"tokenizer.ggml.pre") + 4
    size = int.from_bytes(data[at:at + 8], "little")
    pre = data[at + 8:at + 8 + size].decode()
    path = gguf(t, "tokenizer.ggml.pre", pre, (ESCAPE + "y" * size)[:size])
    clean(t.run(t.llmc, "import", path, "-o", "out.mlir", code=(0, 1)), "tokenizer.ggml.pre")
    clean(t.run(t.llmc, "inspect", path, code=(0, 1)), "inspect of tokenizer.ggml.pre")

    at = data.index(b"general.architecture") + len(b"general.architecture") + 4
    path = gguf(t, "general.architecture", "llama", "\x1b[2Jx")
    clean(t.run(t.llmc, "import", path, "-o", "out.mlir", code=1), "general.architecture")

    names = data.replace(b"blk.0.attn_q.weight", b"blk.0.\x1b[2J\x07q.weight"[:19])
    path = t.work / "names.gguf"
    path.write_bytes(names)
    for command in ("inspect", "import"):
        clean(t.run(t.llmc, command, path, code=(0, 1)), f"{command} of a tensor's name")
    clean(t.run(t.llmc, "inspect", path, "--tensors", code=(0, 1)), "inspect --tensors of a tensor's name")

    model = t.folder()
    t.edit(model / "config.json", lambda config: config.update({"model_type": "a" + ESCAPE, "_name_or_path": ESCAPE}))
    clean(t.run(t.llmc, "import", model, code=1), "model_type")
    t.edit(model / "config.json", lambda config: config.update(model_type="llama"))
    clean(t.run(t.llmc, "inspect", model, code=(0, 1)), "_name_or_path")
    clean(t.run(t.llmc, "compile", model, "-o", "app", "--cpu=x86-64-v3", code=0), "the summary")
    clean(t.run(t.work / "app", "info"), "app info")
    clean(t.run(t.work / "app", "info", "--json"), "app info --json")

    tokenizer = json.loads((model / "tokenizer.json").read_text())
    tokenizer["model"]["type"] = ESCAPE
    (model / "tokenizer.json").write_text(json.dumps(tokenizer))
    clean(t.run(t.llmc, "import", model, "-o", "out.mlir", code=(0, 1)), "tokenizer.json's model.type")

    t.work = t.work / "template"
    t.work.mkdir()
    clean(t.render("{{ raise_exception('" + ESCAPE + "') }}"), "an exception of the template")


if __name__ == "__main__":
    main(__file__)
