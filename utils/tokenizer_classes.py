# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Small tokenizers of every model class, for compare-tokenizer.py.

They are trained here, from its sentences and a fixed seed, into the shapes of
tokenizer.json that are published: SentencePiece's BPE as Llama 2, Mistral and
Gemma have it, unigram as T5, XLM-R and Albert, WordPiece as BERT. With the PyPI
package `sentencepiece` there are tokenizer.model files as well.
"""

import json
import os
import tempfile

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models
from tokenizers import normalizers, pre_tokenizers, processors, trainers

MARK = "\u2581"
N, P, D = normalizers, pre_tokenizers, decoders
SPM_DECODER = [D.Replace(MARK, " "), D.ByteFallback(), D.Fuse()]
STRIPPED = D.Sequence(SPM_DECODER + [D.Strip(" ", 1, 0)])


def spaced():
    return N.Replace(" ", MARK)


def from_json(tokenizer, **parts):
    """The tokenizer with parts of its model's JSON replaced."""
    data = json.loads(tokenizer.to_str())
    data["model"].update(parts)
    return Tokenizer.from_str(json.dumps(data))


def renumbered(model, first):
    """A vocabulary that begins with the tokens `first`."""
    known = [t for t in sorted(model["vocab"], key=model["vocab"].get) if t not in first]
    return {token: i for i, token in enumerate(list(first) + known)}


def bpe(corpus, size, dropped="", bytes_too=True, **switches):
    """Merges of characters; those in `dropped` have no token."""
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>", fuse_unk=True))
    tokenizer.pre_tokenizer = P.Metaspace(split=True)
    trainer = trainers.BpeTrainer(vocab_size=size, special_tokens=["<unk>", "<s>", "</s>"], show_progress=False)
    tokenizer.train_from_iterator(["".join(c for c in t if c not in dropped) for t in corpus], trainer)
    model = json.loads(tokenizer.to_str())["model"]
    spelled = ["<0x%02X>" % byte for byte in range(256)] if bytes_too else []
    model.update(vocab=renumbered(model, ["<unk>", "<s>", "</s>"] + spelled), byte_fallback=bytes_too, **switches)
    data = json.loads(tokenizer.to_str())
    data.update(model=model, pre_tokenizer=None)
    return Tokenizer.from_str(json.dumps(data))


def with_bos(tokenizer):
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A", pair="<s> $A <s> $B", special_tokens=[("<s>", tokenizer.token_to_id("<s>"))])
    return tokenizer


def llama2(corpus, size):
    tokenizer = bpe(corpus, size, dropped="\u0451\u8272<>{}")
    tokenizer.normalizer = N.Sequence([N.Prepend(MARK), spaced()])
    tokenizer.decoder = STRIPPED
    return with_bos(tokenizer)


def mistral(corpus, size):
    tokenizer = bpe(corpus, size)
    tokenizer.pre_tokenizer = P.Metaspace(prepend_scheme="first", split=False)
    tokenizer.decoder = STRIPPED
    return with_bos(tokenizer)


def gemma(corpus, size):
    tokenizer = bpe(corpus, size)
    tokenizer.normalizer = spaced()
    tokenizer.pre_tokenizer = P.Split(" ", "merged_with_previous")
    tokenizer.decoder = D.Sequence(SPM_DECODER)
    return with_bos(tokenizer)


def unknown_bpe(corpus, size):
    tokenizer = bpe(corpus, size, dropped="\u0451\u8272xq7<>{}", bytes_too=False, fuse_unk=False)
    tokenizer.pre_tokenizer = P.Metaspace(prepend_scheme="always")
    tokenizer.decoder = D.Metaspace(prepend_scheme="always")
    return tokenizer


def unigram(corpus, size, normalizer, pre_tokenizer, dropped=""):
    tokenizer = Tokenizer(models.Unigram())
    tokenizer.normalizer = normalizer
    tokenizer.pre_tokenizer = pre_tokenizer
    trainer = trainers.UnigramTrainer(vocab_size=size, unk_token="<unk>", special_tokens=["<pad>", "</s>", "<unk>"],
                                      show_progress=False)
    tokenizer.train_from_iterator(["".join(c for c in t if c not in dropped) for t in corpus], trainer)
    tokenizer.decoder = D.Metaspace()
    return tokenizer


def t5(corpus, size):
    tokenizer = unigram(corpus, size, N.Sequence([charsmap_step(), N.Replace(Regex(" {2,}"), " ")]), P.Metaspace(),
                        dropped="\u8272xq7<>{}")
    tokenizer.post_processor = processors.TemplateProcessing(single="$A </s>", pair="$A </s> $B </s>",
                                                             special_tokens=[("</s>", 1)])
    return tokenizer


def xlm_roberta(corpus, size):
    return unigram(corpus, size, charsmap_step(), P.Sequence([P.WhitespaceSplit(), P.Metaspace()]))


def albert(corpus, size):
    steps = [N.Replace("``", '"'), N.Replace("''", '"'), N.NFKD(), N.StripAccents(), N.Lowercase(), charsmap_step()]
    return unigram(corpus, size, N.Sequence(steps), P.Metaspace())


def byte_unigram(corpus, size):
    tokenizer = unigram(corpus, size, N.Sequence([N.NFKC(), N.Strip(False, True)]), P.Metaspace(),
                        dropped="\u8272\u044fxq7")
    data = json.loads(tokenizer.to_str())
    data["model"]["vocab"] += [["<0x%02X>" % byte, 0.0] for byte in range(256)]
    data["model"]["byte_fallback"] = True
    tokenizer = Tokenizer.from_str(json.dumps(data))
    tokenizer.decoder = STRIPPED
    return tokenizer


def word_piece(corpus, size, **normalizer):
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]", max_input_chars_per_word=100))
    tokenizer.normalizer = N.BertNormalizer(**normalizer)
    tokenizer.pre_tokenizer = P.BertPreTokenizer()
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    trainer = trainers.WordPieceTrainer(vocab_size=size, special_tokens=special, show_progress=False)
    tokenizer.train_from_iterator([t.replace("q", "") for t in corpus], trainer)
    tokenizer.decoder = D.WordPiece()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=[(t, tokenizer.token_to_id(t)) for t in ("[CLS]", "[SEP]")])
    return tokenizer


def bert_uncased(corpus, size):
    return word_piece(corpus, size, lowercase=True)


def bert_cased(corpus, size):
    return word_piece(corpus, size, lowercase=False, clean_text=False)


def other_steps(corpus, size):
    """What no class above has: the other normalisers and pre-tokenizers."""
    tokenizer = word_piece(corpus, size)
    tokenizer.normalizer = N.Sequence([N.NFD(), N.Lowercase(), N.Strip(), N.Replace(Regex("[0-9]+"), "0"), N.Prepend("a")])
    tokenizer.pre_tokenizer = P.Sequence([P.Whitespace(), P.Punctuation("merged_with_previous"), P.Digits(True)])
    return tokenizer


CLASSES = {"llama2": llama2, "mistral": mistral, "gemma": gemma, "bpe-unknown": unknown_bpe, "t5": t5,
           "xlm-roberta": xlm_roberta, "albert": albert, "unigram-bytes": byte_unigram, "bert-uncased": bert_uncased,
           "bert-cased": bert_cased, "other-steps": other_steps}


# --- sentencepiece ------------------------------------------------------------


# Rules enough for goldens; SentencePiece's own take 240 KiB.
FEW_RULES = {"\uff21": "A", "\ufb01": "fi", "e\u0301": "\u00e9", "\u3000": " ", "\t": " ", "\n": " ",
             "\u2126": "\u03a9", "\u2167": "VIII", "\u00b2": "2", "\u200b": "", "\uff76": "\u30ab",
             "\u0958": "\u0915\u093c"}
few_rules = False  # whether to use these


def train_model(corpus, size, **options):
    """The bytes of a tokenizer.model."""
    import sentencepiece

    with tempfile.TemporaryDirectory() as folder:
        prefix, rules = os.path.join(folder, "m"), os.path.join(folder, "rules.tsv")
        if few_rules and options.get("normalization_rule_name") != "identity":
            with open(rules, "w") as file:
                for wanted, content in FEW_RULES.items():
                    spelled = (" ".join("%X" % ord(c) for c in text) for text in (wanted, content))
                    file.write("\t".join(spelled) + "\n")
            options = {**options, "normalization_rule_name": "", "normalization_rule_tsv": rules}
        sentencepiece.SentencePieceTrainer.train(
            sentence_iterator=iter(corpus), model_prefix=prefix, vocab_size=size, minloglevel=2,
            hard_vocab_limit=False, num_threads=1, **options)
        with open(prefix + ".model", "rb") as file:
            return file.read()


MODELS = {
    "bpe": dict(model_type="bpe", byte_fallback=True, normalization_rule_name="identity", character_coverage=0.99,
                remove_extra_whitespaces=False, user_defined_symbols=["<user>"], control_symbols=["<control>"]),
    "bpe-no-prefix": dict(model_type="bpe", add_dummy_prefix=False, normalization_rule_name="identity",
                          character_coverage=0.98, remove_extra_whitespaces=False),
    "unigram": dict(model_type="unigram", character_coverage=0.99),
    "unigram-fold": dict(model_type="unigram", byte_fallback=True, normalization_rule_name="nmt_nfkc_cf",
                         character_coverage=0.99),
}


def sentencepiece_models(corpus, size):
    for name, options in MODELS.items():
        yield name, train_model(corpus, size, **options)


def charsmap_step():
    return N.Precompiled(_charsmap(few_rules))


def _charsmap(few, cache={}):
    """The map of SentencePiece's nmt_nfkc or of the few rules, out of a model."""
    if few not in cache:
        from sentencepiece import sentencepiece_model_pb2 as proto

        data = train_model(["a b c"] * 9, 8, model_type="char")
        cache[few] = proto.ModelProto.FromString(data).normalizer_spec.precompiled_charsmap
    return cache[few]
