"""A template that asks for the length of a long text again and again: counting is work.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""

from harness import Attack, at_most, main

LOOP = "{% set s = 'a'*60000000 %}{% for i in range(100000) %}{% if " "WHAT" " %}{% endif %}{% endfor %}"
QUESTIONS = ("s|length", "s is upper", "s|first", "s[0]", "s[1:2]", "s.startswith('b')", "s == 'b'", "s|int",
             "{'k': s}|length", "s < 'b'")


def check(t: Attack):
    for what, result in t.render_each({what: LOOP.replace("WHAT", what) for what in QUESTIONS}):
        at_most(what, result.seconds, 2, "s")


if __name__ == "__main__":
    main(__file__)
