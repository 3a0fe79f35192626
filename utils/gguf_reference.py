# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Load a GGUF file into Hugging Face transformers, in float32.

The references that the tests compare against must not come from llmc itself. This module dequantises a GGUF with gguf-py
and hands the weights to transformers, so that both sides compute with exactly the same numbers. Architectures: llama, qwen2, gpt2.
"""

import numpy as np
import torch
from gguf import GGUFReader, dequantize
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers
from transformers import GPT2Config, GPT2LMHeadModel, LlamaConfig, LlamaForCausalLM, Qwen2Config, Qwen2ForCausalLM

LLAMA_LAYER = {
    "attn_norm": "input_layernorm",
    "attn_q": "self_attn.q_proj",
    "attn_k": "self_attn.k_proj",
    "attn_v": "self_attn.v_proj",
    "attn_output": "self_attn.o_proj",
    "ffn_norm": "post_attention_layernorm",
    "ffn_gate": "mlp.gate_proj",
    "ffn_up": "mlp.up_proj",
    "ffn_down": "mlp.down_proj",
}
LLAMA_TOP = {"token_embd": "model.embed_tokens", "output_norm": "model.norm", "output": "lm_head"}
GPT2_LAYER = {
    "attn_norm": "ln_1",
    "attn_qkv": "attn.c_attn",
    "attn_output": "attn.c_proj",
    "ffn_norm": "ln_2",
    "ffn_up": "mlp.c_fc",
    "ffn_down": "mlp.c_proj",
}
GPT2_TOP = {"token_embd": "transformer.wte", "position_embd": "transformer.wpe", "output_norm": "transformer.ln_f", "output": "lm_head"}
GPT2_TRANSPOSED = ("attn_qkv", "attn_output", "ffn_up", "ffn_down")  # Conv1D keeps [in, out]; GGUF keeps [out, in]


def half_to_interleaved(weight, heads):
    """Rows of a q or k projection: per head [2, D/2] (transformers) to [D/2, 2] (llama-arch GGUF)."""
    return weight.reshape(heads, 2, weight.shape[0] // heads // 2, -1).swapaxes(1, 2).reshape(weight.shape)


def interleaved_to_half(weight, heads):
    """The inverse of half_to_interleaved."""
    return weight.reshape(heads, weight.shape[0] // heads // 2, 2, -1).swapaxes(1, 2).reshape(weight.shape)


class Gguf:
    """The metadata of one GGUF file, and its tensors as float32 arrays in [out, in] order."""

    def __init__(self, path):
        self.reader = GGUFReader(path)
        self.arch = self.key("general.architecture")
        self.tensors = {tensor.name: tensor for tensor in self.reader.tensors}

    def key(self, name, default=None):
        field = self.reader.fields.get(name)
        return default if field is None else field.contents()

    def arch_key(self, name, default=None):
        return self.key(f"{self.arch}.{name}", default)

    def tensor(self, name):
        tensor = self.tensors[name]
        values = dequantize(tensor.data, tensor.tensor_type).astype(np.float32)
        return values.reshape(tuple(int(size) for size in tensor.shape[::-1]))


def rope_parameters(gguf):
    parameters = {"rope_theta": gguf.arch_key("rope.freq_base", 10000.0), "rope_type": "default"}
    if gguf.arch_key("rope.scaling.type", "none") != "none":
        parameters |= {"rope_type": gguf.arch_key("rope.scaling.type"), "factor": gguf.arch_key("rope.scaling.factor")}
    return parameters


def build_config(gguf):
    heads = gguf.arch_key("attention.head_count")
    hidden = gguf.arch_key("embedding_length")
    vocab = int(gguf.tensors["token_embd.weight"].shape[1])
    tied = "output.weight" not in gguf.tensors
    if gguf.arch == "gpt2":
        return GPT2Config(
            vocab_size=vocab,
            n_embd=hidden,
            n_layer=gguf.arch_key("block_count"),
            n_head=heads,
            n_inner=gguf.arch_key("feed_forward_length"),
            n_positions=gguf.arch_key("context_length"),
            layer_norm_epsilon=gguf.arch_key("attention.layer_norm_epsilon"),
            tie_word_embeddings=tied,
        )
    shared = dict(
        vocab_size=vocab,
        hidden_size=hidden,
        intermediate_size=gguf.arch_key("feed_forward_length"),
        num_hidden_layers=gguf.arch_key("block_count"),
        num_attention_heads=heads,
        num_key_value_heads=gguf.arch_key("attention.head_count_kv", heads),
        max_position_embeddings=gguf.arch_key("context_length"),
        rms_norm_eps=gguf.arch_key("attention.layer_norm_rms_epsilon"),
        rope_parameters=rope_parameters(gguf),
        tie_word_embeddings=tied,
    )
    if gguf.arch == "qwen2":
        return Qwen2Config(**shared)
    if gguf.arch == "llama":
        return LlamaConfig(head_dim=gguf.arch_key("attention.key_length", hidden // heads), **shared)
    raise ValueError(f"unsupported architecture '{gguf.arch}'")


def transformers_name(arch, name):
    """blk.3.attn_q.weight becomes model.layers.3.self_attn.q_proj.weight."""
    stem, kind = name.rsplit(".", 1)
    if not stem.startswith("blk."):
        return f"{(GPT2_TOP if arch == 'gpt2' else LLAMA_TOP)[stem]}.{kind}"
    _, layer, part = stem.split(".")
    if arch == "gpt2":
        return f"transformer.h.{layer}.{GPT2_LAYER[part]}.{kind}"
    return f"model.layers.{layer}.{LLAMA_LAYER[part]}.{kind}"


def transformers_values(gguf, name, config):
    values = gguf.tensor(name)
    part = name.split(".")[-2]
    if gguf.arch == "llama" and part == "attn_q":
        values = interleaved_to_half(values, config.num_attention_heads)
    if gguf.arch == "llama" and part == "attn_k":
        values = interleaved_to_half(values, config.num_key_value_heads)
    if gguf.arch == "gpt2" and part in GPT2_TRANSPOSED and values.ndim == 2:
        values = values.T
    return torch.from_numpy(np.ascontiguousarray(values))


def load_model(gguf):
    """The transformers model of a GGUF, in float32 and evaluation mode."""
    config = build_config(gguf)
    config._attn_implementation = "eager"
    model = {"llama": LlamaForCausalLM, "qwen2": Qwen2ForCausalLM, "gpt2": GPT2LMHeadModel}[gguf.arch](config)
    state = {transformers_name(gguf.arch, n): transformers_values(gguf, n, config) for n in gguf.tensors if n != "rope_freqs.weight"}
    missing, unexpected = model.load_state_dict(state, strict=False)
    missing = [name for name in missing if not (config.tie_word_embeddings and name == "lm_head.weight")]
    if missing or unexpected:
        raise ValueError(f"weights do not match: missing {missing}, unexpected {unexpected}")
    model.tie_weights()
    if "rope_freqs.weight" in gguf.tensors:  # divisors of the inverse frequencies (llama 3 scaling)
        model.model.rotary_emb.inv_freq /= torch.from_numpy(gguf.tensor("rope_freqs.weight"))
    return model.float().eval()


def load_tokenizer(gguf):
    """The byte-level BPE of a GGUF whose pre-tokenizer is `smollm`, as a Hugging Face tokenizer."""
    if gguf.key("tokenizer.ggml.model") != "gpt2" or gguf.key("tokenizer.ggml.pre") != "smollm":
        raise ValueError("only the gpt2 tokenizer with pre-tokenizer smollm is supported")
    tokens = gguf.key("tokenizer.ggml.tokens")
    merges = [tuple(merge.split(" ")) for merge in gguf.key("tokenizer.ggml.merges")]
    tokenizer = Tokenizer(models.BPE({token: index for index, token in enumerate(tokens)}, merges))
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)]
    )
    tokenizer.decoder = decoders.ByteLevel()
    control = [token for token, kind in zip(tokens, gguf.key("tokenizer.ggml.token_type")) if kind == 3]
    tokenizer.add_special_tokens([AddedToken(token, normalized=False, special=True) for token in control])
    return tokenizer
