#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Write the tiny random-weight models that the tests import, with their reference logits.

usage: make-tiny-models.py OUTDIR       (packages: utils/requirements-dev.txt; OUTDIR is test/Inputs/models)

Real models do not fit in a repository; these have every tensor of one, at hidden size 64, two layers and a vocabulary of 320.
Weights are wider than the usual initialisation (attention is peaked, norms and biases differ from 1 and 0), so that a wrong
position, head or bias moves the logits far beyond the tolerance. All references are transformers' float32 logits of the
weights as stored: the model is read back from the written file before it computes them.
"""

import argparse
import json
import math
import pathlib

import gguf
import numpy as np
import torch
from safetensors.torch import save_file
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import AutoModelForCausalLM, GPT2Config, GPT2LMHeadModel, LlamaConfig, LlamaForCausalLM, Qwen2Config, Qwen2ForCausalLM

import ggml_blocks
import gguf_reference

VOCAB, HIDDEN, LAYERS, HEADS, KV_HEADS, CONTEXT = 320, 64, 2, 4, 2, 256
LLAMA3_SCALING = {"rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0, "original_max_position_embeddings": 32}
LAYER_MATRICES = ["attn_q", "attn_k", "attn_v", "attn_output", "ffn_gate", "ffn_up", "ffn_down"]
SPECIAL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
CHAT_TEMPLATE = (
    "{% for message in messages %}{% if loop.first and messages[0]['role'] != 'system' %}{{ '<|im_start|>system\nYou are a tiny model<|im_end|>\n' }}"
    "{% endif %}{{'<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n'}}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)
TRAINING_TEXT = [
    "The user asks and the assistant answers: the system is a small model, and the answer is not to be trusted.",
    "There are 12 tokens in the 7 lines of the test, and the other 305 are in the text that the tests read.",
    "for (int i = 0; i < size; ++i) { total += values[i]; } return total;",
    "Où est la gare ? Die Straße ist naß. Это строка текста. 日本語の文です。",
]
TOKENIZER_CASES = [
    "",
    "the assistant answers the user",
    "  two  spaces\n\n\tand a tab \n",
    "In 2024 there were 1234567 tests.",
    "for (int i = 0; i < 10; ++i) { total += values[i]; }",
    "I'll say it's the user's, they've said: DON'T.",
    "Où est la Straße? Это 日本語 🙂👩‍👩‍👧",
    "<|im_start|>user\nthe test<|im_end|>\n<|im_start|>assistant\n",
    "a<|endoftext|>b <|im_end|",
]


# --- weights ----------------------------------------------------------------------------------------------------------------


def randomise(model, seed):
    """Matrices of gain 1.4, embeddings of size 0.4, norm weights in [0.5, 1.5], biases of size 0.3."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if weight.ndim == 2:
                fan_in = weight.shape[0] if "c_" in name else weight.shape[1]
                size = 0.4 if "embed" in name or "wte" in name or "wpe" in name else 1.4 / math.sqrt(fan_in)
                weight.copy_(torch.randn(weight.shape, generator=generator) * size)
            elif name.endswith("bias"):
                weight.copy_(torch.randn(weight.shape, generator=generator) * 0.3)
            else:
                weight.copy_(torch.rand(weight.shape, generator=generator) + 0.5)
    return model.eval()


def llama(seed, tied=False, ffn=160, rope=None, hidden=HIDDEN):
    rope = {"rope_theta": 10000.0} | (rope or {"rope_type": "default"})
    config = LlamaConfig(
        vocab_size=VOCAB, hidden_size=hidden, intermediate_size=ffn, num_hidden_layers=LAYERS, num_attention_heads=HEADS,
        num_key_value_heads=KV_HEADS, max_position_embeddings=CONTEXT, rope_parameters=rope, tie_word_embeddings=tied,
        bos_token_id=1, eos_token_id=2,
    )  # fmt: skip
    return randomise(LlamaForCausalLM(config), seed)


def qwen2(seed, tied=False, ffn=160, hidden=HIDDEN):
    config = Qwen2Config(
        vocab_size=VOCAB, hidden_size=hidden, intermediate_size=ffn, num_hidden_layers=LAYERS, num_attention_heads=HEADS,
        num_key_value_heads=KV_HEADS, max_position_embeddings=CONTEXT, rope_parameters={"rope_theta": 1000000.0, "rope_type": "default"},
        tie_word_embeddings=tied, bos_token_id=0, eos_token_id=2,
    )  # fmt: skip
    return randomise(Qwen2ForCausalLM(config), seed)


def gpt2(seed):
    config = GPT2Config(vocab_size=VOCAB, n_embd=HIDDEN, n_layer=LAYERS, n_head=HEADS, n_positions=CONTEXT, bos_token_id=0, eos_token_id=0)
    return randomise(GPT2LMHeadModel(config), seed)


def write_reference(model, prefix, seed):
    """PREFIXinput_ids.npy, int64 [1, 12], and PREFIXlogits.npy, float32 [1, 12, V]."""
    ids = torch.randint(0, VOCAB, (1, 12), generator=torch.Generator().manual_seed(seed))
    with torch.no_grad():
        logits = model.float()(ids).logits
    np.save(f"{prefix}input_ids.npy", ids.numpy())
    np.save(f"{prefix}logits.npy", logits.numpy().astype(np.float32))


# --- Hugging Face folders -----------------------------------------------------------------------------------------------------


def hub_style(config, dtype):
    """The config as Hub files of transformers 4 have it: rope_theta and rope_scaling at top level, torch_dtype."""
    rope = config.pop("rope_parameters", None)
    if rope:
        config["rope_theta"] = rope.pop("rope_theta")
        config["rope_scaling"] = None if rope["rope_type"] == "default" else rope
    config.pop("dtype", None)
    config["torch_dtype"] = dtype
    config["transformers_version"] = "4.48.0"
    return config


def write_folder(model, folder, seed, dtype=torch.float32, shard_size="1GB", hub_config=False):
    for old in folder.glob("*"):
        old.unlink()
    model.to(dtype).save_pretrained(folder, max_shard_size=shard_size)
    (folder / "generation_config.json").unlink(missing_ok=True)
    if hub_config:
        path = folder / "config.json"
        config = hub_style(json.loads(path.read_text()), str(dtype).removeprefix("torch."))
        path.write_text(json.dumps(config, indent=2, sort_keys=True) + "\n")
    loaded = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager").eval()
    write_reference(loaded, f"{folder}/", seed)


def write_original_gpt2(model, folder, seed):
    """gpt2 as its first upload has it: no `transformer.` prefix, causal-mask buffers, no output matrix."""
    write_folder(model, folder, seed)
    state = {name.removeprefix("transformer."): value.clone() for name, value in model.state_dict().items() if name != "lm_head.weight"}
    for layer in range(LAYERS):
        state[f"h.{layer}.attn.bias"] = torch.tril(torch.ones(16, 16)).reshape(1, 1, 16, 16)
    save_file(state, folder / "model.safetensors", {"format": "pt"})


def write_folders(out):
    write_folder(llama(1), out / "llama", 101)
    write_folder(llama(1), out / "llama-sharded", 101, shard_size="300KB")
    write_folder(llama(2, rope=LLAMA3_SCALING), out / "llama-rope3", 102, dtype=torch.float16, hub_config=True)
    write_folder(llama(3, tied=True), out / "llama-tied", 103, dtype=torch.bfloat16, hub_config=True)
    write_folder(qwen2(4), out / "qwen2", 104)
    write_folder(qwen2(5, tied=True), out / "qwen2-tied", 105, dtype=torch.bfloat16, hub_config=True)
    write_folder(gpt2(6), out / "gpt2", 106)
    write_original_gpt2(gpt2(6), out / "gpt2-original", 106)


# --- tokenizers -----------------------------------------------------------------------------------------------------------------


def train_tokenizer(pre_tokenizer):
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizer
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    trainer = trainers.BpeTrainer(vocab_size=VOCAB, special_tokens=SPECIAL, initial_alphabet=alphabet, show_progress=False)
    tokenizer.train_from_iterator(TRAINING_TEXT, trainer)
    assert tokenizer.get_vocab_size() == VOCAB
    return tokenizer


def smollm_tokenizer():
    return train_tokenizer(
        pre_tokenizers.Sequence(
            [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)]
        )
    )


def write_tokenizer(tokenizer, folder):
    """tokenizer.json, tokenizer_config.json with a chat template, and tokenizer_cases.json: what the library makes of some texts."""
    tokenizer.save(str(folder / "tokenizer.json"))
    config = {
        "added_tokens_decoder": {
            str(index): {"content": token, "lstrip": False, "normalized": False, "rstrip": False, "single_word": False, "special": True}
            for index, token in enumerate(SPECIAL)
        },
        "add_bos_token": False,
        "bos_token": "<|im_start|>",
        "eos_token": "<|im_end|>",
        "unk_token": "<|endoftext|>",
        "chat_template": CHAT_TEMPLATE,
        "tokenizer_class": "GPT2Tokenizer",
    }
    (folder / "tokenizer_config.json").write_text(json.dumps(config, indent=2) + "\n")
    write_cases(tokenizer, folder / "tokenizer_cases.json")


def write_cases(tokenizer, path):
    cases = [{"text": text, "ids": tokenizer.encode(text).ids} for text in TOKENIZER_CASES]
    lines = ",\n".join(json.dumps(case, ensure_ascii=False) for case in cases)
    path.write_text(f"[\n{lines}\n]\n", encoding="utf-8")


# --- GGUF files -----------------------------------------------------------------------------------------------------------------


def add_tokenizer(writer, tokenizer):
    vocabulary = sorted(tokenizer.get_vocab(), key=tokenizer.token_to_id)
    merges = json.loads(tokenizer.to_str())["model"]["merges"]
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("smollm")
    writer.add_token_list(vocabulary)
    writer.add_token_types([gguf.TokenType.CONTROL if token in SPECIAL else gguf.TokenType.NORMAL for token in vocabulary])
    writer.add_token_merges([" ".join(merge) for merge in merges])
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    writer.add_add_bos_token(False)
    writer.add_chat_template(CHAT_TEMPLATE)


def add_config(writer, arch, config, linear_factor):
    writer.add_block_count(LAYERS)
    writer.add_context_length(CONTEXT)
    writer.add_embedding_length(config.hidden_size)
    writer.add_head_count(HEADS)
    writer.add_vocab_size(VOCAB)
    if arch == "gpt2":
        writer.add_feed_forward_length(4 * HIDDEN)
        writer.add_layer_norm_eps(config.layer_norm_epsilon)
        return
    writer.add_feed_forward_length(config.intermediate_size)
    writer.add_head_count_kv(KV_HEADS)
    writer.add_layer_norm_rms_eps(config.rms_norm_eps)
    writer.add_rope_freq_base(config.rope_parameters["rope_theta"])
    writer.add_rope_dimension_count(config.hidden_size // HEADS)
    if linear_factor:
        writer.add_rope_scaling_type(gguf.RopeScalingType.LINEAR)
        writer.add_rope_scaling_factor(linear_factor)


def gguf_tensors(arch, model):
    """The tensors under their GGUF names and in GGUF order of rows (see gguf_reference)."""
    top, layer_map = (gguf_reference.GPT2_TOP, gguf_reference.GPT2_LAYER) if arch == "gpt2" else (gguf_reference.LLAMA_TOP, gguf_reference.LLAMA_LAYER)
    names = {target: name for name, target in top.items()}
    layers = "transformer.h" if arch == "gpt2" else "model.layers"
    for layer in range(LAYERS):
        names |= {f"{layers}.{layer}.{target}": f"blk.{layer}.{name}" for name, target in layer_map.items()}
    for name, weight in model.named_parameters():
        stem, kind = name.rsplit(".", 1)
        values, part = weight.detach().numpy(), names[stem].split(".")[-1]
        if arch == "gpt2" and part in gguf_reference.GPT2_TRANSPOSED and values.ndim == 2:
            values = values.T
        if arch == "llama" and part in ("attn_q", "attn_k"):
            values = gguf_reference.half_to_interleaved(values, HEADS if part == "attn_q" else KV_HEADS)
        yield f"{names[stem]}.{kind}", np.ascontiguousarray(values)


def llama3_divisors():
    """What transformers' llama3 scaling divides each inverse frequency by: the contents of rope_freqs.weight."""
    scaled = llama(0, rope=LLAMA3_SCALING).model.rotary_emb.inv_freq
    return (llama(0).model.rotary_emb.inv_freq / scaled).numpy().astype(np.float32)


def choose_encoding(name, encoding, embedding):
    """One encoding for all matrices, or a mapping from parts of names; the token embedding may have its own."""
    if embedding and name == "token_embd.weight":
        return embedding
    if isinstance(encoding, dict):
        return next(kind for part, kind in encoding.items() if part in name)
    return encoding


def encode(values, kind, generator):
    """Matrices of K-quants and of codes that stand for values are random blocks: gguf-py does not write those."""
    if not kind.name.endswith("_K") and not kind.name.startswith(("IQ", "MX", "TQ")):
        return gguf.quantize(values, kind)
    return ggml_blocks.random_matrix(kind.name, *values.shape, float(values.std()), generator)


def write_gguf(path, arch, model, encoding, seed, embedding=None, divisors=None, linear_factor=None):
    """Matrices in `encoding` (the token embedding in `embedding` if given), vectors and positions in F32."""
    generator = np.random.default_rng(seed)
    writer = gguf.GGUFWriter(path, arch)
    writer.add_name(f"tiny {path.stem}")
    add_config(writer, arch, model.config, linear_factor)
    add_tokenizer(writer, smollm_tokenizer())
    if divisors is not None:
        writer.add_tensor("rope_freqs.weight", divisors)
    for name, values in gguf_tensors(arch, model):
        flat = values.ndim == 1 or name == "position_embd.weight"
        kind = gguf.GGMLQuantizationType.F32 if flat else choose_encoding(name, encoding, embedding)
        writer.add_tensor(name, encode(values, kind, generator), raw_dtype=kind)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    write_reference(gguf_reference.load_model(gguf_reference.Gguf(path)), f"{path.with_suffix('')}.", seed)


def write_ggufs(out):
    kinds = gguf.GGMLQuantizationType
    write_gguf(out / "llama-f32.gguf", "llama", llama(11, tied=True, ffn=96), kinds.F32, 111)
    write_gguf(out / "llama-f16.gguf", "llama", llama(12), kinds.F16, 112)
    write_gguf(out / "llama-bf16.gguf", "llama", llama(13), kinds.BF16, 113)
    write_gguf(out / "llama-q8_0.gguf", "llama", llama(14), kinds.Q8_0, 114)
    write_gguf(out / "llama-q4_0.gguf", "llama", llama(15), kinds.Q4_0, 115)
    write_gguf(out / "llama-q4_1.gguf", "llama", llama(16, tied=True), kinds.Q4_1, 116, embedding=kinds.Q8_0)
    write_gguf(out / "llama-rope3-q8_0.gguf", "llama", llama(17, tied=True), kinds.Q8_0, 117, divisors=llama3_divisors())
    write_gguf(out / "llama-linear-f16.gguf", "llama", llama(18, tied=True, rope={"rope_type": "linear", "factor": 4.0}), kinds.F16, 118, linear_factor=4.0)
    write_gguf(out / "qwen2-q8_0.gguf", "qwen2", qwen2(19), kinds.Q8_0, 119)
    write_gguf(out / "qwen2-q5.gguf", "qwen2", qwen2(21, tied=True), {"attn": kinds.Q5_0, "ffn": kinds.Q5_1}, 121, embedding=kinds.Q5_0)
    # As quantisers mix them: a finer grid for values and the way down, the finest for the tied head.
    mixed = {"attn_v": kinds.Q6_K, "attn": kinds.Q4_K, "ffn_down": kinds.Q6_K, "ffn_up": kinds.Q5_K, "ffn": kinds.Q4_K}
    write_gguf(out / "llama-k.gguf", "llama", llama(22, tied=True, hidden=256, ffn=256), mixed, 122, embedding=kinds.Q6_K)
    # Every encoding that no other file has.
    first = dict(zip(LAYER_MATRICES, [kinds.Q2_K, kinds.Q3_K, kinds.IQ4_XS, kinds.IQ4_NL, kinds.IQ2_XXS, kinds.IQ2_XS, kinds.IQ2_S]))
    second = dict(zip(LAYER_MATRICES, [kinds.IQ3_XXS, kinds.IQ3_S, kinds.MXFP4, kinds.TQ1_0, kinds.TQ2_0, kinds.IQ1_S, kinds.IQ1_M]))
    every = {f"blk.{layer}.{name}": kind for layer, part in enumerate((first, second)) for name, kind in part.items()}
    write_gguf(out / "llama-iq.gguf", "llama", llama(23, tied=True, hidden=256, ffn=256), every, 123, embedding=kinds.Q3_K)
    write_gguf(out / "gpt2-q8_0.gguf", "gpt2", gpt2(20), kinds.Q8_0, 120)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", type=pathlib.Path, help="folder to write the models to")
    out = parser.parse_args().out
    out.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(1)
    write_folders(out)
    write_tokenizer(smollm_tokenizer(), out / "llama")
    write_ggufs(out)
    for path in out.rglob("*.safetensors"):
        path.chmod(0o644)


if __name__ == "__main__":
    main()
