#!/usr/bin/env python3
"""The sizes that the code keeps: lines of files and functions, asserts and tests per line of code. Fails when one is left.

usage: house.py [--list]      (--list: what is nearest to each bound)

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""

import re
import statistics
import subprocess
import sys
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CODE_FOLDERS = ("dialects/", "include/", "lib/", "runtime/", "tools/")
CODE = (".cpp", ".h", ".td")
TESTS = (".cpp", ".h", ".py", ".mlir", ".test", ".txt")

MAX_FILE_LINES = 600
MAX_MEDIAN_LINES = 200
MAX_FUNCTION_LINES = 60
MIN_ASSERTS_PER_THOUSAND = 2.0
MIN_TESTS_PER_CODE = 0.6

# Comments, raw strings, strings and characters: braces in them open nothing.
LITERAL = re.compile(r'//[^\n]*|/\*.*?\*/|R"(\w*)\(.*?\)\1"|"(?:\\.|[^"\\\n])*"|(?<![0-9a-fA-F])\'(?:\\.|[^\'\\\n])+\'|^\s*#(?:\\\n|.)*?$', re.S | re.M)
CONTAINER = re.compile(r"\b(namespace|class|struct|union|enum|extern)\b[^()=]*$")
INITIALISER = re.compile(r"[=(,]\s*$")
# `Name(...) : member{value},` and its like: the body is still to come.
GOES_ON = re.compile(r"\s*[,{]")


def blank(match):
    """The same lines without their text."""
    return re.sub(r"[^\n]", " ", match[0])


def functions(text):
    """First and last line of every function that has a body; what is inside one, lambdas too, counts as its lines."""
    text = LITERAL.sub(blank, text)
    kind, depth, start, since = None, 0, 0, 0  # of the body or of the initialiser that is open
    for match in re.finditer(r"[{};]|\b(?:public|private|protected)\s*:(?!:)", text):
        token, place = match[0], match.start()
        if kind:
            depth += {"{": 1, "}": -1}.get(token, 0)
            if depth:
                continue
            if kind == "function" and not GOES_ON.match(text, place + 1):
                yield text.count("\n", 0, start) + 1, text.count("\n", 0, place) + 1
                since = place + 1
            kind = None
            continue
        head = text[since:place]
        if token == "{" and not CONTAINER.search(head) and head.strip():
            kind = "function" if "(" in head and not INITIALISER.search(head) else "initialiser"
            depth, start = 1, since + len(head) - len(head.lstrip())
        else:
            since = match.end()


def tracked():
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, check=True, capture_output=True, text=True)
    return [name for name in listed.stdout.splitlines() if (ROOT / name).is_file()]


class Count:
    def __init__(self):
        self.file_lines, self.function_lines, self.asserts = {}, {}, Counter()
        self.code = self.tests = 0
        for name in tracked():
            self.add(name)

    def add(self, name):
        if name.startswith("test/") and not name.startswith("test/Inputs/") and name.endswith(TESTS):
            self.tests += (ROOT / name).read_text(encoding="utf-8").count("\n")
        is_code = name.startswith(CODE_FOLDERS) and name.endswith(CODE)
        if not is_code and not (name.startswith("test/") and name.endswith((".cpp", ".h"))):
            return
        text = (ROOT / name).read_text(encoding="utf-8")
        if name.endswith(".cpp"):
            self.file_lines[name] = text.count("\n")
        if name.endswith((".cpp", ".h")):
            for first, last in functions(text):
                self.function_lines[f"{name}:{first}"] = last - first + 1
        if is_code:
            self.code += text.count("\n")
            folder = "/".join(name.split("/")[: 3 if name.startswith(("runtime/lib", "include/llmc")) else 2])
            self.asserts[folder] += len(re.findall(r"\bassert\(", LITERAL.sub(blank, text)))

    def rows(self):
        """What is counted, the value, the bound, and whether it is kept."""
        median = statistics.median(self.file_lines.values())
        longest, function = max(self.file_lines.values()), max(self.function_lines.values())
        asserts = 1000 * self.asserts.total() / self.code
        share = self.tests / self.code
        yield "lines of a .cpp, median", f"{median:.0f}", f"<= {MAX_MEDIAN_LINES}", median <= MAX_MEDIAN_LINES
        yield "lines of a .cpp, most", longest, f"<= {MAX_FILE_LINES}", longest <= MAX_FILE_LINES
        yield "lines of a function, most", function, f"<= {MAX_FUNCTION_LINES}", function <= MAX_FUNCTION_LINES
        yield "asserts per thousand lines", f"{asserts:.2f}", f">= {MIN_ASSERTS_PER_THOUSAND}", asserts >= MIN_ASSERTS_PER_THOUSAND
        yield "lines of tests per line of code", f"{share:.2f}", f">= {MIN_TESTS_PER_CODE}", share >= MIN_TESTS_PER_CODE

    def nearest(self):
        for name, lines in Counter(self.file_lines).most_common(15):
            print(f"{lines:5} lines  {name}")
        for name, lines in Counter(self.function_lines).most_common(30):
            print(f"{lines:5} lines  {name}")
        for folder, count in sorted(self.asserts.items()):
            print(f"{count:5} asserts  {folder}")
        print(f"{self.code} lines of code, {self.tests} of tests")


def main():
    count = Count()
    rows = list(count.rows())
    for name, value, bound, kept in rows:
        print(f"{name:34}{value:>8}   {bound}{'' if kept else '   NOT KEPT'}")
    if "--list" in sys.argv[1:]:
        count.nearest()
    for name, lines in count.function_lines.items():
        if lines > MAX_FUNCTION_LINES:
            print(f"{name}: a function of {lines} lines: {MAX_FUNCTION_LINES} are the most")
    return 0 if all(kept for *_, kept in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
