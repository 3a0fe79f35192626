#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Write a tiny random-weight model of every decoder family that llmc imports, with transformers' logits.

usage: make-family-fixtures.py OUTDIR [NAME...]     (packages: utils/requirements-dev.txt; OUTDIR is test/Inputs/families)

Each folder has config.json, model.safetensors (bfloat16), input_ids.npy (int64 [1, 24]) and logits.npy (float32 [1, 24, V]): the
float32 logits of the weights as stored. Sizes are the smallest that tell the families' features apart: windows of 8 are left after
a third of the tokens, softcaps bend every score, head dimensions are no hidden / heads, biases and norms are neither 0 nor 1.
Seeds are fixed by name: made again with the same versions, the files are the same bytes.
"""

import argparse
import math
import pathlib
import zlib

import numpy as np
import torch
import transformers
from transformers import AutoModelForCausalLM

VOCAB, HIDDEN, TOKENS, WINDOW = 128, 32, 24, 8
SIZES = dict(vocab_size=VOCAB, hidden_size=HIDDEN, intermediate_size=48, num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=2,
             max_position_embeddings=64, bos_token_id=0, eos_token_id=1, pad_token_id=None, tie_word_embeddings=False)  # fmt: skip
WHOLE = {key: value for key, value in SIZES.items() if key != "num_key_value_heads"}  # of families without key heads
PLAIN = {key: value for key, value in WHOLE.items() if key != "intermediate_size"}  # of those with 4 E or a name of their own
WIDE = SIZES | dict(head_dim=16)
EXPERTS = dict(num_experts=6, num_experts_per_tok=2, moe_intermediate_size=24)
THETA = {"rope_type": "default", "rope_theta": 10000.0}
PART = lambda share: {"rope_parameters": THETA | {"partial_rotary_factor": share}}
LONGROPE = {"rope_type": "longrope", "rope_theta": 10000.0, "short_factor": [1.0, 1.1, 1.3], "long_factor": [1.2, 2.5, 6.0]}
GEMMA3_ROPE = {"full_attention": {"rope_type": "linear", "factor": 8.0, "rope_theta": 1000000.0},
               "sliding_attention": {"rope_type": "default", "rope_theta": 10000.0}}  # fmt: skip
DEEPSEEK_ROPE = {"rope_type": "yarn", "rope_theta": 10000.0, "factor": 4.0, "original_max_position_embeddings": 16, "beta_fast": 32.0,
                 "beta_slow": 1.0, "mscale": 1.0, "mscale_all_dim": 1.0}  # fmt: skip
# Heads of 8 + 4 columns for keys and 6 for values, of a latent of 16; one dense layer, then experts.
LATENT = WHOLE | dict(kv_lora_rank=16, qk_nope_head_dim=8, qk_rope_head_dim=4, v_head_dim=6, num_key_value_heads=4, num_hidden_layers=3,
                      first_k_dense_replace=1, n_routed_experts=6, n_shared_experts=2, num_experts_per_tok=2, moe_intermediate_size=24)  # fmt: skip

# Folder: class of the config, what it is made with. A second folder of a family has what the first leaves out.
FAMILIES = {
    "mistral": ("MistralConfig", WIDE | dict(sliding_window=WINDOW)),
    "mistral-nemo": ("MistralConfig", WIDE | dict(sliding_window=None)),
    "qwen3": ("Qwen3Config", WIDE | dict(tie_word_embeddings=True)),
    "gemma": ("GemmaConfig", WIDE | dict(num_key_value_heads=1, tie_word_embeddings=True)),
    "gemma2": ("Gemma2Config", WIDE | dict(num_hidden_layers=4, sliding_window=WINDOW, attn_logit_softcapping=5.0, final_logit_softcapping=3.0,
                                           query_pre_attn_scalar=16, tie_word_embeddings=True)),
    "gemma3": ("Gemma3TextConfig", WIDE | dict(num_hidden_layers=7, sliding_window=WINDOW, query_pre_attn_scalar=16, tie_word_embeddings=True,
                                               rope_parameters=GEMMA3_ROPE)),
    "phi3": ("Phi3Config", SIZES | dict(sliding_window=WINDOW)),
    "phi3-longrope": ("Phi3Config", SIZES | dict(original_max_position_embeddings=16, rope_parameters=LONGROPE | {"partial_rotary_factor": 0.75})),
    "olmo2": ("Olmo2Config", SIZES),
    "granite": ("GraniteConfig", SIZES | dict(embedding_multiplier=6.0, residual_multiplier=0.4, logits_scaling=2.0, attention_multiplier=0.25,
                                              attention_bias=True, mlp_bias=True)),
    "smollm3": ("SmolLM3Config", SIZES | dict(num_hidden_layers=4, tie_word_embeddings=True)),
    "qwen2_moe": ("Qwen2MoeConfig", SIZES | EXPERTS | dict(shared_expert_intermediate_size=40)),
    "qwen3_moe": ("Qwen3MoeConfig", WIDE | EXPERTS | dict(norm_topk_prob=True, num_hidden_layers=3, mlp_only_layers=[1])),
    "mixtral": ("MixtralConfig", SIZES | dict(num_local_experts=4, num_experts_per_tok=2)),
    "olmoe": ("OlmoeConfig", SIZES | dict(num_experts=6, num_experts_per_tok=2, num_key_value_heads=4)),
    "starcoder2": ("Starcoder2Config", SIZES | dict(sliding_window=WINDOW, tie_word_embeddings=True)),
    "starcoder2-3b": ("Starcoder2Config", SIZES | dict(sliding_window=None, use_bias=True)),
    "cohere": ("CohereConfig", SIZES | dict(use_qk_norm=True, logit_scale=0.25, tie_word_embeddings=True)),
    "cohere2": ("Cohere2Config", WIDE | dict(num_hidden_layers=4, sliding_window=WINDOW, logit_scale=0.25, tie_word_embeddings=True)),
    "glm": ("GlmConfig", SIZES | PART(0.5) | dict(head_dim=8)),
    "glm4": ("Glm4Config", WIDE | PART(0.5)),
    "stablelm": ("StableLmConfig", SIZES | PART(0.5) | dict(use_qkv_bias=True)),
    "stablelm-12b": ("StableLmConfig", SIZES | PART(0.5) | dict(qk_layernorm=True, use_parallel_residual=True)),
    "phi": ("PhiConfig", WHOLE | PART(0.5) | dict(intermediate_size=4 * HIDDEN)),
    "gpt_neox": ("GPTNeoXConfig", WHOLE | PART(0.25)),
    "gpt_neox-serial": ("GPTNeoXConfig", WHOLE | PART(0.5) | dict(use_parallel_residual=False)),
    "opt": ("OPTConfig", dict(PLAIN, ffn_dim=48, word_embed_proj_dim=HIDDEN, tie_word_embeddings=True, pad_token_id=2)),
    "opt-350m": ("OPTConfig", dict(PLAIN, ffn_dim=48, word_embed_proj_dim=24, do_layer_norm_before=False, tie_word_embeddings=True, pad_token_id=2)),
    "bloom": ("BloomConfig", dict(vocab_size=VOCAB, hidden_size=HIDDEN, n_layer=2, n_head=4, bos_token_id=0, eos_token_id=1)),
    "falcon-7b": ("FalconConfig", PLAIN | dict(tie_word_embeddings=True)),
    "falcon-40b": ("FalconConfig", PLAIN | dict(new_decoder_architecture=True, num_kv_heads=2, tie_word_embeddings=True)),
    "falcon-rw": ("FalconConfig", PLAIN | dict(alibi=True, multi_query=False, parallel_attn=False, bias=True, tie_word_embeddings=True)),
    "mpt": ("MptConfig", dict(d_model=HIDDEN, n_heads=4, n_layers=2, expansion_ratio=4, max_seq_len=64, vocab_size=VOCAB,
                              attn_config=dict(clip_qkv=1.5, alibi_bias_max=8), bos_token_id=0, eos_token_id=1)),
    "deepseek_v2": ("DeepseekV2Config", LATENT | dict(q_lora_rank=None, topk_method="group_limited_greedy", n_group=3, topk_group=2,
                                                      routed_scaling_factor=1.5, rope_parameters=DEEPSEEK_ROPE | {"mscale": 0.7})),
    "deepseek_v2-lite": ("DeepseekV2Config", LATENT | dict(q_lora_rank=20, attention_bias=True, first_k_dense_replace=0)),
    "deepseek_v3": ("DeepseekV3Config", LATENT | dict(q_lora_rank=20, n_group=3, topk_group=2, routed_scaling_factor=2.5, norm_topk_prob=True,
                                                      rope_parameters=DEEPSEEK_ROPE)),
}  # fmt: skip
# FalconModel's eager attention adds the distances twice; the fused one does not.
ATTENTION = {"falcon-rw": "sdpa"}


def randomise(model, seed):
    """Matrices of gain 1.4, embeddings of size 0.4, norm weights in [0.5, 1.5], biases of size 0.3, a buffer that
    chooses experts among them."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if weight.ndim >= 2 and "norm" not in name:
                size = 0.4 if "embed" in name or "wte" in name else 1.4 / math.sqrt(weight.shape[-1])
                weight.copy_(torch.randn(weight.shape, generator=generator) * size)
            elif name.endswith("bias"):
                weight.copy_(torch.randn(weight.shape, generator=generator) * 0.3)
            else:
                weight.copy_(torch.rand(weight.shape, generator=generator) + 0.5)
        for name, buffer in model.named_buffers():
            if name.endswith("e_score_correction_bias"):
                buffer.copy_(torch.randn(buffer.shape, generator=generator) * 0.3)
    return model.eval()


def write_family(folder):
    class_name, settings = FAMILIES[folder.name]
    seed = zlib.crc32(folder.name.encode())
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*"):
        old.unlink()
    config = getattr(transformers, class_name)(**settings)
    randomise(AutoModelForCausalLM.from_config(config), seed).to(torch.bfloat16).save_pretrained(folder)
    (folder / "generation_config.json").unlink(missing_ok=True)
    (folder / "model.safetensors").chmod(0o644)
    attention = ATTENTION.get(folder.name, "eager")
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, attn_implementation=attention).eval()
    ids = torch.randint(3, VOCAB, (1, TOKENS), generator=torch.Generator().manual_seed(seed))
    with torch.no_grad():
        logits = model(ids).logits
    assert logits.isfinite().all() and logits.std() > 0.1, folder
    np.save(folder / "input_ids.npy", ids.numpy())
    np.save(folder / "logits.npy", logits.numpy().astype(np.float32))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", type=pathlib.Path, help="folder to write the models to")
    parser.add_argument("names", nargs="*", help="only these")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    for name in arguments.names or FAMILIES:
        write_family(arguments.out / name)


if __name__ == "__main__":
    main()
