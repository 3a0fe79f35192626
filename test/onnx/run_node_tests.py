#!/usr/bin/env python3
"""Compiles ONNX's node tests, runs the programs and compares what they give.

usage: run_node_tests.py [--all] [--write] [--jobs N] [--only PATTERN]

Without --all a sample: the smallest test of each operator of operators.txt that docs/onnx-support.md says to pass. With --all every
test: fails where one passes that did not, or does not that did, and where the compiler or a program crashes. --only runs the tests
whose names have the pattern. --write puts what was found into docs/onnx-support.md, beside what it says of tests that were not run.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""

import argparse
import os
import re
import sys
from pathlib import Path

import node_tests
from node_tests import collect, count_elements, listed_operators, operator_of, run_all
from programs import CRASHED, PASSED
from support_page import PAGE, Row, read_failing, write_page


def choose_sample(cases, failing):
    """The smallest passing test of each listed operator."""
    chosen, listed = {}, listed_operators()
    for case in sorted(cases.values(), key=lambda case: (count_elements(case), case.name)):
        operator = operator_of(case, cases)
        if operator in listed and case.name not in failing:
            chosen.setdefault(operator, case)
    return list(chosen.values())


def make_rows(cases, outcomes, failing):
    """One row of the page per operator; tests that were not run are as the page says."""
    rows, listed = {}, listed_operators()
    for name, case in cases.items():
        operator = operator_of(case, cases)
        row = rows.setdefault(operator, Row(operator, operator in listed))
        if name in outcomes:
            row.add(name, outcomes[name])
        else:
            row.add_known(name, failing.get(name))
    return [rows[operator] for operator in sorted(rows)]


def report(name, outcome):
    if outcome.status != PASSED:
        print(f"{name}: {outcome.status}: {outcome.detail}", flush=True)


def check(outcomes, failing):
    """What is not as docs/onnx-support.md says, one line each."""
    for name, outcome in outcomes.items():
        if outcome.status in (CRASHED, node_tests.UNCLEAR):
            yield f"{name}: {outcome.status}: {outcome.detail}"
        elif (outcome.status == PASSED) == (name in failing):
            yield f"{name}: {outcome.status}, where {PAGE.name} says otherwise: run_node_tests.py --all --write"


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--only", default="")
    options = parser.parse_args()
    cases, failing = collect(), read_failing()
    chosen = list(cases.values()) if options.all or options.only else choose_sample(cases, failing)
    chosen = [case for case in chosen if re.search(options.only, case.name)]
    outcomes = run_all(chosen, options.jobs, report if options.all or options.only else lambda name, outcome: None)
    passed = sum(outcome.status == PASSED for outcome in outcomes.values())
    print(f"{passed} of {len(outcomes)} node tests pass")
    if options.write:
        write_page(make_rows(cases, outcomes, failing))
        failing = read_failing()
    problems = list(check(outcomes, failing))
    print("\n".join(problems))
    return 1 if problems or not outcomes else 0


if __name__ == "__main__":
    sys.exit(main())
