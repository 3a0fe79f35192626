"""A template that searches a long text in a longer one: `find`, `count`, `in`, `split` and `replace` end in time,\nwith their result or at the limit of work.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""

from harness import Attack, Wrong, at_most, main

HAY, NEEDLE = "'a'*4000000", "('a'*2000000 + 'b')"


def check(t: Attack):
    searches = {
        "find": f"({HAY}).find({NEEDLE})",
        "count": f"({HAY}).count({NEEDLE})",
        "in": f"{NEEDLE} in {HAY}",
        "split": f"({HAY}).split({NEEDLE})|length",
        "replace": f"({HAY})|replace({NEEDLE}, 'x')|length",
        "strip": f"({HAY}).strip('b'*2000000 + 'a')|length",
    }
    for name, expression in searches.items():
        t.work = t.work.parent / t.work.name / name
        t.work.mkdir()
        try:
            result = t.render("{{ " + expression + " }}")
        except Wrong as wrong:
            raise Wrong(f"{name}: {wrong}") from None
        finally:
            t.work = t.work.parent
        at_most(name, result.seconds, 2, "s")


if __name__ == "__main__":
    main(__file__)
