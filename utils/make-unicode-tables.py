#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Writes runtime/lib/Text/UnicodeTables.inc.

Needs the PyPI packages `tokenizers` and `regex`: the tables hold what the first
does, so that its Unicode version (which differs between its parts) becomes
ours. NFC comes from Python's unicodedata and is checked against the library;
which classes of graphemes there are it does not show: they come from `regex`,
and which characters extend one from the library.
"""

import struct
import sys
import unicodedata

import regex
from tokenizers import AddedToken, Regex, Tokenizer, models, normalizers
from tokenizers import pre_tokenizers

CODE_POINTS = [c for c in range(0x110000) if not 0xD800 <= c < 0xE000]


def ranges(values):
    out = []
    for value in sorted(values):
        if out and out[-1][1] == value - 1:
            out[-1][1] = value
        else:
            out.append([value, value])
    return out


def numeric():
    step = pre_tokenizers.Digits(True)
    return {c for c in CODE_POINTS if len(step.pre_tokenize_str("a" + chr(c))) == 2}


def word():
    """Characters that stop an added token with single_word from matching."""
    tokenizer = Tokenizer(models.BPE({"@": 0}, []))
    tokenizer.add_tokens([AddedToken("@@@", single_word=True)])
    texts = ["@@@" + chr(c) for c in CODE_POINTS]
    return {
        c
        for c, encoding in zip(CODE_POINTS, tokenizer.encode_batch(texts))
        if 1 not in encoding.ids
    }


def matching(pattern):
    step = pre_tokenizers.Split(Regex(pattern), "removed")
    found = set()
    for begin in range(0, len(CODE_POINTS), 4096):
        chunk = CODE_POINTS[begin : begin + 4096]
        kept = set()
        for _, (first, last) in step.pre_tokenize_str("".join(map(chr, chunk))):
            kept.update(range(first, last))
        found.update(c for i, c in enumerate(chunk) if i not in kept)
    return found


def newer():
    """Characters assigned after PCRE2 10.42's Unicode 14, each run with an older
    character of equal UTF-8 length, category, script (Han or not) and case
    behaviour towards split patterns, which stands in for it while matching."""
    assigned = matching(r"\P{Cn}")
    new = {c for c in assigned if unicodedata.category(chr(c)) == "Cn"}
    han = matching(r"\p{Han}")
    alphabetic = matching(r"\p{Alphabetic}")
    names = "Lu Ll Lt Lm Lo Mn Mc Me Nd Nl No Pc Pd Ps Pe Pi Pf Po Sm Sc Sk So Zs Zl Zp Cc Cf Co"
    category = {}
    for name in names.split():
        for c in matching(r"\p{%s}" % name):
            category[c] = name
    key = lambda c: (len(chr(c).encode()), category.get(c), c in han, c in alphabetic)
    stand_in = {}
    for c in CODE_POINTS:
        if unicodedata.category(chr(c)) != "Cn" and category.get(c) == unicodedata.category(chr(c)):
            stand_in.setdefault(key(c), c)
    out = []
    for c in sorted(new):
        target = stand_in.get(key(c)) or stand_in.get(key(c)[:3] + (not key(c)[3],))
        if target is None:
            print("no stand-in for U+%04X" % c, key(c), file=sys.stderr)
            continue
        if out and out[-1][1] == c - 1 and out[-1][2] == target:
            out[-1][1] = c
        else:
            out.append([c, c, target])
    return out


def normalization():
    nfc = normalizers.NFC()
    differing = [
        c
        for c in CODE_POINTS
        if nfc.normalize_str(chr(c)) != unicodedata.normalize("NFC", chr(c))
    ]
    if differing:
        print("NFC differs at", ["%04X" % c for c in differing], file=sys.stderr)
    decompositions, compositions = [], []
    for c in CODE_POINTS:
        parts = unicodedata.decomposition(chr(c))
        if not parts or parts.startswith("<"):
            continue
        parts = [int(p, 16) for p in parts.split()]
        decompositions.append([c, parts[0], parts[1] if len(parts) == 2 else 0])
        if len(parts) == 2 and unicodedata.normalize("NFC", chr(c)) == chr(c):
            compositions.append([parts[0], parts[1], c])
    classes = []
    for c in CODE_POINTS:
        value = unicodedata.combining(chr(c))
        if not value:
            continue
        # The library's NFC is of an older Unicode: a mark it does not know does
        # not change places with U+0334, whose class is 1.
        known = nfc.normalize_str("0%c\u0334" % c) == "0\u0334%c" % c
        if value > 1 and not known:
            continue
        if classes and classes[-1][1] == c - 1 and classes[-1][2] == value:
            classes[-1][1] = c
        else:
            classes.append([c, c, value])
    return decompositions, sorted(compositions), classes


def changed_by(normalizer, text="%s"):
    """Characters to what becomes of them, where that is something else."""
    results = {c: normalizer.normalize_str(text % chr(c)) for c in CODE_POINTS}
    return {c: new for c, new in results.items() if new != text % chr(c)}


def compatibility():
    """Full decompositions where they differ from the canonical one."""
    nfd = normalizers.NFD()
    rows, pool = [], []
    for c, text in changed_by(normalizers.NFKD()).items():
        if text != nfd.normalize_str(chr(c)):
            rows.append([c, len(pool), len(text)])
            pool += map(ord, text)
    return rows, pool


def lowercase():
    """All but U+0130, the one that becomes two characters."""
    lower = changed_by(normalizers.Lowercase())
    long = [c for c, text in lower.items() if len(text) > 1]
    if long != [0x130]:
        print("lower case is longer for", ["%04X" % c for c in long], file=sys.stderr)
    return [[c, ord(text)] for c, text in lower.items() if len(text) == 1]


def bert_normalizer(**flags):
    off = dict.fromkeys(("clean_text", "handle_chinese_chars", "strip_accents", "lowercase"), False)
    return normalizers.BertNormalizer(**{**off, **flags})


def removed(normalizer):
    return {c for c, text in changed_by(normalizer, "a%sb").items() if text == "ab"}


def punctuation():
    step = pre_tokenizers.Punctuation()
    return {c for c in CODE_POINTS if len(step.pre_tokenize_str("a" + chr(c))) == 2}


def extending():
    """Characters that belong to the grapheme of an "a" before them: a compiled
    rule for the "a" then replaces both."""
    # A double array (Charsmap.cpp) of one rule, "a" to "b".
    units = [0] * 1024
    units[0] = 256 << 10
    units[256 ^ ord("a")] = ((256 ^ ord("a")) ^ 512) << 10 | 1 << 8 | ord("a")
    units[512] = 1 << 31
    step = normalizers.Precompiled(struct.pack("<1025I", 4096, *units) + b"b\0")
    return {c for c in CODE_POINTS if step.normalize_str("a" + chr(c)) == "b"}


JOINING = (["Extend"], ["ZWJ"], ["SpacingMark"])


def graphemes():
    """Grapheme classes, numbered as GraphemeClass in Unicode.h is."""
    joins = extending()
    names = "CR LF Control Extend ZWJ RI Prepend SpacingMark L V T LV LVT".split()
    patterns = [(r"\p{GCB=%s}" % name, i + 1) for i, name in enumerate(names)]
    patterns.append((r"\p{Extended_Pictographic}", len(names) + 1))
    value = {}
    for pattern, number in patterns:
        for c in map(ord, regex.findall(pattern, "".join(map(chr, CODE_POINTS)))):
            if (c in joins) == (names[number - 1 : number] in JOINING):
                value[c] = number
    for c in joins:
        value.setdefault(c, names.index("Extend") + 1)
    rows = []
    for c in sorted(value):
        if rows and rows[-1][1] == c - 1 and rows[-1][2] == value[c]:
            rows[-1][1] = c
        else:
            rows.append([c, c, value[c]])
    return rows


def write_table(out, comment, declaration, rows):
    out.write("\n// %s\nconstexpr %s[] = {\n" % (comment, declaration))
    line = "   "
    for row in rows:
        values = ", ".join("0x%X" % v for v in row)
        item = " %s," % values if len(row) == 1 else " {%s}," % values
        if len(line) + len(item) > 80:
            out.write(line + "\n")
            line = "   "
        line += item
    out.write(line + "\n};\n")


def main():
    path = sys.argv[1] if len(sys.argv) > 1 else "runtime/lib/Text/UnicodeTables.inc"
    decompositions, compositions, classes = normalization()
    with open(path, "w") as out:
        out.write("// Written by utils/make-unicode-tables.py; do not edit.\n")
        write_table(out, "General categories Nd, Nl, No: first, last.",
                    "CodePointRange numericRanges", ranges(numeric()))
        write_table(out, "Word characters: first, last.",
                    "CodePointRange wordRanges", ranges(word()))
        write_table(out, "Assigned after Unicode 14: first, last, stand-in.",
                    "StandInRange standInRanges", newer())
        write_table(out, "Canonical decompositions: character, first, second or 0.",
                    "Decomposition decompositions", decompositions)
        write_table(out, "Primary composites: first, second, character.",
                    "Composition compositions", compositions)
        write_table(out, "Canonical combining classes: first, last, class.",
                    "CombiningRange combiningRanges", classes)
        rows, pool = compatibility()
        write_table(out, "Compatibility decompositions: character, place, count.",
                    "Expansion compatibilityRows", rows)
        write_table(out, "What they become.", "uint32_t compatibilityPool", [[c] for c in pool])
        write_table(out, "Lower case: character, what it becomes.", "Mapping lowercaseRows", lowercase())
        write_table(out, "All marks: first, last.", "CodePointRange markRanges",
                    ranges(removed(normalizers.StripAccents())))
        write_table(out, "Marks that BERT's normaliser removes: first, last.",
                    "CodePointRange nonSpacingRanges", ranges(removed(bert_normalizer(strip_accents=True))))
        write_table(out, "Control characters that it removes: first, last.",
                    "CodePointRange controlRanges", ranges(removed(bert_normalizer(clean_text=True))))
        write_table(out, "Punctuation: first, last.", "CodePointRange punctuationRanges", ranges(punctuation()))
        write_table(out, "Where graphemes may end: first, last, class.", "GraphemeRange graphemeRanges", graphemes())


if __name__ == "__main__":
    main()
