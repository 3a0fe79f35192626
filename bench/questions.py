# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Questions to a language model, made of bench/text: the same for the same seed and tokenizer.

A question is the ids of a text and those of what may follow, each one token, the right one first. What makes them takes
`tokenize(text, add_special)` of a model.
"""

import random
import re
from pathlib import Path

TEXTS = Path(__file__).resolve().parent / "text"
SHOTS, WORDS = 6, 10  # examples of a few-shot question, and words of a line


def paragraphs(name, least):
    """Those of so many words, of one line each, as lists of words."""
    words = (line.split() for line in (TEXTS / name).read_text().splitlines())
    return [line for line in words if len(line) >= least]


class Questions:
    """`cloze`: which of four words follows; `few_shot`: which word of a line it begins with, as examples have it."""

    def __init__(self, tokenize, items, seed):
        self.tokenize, self.random = tokenize, random.Random(seed)
        self.cloze = self.make_cloze(items)
        self.few_shot = self.make_few_shot(items)

    def draw(self, name, least):
        """All paragraphs, in an order of the seed."""
        return self.random.sample(found := paragraphs(name, least), len(found))

    def token(self, word):
        """Of a word that is one token behind others; else none."""
        ids = self.tokenize(" " + word.strip(), add_special=False)
        return int(ids[0]) if len(ids) == 1 else None

    def is_choice(self, word):
        return re.fullmatch("[a-z]{5,}", word) and self.token(word) is not None

    def make_cloze(self, items):
        """Paragraphs up to a word that is one token."""
        made, paragraphs_left = [], self.draw("evaluation.txt", 60)
        others = sorted({word for words in paragraphs("evaluation.txt", 20) for word in words if re.fullmatch("[a-z]{5,}", word)})
        while len(made) < items:
            words = paragraphs_left.pop()
            places = [i for i in range(25, 60) if self.is_choice(words[i])]
            if not places:
                continue
            right = words[place := self.random.choice(places)]
            choices = [right]
            while len(choices) < 4:
                if self.is_choice(word := self.random.choice(others)) and word not in choices:
                    choices.append(word)
            made.append((self.tokenize(" ".join(words[:place]), add_special=True), [self.token(word) for word in choices]))
        return made

    def make_few_shot(self, items):
        """Each of other lines for its examples. Every line is asked about once."""
        made, known = [], []
        for words in self.draw("evaluation.txt", WORDS):
            shown = words[:WORDS]
            others = sorted({word for word in shown if re.fullmatch("[A-Za-z]{3,}", word) and self.token(word) is not None} - {shown[0]})
            if self.token(shown[0]) is not None and shown.count(shown[0]) == 1 and len(others) >= 3:
                known.append((shown, [shown[0], *self.random.sample(others, 3)]))
        for shown, choices in known[:items]:
            examples = self.random.sample([line for line, _ in known if line is not shown], SHOTS)
            text = "".join(f"{' '.join(line)} => {line[0]}\n" for line in examples) + f"{' '.join(shown)} =>"
            made.append((self.tokenize(text, add_special=True), [self.token(word) for word in choices]))
        return made
