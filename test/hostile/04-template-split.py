"""A template that splits 20 MB at every other byte: paid for before it is done, within 512 MB.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""

from harness import MIB, Attack, at_most, main


def check(t: Attack):
    for index, expression in enumerate(("(','*20000000).split(',')", "('\\n'*20000000).splitlines()",
                                        "(', '*20000000).split()", "('a'*20000000)|list")):
        t.work = t.work / str(index)
        t.work.mkdir()
        result = t.render("{{ " + expression + "|length }}")
        t.work = t.work.parent
        at_most(expression, result.peak / MIB, 512, "MiB")


if __name__ == "__main__":
    main(__file__)
