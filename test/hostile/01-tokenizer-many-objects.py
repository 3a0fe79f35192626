"""A tokenizer.json of 300 kB with an array of 100000 empty objects: read, or refused, in linear time.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""

from harness import Attack, at_most, main


def check(t: Attack):
    model = t.folder()
    t.edit(model / "tokenizer.json", lambda json: json.update(x=[{} for _ in range(100000)]))
    result = t.run(t.llmc, "import", model, code=(0, 1))
    at_most("importing", result.seconds, 2, "s")


if __name__ == "__main__":
    main(__file__)
