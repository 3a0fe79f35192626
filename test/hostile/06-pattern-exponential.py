"""A split pattern that backtracks 2^20 ways at every character: the limit of steps holds for a text, not a search.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""

from harness import Attack, at_most, main


def check(t: Attack):
    model = t.folder()
    t.edit(model / "tokenizer.json", lambda json: json.update(pre_tokenizer={
        "type": "Sequence", "pretokenizers": [
            {"type": "Split", "pattern": {"Regex": r"(?:(?:a|a){20}\x01)|."}, "behavior": "Isolated", "invert": False},
            {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": False}]}))
    app = t.compile(model)
    text = t.work / "text"
    for count in (100, 100000):
        text.write_text("a" * count)
        result = t.run(app, "eval", "--text", text, "-c", "4", "--windows", "1", code=(0, 1))
        at_most(f"encoding {count} characters", result.seconds, 5, "s")


if __name__ == "__main__":
    main(__file__)
