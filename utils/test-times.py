#!/usr/bin/env python3
"""The slowest tests of a run, and whether the run kept its budget.

    test-times.py JUNIT ELAPSED_S BUDGET_S BUDGET_MINUTES

BUDGET_S is for the sum of all tests, BUDGET_MINUTES for the whole of make test.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""

import sys
import xml.etree.ElementTree as xml

SHOWN = 20


def main():
    path, elapsed, budget_s, budget_minutes = sys.argv[1:]
    times = sorted(((float(case.get("time")), case.get("name"))
                    for case in xml.parse(path).getroot().iter("testcase")), reverse=True)
    total = sum(seconds for seconds, _ in times)
    print(f"the slowest of {len(times)} tests, {total:.0f} s in all:")
    for seconds, name in times[:SHOWN]:
        print(f"{seconds:8.1f} s  {name}")
    late = []
    if total > float(budget_s):
        late.append(f"the tests took {total:.0f} s of {budget_s} s")
    if float(elapsed) > 60 * float(budget_minutes):
        late.append(f"make test took {float(elapsed) / 60:.0f} of {budget_minutes} minutes")
    for each in late:
        print(f"error: {each}: make tests faster, or move long ones to utils/test-all.sh "
              "(TEST_BUDGET_* in utils/versions.env)")
    return 1 if late else 0


if __name__ == "__main__":
    sys.exit(main())
