"""docs/onnx-support.md: what of ONNX's node tests passes, by operator. Written and read by run_node_tests.py.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""

import re
from pathlib import Path

import onnx

from programs import PASSED

PAGE = Path(__file__).resolve().parents[2] / "docs" / "onnx-support.md"
BEGIN, END = "<!-- node tests: written by test/onnx/run_node_tests.py -->", "<!-- end of node tests -->"
MAX_REASON = 160


def shorten(detail):
    """A reason without what differs between two graphs: the file, names of nodes and of sizes."""
    detail = detail.split("; nor a decoder's step")[0].removeprefix("model.onnx: ")
    detail = detail.removeprefix("the graph cannot become a function: ").removesuffix(" at main")
    detail = re.sub(r" \(node '[^']*'\)", "", detail)
    detail = re.sub(r"^(\w+): Mismatched elements.*", r"\1 differs", detail)
    return detail.replace("|", "/")[:MAX_REASON]


class Row:
    """The tests of one operator."""

    def __init__(self, operator, listed):
        self.operator, self.listed, self.passed, self.failing = operator, listed, 0, {}

    @property
    def count(self):
        return self.passed + len(self.failing)

    def add(self, name, outcome):
        self.add_known(name, None if outcome.status == PASSED else f"{outcome.status}: {shorten(outcome.detail)}")

    def add_known(self, name, reason):
        """A test that was run before; nothing says that it passes."""
        if reason is None:
            self.passed += 1
        else:
            self.failing[name] = reason


def sums(rows):
    return sum(row.passed for row in rows), sum(row.count for row in rows)


def spell_counts(rows):
    return ", ".join(f"{row.operator} {row.passed}" + (f"/{row.count}" if row.failing else "") for row in rows)


def spell_reasons(rows):
    """Lines of a table: of each operator the tests that do not pass, by reason."""
    for row in rows:
        reasons = {}
        for name, reason in row.failing.items():
            reasons.setdefault(reason, []).append(f"`{name.removeprefix('test_')}`")
        for reason, names in reasons.items():
            yield f"| {row.operator} | {reason} | {' '.join(sorted(names))} |"


def spell_page(rows):
    """The part of the page between BEGIN and END."""
    listed, others = [row for row in rows if row.listed], [row for row in rows if not row.listed]
    (good, of), (more, all_others) = sums(listed), sums(others)
    lines = [BEGIN, "",
             f"ONNX {onnx.__version__}: **{good} of {of}** tests of the operators that language models touch"
             f" (`test/onnx/operators.txt`) pass, {100 * good / max(of, 1):.1f} %; {more} of {all_others} of the others.",
             "", "| operators | passed |", "|---|---|",
             *(f"| {title} | {spell_counts(part)} |" for title, part in (
                 ("touched, all pass", [row for row in listed if not row.failing]),
                 ("touched, some pass", [row for row in listed if row.failing]),
                 ("others, all pass", [row for row in others if not row.failing]),
                 ("others, some pass", [row for row in others if row.failing and row.passed]),
                 ("others, none passes", [row for row in others if not row.passed]))),
             "", "| operator | why | tests that do not pass |", "|---|---|---|",
             *spell_reasons(listed), *spell_reasons(others), "", END]
    return "\n".join(lines)


def write_page(rows, page=PAGE):
    text = page.read_text(encoding="utf-8")
    before, after = text.split(BEGIN)[0], text.split(END)[1]
    page.write_text(before + spell_page(rows) + after, encoding="utf-8")


def read_failing(page=PAGE):
    """Reasons by the name of a test, of the tests that the page says not to pass."""
    text = page.read_text(encoding="utf-8").split(BEGIN)[1].split(END)[0]
    rows = (line.split(" | ") for line in text.splitlines() if line.startswith("| ") and "`" in line)
    return {f"test_{name}": " | ".join(reasons) for _, *reasons, names in rows for name in re.findall(r"`(\w+)`", names)}
