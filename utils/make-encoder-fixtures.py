#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Write a tiny random-weight model of every encoder that llmc imports, with transformers' hidden states and embeddings.

usage: make-encoder-fixtures.py OUTDIR     (packages: utils/requirements-dev.txt; OUTDIR is test/Inputs/encoders)

Each folder is one of sentence-transformers: config.json, model.safetensors (bfloat16), a WordPiece tokenizer, modules.json,
1_Pooling/config.json and sentence_bert_config.json. Beside it: input_ids.npy, attention_mask.npy and, for bert, token_type_ids.npy
(int64 [3, 24], the second and third text padded), last_hidden_state.npy (float32 [3, 24, E]); texts.txt and embeddings.npy (float32
[texts, E]), each text embedded alone, cut where the folder says. Hidden states and embeddings are float32 of the weights as stored.
OUTDIR/bert.onnx is the export of bert (torch.onnx, operator set 18; needs onnx and onnxscript too).
"""

import importlib.util
import json
import pathlib
import sys
import zlib

import numpy as np
import torch
import transformers
from tokenizers import BertWordPieceTokenizer
from transformers import AutoModel, PreTrainedTokenizerFast

FAMILIES = importlib.util.spec_from_file_location("families", pathlib.Path(__file__).with_name("make-family-fixtures.py"))
HIDDEN, TOKENS, MOST = 32, 24, 20
SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
WORDS = ["the", "a", "cat", "dog", "sat", "on", "mat", "house", "is", "was", "big", "red", "and", "ran", "##s", "##ed", "##ing", "##er"]
LETTERS = "abcdefghijklmnopqrstuvwxyz"
VOCABULARY = SPECIAL + WORDS + list(LETTERS) + [f"##{letter}" for letter in LETTERS] + list(".,!?0123456789")
TEXTS = ["The cat sat on the mat.", "a big red dog ran", "", "Häuser, 3 dogs and 2 cats!", "house " * 30]
SIZES = dict(vocab_size=len(VOCABULARY), hidden_size=HIDDEN, intermediate_size=48, num_attention_heads=4, max_position_embeddings=64,
             pad_token_id=0)  # fmt: skip

# Config, how its makers pool, whether they normalise.
ENCODERS = {
    "bert": ("BertConfig", SIZES | dict(num_hidden_layers=2, hidden_act="gelu"), {"pooling_mode_mean_tokens": True}, True),
    "modernbert": ("ModernBertConfig", SIZES | dict(num_hidden_layers=4, local_attention=8, attention_bias=True, norm_bias=True),
                   {"pooling_mode_cls_token": True}, False),
}  # fmt: skip


def write_tokenizer(folder):
    vocabulary = {token: i for i, token in enumerate(VOCABULARY)}
    wordpiece = BertWordPieceTokenizer(vocabulary, unk_token="[UNK]", cls_token="[CLS]", sep_token="[SEP]", pad_token="[PAD]")
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=wordpiece._tokenizer, unk_token="[UNK]", cls_token="[CLS]", sep_token="[SEP]",
                                        pad_token="[PAD]", mask_token="[MASK]")  # fmt: skip
    tokenizer.save_pretrained(folder)
    return tokenizer


def write_modules(folder, pooling, normalize):
    modules = ["Transformer", "Pooling"] + ["Normalize"] * normalize
    listed = [{"idx": i, "name": str(i), "path": f"{i}_{kind}" if i else "", "type": f"sentence_transformers.models.{kind}"}
              for i, kind in enumerate(modules)]  # fmt: skip
    modes = {f"pooling_mode_{mode}": False for mode in ("cls_token", "mean_tokens", "max_tokens")}
    (folder / "1_Pooling").mkdir(exist_ok=True)
    for name, value in {"modules.json": listed, "1_Pooling/config.json": {"word_embedding_dimension": HIDDEN} | modes | pooling,
                        "sentence_bert_config.json": {"max_seq_length": MOST, "do_lower_case": False}}.items():  # fmt: skip
        (folder / name).write_text(json.dumps(value, indent=2) + "\n")


def embed(model, tokenizer, text, pooling, normalize):
    encoded = tokenizer(text, return_tensors="pt", truncation=True, max_length=MOST)
    rows = model(input_ids=encoded["input_ids"]).last_hidden_state[0]
    vector = rows[0] if "pooling_mode_cls_token" in pooling else rows.mean(0)
    return (torch.nn.functional.normalize(vector, dim=0) if normalize else vector).numpy()


class HiddenStates(torch.nn.Module):
    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, input_ids, attention_mask, token_type_ids):
        return self.model(input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids).last_hidden_state


def write_export(folder, path):
    model = AutoModel.from_pretrained(folder, dtype=torch.float32).eval()
    names = ["input_ids", "attention_mask", "token_type_ids"]
    sizes = {0: torch.export.Dim("batch"), 1: torch.export.Dim("seq")}
    torch.onnx.export(HiddenStates(model), tuple(torch.ones(2, 9, dtype=torch.int64) for _ in names), path, dynamo=True, opset_version=18,
                      input_names=names, output_names=["last_hidden_state"], dynamic_shapes={name: sizes for name in names},
                      external_data=False)  # fmt: skip


def write_encoder(folder, randomise):
    class_name, settings, pooling, normalize = ENCODERS[folder.name]
    seed = zlib.crc32(folder.name.encode())
    folder.mkdir(parents=True, exist_ok=True)
    config = getattr(transformers, class_name)(**settings)
    randomise(AutoModel.from_config(config), seed).to(torch.bfloat16).save_pretrained(folder)
    (folder / "model.safetensors").chmod(0o644)
    tokenizer = write_tokenizer(folder)
    write_modules(folder, pooling, normalize)
    model = AutoModel.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager").eval()
    generator = torch.Generator().manual_seed(seed)
    inputs = {"input_ids": torch.randint(5, len(VOCABULARY), (3, TOKENS), generator=generator)}
    inputs["attention_mask"] = (torch.arange(TOKENS) < torch.tensor([[TOKENS], [17], [2]])).long()
    if class_name == "BertConfig":
        inputs["token_type_ids"] = (torch.arange(TOKENS) >= 9).long().expand(3, TOKENS).contiguous()
    with torch.no_grad():
        states = model(**inputs).last_hidden_state
        vectors = [embed(model, tokenizer, text, pooling, normalize) for text in TEXTS]
    assert states.std() > 0.1, folder
    for name, value in inputs.items():
        np.save(folder / f"{name}.npy", value.numpy())
    np.save(folder / "last_hidden_state.npy", states.numpy())
    (folder / "texts.txt").write_text("".join(text + "\n" for text in TEXTS))
    np.save(folder / "embeddings.npy", np.stack(vectors).astype(np.float32))


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__.split("\n\n")[1])
    families = importlib.util.module_from_spec(FAMILIES)
    FAMILIES.loader.exec_module(families)
    torch.set_num_threads(1)
    for name in ENCODERS:
        write_encoder(pathlib.Path(sys.argv[1]) / name, families.randomise)
    write_export(pathlib.Path(sys.argv[1]) / "bert", pathlib.Path(sys.argv[1]) / "bert.onnx")


if __name__ == "__main__":
    main()
