#!/usr/bin/env python3
"""Runs the attacks on llmc and the programs that it makes: one line each, and one in sum.

usage: run.py LLMC [NAME...]   (NAME: a part of an attack's file name)

With LLMC_TEST_SANITIZED the limit on address space is left out, and said so: a sanitizer reserves terabytes; and calls that
fail, for a sanitizer wants to be loaded first. Threads that run where a process ends itself are no mistake then.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""

import os
import sys
import time

from harness import FOLDER, judge


def main(llmc, *names):
    attacks = [path for path in sorted(FOLDER.glob("[0-9][0-9]-*.py"))
               if not names or any(name in path.stem for name in names)]
    if os.environ.get("LLMC_TEST_SANITIZED"):
        left_out = [path for path in attacks if path.stem in ("10-memory-limit", "20-reads-fail")]
        attacks = [path for path in attacks if path not in left_out]
        for path in left_out:
            print(f"left out  {path.stem}: LLMC_TEST_SANITIZED", flush=True)
        # A process that ends itself when its model shrinks waits for none of its threads.
        os.environ["TSAN_OPTIONS"] = os.environ.get("TSAN_OPTIONS", "") + ":report_thread_leaks=0"
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
