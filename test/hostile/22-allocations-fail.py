"""Every place from which llmc allocates while it reads its command line and a model of each format, and from which a program
does from its start to an answer, finds no memory: once, and from then on (allocations.c). The same result as with memory, or
exit 1 and one line. Some of the places; sweeps.py tries them all.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""

import ctypes
import os
from collections import Counter

from harness import FOLDER, Attack, Wrong, check_error, load, main

SAME_ADDRESSES = 0x0040000  # ADDR_NO_RANDOMIZE of <sys/personality.h>


class Allocations:
    """The places of one command, by the numbers of the first allocations from there."""

    def __init__(self, t, tool, command, code=0):
        self.t, self.tool, self.command = t, tool, command
        self.mark = t.work / "mark"
        self.whole = self.run("list", code)
        # Processes that count alike name a number twice.
        self.numbers = sorted(set(map(int, self.mark.read_text().split())))

    def run(self, fault, code):
        self.mark.unlink(missing_ok=True)
        preload = os.path.join(os.path.dirname(os.path.dirname(self.t.llmc)), "test", "hostile", "allocations.so")
        return self.t.run(*self.command, code=code, preexec_fn=lambda: ctypes.CDLL(None).personality(SAME_ADDRESSES),
                          env=dict(os.environ, LD_PRELOAD=preload, LLMC_FAULT=fault, LLMC_FAULT_MARK=str(self.mark)))

    def fail(self, number, how):
        """The exit code, of one that is as it should be."""
        try:
            result = self.run(f"{number}{how}", (0, 1, self.whole.code))
            if not self.mark.exists() and result.code == self.whole.code:
                return "missed"  # threads: the last numbers are not those of every run
            if (result.code, result.raw_out, result.raw_err) == (self.whole.code, self.whole.raw_out, self.whole.raw_err):
                return "same"
            check_error(result, "memory", tool=self.tool)
        except Wrong as wrong:
            raise Wrong(f"allocation {number}{how}: {wrong}") from None
        return "refused"


def cases(t):
    """What is run, by name, and behind which allocation its own begin."""
    reads = load(FOLDER / "20-reads-fail.py")
    pristine = t.work / "pristine"
    pristine.mkdir()
    line = Allocations(t, "llmc", [t.llmc, "import"], code=2)
    yield "command line", line, 0
    for name, file in reads.make_models(pristine).items():
        yield name, Allocations(t, "llmc", [t.llmc, "import", pristine / name / file, "-o", "-"]), line.numbers[-1]
    app = t.compile(pristine / "folder")
    yield "program", Allocations(t, "app", [app, "run", "-p", "Hello", "-n", "4", "-t", "1"]), 0


def attack(case, after, most=None):
    """Lets places behind an allocation fail, all or `most` of them; how many ended in which way."""
    numbers = [number for number in case.numbers if number > after]
    step = max(1, len(numbers) // most) if most else 1
    return Counter(case.fail(number, how) for number in numbers[::step] for how in ("", "-"))


def check(t: Attack):
    for name, case, after in cases(t):
        try:
            ends = attack(case, after, most=15)
        except Wrong as wrong:
            raise Wrong(f"{name}: {wrong}") from None
        if ends["refused"] < 15 or ends["missed"] > 5:
            raise Wrong(f"{name}: too few failures: {dict(ends)}")


if __name__ == "__main__":
    main(__file__)
