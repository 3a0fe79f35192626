#!/usr/bin/env python3
"""Writes seeds of the fuzz target `config`: models of one layer as GGUF files, with a tokenizer of each kind.

usage: test/fuzz/make-gguf-seeds.py     (into test/fuzz/corpus/config)

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""

import struct
from pathlib import Path

UINT32, INT32, FLOAT, BOOL, STRING, ARRAY = 4, 5, 6, 7, 8, 9
LAYER = {"attn_norm": [4], "attn_q": [4, 4], "attn_k": [4, 4], "attn_v": [4, 4], "attn_output": [4, 4], "ffn_norm": [4],
         "ffn_gate": [4, 4], "ffn_up": [4, 4], "ffn_down": [4, 4]}  # innermost first
TENSORS = {"token_embd.weight": [4, 7], "output_norm.weight": [4],
           **{f"blk.0.{name}.weight": dims for name, dims in LAYER.items()}}


def text(value):
    data = value.encode()
    return struct.pack("<Q", len(data)) + data


def key(name, kind, value):
    if isinstance(value, list):
        return text(name) + struct.pack("<IIQ", ARRAY, kind, len(value)) + b"".join(scalar(kind, each) for each in value)
    return text(name) + struct.pack("<I", kind) + scalar(kind, value)


def scalar(kind, value):
    return text(value) if kind == STRING else struct.pack({UINT32: "<I", INT32: "<i", FLOAT: "<f", BOOL: "<?"}[kind], value)


def file(keys):
    """All keys, and the tensors of a llama as zeros."""
    names, data = b"", b""
    for name, dims in TENSORS.items():
        data += bytes(-len(data) % 32)
        names += text(name) + struct.pack(f"<I{len(dims)}QIQ", len(dims), *dims, 0, len(data))  # type F32
        size = 4
        for dim in dims:
            size *= dim
        data += bytes(size)
    head = b"GGUF" + struct.pack("<IQQ", 3, len(TENSORS), len(keys)) + b"".join(keys) + names
    return head + bytes(-len(head) % 32) + data


MODEL = [key("general.architecture", STRING, "llama"), key("llama.block_count", UINT32, 1),
         key("llama.context_length", UINT32, 16), key("llama.embedding_length", UINT32, 4),
         key("llama.feed_forward_length", UINT32, 4), key("llama.attention.head_count", UINT32, 1),
         key("llama.attention.head_count_kv", UINT32, 1), key("llama.attention.layer_norm_rms_epsilon", FLOAT, 1e-5)]
YARN = [key("llama.rope.scaling.type", STRING, "yarn"), key("llama.rope.scaling.factor", FLOAT, 4),
        key("llama.rope.scaling.original_context_length", UINT32, 4)]


def tokenizer(model, tokens, types, *more):
    return [key("tokenizer.ggml.model", STRING, model), key("tokenizer.ggml.tokens", STRING, tokens),
            key("tokenizer.ggml.token_type", INT32, types), *more]


PIECES = ["<unk>", "<s>", "\u2581", "a", "b", "ab", "\u2581a"]
SCORES = key("tokenizer.ggml.scores", FLOAT, [0, 0, -3, -2, -2, -1, -1.5])
SEEDS = {
    "gguf-bpe": MODEL + tokenizer("gpt2", ["<s>", "a", "b", "ab"], [3, 1, 1, 1], key("tokenizer.ggml.pre", STRING, "smollm"),
                                  key("tokenizer.ggml.merges", STRING, ["a b"]), key("tokenizer.ggml.add_bos_token", BOOL, True),
                                  key("tokenizer.ggml.bos_token_id", UINT32, 0)),
    "gguf-pieces": MODEL + YARN + tokenizer("llama", PIECES, [2, 3, 1, 1, 1, 1, 1], SCORES),
    "gguf-unigram": MODEL + tokenizer("t5", PIECES, [2, 3, 1, 1, 1, 1, 1], SCORES),
    "gguf-words": MODEL + tokenizer("bert", ["[UNK]", "[CLS]", "[SEP]", "\u2581a", "b"], [3, 3, 3, 1, 1],
                                    key("tokenizer.ggml.bos_token_id", UINT32, 1),
                                    key("tokenizer.ggml.seperator_token_id", UINT32, 2)),
}

if __name__ == "__main__":
    for name, keys in SEEDS.items():
        (Path(__file__).resolve().parent / "corpus" / "config" / name).write_bytes(file(keys))
