#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Holds the tokenizer to the Hugging Face `tokenizers` library, id by id.

  compare-tokenizer.py --tool BUILD/…/llmrt-tokenize [--gguf MODEL.gguf]
  compare-tokenizer.py --write-goldens test/Inputs/tokenizers

Generates over 1 MiB of mixed text (code, scripts, emoji, white space, digits,
invalid bytes, special tokens) from a fixed seed and compares ids and decoded
text for the GGUF's own tokenizer, for trained byte-level ones with the
pre-tokenizers of GPT-2, SmolLM, Llama 3, Qwen2 and others, for the other model
classes (tokenizer_classes.py), and for tokenizer.model files with SentencePiece
itself. Exits 1 on any difference.

Text written as a special token never becomes one with --special-as-text; a
unigram model of the library has its control tokens among its pieces, so that
this setting is compared for the other classes.

Needs the PyPI packages `tokenizers`, `sentencepiece` and `protobuf` and, for
--gguf, `gguf`.
"""

import argparse
import json
import os
import random
import struct
import subprocess
import sys
import tempfile

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models
from tokenizers import normalizers, pre_tokenizers, processors, trainers

import tokenizer_classes

CONTRACTIONS = "(?i:'s|'t|'re|'ve|'m|'ll|'d)"
LLAMA3 = (CONTRACTIONS + r"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*"
          r"|\s*[\r\n]+|\s+(?!\S)|\s+")
QWEN2 = LLAMA3.replace(r"\p{N}{1,3}", r"\p{N}")
GPT4O = ("|".join(r"[^\r\n\p{L}\p{N}]?" + body + CONTRACTIONS + "?" for body in (
    r"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+",
    r"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*"))
    + r"|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+")

SENTENCES = [
    "The quick brown fox jumps over the lazy dog; it's 5 o'clock, they'RE late and we'll go.",
    "Être ou ne pas être, là est la question — « voilà » dit-il, naïvement.",
    "Съешь же ещё этих мягких французских булок, да выпей чаю.",
    "Ξεσκεπάζω την ψυχοφθόρα βδελυγμία.",
    "色は匂へど散りぬるを我が世誰ぞ常ならむ。カタカナとひらがな、半角ｶﾅ。",
    "天地玄黃，宇宙洪荒。日月盈昃，辰宿列張。𠀀𠀁𪚥",
    "키스의 고유조건은 입술끼리 만나야 하고 특별한 기술은 필요치 않다.",
    "نص حكيم له سر قاطع وذو شأن عظيم مكتوب على ثوب أخضر ١٢٣٤٥",
    "דג סקרן שט בים מאוכזב ולפתע מצא חברה",
    "ऋषियों को सताने वाले दुष्ट राक्षसों के राजा रावण १२३",
    "เป็นมนุษย์สุดประเสริฐเลิศคุณค่า ๑๒๓",
    "Příliš žluťoučký kůň úpěl ďábelské ódy. Größe, Straße, ſtraße, İstanbul ı",
    "e\u0301 a\u0308\u0323 q\u0323\u0307 \u1100\u1161\u11a8 \u212b \u2126 \ufb01 \u0958 \u1e9b\u0323",
    "I'M he'S you'LL we'D they'VE aren'T 'ſ 'Re x's",
]
CODE = [
    "def f(x, *args):\n\treturn {k: v**2 for k, v in enumerate(x)}  # comment\n",
    "int main(void) {\r\n    printf(\"%d\\n\", 0x1F + 3.14e-10);\r\n    return 0;\r\n}\r\n",
    "SELECT * FROM t WHERE a >= 1000000 AND b != 'x';\n\n\n",
    "<div class=\"a\">&nbsp;&#169;</div>\n    <!-- x -->\n",
    "std::vector<std::pair<int, T&&>> v{{1,2},{3,4}};// ok\n",
    "https://example.org/a/b?c=d&e=f#g user@example.org $HOME/.cache ~/x\n",
    "| a | b |\n|---|:-:|\n| 1 | 2 |\n",
]
EMOJI = ["😀", "👩‍👩‍👧‍👦", "🇩🇪", "👍🏽", "❤️", "🫨", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "☃", "✨", "�"]
SPACES = [" ", "  ", "   ", "\t", "\n", "\r\n", "\n\n", "\u00a0", "\u3000", "\u2009", "\u200b",
          "\u180e", "\x0b", "\x0c", "\u0085", "\u2028", " \n ", "\t\t\t", " " * 17, "\n" * 9]
DIGITS = ["0", "42", "1234567890", "3.14159", "१२३", "٤٥٦", "²³½", "Ⅷ", "𝟘𝟙", "1,000,000", "𑽐𑽑"]
INVALID = [b"\xff", b"\xc0\x80", b"\xe2\x82", b"\xf0\x9f\x98", b"\xed\xa0\x80", b"\x80\x80",
           b"\xf5\x80", b"a\xe2\x82b", b"\xf4\x90\x80\x80", b"\xe0\x80\xaf"]


def random_text(rng, specials):
    """A few dozen random pieces, as bytes."""
    out = []
    for _ in range(rng.randint(1, 40)):
        kind = rng.randrange(12)
        if kind <= 3:
            words = rng.choice(SENTENCES).split(" ")
            begin = rng.randrange(len(words))
            out.append(" ".join(words[begin : begin + rng.randint(1, 12)]).encode())
        elif kind == 4:
            out.append(rng.choice(CODE).encode())
        elif kind == 5:
            out.append(rng.choice(EMOJI).encode())
        elif kind <= 7:
            out.append((rng.choice(SPACES) * rng.randint(1, 3)).encode())
        elif kind == 8:
            out.append(rng.choice(DIGITS).encode())
        elif kind == 9:
            out.append("".join(chr(random_code_point(rng)) for _ in range(rng.randint(1, 6))).encode())
        elif kind == 10:
            special = rng.choice(specials) if specials else "<|x|>"
            out.append(special[: rng.choice([len(special)] * 3 + [rng.randint(1, len(special))])].encode())
        else:
            out.append(rng.choice(INVALID) if rng.random() < 0.3 else bytes([rng.randrange(128)]))
        if rng.random() < 0.5:
            out.append(b" ")
    return b"".join(out)


def random_code_point(rng):
    while True:
        c = rng.choice([rng.randrange(0x80, 0x800), rng.randrange(0x800, 0x3100),
                        rng.randrange(0x10000), rng.randrange(0x10000, 0x20000), rng.randrange(0x110000)])
        if not 0xD800 <= c < 0xE000:
            return c


def mixed_texts(specials, seed, size_bytes):
    rng = random.Random(seed)
    texts, total = [b"", b" ", b"\n", b"a"], 0
    while total < size_bytes:
        texts.append(random_text(rng, specials))
        total += len(texts[-1])
    return texts


def long_texts():
    """Runs that make a careless splitter or merger quadratic."""
    return [b" " * 30000, b"\n" * 30000, b" \n" * 15000, b"a" * 30000, b"1" * 3000,
            "ß".encode() * 9000, b"ab" * 9000, b"!" * 9000, b" " * 9999 + b"x", "😀".encode() * 3000,
            b"\t \r\n" * 4000]


def every_character():
    """All code points, in runs and between letters and digits."""
    points = [c for c in range(0x110000) if not 0xD800 <= c < 0xE000]
    texts = []
    for begin in range(0, len(points), 64):
        chunk = [chr(c) for c in points[begin : begin + 64]]
        texts.append("".join(chunk).encode())
        texts.append(("x" + "a".join(chunk) + " 7".join(chunk)).encode())
    return texts


def run_tool(tool, arguments, texts):
    frames = b"".join(struct.pack("<I", len(t)) + t for t in texts)
    done = subprocess.run([tool] + arguments + ["--stats"], input=frames, capture_output=True)
    if done.returncode != 0:
        sys.exit("llmrt-tokenize failed: " + done.stderr.decode())
    results, at, data = [], 0, done.stdout
    for _ in texts:
        (count,) = struct.unpack_from("<I", data, at)
        ids = list(struct.unpack_from("<%di" % count, data, at + 4))
        at += 4 + 4 * count
        (length,) = struct.unpack_from("<I", data, at)
        results.append((ids, data[at + 4 : at + 4 + length]))
        at += 4 + length
    return results, done.stderr.decode().strip()


SETTINGS = ([], ["--no-add-special", "--skip-special"], ["--special-as-text"])


def compare(name, reference, tool, arguments, texts, settings=SETTINGS):
    """Returns the number of differing texts over the option settings."""
    differences, stats = 0, ""
    strings = [t.decode("utf-8", "replace") for t in texts]
    for flags in settings:
        reference.encode_special_tokens = "--special-as-text" in flags
        encodings = reference.encode_batch(strings, add_special_tokens="--no-add-special" not in flags)
        results, stats = run_tool(tool, arguments + flags, texts)
        for text, encoding, (ids, decoded) in zip(texts, encodings, results):
            expected = reference.decode(encoding.ids, skip_special_tokens="--skip-special" in flags)
            if ids == encoding.ids and decoded == expected.encode():
                continue
            differences += 1
            if differences <= 5:
                report(name, flags, text, encoding.ids, ids, expected, decoded)
    size = sum(map(len, texts))
    print("%-28s %8d bytes, %6d texts x %d: %d differences (%s)"
          % (name, size, len(texts), len(settings), differences, stats), flush=True)
    return differences


def report(name, flags, text, expected_ids, ids, expected, decoded):
    at = next((i for i, (a, b) in enumerate(zip(expected_ids, ids)) if a != b), min(len(ids), len(expected_ids)))
    print("DIFFERENCE in %s %s\n  text %r\n  token %d: reference %s, ours %s\n  decoded %s"
          % (name, flags, text[:200], at, expected_ids[at : at + 8], ids[at : at + 8],
             "equal" if decoded == expected.encode() else "different"))


# --- tokenizers ---------------------------------------------------------------


def byte_level_bpe(model, steps, specials):
    tokenizer = Tokenizer(model)
    tokenizer.pre_tokenizer = steps
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens(specials)
    return tokenizer


def from_gguf(path):
    """The library's tokenizer and our JSON dump of the same keys."""
    import gguf

    reader = gguf.GGUFReader(path)
    prefix = "tokenizer.ggml."
    fields = {k[len(prefix):]: f.contents() for k, f in reader.fields.items() if k.startswith(prefix)}
    if fields["model"] != "gpt2" or fields["pre"] != "smollm":
        sys.exit("only the smollm pre-tokenizer is known here, found " + fields["pre"])
    for key in ("add_bos_token", "add_space_prefix"):
        fields[key] = int(fields.get(key, 0))
    template = reader.fields.get("tokenizer.chat_template")
    fields["chat_template"] = template.contents() if template else ""
    vocab = {token: i for i, token in enumerate(fields["tokens"])}
    merges = [tuple(m.split(" ")) for m in fields["merges"]]
    specials = [t for t, kind in zip(fields["tokens"], fields["token_type"]) if kind == 3]
    steps = pre_tokenizers.Sequence([pre_tokenizers.Digits(individual_digits=True),
                                     pre_tokenizers.ByteLevel(add_prefix_space=False)])
    reference = byte_level_bpe(models.BPE(vocab=vocab, merges=merges), steps,
                               [AddedToken(t, special=True, normalized=False) for t in specials])
    return reference, fields, specials


def sequence_of(pattern, behavior="isolated", invert=False):
    return pre_tokenizers.Sequence([
        pre_tokenizers.Split(Regex(pattern), behavior, invert),
        pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])


def pre_tokenizer_cases():
    P = pre_tokenizers
    cases = {
        "gpt2": P.ByteLevel(add_prefix_space=False),
        "gpt2-prefix-space": P.ByteLevel(add_prefix_space=True),
        "smollm": P.Sequence([P.Digits(individual_digits=True), P.ByteLevel(add_prefix_space=False)]),
        "llama3": sequence_of(LLAMA3),
        "qwen2": sequence_of(QWEN2),
        "gpt-4o": sequence_of(GPT4O),
        "han": sequence_of(r"[\p{Han}]+|\w+|\h|\s+$|[^\s\w]"),
        "digit-runs": P.Sequence([P.Digits(individual_digits=False), P.ByteLevel(add_prefix_space=False)]),
        "byte-level-first": P.Sequence([P.ByteLevel(add_prefix_space=False), P.Digits(individual_digits=False),
                                        P.Split(Regex("[0-9][0-9][0-9]"), "isolated")]),
        "literal": P.Sequence([P.Split("an", "merged_with_next"), P.ByteLevel(add_prefix_space=False)]),
    }
    for behavior in ("removed", "merged_with_previous", "merged_with_next", "contiguous"):
        cases["split-" + behavior] = sequence_of(r"\s|\p{P}", behavior)
        cases["invert-" + behavior] = sequence_of(r"\s|\p{P}", behavior, True)
    cases["empty-matches"] = sequence_of(r"x*|\d")
    cases["word-boundary"] = sequence_of(r"\b\w")
    return cases


def train(steps, vocab_size, specials):
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = steps
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(vocab_size=vocab_size, show_progress=False, special_tokens=[],
                                  initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()))
    tokenizer.train_from_iterator(corpus(), trainer)
    tokenizer.add_special_tokens(specials)
    return tokenizer


SPECIALS = [AddedToken("<|begin|>", special=True, normalized=False),
            AddedToken("<|end|>", special=True, normalized=False),
            AddedToken("<|end|>x", special=True, normalized=False),
            AddedToken("<mask>", special=True, normalized=False, lstrip=True),
            AddedToken("<right>", special=True, normalized=False, rstrip=True),
            AddedToken("<both>", special=True, normalized=False, lstrip=True, rstrip=True)]
PLAIN = [AddedToken("<word>", single_word=True, normalized=False, special=False),
         AddedToken("mid", single_word=True, normalized=False, special=False),
         AddedToken("    ", normalized=False, special=False),
         AddedToken("caf\u00e9 ", normalized=True, special=False),
         AddedToken("cafe\u0301!", normalized=True, special=False)]
SPECIAL_TEXTS = [t.content for t in SPECIALS + PLAIN] + ["<|end|>x y", " <mask> ", " <right>  ", " <both> <both> ",
                                                        "a mid b", "amid", "\u00e9mid", "cafe\u0301 ", "caf\u00e9!"]


def trained_cases(vocab_size=1500):
    for name, steps in pre_tokenizer_cases().items():
        tokenizer = train(steps, vocab_size, SPECIALS)
        if name == "qwen2":
            tokenizer.normalizer = normalizers.NFC()
        tokenizer.add_tokens(PLAIN)
        if name in ("llama3", "literal"):
            model = json.loads(tokenizer.to_str())
            model["model"]["ignore_merges"] = True
            tokenizer = Tokenizer.from_str(json.dumps(model))
            begin, end = tokenizer.token_to_id("<|begin|>"), tokenizer.token_to_id("<|end|>")
            tokenizer.post_processor = processors.Sequence([
                processors.ByteLevel(trim_offsets=False),
                processors.TemplateProcessing(single="<|begin|> $A <|end|>", pair="<|begin|> $A $B",
                                              special_tokens=[("<|begin|>", begin), ("<|end|>", end)])])
        if name in ("gpt2-prefix-space", "digit-runs"):
            model = json.loads(tokenizer.to_str())
            vocab = model["model"]["vocab"]
            # Bytes without a token: one tokenizer drops them, one has <unk>.
            for symbol in "\u00c3\u00e2xq7":
                keep = [m for m in model["model"]["merges"] if symbol not in "".join(m)]
                model["model"]["merges"] = keep
                for token in [t for t in vocab if symbol in t and not t.startswith("<")]:
                    del vocab[token]
            if name == "digit-runs":
                vocab["<unk>"] = max(list(vocab.values()) + [t["id"] for t in model["added_tokens"]]) + 1
                model["model"]["unk_token"] = "<unk>"
                model["model"]["fuse_unk"] = True
            renumber(model)
            tokenizer = Tokenizer.from_str(json.dumps(model))
        yield name, tokenizer


def renumber(model):
    """Closes the gaps that deleting tokens left, as the library wants it."""
    vocab = model["model"]["vocab"]
    order = sorted(vocab, key=vocab.get)
    model["model"]["vocab"] = {token: i for i, token in enumerate(order)}
    next_id = len(order)
    for token in model["added_tokens"]:
        if token["content"] in model["model"]["vocab"]:
            token["id"] = model["model"]["vocab"][token["content"]]
        else:
            token["id"] = next_id
            next_id += 1


class SentencePieceReference:
    """SentencePiece with the library's methods, as far as compare() asks."""

    class Encoding:
        def __init__(self, ids):
            self.ids = ids

    def __init__(self, model):
        import sentencepiece

        self.processor = sentencepiece.SentencePieceProcessor(model_proto=model)
        self.unknown = self.processor.unk_id()

    def encode_batch(self, strings, add_special_tokens):
        return [self.Encoding(ids) for ids in self.processor.encode(strings)]

    def decode(self, ids, skip_special_tokens):
        return self.processor.decode(ids)


def without_unknown(reference, texts):
    """SentencePiece prints an unknown piece as a mark, we as its text: such texts
    are left out. So are those with a byte 0, which it drops."""
    strings = [t.decode("utf-8", "replace") for t in texts]
    ids = reference.processor.encode(strings)
    return [t for t, s, i in zip(texts, strings, ids) if reference.unknown not in i and "\0" not in s]


def corpus():
    return (SENTENCES + CODE + EMOJI + DIGITS) * 3 + ["  " * i for i in range(1, 20)]


def class_cases(vocab_size=1200):
    for name, make in tokenizer_classes.CLASSES.items():
        tokenizer = make(corpus(), vocab_size)
        tokenizer.add_special_tokens(SPECIALS)
        tokenizer.add_tokens(PLAIN if tokenizer.normalizer is None else PLAIN[:3])
        yield name, tokenizer


def random_strings(seed, count):
    """Short strings: characters of every script, white space, pieces of words."""
    rng = random.Random(seed)
    alphabet = [c for t in SENTENCES + CODE + EMOJI + DIGITS + SPACES for c in t]
    strings = []
    for _ in range(count):
        pick = lambda: rng.choice(alphabet) if rng.random() < 0.8 else chr(random_code_point(rng))
        strings.append("".join(pick() for _ in range(rng.randint(1, 24))).encode())
    return strings


GOLDEN_TEXTS = SENTENCES + CODE + [
    "", " ", "  \n\n  x", "1234567 12 345", "a\u00a0b\u3000c", "<|begin|>Hello<|end|>x <mask> y", "   <both>   z",
    "mid amid mid", "cafe\u0301 caf\u00e9!", "😀👩‍👩‍👧‍👦🫨", "tab\tand    four", "x\u180ey", "\ud55c\uae00 \u1112\u1161\u11ab",
]


def write_golden(folder, name, tokenizer):
    with open(os.path.join(folder, name + ".json"), "w") as out:
        json.dump(json.loads(tokenizer.to_str()), out, ensure_ascii=False, separators=(",", ":"))
        out.write("\n")
    write_cases(folder, name, tokenizer)


def write_cases(folder, name, reference):
    cases = []
    for text in GOLDEN_TEXTS:
        ids = reference.encode_batch([text], add_special_tokens=True)[0].ids
        cases.append({"text": text, "ids": ids})
        if getattr(reference, "unknown", None) not in ids:
            cases[-1]["decoded"] = reference.decode(ids, skip_special_tokens=True)
    with open(os.path.join(folder, name + ".golden.json"), "w") as out:
        json.dump(cases, out, ensure_ascii=False, indent=0)
        out.write("\n")


def write_goldens(folder):
    """One small tokenizer.json per pre-tokenizer and class worth a golden, and
    tokenizer.model files, with their ids."""
    tokenizer_classes.few_rules = True
    for name, tokenizer in trained_cases(vocab_size=900):
        if name in ("smollm", "gpt2", "llama3", "qwen2"):
            write_golden(folder, name, tokenizer)
    for name, tokenizer in class_cases(vocab_size=900):
        write_golden(folder, name, tokenizer)
    for name, model in tokenizer_classes.sentencepiece_models(corpus(), 1000):
        with open(os.path.join(folder, name + ".model"), "wb") as out:
            out.write(model)
        write_cases(folder, name, SentencePieceReference(model))


def compare_classes(arguments, folder):
    differences = 0
    for index, (name, tokenizer) in enumerate(class_cases()):
        if arguments.only and name not in arguments.only.split(","):
            continue
        tokenizer.save(os.path.join(folder, "tokenizer.json"))
        unigram = type(tokenizer.model).__name__ == "Unigram"
        settings = SETTINGS[:2] if unigram else SETTINGS
        texts = mixed_texts(SPECIAL_TEXTS, 2 + index, arguments.size) + arguments.more
        differences += compare(name, tokenizer, arguments.tool, ["--hf", folder], texts, settings)
        differences += compare_strings(name, tokenizer, arguments, ["--hf", folder])
    return differences


def compare_models(arguments, folder):
    differences = 0
    for index, (name, model) in enumerate(tokenizer_classes.sentencepiece_models(corpus(), 1000)):
        if arguments.only and name not in arguments.only.split(","):
            continue
        path = os.path.join(folder, "tokenizer.model")
        with open(path, "wb") as out:
            out.write(model)
        reference = SentencePieceReference(model)
        texts = mixed_texts([], 2 + index, arguments.size) + arguments.more
        compared = without_unknown(reference, texts)
        settings = [["--no-add-special", "--special-as-text"]]
        differences += compare(name + ".model", reference, arguments.tool, ["--model", path], compared, settings)
    return differences


def compare_strings(name, tokenizer, arguments, flags, batch=50000):
    """`arguments.strings` random strings, a batch at a time."""
    differences = 0
    for begin in range(0, arguments.strings, batch):
        count = min(batch, arguments.strings - begin)
        strings = random_strings(100 + begin, count)
        differences += compare(name + " strings", tokenizer, arguments.tool, flags, strings, SETTINGS[:1])
    return differences


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--tool", help="path of llmrt-tokenize")
    parser.add_argument("--gguf", help="also compare this model's tokenizer")
    parser.add_argument("--size", type=int, default=1 << 20, help="bytes of mixed text per tokenizer")
    parser.add_argument("--strings", type=int, default=0, help="random strings per tokenizer of a class")
    parser.add_argument("--only", help="only the tokenizers of these names: a,b")
    parser.add_argument("--all-characters", action="store_true", help="every code point as well")
    parser.add_argument("--write-goldens", metavar="DIR")
    arguments = parser.parse_args()
    if arguments.write_goldens:
        return write_goldens(arguments.write_goldens)
    if not arguments.tool:
        parser.error("wants --tool or --write-goldens")

    differences = 0
    arguments.more = long_texts() + (every_character() if arguments.all_characters else [])
    with tempfile.TemporaryDirectory() as folder:
        if arguments.gguf:
            reference, fields, specials = from_gguf(arguments.gguf)
            path = os.path.join(folder, "fields.json")
            with open(path, "w") as out:
                json.dump(fields, out)
            texts = mixed_texts(specials, 1, arguments.size) + arguments.more
            differences += compare("gguf", reference, arguments.tool, ["--gguf-fields", path], texts)
        for index, (name, tokenizer) in enumerate(trained_cases()):
            if arguments.only and name not in arguments.only.split(","):
                continue
            tokenizer.save(os.path.join(folder, "tokenizer.json"))
            texts = mixed_texts(SPECIAL_TEXTS, 2 + index, arguments.size) + arguments.more
            differences += compare(name, tokenizer, arguments.tool, ["--hf", folder], texts)
            differences += compare_strings(name, tokenizer, arguments, ["--hf", folder])
        differences += compare_classes(arguments, folder)
        differences += compare_models(arguments, folder)
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main())
