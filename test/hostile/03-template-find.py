"""A template that searches a long text in a longer one: `find`, `count`, `in`, `split`, `replace` and `strip` end in time,
with their result or at the limit of work.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""

from harness import Attack, at_most, main

HAY, NEEDLE = "'a'*4000000", "('a'*2000000 + 'b')"
SEARCHES = {
    "find": f"({HAY}).find({NEEDLE})",
    "count": f"({HAY}).count({NEEDLE})",
    "in": f"{NEEDLE} in {HAY}",
    "split": f"({HAY}).split({NEEDLE})|length",
    "replace": f"({HAY})|replace({NEEDLE}, 'x')|length",
    "strip": f"({HAY}).strip('b'*2000000 + 'a')|length",
}


def check(t: Attack):
    for name, result in t.render_each({name: "{{ " + search + " }}" for name, search in SEARCHES.items()}):
        at_most(name, result.seconds, 2, "s")


if __name__ == "__main__":
    main(__file__)
