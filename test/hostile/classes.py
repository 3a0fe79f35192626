#!/usr/bin/env python3
"""Counts the classes of malformed input that the tests refuse, by the way that they come in, and fails where there are fewer
than WAYS says. A class is a named row of a table: one way in which a file can be wrong, and what the one line has to say.

usage: classes.py BUILD     (the folder with the tests' programs)

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
IN_ALL = 500

# Way in: how many classes at least, and the suites that have them: (program, suite).
WAYS = {
    "GGUF, the file": (50, ("Weights", "GgufHostile")),
    "GGUF, the model": (42, ("Import", "HostileGguf")),
    "GGUF in parts": (12, ("Weights", "BadGgufParts")),
    "safetensors": (33, ("Weights", "SafetensorsHostile")),
    "index of shards": (14, ("Weights", "SafetensorsIndexHostile")),
    "config.json": (40, ("Import", "HostileHf")),
    "quantization_config": (29, ("Import", "BadFolder")),
    "folder": (19, ("Import", "HostileFolder")),
    "tokenizer.json": (64, ("Text", "BadTokenizerJson"), ("Text", "BadTokenizerTexts")),
    "tokenizer.model": (30, ("Text", "BadTokenizerModel")),
    "vocab.txt": (7, ("Text", "BadVocabularyText")),
    "file of another kind": (25, ("Weights", "NotAModelFile")),
    "ONNX": (150, "test_onnx_errors"),
}
PROGRAMS = {"Weights": "test/unit/llmc_weights_tests", "Import": "test/unit/llmc_import_tests",
            "Text": "test/unit/Text/llmc_text_tests"}


def list_suites(program):
    """The tests of each suite, whose names GoogleTest writes as `Prefix/Suite.` and `  Test/Row  # comment`."""
    listing = subprocess.run([program, "--gtest_list_tests"], check=True, capture_output=True, text=True).stdout
    suites, suite = {}, None
    for line in listing.splitlines():
        if found := re.match(r"(?:\w*/)?(\w+)\.", line):
            suite = found[1]
        elif suite and line.startswith("  "):
            suites.setdefault(suite, set()).add(line.split("#")[0].strip())
    return suites


def list_onnx():
    """The rows of the tables of test/e2e/test_onnx_errors.py: (name, file, what is said)."""
    sys.path.insert(0, str(ROOT / "e2e"))
    import test_onnx_errors as errors
    tables = [table for table in vars(errors).values() if isinstance(table, list) and table
              and all(isinstance(row, tuple) and len(row) >= 3 for row in table)]
    return {row[0] for table in tables for row in table}


def main(build):
    suites = {name: list_suites(Path(build) / program) for name, program in PROGRAMS.items()}
    total, short = 0, 0
    for way, (least, *places) in WAYS.items():
        names = [list_onnx() if place == "test_onnx_errors" else suites[place[0]].get(place[1], set()) for place in places]
        count = sum(map(len, names))
        total += count
        short += count < least
        print(f"{count:4}  {way}" + (f": at least {least} wanted" if count < least else ""))
    print(f"{total:4}  classes of malformed input")
    return 1 if short or total < IN_ALL else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
