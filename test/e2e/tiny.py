"""Models that say exactly what a test wrote down, as GGUF files and Hugging Face folders.

The hidden state is the one-hot embedding of the last token, the one layer adds nothing, and the output matrix is the
table of which token follows which: any wrong id, text or stop shows at once.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""

import array
import json
import struct
from pathlib import Path

ROWS = 320  # of the embedding table, and its columns
HEADS = ROWS // 32
FEED_FORWARD = 64
NORMAL, CONTROL, USER_DEFINED, UNUSED = 1, 3, 4, 5
START, END = ord("a"), 256  # "a" is answered with the words, then END
WORDS = {257: "Hel", 258: "lo", 259: " wor", 260: "ld"}
SAYS = "Hello world"
# What follows each token; every other one is followed by END.
FOLLOWS = {START: 257, 257: 258, 258: 259, 259: 260}

# GGUF's names and Hugging Face's, with their shapes.
TENSORS = {
    "token_embd.weight": ("model.embed_tokens.weight", (ROWS, ROWS)),
    "output.weight": ("lm_head.weight", (ROWS, ROWS)),
    "output_norm.weight": ("model.norm.weight", (ROWS,)),
    "blk.0.attn_norm.weight": ("model.layers.0.input_layernorm.weight", (ROWS,)),
    "blk.0.ffn_norm.weight": ("model.layers.0.post_attention_layernorm.weight", (ROWS,)),
    "blk.0.attn_q.weight": ("model.layers.0.self_attn.q_proj.weight", (ROWS, ROWS)),
    "blk.0.attn_k.weight": ("model.layers.0.self_attn.k_proj.weight", (ROWS, ROWS)),
    "blk.0.attn_v.weight": ("model.layers.0.self_attn.v_proj.weight", (ROWS, ROWS)),
    "blk.0.attn_output.weight": ("model.layers.0.self_attn.o_proj.weight", (ROWS, ROWS)),
    "blk.0.ffn_gate.weight": ("model.layers.0.mlp.gate_proj.weight", (FEED_FORWARD, ROWS)),
    "blk.0.ffn_up.weight": ("model.layers.0.mlp.up_proj.weight", (FEED_FORWARD, ROWS)),
    "blk.0.ffn_down.weight": ("model.layers.0.mlp.down_proj.weight", (ROWS, FEED_FORWARD)),
}


def spell(text):
    """UTF-8 bytes in the alphabet of byte-level tokenizers."""
    kept = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [byte for byte in range(256) if byte not in kept]
    return "".join(chr(byte) if byte in kept else chr(256 + others.index(byte)) for byte in text)


def matrix(name, follows):
    """The floats of a tensor, by its GGUF name."""
    rows, *columns = TENSORS[name][1]
    values = array.array("f", bytes(4 * rows * (columns[0] if columns else 1)))
    for i in range(ROWS):
        if name == "token_embd.weight":
            values[i * ROWS + i] = 1
        elif name == "output.weight":
            values[follows.get(i, END) * ROWS + i] = 1
        elif name.endswith("norm.weight"):
            values[i] = 1
    return values.tobytes()


def vocabulary(end="<|im_end|>", end_type=CONTROL):
    """Tokens and their types: the bytes, the end, the words, then tokens that nothing makes."""
    tokens = [spell([byte]) for byte in range(256)] + [end] + [spell(WORDS[i].encode()) for i in sorted(WORDS)]
    types = [NORMAL] * 256 + [end_type] + [NORMAL] * len(WORDS)
    unused = ROWS - len(tokens)
    return tokens + [f"<unused{i}>" for i in range(unused)], types + [UNUSED] * unused


# --- GGUF -------------------------------------------------------------------------------------------------------------


def gguf_text(text):
    return struct.pack("<Q", len(text.encode())) + text.encode()


def gguf_value(value):
    """Type and bytes of a value: int (uint32), ("int32", n), float, str, list of str or int."""
    if isinstance(value, tuple):
        return struct.pack("<Ii", 5, value[1])
    if isinstance(value, int):
        return struct.pack("<II", 4, value)
    if isinstance(value, float):
        return struct.pack("<If", 6, value)
    if isinstance(value, str):
        return struct.pack("<I", 8) + gguf_text(value)
    texts = value and isinstance(value[0], str)
    items = b"".join(gguf_text(item) if texts else struct.pack("<i", item) for item in value)
    return struct.pack("<IIQ", 9, 8 if texts else 5, len(value)) + items


def gguf_keys(vocab):
    tokens, types = vocab
    return {"general.architecture": "llama", "llama.block_count": 1, "llama.embedding_length": ROWS,
            "llama.feed_forward_length": FEED_FORWARD, "llama.context_length": 256, "llama.attention.head_count": HEADS,
            "llama.attention.head_count_kv": HEADS, "llama.attention.layer_norm_rms_epsilon": 1e-5,
            "llama.vocab_size": ROWS, "tokenizer.ggml.model": "gpt2", "tokenizer.ggml.pre": "smollm",
            "tokenizer.ggml.tokens": tokens, "tokenizer.ggml.token_type": types, "tokenizer.ggml.merges": [],
            "tokenizer.ggml.eos_token_id": END}


def write_gguf(path, changes=None, vocab=None, follows=None):
    """`changes`: other values of keys; None leaves a key out."""
    keys = gguf_keys(vocab or vocabulary()) | (changes or {})
    keys = {name: value for name, value in keys.items() if value is not None and value != []}
    out = bytearray(b"GGUF" + struct.pack("<IQQ", 3, len(TENSORS), len(keys)))
    for name, value in keys.items():
        out += gguf_text(name) + gguf_value(value)
    contents = {name: matrix(name, FOLLOWS if follows is None else follows) for name in TENSORS}
    offset = 0
    for name, (_, shape) in TENSORS.items():
        out += gguf_text(name) + struct.pack("<I", len(shape)) + struct.pack(f"<{len(shape)}Q", *reversed(shape))
        out += struct.pack("<IQ", 0, offset)
        offset += len(contents[name])
    out += bytes(-len(out) % 32)
    for name in TENSORS:  # every size is a multiple of the alignment
        out += contents[name]
    Path(path).write_bytes(out)
    return path


# --- Hugging Face -----------------------------------------------------------------------------------------------------


def safetensors(follows=None):
    header, contents = {}, b""
    for name, (other, shape) in TENSORS.items():
        content = matrix(name, FOLLOWS if follows is None else follows)
        header[other] = {"dtype": "F32", "shape": shape, "data_offsets": [len(contents), len(contents) + len(content)]}
        contents += content
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + contents


def config(**changes):
    return {"architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_size": ROWS,
            "intermediate_size": FEED_FORWARD, "num_hidden_layers": 1, "num_attention_heads": HEADS,
            "num_key_value_heads": HEADS, "max_position_embeddings": 256, "rms_norm_eps": 1e-5, "rope_theta": 10000.0,
            "hidden_act": "silu", "vocab_size": ROWS, "tie_word_embeddings": False, "eos_token_id": END} | changes


def tokenizer():
    tokens, types = vocabulary()
    byte_level = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True}
    added = {"id": END, "content": tokens[END], "single_word": False, "lstrip": False, "rstrip": False,
             "normalized": False, "special": True}
    vocab = {token: i for i, token in enumerate(tokens) if types[i] == NORMAL}
    return {"version": "1.0", "added_tokens": [added], "normalizer": None, "pre_tokenizer": byte_level,
            "post_processor": None, "decoder": byte_level,
            "model": {"type": "BPE", "vocab": vocab, "merges": []}}


def write_folder(folder, files=None, **changes):
    """`changes` of config.json; `files`: other contents by name, None leaves a file out."""
    folder = Path(folder)
    folder.mkdir(parents=True)
    contents = {"config.json": config(**changes), "tokenizer.json": tokenizer(), "model.safetensors": safetensors()}
    for name, content in (contents | (files or {})).items():
        if content is not None:
            text = content if isinstance(content, (str, bytes)) else json.dumps(content)
            (folder / name).write_bytes(text.encode() if isinstance(text, str) else text)
    return folder
