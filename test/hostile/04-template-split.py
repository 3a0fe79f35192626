"""A template that splits 20 MB at every other byte: paid for before it is done, within 512 MB.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""

from harness import MIB, Attack, at_most, main

SPLITS = {
    "split": "(','*20000000).split(',')",
    "splitlines": "('\\n'*20000000).splitlines()",
    "split at space": "(', '*20000000).split()",
    "list": "('a'*20000000)|list",
}


def check(t: Attack):
    for name, result in t.render_each({name: "{{ " + split + "|length }}" for name, split in SPLITS.items()}):
        at_most(name, result.peak / MIB, 512, "MiB")


if __name__ == "__main__":
    main(__file__)
