"""An added token that is one space and strips the space beside it: 100000 spaces in linear time.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""

from harness import Attack, at_most, main


def add(tokenizer, side):
    """The token takes the id of the last one, which was made by the last merge."""
    left, right = tokenizer["model"]["merges"].pop()
    token = dict.fromkeys(("lstrip", "rstrip", "single_word", "normalized"), False)
    token.update({"id": tokenizer["model"]["vocab"].pop(left + right), "content": " ", "special": True, side: True})
    tokenizer["added_tokens"].append(token)


def check(t: Attack):
    for side in ("lstrip", "rstrip"):
        model = t.folder(side)
        t.edit(model / "tokenizer.json", lambda json: add(json, side))
        app = t.compile(model, f"app-{side}")
        text = t.work / "spaces.txt"
        text.write_text("a" + " " * 100000 + "a" + " a" * 1000)
        result = t.run(app, "eval", "--text", text, "-c", "4", "--windows", "1", code=(0, 1))
        at_most(f"encoding 100000 spaces with {side}", result.seconds, 2, "s")


if __name__ == "__main__":
    main(__file__)
