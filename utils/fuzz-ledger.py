#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Adds a row to the ledger of docs/fuzzing.md and sums up all rows of each target.

    fuzz-ledger.py LEDGER COMMIT TARGET CPU_SECONDS RUNS FINDING
"""
import datetime
import re
import sys

ROW = re.compile(r"^\| (\d{4}-\d\d-\d\d) \| (\w+) \| ([a-z-]+) \| (\d+) \| (\d+) \| (.*) \|$")
SUMS = ("<!-- sums, by utils/fuzz-ledger.py -->", "<!-- end of sums -->")


def sum_up(lines):
    """The table of sums: runs and seconds of each target, most runs first."""
    sums = {}
    for row in filter(None, map(ROW.match, lines)):
        runs, seconds = sums.get(row[3], (0, 0))
        sums[row[3]] = runs + int(row[5]), seconds + int(row[4])
    table = ["| target | million runs | hours |", "|---|---|---|"]
    for target, (runs, seconds) in sorted(sums.items(), key=lambda item: -item[1][0]):
        table.append(f"| {target} | {runs / 1e6:.2f} | {seconds / 3600:.2f} |")
    return table


def main():
    path, commit, target, seconds, runs, finding = sys.argv[1:]
    lines = open(path).read().rstrip("\n").split("\n")
    row = f"| {datetime.date.today()} | {commit} | {target} | {seconds} | {runs} | {finding} |"
    if not ROW.match(row):
        sys.exit(f"fuzz-ledger.py: no row of the ledger: {row}")
    lines.append(row)
    first, last = (lines.index(mark) for mark in SUMS)
    lines[first + 1:last] = ["", *sum_up(lines), ""]
    open(path, "w").write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
