#!/usr/bin/env python3
"""Writes short seeds of the fuzz targets `tokenizer` and `sentencepiece`, one of each kind of vocabulary.

Runs with inputs of a kilobyte (SIZE=1024) would see only the beginnings of the real ones.

usage: test/fuzz/make-tokenizer-seeds.py     (into test/fuzz/corpus)

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""

import json
import struct
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "e2e"))
from onnx_files import data, number, varint  # noqa: E402

META = {"type": "Metaspace", "replacement": "\u2581", "prepend_scheme": "always", "split": True}


def around(name, token):
    """A template that puts a token before the text."""
    return {"type": "TemplateProcessing", "single": [{"SpecialToken": {"id": name, "type_id": 0}},
                                                     {"Sequence": {"id": "A", "type_id": 0}}],
            "special_tokens": {name: {"id": name, "ids": [token]}}}


def special(name, token):
    return {"id": token, "content": name, "special": True}


TOKENIZERS = {
    "unigram": {
        "added_tokens": [special("<s>", 1)],
        "normalizer": {"type": "Sequence", "normalizers": [
            {"type": "NFKC"}, {"type": "Replace", "pattern": {"Regex": " {2,}"}, "content": " "}]},
        "pre_tokenizer": META, "post_processor": around("<s>", 1), "decoder": META,
        "model": {"type": "Unigram", "unk_id": 0, "vocab": [["<unk>", 0], ["<s>", 0], ["\u2581", -2], ["e", -3.5],
                                                            ["\u2581Hel", -1.5], ["lo", -4]]}},
    "wordpiece": {
        "added_tokens": [special("[CLS]", 0)],
        "normalizer": {"type": "BertNormalizer", "clean_text": True, "handle_chinese_chars": True,
                       "strip_accents": None, "lowercase": True},
        "pre_tokenizer": {"type": "BertPreTokenizer"}, "post_processor": around("[CLS]", 0),
        "decoder": {"type": "WordPiece", "prefix": "##", "cleanup": True},
        "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##",
                  "max_input_chars_per_word": 100, "vocab": {"[CLS]": 0, "[UNK]": 1, "he": 2, "##ll": 3, "##o": 4}}},
    "pieces": {
        "added_tokens": [special("<s>", 1)],
        "normalizer": {"type": "Sequence", "normalizers": [
            {"type": "Prepend", "prepend": "\u2581"}, {"type": "Replace", "pattern": {"String": " "}, "content": "\u2581"}]},
        "pre_tokenizer": None, "post_processor": around("<s>", 1),
        "decoder": {"type": "Sequence", "decoders": [
            {"type": "Replace", "pattern": {"String": "\u2581"}, "content": " "}, {"type": "ByteFallback"}, {"type": "Fuse"},
            {"type": "Strip", "content": " ", "start": 1, "stop": 0}]},
        "model": {"type": "BPE", "unk_token": "<unk>", "fuse_unk": True, "byte_fallback": True, "merges": [["l", "l"]],
                  "vocab": {"<unk>": 0, "<s>": 1, "l": 2, "ll": 3, "\u2581": 4, "o": 5}}},
}


def piece(word, score, kind=1):
    return data(1, data(1, word) + varint(2 << 3 | 5) + struct.pack("<f", score) + number(3, kind))


def sentencepiece(training, normalization=b""):
    return (piece("<unk>", 0, 2) + piece("<s>", 0, 3) + piece("</s>", 0, 3) + piece("\u2581", -3) + piece("l", -2)
            + piece("ll", -1.5) + piece("\u2581H", -1) + piece("<u>", 0, 4) + piece("<0x0A>", 0, 6)
            + data(2, training) + data(3, normalization))


MODELS = {"unigram": sentencepiece(number(3, 1)),
          "bpe": sentencepiece(number(3, 2) + number(35, 1), number(3, 0) + number(4, 0))}

if __name__ == "__main__":
    for name, value in TOKENIZERS.items():
        (HERE / "corpus" / "tokenizer" / name).write_text(json.dumps(value, ensure_ascii=False))
    for name, value in MODELS.items():
        (HERE / "corpus" / "sentencepiece" / name).write_bytes(value)
