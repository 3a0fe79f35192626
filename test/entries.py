#!/usr/bin/env python3
"""Every ctest entry has a label and a time limit: none hangs a run, and each kind
can be asked for alone (ctest -L).

    entries.py CTEST BUILD

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""

import json
import subprocess
import sys


def main():
    ctest, build = sys.argv[1:]
    listing = subprocess.run([ctest, "--test-dir", build, "--show-only=json-v1"], check=True,
                             capture_output=True, text=True).stdout
    entries = json.loads(listing)["tests"]
    bare = 0
    for entry in entries:
        names = {each["name"] for each in entry.get("properties", [])}
        for needed in {"LABELS", "TIMEOUT"} - names:
            print(f"{entry['name']} has no {needed}")
            bare += 1
    print(f"{len(entries)} entries")
    return 1 if bare or not entries else 0


sys.exit(main())
