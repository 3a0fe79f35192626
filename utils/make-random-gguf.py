#!/usr/bin/env python3
"""Writes a llama model of random codes as GGUF: what a size or an encoding costs does not depend on what the weights say.

The scales are such that a linear keeps the size of its input, so that activations stay finite. The tokenizer is a byte-level BPE
whose merges are made up, in order: it reads any text. Needs nothing but Python; equal arguments write equal files.

usage: make-random-gguf.py OUT.gguf --encoding q4_k [--embedding q6_k] [--hidden 2048] [--layers 22] ...      (--help)

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""

import argparse
import random
import struct

ALIGNMENT = 32
CONTROL, NORMAL = 3, 1

# Encoding: number in GGUF, weights of a block, and what a block holds, in order: a count of random bytes, or a half that is this
# many times the block's scale, or nothing where it holds floats. Last the deviation of the codes at a scale of 1; a minimum that centres them is among the halves.
ENCODINGS = {
    "f16": (1, 32, [], 1.0),
    "bf16": (30, 32, [], 1.0),
    "q4_0": (2, 32, [1.0, 16], 4.6),
    "q4_1": (3, 32, [1.0, -7.5, 16], 4.6),
    "q5_0": (6, 32, [1.0, 4, 16], 9.2),
    "q5_1": (7, 32, [1.0, -15.5, 4, 16], 9.2),
    "q8_0": (8, 32, [1.0, 32], 74.0),
    "q4_k": (12, 256, [1.0, 7.5, 12, 128], 256.0),
    "q5_k": (13, 256, [1.0, 15.5, 12, 32, 128], 523.0),
    "q6_k": (14, 256, [128, 64, 16, 1.0], 1366.0),
    "q2_k": (10, 256, [16, 64, 1.0, 1.5], 13.9),
    "q3_k": (11, 256, [32, 64, 12, 1.0], 43.3),
    "iq4_nl": (20, 32, [1.0, 16], 67.0),
    "iq4_xs": (23, 256, [1.0, 134], 1257.0),
    "iq2_xxs": (16, 256, [1.0, 64], 53.6),
    "iq3_s": (21, 256, [1.0, 108], 141.0),
}
POOL_BLOCKS = 4096  # tensors are stretches of a pool of so many blocks: drawing every block anew would take minutes
STRETCH_BLOCKS = 512


class Encoding:
    def __init__(self, name, generator):
        self.number, self.block, self.parts, self.deviation = ENCODINGS[name]
        self.name, self.generator, self.pools = name, generator, {}
        self.block_bytes = sum(2 if isinstance(part, float) else part for part in self.parts) or 2 * self.block

    def row_bytes(self, width):
        if width % self.block:
            raise SystemExit(f"error: {self.name} has blocks of {self.block} weights, and rows of {width} are no multiple of it")
        return width // self.block * self.block_bytes

    def draw_block(self, width):
        if not self.parts:  # floats themselves
            floats = [self.generator.gauss(0, 1) / width**0.5 for _ in range(self.block)]
            if self.name == "bf16":  # the upper half of a float
                return b"".join(struct.pack("<f", x)[2:] for x in floats)
            return struct.pack(f"<{self.block}e", *floats)
        scale = self.generator.uniform(0.5, 1.5) / (self.deviation * width**0.5)
        return b"".join(
            struct.pack("<e", part * scale) if isinstance(part, float) else self.generator.randbytes(part) for part in self.parts
        )

    def write(self, file, rows, width):
        pool = self.pools.get(width)
        if pool is None:
            pool = self.pools[width] = b"".join(self.draw_block(width) for _ in range(POOL_BLOCKS))
        left = rows * self.row_bytes(width)
        while left > 0:
            first = self.generator.randrange(POOL_BLOCKS - STRETCH_BLOCKS) * self.block_bytes
            stretch = pool[first : first + min(left, STRETCH_BLOCKS * self.block_bytes)]
            file.write(stretch)
            left -= len(stretch)


class Constant:
    """The weight of a norm: float32, all the same."""

    number = 0

    def __init__(self, value):
        self.value = value

    def row_bytes(self, width):
        return 4 * width

    def write(self, file, rows, width):
        file.write(struct.pack("<f", self.value) * (rows * width))


def string(text):
    data = text.encode()
    return struct.pack("<Q", len(data)) + data


def entry(name, value):
    """One entry of the metadata: whole numbers as uint32, fractions as float32, and lists of strings or of int32."""
    if isinstance(value, bool):
        return string(name) + struct.pack("<I?", 7, value)
    if isinstance(value, int):
        return string(name) + struct.pack("<II", 4, value)
    if isinstance(value, float):
        return string(name) + struct.pack("<If", 6, value)
    if isinstance(value, str):
        return string(name) + struct.pack("<I", 8) + string(value)
    if isinstance(value[0], str):
        return string(name) + struct.pack("<IIQ", 9, 8, len(value)) + b"".join(map(string, value))
    return string(name) + struct.pack(f"<IIQ{len(value)}i", 9, 5, len(value), *value)


def byte_alphabet():
    """GPT-2's letter of each byte: itself where it prints, else the next free one from 256 on."""
    prints = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    free = iter(range(256, 512))
    return [chr(byte) if byte in prints else chr(next(free)) for byte in range(256)]


def vocabulary(size):
    """An end of text, the 256 bytes, then all pairs of bytes, then pairs with a byte more: tokens and their merges."""
    letters = byte_alphabet()
    tokens, merges = ["<|endoftext|>", *letters], []
    pairs = [(first, second) for first in letters for second in letters]
    longer = ((first + second, third) for first, second in pairs for third in letters)
    for left, right in [*pairs, *(next(longer) for _ in range(max(0, size - len(tokens) - len(pairs))))][: size - len(tokens)]:
        tokens.append(left + right)
        merges.append(f"{left} {right}")
    return tokens, merges


def metadata(arguments):
    tokens, merges = vocabulary(arguments.vocabulary)
    return {
        "general.architecture": "llama",
        "general.name": f"random {arguments.encoding}",
        "general.quantization_version": 2,
        "llama.vocab_size": arguments.vocabulary,
        "llama.context_length": arguments.context,
        "llama.embedding_length": arguments.hidden,
        "llama.block_count": arguments.layers,
        "llama.feed_forward_length": arguments.feed_forward,
        "llama.attention.head_count": arguments.heads,
        "llama.attention.head_count_kv": arguments.kv_heads,
        "llama.attention.layer_norm_rms_epsilon": 1e-5,
        "llama.rope.freq_base": 10000.0,
        "llama.rope.dimension_count": arguments.hidden // arguments.heads,
        "tokenizer.ggml.model": "gpt2",
        "tokenizer.ggml.pre": "gpt-2",
        "tokenizer.ggml.tokens": tokens,
        "tokenizer.ggml.token_type": [CONTROL] + [NORMAL] * (len(tokens) - 1),
        "tokenizer.ggml.merges": merges,
        "tokenizer.ggml.bos_token_id": 0,
        "tokenizer.ggml.eos_token_id": 0,
        "tokenizer.ggml.add_bos_token": False,
    }


def tensors(arguments, generator):
    """Name, encoding, rows and width of every tensor, in the order of the file."""
    codes, embedding, ones = Encoding(arguments.encoding, generator), Encoding(arguments.embedding, generator), Constant(1.0)
    hidden, feed_forward = arguments.hidden, arguments.feed_forward
    kv = hidden // arguments.heads * arguments.kv_heads
    yield "token_embd.weight", embedding, arguments.vocabulary, hidden
    for layer in range(arguments.layers):
        for name, rows, width in [
            ("attn_q", hidden, hidden),
            ("attn_k", kv, hidden),
            ("attn_v", kv, hidden),
            ("attn_output", hidden, hidden),
            ("ffn_gate", feed_forward, hidden),
            ("ffn_up", feed_forward, hidden),
            ("ffn_down", hidden, feed_forward),
        ]:
            yield f"blk.{layer}.{name}.weight", codes, rows, width
        for name in "attn_norm", "ffn_norm":
            yield f"blk.{layer}.{name}.weight", ones, 1, hidden
    yield "output_norm.weight", Constant(arguments.final_norm), 1, hidden
    if not arguments.tied:
        yield "output.weight", embedding, arguments.vocabulary, hidden


def write(arguments):
    generator = random.Random(arguments.seed)
    entries, listed = metadata(arguments), list(tensors(arguments, generator))
    header = struct.pack("<4sIQQ", b"GGUF", 3, len(listed), len(entries))
    header += b"".join(entry(name, value) for name, value in entries.items())
    offset, sizes = 0, []
    for name, encoding, rows, width in listed:
        shape = [width] if rows == 1 else [width, rows]
        header += string(name) + struct.pack(f"<I{len(shape)}QIQ", len(shape), *shape, encoding.number, offset)
        sizes.append(rows * encoding.row_bytes(width))
        offset += -(-sizes[-1] // ALIGNMENT) * ALIGNMENT
    with open(arguments.out, "wb") as file:
        file.write(header + bytes(-len(header) % ALIGNMENT))
        if arguments.hollow:
            file.truncate(file.tell() + offset)
            return
        for (_, encoding, rows, width), size in zip(listed, sizes):
            encoding.write(file, rows, width)
            file.write(bytes(-size % ALIGNMENT))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0], formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    parser.add_argument("out")
    parser.add_argument("--encoding", choices=ENCODINGS, required=True, help="of every linear")
    parser.add_argument("--embedding", choices=ENCODINGS, help="of embedding and head; default: as the linears")
    parser.add_argument("--hidden", type=int, default=2048)
    parser.add_argument("--feed-forward", type=int, default=5632)
    parser.add_argument("--layers", type=int, default=22)
    parser.add_argument("--heads", type=int, default=32)
    parser.add_argument("--kv-heads", type=int, default=4)
    parser.add_argument("--vocabulary", type=int, default=32000)
    parser.add_argument("--context", type=int, default=2048)
    parser.add_argument("--final-norm", type=float, default=1.0, help="scales the logits: random ones are flat, a model's are not")
    parser.add_argument("--tied", action="store_true", help="the embedding is the head too")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--hollow", action="store_true", help="a hole in place of the weights: for what asks for sizes alone, as --emit=ptx does")
    arguments = parser.parse_args()
    arguments.embedding = arguments.embedding or arguments.encoding
    if arguments.vocabulary < 257:
        parser.error(f"--vocabulary {arguments.vocabulary}: 257 tokens, the end and the bytes, are the least")
    if arguments.hidden % arguments.heads or arguments.heads % arguments.kv_heads:
        parser.error("--heads must divide --hidden, and --kv-heads must divide --heads")
    write(arguments)


if __name__ == "__main__":
    main()
