"""A template that writes a deeply nested list as indented JSON: the indentation is paid for, too (512 MB).

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""

from harness import MIB, Attack, at_most, main


def check(t: Attack):
    nested = "[" * 60 + "a" + "]" * 60
    result = t.render("{% set a = [1]*300000 %}{{ " + nested + "|tojson(indent=64)|length }}")
    at_most("rendering", result.peak / MIB, 512, "MiB")


if __name__ == "__main__":
    main(__file__)
