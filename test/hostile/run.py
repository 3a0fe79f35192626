#!/usr/bin/env python3
"""Runs the attacks on llmc and the programs that it makes: one line each, and one in sum.

usage: run.py LLMC [NAME...]   (NAME: a part of an attack's file name)

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""

import sys
import time

from harness import FOLDER, judge


def main(llmc, *names):
    attacks = [path for path in sorted(FOLDER.glob("[0-9][0-9]-*.py"))
               if not names or any(name in path.stem for name in names)]
    failed = 0
    for path in attacks:
        begin = time.monotonic()
        wrong = judge(path, llmc)
        failed += wrong is not None
        print(f"{'FAIL' if wrong else 'pass'}  {path.stem:32} {time.monotonic() - begin:5.1f} s  {wrong or ''}".rstrip(),
              flush=True)
    print(f"{len(attacks) - failed} of {len(attacks)} attacks survived")
    return 1 if failed or not attacks else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
