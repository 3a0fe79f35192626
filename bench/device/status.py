#!/usr/bin/env python3
"""Which kernels that llmc ships have been measured on a GPU.

Compiles the programs of shapes.py to PTX, without weights, and says of each of their kernels: measured (a GPU's times of this very PTX are
among the results), stale (of this program's kernel of that name, but of other PTX), or never. What a simulator ran counts for nothing.

usage: status.py --llmc build/bin/llmc [--results FOLDER] [--json] [--small] [--require measured]

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""

import argparse
import hashlib
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import shapes
from ptx_kernels import hash_kernels

RESULTS = shapes.ROOT / "bench/results/device"
STATES = ["never", "stale", "measured"]


def read_results(folder):
    """The lines of all runs. A run whose last line does not sum up what stands before it was changed by hand or cut off: it does not count."""
    lines = []
    for path in sorted(Path(folder).glob("*.jsonl")):
        digest, run = hashlib.sha256(), []
        for number, text in enumerate(path.read_bytes().splitlines(keepends=True), 1):
            try:
                line = json.loads(text)
            except ValueError:
                sys.exit(f"error: {path}:{number} is no line of JSON: take the file away or measure again")
            if line["what"] == "run":
                digest, run = hashlib.sha256(), []
            if line["what"] == "end":
                if line["sha256"] == digest.hexdigest():
                    lines += run
                else:
                    print(f"warning: {path}:{number}: the run before it is not what was measured, and is left out", file=sys.stderr)
                run = []
                continue
            digest.update(text)
            run.append(line)
        if run:
            print(f"warning: {path}: its last run has no end, and is left out", file=sys.stderr)
    return lines


def shipped(llmc, small):
    """Program, kernel and the kernel's SHA-256, of all that count."""
    with tempfile.TemporaryDirectory() as folder:
        for shape in shapes.SMALL if small else shapes.FULL:
            model, ptx = Path(folder) / "model.gguf", Path(folder) / "kernels.ptx"
            shape.make(model, hollow=True)
            subprocess.run([llmc, "compile", model, *shape.options(), "--emit=ptx", "-o", ptx], check=True)
            for kernel, digest in hash_kernels(ptx.read_text()).items():
                yield shape.name, kernel, digest


def judge(kernels, lines):
    """A row for each kernel: its state, and the newest line of it."""
    known = [line for line in lines if line["what"] == "kernel" and not line["simulated"] and "us" in line]
    rows = []
    for program, kernel, digest in kernels:
        same = [line for line in known if line["ptx"] == digest]
        older = [line for line in known if (line["program"], line["kernel"]) == (program, kernel)]
        state = "measured" if same else "stale" if older else "never"
        rows.append({"program": program, "kernel": kernel, "ptx": digest, "state": state, "line": (same or older or [None])[-1]})
    return rows


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--llmc", required=True)
    parser.add_argument("--results", default=RESULTS)
    parser.add_argument("--json", action="store_true", help="a line of JSON for each kernel")
    parser.add_argument("--small", action="store_true", help="the program that the simulator measures in place of the real ones")
    parser.add_argument("--require", choices=STATES[1:], help="exit status 1 where a kernel's state is less")
    options = parser.parse_args()
    rows = judge(shipped(options.llmc, options.small), read_results(options.results))
    for row in rows:
        if options.json:
            print(json.dumps(row))
        else:
            line = row["line"]
            seen = f"{line['us']:.4g} us, {line['device']}, commit {line['commit'][:10]}" if line else ""
            print(f"{row['state']:9} {row['program']:10} {row['kernel']:50} {seen}".rstrip())
    counts = {state: sum(row["state"] == state for row in rows) for state in reversed(STATES)}
    print(", ".join(f"{count} {state}" for state, count in counts.items()), file=sys.stderr)
    least = STATES.index(options.require) if options.require else 0
    return int(any(STATES.index(row["state"]) < least for row in rows))


if __name__ == "__main__":
    sys.exit(main())
