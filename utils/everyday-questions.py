#!/usr/bin/env python3
"""Asks a compiled chat model nine everyday questions, at its defaults, and judges
how it ends: no run of up to 20 tokens three times in a row, and of the nine at
least eight ended by the model itself, for every seed. What the answers say is
not judged.

usage: utils/everyday-questions.py PROGRAM [--seeds 1,2,3,4,5] [--show] [OPTION...]

OPTIONs go to the program, to try other sampling.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""

import argparse
import subprocess
import sys

QUESTIONS = [
    "What is the capital of France?", "Hello", "What is 17 + 25?",
    "Write a haiku about the sea.", "What is the capital of Italy?",
    "Name three primary colours.", "Who wrote Hamlet?", "What is the capital of Germany?",
    "What is the capital of Japan?",
]
LONGEST_RUN = 20  # tokens
ROUNDS = 3
ENDED_BY_ITSELF = 8  # of the questions


def find_run(ids):
    """The first run of tokens that comes ROUNDS times in a row, or None."""
    for length in range(1, LONGEST_RUN + 1):
        alike = 0  # tokens that equal the one `length` before
        for at in range(length, len(ids)):
            alike = alike + 1 if ids[at] == ids[at - length] else 0
            if alike == (ROUNDS - 1) * length:
                return ids[at - length + 1:at + 1]
    return None


def ask(program, question, seed, options, *more):
    result = subprocess.run([program, question, "--seed", str(seed), *more, *options],
                            capture_output=True, text=True, stdin=subprocess.DEVNULL)
    if result.returncode:
        sys.exit(f"{program}: {result.stderr.strip()}")
    return result


def judge(program, seed, options, show):
    """Asks all questions; (answers that loop, ended by themselves, tokens)."""
    looped = ended = tokens = 0
    for question in QUESTIONS:
        result = ask(program, question, seed, options, "--print-ids")
        ids = [int(token) for token in result.stdout.split(",") if token.strip()]
        run = find_run(ids)
        stopped = result.stderr.strip()  # nothing is said of an end by itself
        looped += run is not None
        ended += not stopped
        tokens += len(ids)
        if run or stopped:
            print(f"seed {seed}: {question} {len(ids)} tokens; "
                  f"{'repeats ' + str(run) if run else ''} {stopped}")
        if show:
            print(f"seed {seed}: {question}\n{ask(program, question, seed, options).stdout}")
    return looped, ended, tokens


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", maxsplit=1)[0])
    parser.add_argument("program")
    parser.add_argument("--seeds", default="1,2,3,4,5")
    parser.add_argument("--show", action="store_true", help="print the answers")
    arguments, options = parser.parse_known_args()
    good = True
    for seed in arguments.seeds.split(","):
        looped, ended, tokens = judge(arguments.program, seed, options, arguments.show)
        print(f"seed {seed}: {looped} of {len(QUESTIONS)} repeat, {ended} ended by themselves, "
              f"{tokens} tokens")
        good = good and looped == 0 and ended >= ENDED_BY_ITSELF
    print("good" if good else "not good")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
