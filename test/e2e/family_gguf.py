"""Writes the GGUF file that llama.cpp's converter makes of a Hugging Face folder: its names, its keys, its order of rows.

Only what the tests need: weights in bfloat16, no tokenizer. When it was written, all tensors were equal to those of convert_hf_to_gguf.py
for the models that the script takes as they are: bloom, cohere, falcon-40b, gemma, gemma2, glm, glm4, granite, mistral-nemo, mixtral, olmo2,
olmoe, phi, phi3, qwen2_moe, qwen3, smollm3 and stablelm.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""

import json
import math
import re
import struct
from pathlib import Path

from tiny import gguf_text, gguf_value

F32, BF16, ALIGNMENT = 0, 30, 32

# How folders call what GGUF calls so; a family's own names come first.
LLAMA = {"model.embed_tokens": "token_embd", "model.norm": "output_norm", "lm_head": "output",
         "input_layernorm": "attn_norm", "post_attention_layernorm": "ffn_norm",
         "self_attn.q_proj": "attn_q", "self_attn.k_proj": "attn_k", "self_attn.v_proj": "attn_v",
         "self_attn.qkv_proj": "attn_qkv", "self_attn.o_proj": "attn_output",
         "self_attn.q_norm": "attn_q_norm", "self_attn.k_norm": "attn_k_norm",
         "mlp.gate_proj": "ffn_gate", "mlp.up_proj": "ffn_up", "mlp.down_proj": "ffn_down",
         "mlp.gate_up_proj": "ffn_up", "mlp.gate": "ffn_gate_inp",
         "mlp.experts.%.gate_proj": "ffn_gate_exps", "mlp.experts.%.up_proj": "ffn_up_exps",
         "mlp.experts.%.down_proj": "ffn_down_exps", "mlp.shared_expert_gate": "ffn_gate_inp_shexp",
         "mlp.shared_expert.gate_proj": "ffn_gate_shexp", "mlp.shared_expert.up_proj": "ffn_up_shexp",
         "mlp.shared_expert.down_proj": "ffn_down_shexp"}
DEEPSEEK = {"self_attn.q_a_proj": "attn_q_a", "self_attn.q_a_layernorm": "attn_q_a_norm", "self_attn.q_b_proj": "attn_q_b",
            "self_attn.kv_a_proj_with_mqa": "attn_kv_a_mqa", "self_attn.kv_a_layernorm": "attn_kv_a_norm",
            "self_attn.kv_b_proj": "attn_kv_b", "mlp.shared_experts.gate_proj": "ffn_gate_shexp",
            "mlp.shared_experts.up_proj": "ffn_up_shexp", "mlp.shared_experts.down_proj": "ffn_down_shexp"}
SANDWICH = {"post_attention_layernorm": "post_attention_norm", "pre_feedforward_layernorm": "ffn_norm",
            "post_feedforward_layernorm": "post_ffw_norm"}
MIXTRAL = {"block_sparse_moe.gate": "ffn_gate_inp", "block_sparse_moe.experts.%.w1": "ffn_gate_exps",
           "block_sparse_moe.experts.%.w2": "ffn_down_exps", "block_sparse_moe.experts.%.w3": "ffn_up_exps"}
GLM4 = {"post_self_attn_layernorm": "post_attention_norm", "post_mlp_layernorm": "post_ffw_norm"}
STARCODER2 = {"mlp.c_fc": "ffn_up", "mlp.c_proj": "ffn_down"}
STABLELM = {"self_attn.q_layernorm.norms.%": "attn_q_norm", "self_attn.k_layernorm.norms.%": "attn_k_norm"}
PHI = {"self_attn.dense": "attn_output", "mlp.fc1": "ffn_up", "mlp.fc2": "ffn_down",
       "model.final_layernorm": "output_norm"}
NEOX = {"gpt_neox.embed_in": "token_embd", "gpt_neox.final_layer_norm": "output_norm", "embed_out": "output",
        "attention.query_key_value": "attn_qkv", "attention.dense": "attn_output", "mlp.dense_h_to_4h": "ffn_up",
        "mlp.dense_4h_to_h": "ffn_down"}
BLOOM = {"transformer.word_embeddings": "token_embd", "transformer.word_embeddings_layernorm": "token_embd_norm",
         "transformer.ln_f": "output_norm", "self_attention.query_key_value": "attn_qkv",
         "self_attention.dense": "attn_output", "mlp.dense_h_to_4h": "ffn_up", "mlp.dense_4h_to_h": "ffn_down",
         "ln_mlp": "attn_norm", "ln_attn": "attn_norm_2"}
MPT = {"transformer.wte": "token_embd", "transformer.norm_f": "output_norm", "norm_1": "attn_norm",
       "norm_2": "ffn_norm", "attn.Wqkv": "attn_qkv", "attn.out_proj": "attn_output", "ffn.up_proj": "ffn_up",
       "ffn.down_proj": "ffn_down"}

# model_type: GGUF's architecture, the family's own names, what happens to tensors.
FAMILIES = {
    "mistral": ("llama", {}, {"permute"}), "mixtral": ("llama", MIXTRAL, {"permute"}),
    "qwen3": ("qwen3", {}, ()), "qwen2_moe": ("qwen2moe", {}, ()), "qwen3_moe": ("qwen3moe", {}, ()),
    "gemma": ("gemma", {}, {"plus one"}), "gemma2": ("gemma2", SANDWICH, {"plus one"}),
    "gemma3_text": ("gemma3", SANDWICH, {"plus one"}), "phi3": ("phi3", {}, ()),
    "olmo2": ("olmo2", SANDWICH, ()), "olmoe": ("olmoe", {}, ()), "granite": ("granite", {}, {"permute"}),
    "smollm3": ("smollm3", {}, {"permute"}), "starcoder2": ("starcoder2", STARCODER2, ()),
    "cohere": ("command-r", {}, ()), "cohere2": ("cohere2", {}, ()), "glm": ("chatglm", {}, ()),
    "glm4": ("glm4", GLM4, ()), "stablelm": ("stablelm", STABLELM, ()), "phi": ("phi2", PHI, ()),
    "gpt_neox": ("gptneox", NEOX, {"blocks"}), "bloom": ("bloom", BLOOM, {"blocks"}),
    "falcon": ("falcon", BLOOM, {"blocks"}), "mpt": ("mpt", MPT, ()),
    "deepseek_v2": ("deepseek2", DEEPSEEK, {"latent"}), "deepseek_v3": ("deepseek2", DEEPSEEK, {"latent"}),
}


class Folder:
    """A model's config and its tensors, as (shape, bfloat16 bytes) by name."""

    def __init__(self, path):
        self.config = json.loads((path / "config.json").read_text())
        data = (path / "model.safetensors").read_bytes()
        length, = struct.unpack_from("<Q", data)
        self.tensors = {}
        for name, entry in json.loads(data[8:8 + length]).items():
            if name != "__metadata__":
                begin, end = entry["data_offsets"]
                assert entry["dtype"] == "BF16", name
                self.tensors[name] = (entry["shape"], data[8 + length + begin:8 + length + end])

    def first(self, *names, default=None):
        return next((self.config[name] for name in names if self.config.get(name) is not None), default)


# --- keys -------------------------------------------------------------------------------------------------------------


class Flag(int):
    """A boolean, which Python's struct would not tell from a number."""


def sizes(folder):
    heads = folder.first("num_attention_heads", "n_head", "n_heads")
    hidden = folder.first("hidden_size", "d_model")
    kv_heads = folder.first("num_key_value_heads", default=heads)
    if folder.config["model_type"] == "falcon":
        new = folder.config["new_decoder_architecture"]
        kv_heads = folder.config["num_kv_heads"] if new else 1 if folder.config["multi_query"] else heads
    return heads, kv_heads, folder.first("head_dim", default=hidden // heads)


def rope_keys(folder, head_dim):
    rope = folder.config.get("rope_parameters") or {}
    local = rope.get("sliding_attention", {}).get("rope_theta")
    rope = rope.get("full_attention", rope)
    keys = {"rope.freq_base": rope.get("rope_theta"), "rope.freq_base_swa": local}
    if "partial_rotary_factor" in rope:
        keys["rope.dimension_count"] = int(head_dim * rope["partial_rotary_factor"])
    if rope.get("rope_type") == "linear":
        keys |= {"rope.scaling.type": "linear", "rope.scaling.factor": rope["factor"]}
    if rope.get("rope_type") == "yarn":
        keys |= {"rope.scaling.type": "yarn", "rope.scaling.factor": rope["factor"],
                 "rope.scaling.original_context_length": rope["original_max_position_embeddings"],
                 "rope.scaling.yarn_log_multiplier": 0.1 * rope["mscale_all_dim"]}
    if rope.get("rope_type") == "longrope":
        whole, original = folder.config["max_position_embeddings"], folder.config["original_max_position_embeddings"]
        keys |= {"rope.scaling.type": "longrope", "rope.scaling.original_context_length": original,
                 "rope.scaling.attn_factor": math.sqrt(1 + math.log(whole / original) / math.log(original))}
    return keys


def expert_keys(folder):
    count = folder.first("num_local_experts", "num_experts")
    if not count:
        return {}
    return {"expert_count": count, "expert_used_count": folder.config["num_experts_per_tok"],
            "expert_feed_forward_length": folder.first("moe_intermediate_size"),
            "expert_shared_feed_forward_length": folder.first("shared_expert_intermediate_size")}


def latent_keys(folder):
    """Deepseek's: of the one head that the cache has, and of the heads that are made of it."""
    config = folder.config
    if "kv_lora_rank" not in config:
        return {}
    rank, rotated, value = config["kv_lora_rank"], config["qk_rope_head_dim"], config["v_head_dim"]
    is_v3 = config["model_type"] == "deepseek_v3"
    return {"attention.head_count_kv": 1, "attention.kv_lora_rank": rank, "attention.q_lora_rank": config["q_lora_rank"],
            "attention.key_length": rank + rotated, "attention.value_length": rank,
            "attention.key_length_mla": config["qk_nope_head_dim"] + rotated, "attention.value_length_mla": value,
            "rope.dimension_count": rotated, "leading_dense_block_count": config["first_k_dense_replace"],
            "expert_count": config["n_routed_experts"], "expert_used_count": config["num_experts_per_tok"],
            "expert_shared_count": config["n_shared_experts"], "expert_shared_feed_forward_length": None,
            "expert_feed_forward_length": config["moe_intermediate_size"], "expert_gating_func": 2 if is_v3 else 1,
            "expert_weights_scale": config["routed_scaling_factor"], "expert_weights_norm": Flag(is_v3),
            "expert_group_count": config.get("n_group"), "expert_group_used_count": config.get("topk_group")}


def keys_of(folder, arch):
    heads, kv_heads, head_dim = sizes(folder)
    config, hidden = folder.config, folder.first("hidden_size", "d_model")
    attention = config.get("attn_config") or {}
    parallel = config.get("use_parallel_residual")
    own = {
        "block_count": folder.first("num_hidden_layers", "n_layer", "n_layers"),
        "context_length": folder.first("max_position_embeddings", "max_seq_len", default=2048),
        "embedding_length": hidden, "attention.head_count": heads, "attention.head_count_kv": kv_heads,
        "feed_forward_length": folder.first("intermediate_size", default=4 * hidden),
        "attention.key_length": config.get("head_dim"), "attention.value_length": config.get("head_dim"),
        "attention.layer_norm_rms_epsilon": config.get("rms_norm_eps"),
        "attention.layer_norm_epsilon": folder.first("layer_norm_eps", "layer_norm_epsilon", "norm_epsilon"),
        "attention.sliding_window": config.get("sliding_window") or None,
        "attention.scale": config.get("attention_multiplier"), "attention.clamp_kqv": attention.get("clip_qkv"),
        "attention.max_alibi_bias": float(attention["alibi_bias_max"]) if "alibi_bias_max" in attention else None,
        "attn_logit_softcapping": config.get("attn_logit_softcapping"),
        "final_logit_softcapping": config.get("final_logit_softcapping"),
        "embedding_scale": config.get("embedding_multiplier"), "residual_scale": config.get("residual_multiplier"),
        "logit_scale": folder.first("logits_scaling", "logit_scale"), "vocab_size": config["vocab_size"],
        "use_parallel_residual": None if parallel is None else Flag(parallel),
        **rope_keys(folder, head_dim), **expert_keys(folder), **latent_keys(folder)}
    return {"general.architecture": arch, "tokenizer.ggml.model": "none",
            **{f"{arch}.{name}": value for name, value in own.items() if value is not None}}


def key_bytes(value):
    if isinstance(value, Flag):
        return struct.pack("<IB", 7, value)
    return gguf_value(value)


# --- tensors ----------------------------------------------------------------------------------------------------------


def widen(data):
    """bfloat16 to float32."""
    wide = bytearray(2 * len(data))
    wide[2::4], wide[3::4] = data[0::2], data[1::2]
    return bytes(wide)


def rows_of(shape, data):
    size = len(data) // shape[0]
    return [data[i * size:(i + 1) * size] for i in range(shape[0])]


def permute(shape, data, heads):
    """Rows of a head as pairs (i, i + D/2), not halves."""
    rows, half = rows_of(shape, data), shape[0] // heads // 2
    return b"".join(rows[(2 * head + side) * half + i] for head in range(heads) for i in range(half) for side in (0, 1))


def blocks(shape, data, heads, kv_heads, head_dim):
    """Rows of [group, {its queries, key, value}, D] as all queries, all keys, all values."""
    rows, per = rows_of(shape, data), heads // kv_heads
    places = {"q": [], "k": [], "v": []}
    for group in range(kv_heads):
        for member, kind in enumerate(["q"] * per + ["k", "v"]):
            start = (group * (per + 2) + member) * head_dim
            places[kind] += rows[start:start + head_dim]
    return b"".join(places["q"] + places["k"] + places["v"])


def latent_parts(shape, data, folder):
    """The rows of each head for keys, [H, C, N] as columns, and those for values, [H, P, C]."""
    plain, value, rank = (folder.config[key] for key in ("qk_nope_head_dim", "v_head_dim", "kv_lora_rank"))
    rows, keys, values = rows_of(shape, data), b"", b""
    heads = shape[0] // (plain + value)
    for head in range(heads):
        mine = rows[head * (plain + value):(head + 1) * (plain + value)]
        keys += b"".join(row[2 * c:2 * c + 2] for c in range(rank) for row in mine[:plain])
        values += b"".join(mine[plain:])
    return ("attn_k_b", [heads, rank, plain], keys), ("attn_v_b", [heads, value, rank], values)


def natural(name):
    """Expert 10 comes after expert 9."""
    return re.sub(r"\d+", lambda number: number.group().zfill(6), name)


def tensors_of(folder):
    """GGUF name, shape and float32 or bfloat16 bytes of every tensor."""
    arch, names, how = FAMILIES[folder.config["model_type"]]
    heads, kv_heads, head_dim = sizes(folder)
    stacks = {}
    for name, (shape, data) in sorted(folder.tensors.items(), key=lambda item: natural(item[0])):
        stem, suffix = name.rsplit(".", 1)
        layer = re.search(r"\.(?:layers|h|blocks)\.(\d+)\.(.*)", stem)
        stem = layer.group(2) if layer else stem
        stem, pieces = re.subn(r"(experts|norms)\.\d+", r"\1.%", stem)
        target = names.get(stem) or LLAMA[stem]
        full = f"blk.{layer.group(1)}.{target}.{suffix}" if layer else f"{target}.{suffix}"
        if suffix == "e_score_correction_bias":
            full = f"blk.{layer.group(1)}.exp_probs_b.bias"
        if target == "attn_kv_b":
            for part, part_shape, part_data in latent_parts(shape, data, folder):
                stacks[f"blk.{layer.group(1)}.{part}.{suffix}"] = [(part_shape, part_data)]
            continue
        if "permute" in how and target in ("attn_q", "attn_k"):
            data = permute(shape, data, heads if target == "attn_q" else kv_heads)
        if "blocks" in how and target == "attn_qkv":
            data = blocks(shape, data, heads, kv_heads, head_dim)
        stacks.setdefault(full, []).append((shape, data))
        if not pieces:
            assert len(stacks[full]) == 1, full
    for full, parts in stacks.items():
        shape, data = list(parts[0][0]), b"".join(part[1] for part in parts)
        if len(parts) > 1:
            shape = [len(parts), *shape]
        if len(shape) == 1 or full.endswith("_norm.weight"):
            data = widen(data)
            if "plus one" in how:
                count = len(data) // 4
                data = struct.pack(f"<{count}f", *(value + 1 for value in struct.unpack(f"<{count}f", data)))
            yield full, shape, F32, data
        elif full.endswith("ffn_gate_inp_shexp.weight"):
            yield full, shape[1:], F32, widen(data)
        else:
            yield full, shape, BF16, data
    rope = folder.config.get("rope_parameters") or {}
    for kind in ("long", "short"):
        if f"{kind}_factor" in rope:
            factors = rope[f"{kind}_factor"]
            yield f"rope_factors_{kind}.weight", [len(factors)], F32, struct.pack(f"<{len(factors)}f", *factors)


def is_written(source):
    """Whether converters know the family, and write down all that this model needs."""
    config = json.loads((Path(source) / "config.json").read_text())
    kind = config["model_type"]
    if kind not in FAMILIES or config.get("alibi"):
        return False  # opt; falcon's distances are in no GGUF file
    rope = config.get("rope_parameters") or {}
    if rope.get("mscale") != rope.get("mscale_all_dim"):
        return False  # of deepseek's two factors converters write one
    return kind not in ("mistral", "starcoder2") or not config["sliding_window"]  # nor are these windows


def write_gguf(source, path):
    """The GGUF file of the folder `source`; None where there would be none, or another model's."""
    if not is_written(source):
        return None
    folder = Folder(Path(source))
    tensors = list(tensors_of(folder))
    keys = keys_of(folder, FAMILIES[folder.config["model_type"]][0])
    out = bytearray(b"GGUF" + struct.pack("<IQQ", 3, len(tensors), len(keys)))
    for name, value in keys.items():
        out += gguf_text(name) + key_bytes(value)
    offset = 0
    for name, shape, kind, data in tensors:
        out += gguf_text(name) + struct.pack(f"<I{len(shape)}Q", len(shape), *reversed(shape))
        out += struct.pack("<IQ", kind, offset)
        offset += -(-len(data) // ALIGNMENT) * ALIGNMENT
    out += bytes(-len(out) % ALIGNMENT)
    for _, _, _, data in tensors:
        out += data + bytes(-len(data) % ALIGNMENT)
    Path(path).write_bytes(out)
    return path
