#!/usr/bin/env python3
"""Measures on a GPU all that has to be measured there, in at most eight minutes, and appends it as lines of JSON.

Runs where only prebuilt programs are: a folder that pack.sh made, or a checkout with its build. Needs Python alone; what else a part needs
and does not find (PyTorch, compute-sanitizer) leaves a line that says so. A part that fails or runs out of time leaves a line too, the
others go on, and the exit status is 1. Every line has the commit, the device and whether that was a simulator; a kernel's has the SHA-256 of
its PTX; the last one that of all lines before it. docs/device-measurements.md says what each line means.

usage: run_all.sh [--out FILE.jsonl] [--budget SECONDS] [--seed N] [--small] [--only PART ...]

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""

import argparse
import datetime
import hashlib
import json
import os
import platform
import secrets
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import parts
from shapes import ROOT

# Seconds of each part at most, in the order that they run: what all else is held against, then whether it is right, then how fast.
PARTS = [("ceilings", parts.measure_ceilings, 40), ("correctness", parts.check_kernels, 100), ("crosscheck", parts.compare_programs, 40),
         ("sanitizer", parts.sanitize, 60), ("programs", parts.measure_programs, 200), ("peers", parts.measure_peers, 40)]

# With --small nothing is in a hurry but whoever waits: parts, and all together, have so many times as long.
SIMULATOR_PATIENCE = 10


def find_commit():
    """That of the packed binaries, or of the checkout."""
    packed = ROOT / "pack.json"
    if packed.exists():
        return json.loads(packed.read_text())
    try:
        commit = subprocess.run(["git", "-C", ROOT, "rev-parse", "HEAD"], check=True, capture_output=True, text=True).stdout.strip()
        changed = subprocess.run(["git", "-C", ROOT, "status", "--porcelain", "-uno"], check=True, capture_output=True, text=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return {"commit": "unknown", "dirty": True}
    return {"commit": commit, "dirty": bool(changed.strip())}


class Run:
    """Where lines go, and what the parts know of each other."""

    def __init__(self, file, options, folder):
        self.file, self.folder, self.small, self.seed = file, Path(folder), options.small, options.seed
        self.build = Path(options.build)
        self.digest, self.lines, self.device, self.ceilings = hashlib.sha256(), [], None, {}
        self.begin, self.budget, self.part_end = time.monotonic(), options.budget, 0.0
        self.commit = find_commit()

    def write(self, what, **fields):
        line = {"what": what, "commit": self.commit["commit"], "device": self.device and self.device["name"],
                "simulated": self.device["simulated"] if self.device else None, **fields}
        text = json.dumps(line) + "\n"
        self.file.write(text)
        self.file.flush()
        self.digest.update(text.encode())
        self.lines.append(line)

    def tool(self, name):
        """A program of the pack or of the build."""
        for folder in ("bin", "test/unit", "bench/device"):
            if (self.build / folder / name).exists():
                return self.build / folder / name
        raise parts.NotMeasured(f"there is no {name} below {self.build}: ninja -C build {name}, or pack.sh")

    def left(self):
        """Seconds that the part still has."""
        return min(self.part_end, self.begin + self.budget) - time.monotonic()

    def start(self, command, **environment):
        """What a command does, within the part's time."""
        left = self.left()
        if left < 1:
            raise parts.OutOfTime("out of time")
        try:
            return subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=left,
                                  env={**os.environ, **{key: str(value) for key, value in environment.items()}})
        except subprocess.TimeoutExpired:
            raise parts.OutOfTime(f"'{Path(command[0]).name}' had not ended when the part's time had") from None

    def output(self, command, **environment):
        """The standard output of a command that has to succeed."""
        result = self.start(command, **environment)
        if result.returncode:
            said = (result.stderr.strip() or result.stdout.strip())[-500:]
            raise parts.Failed(f"'{' '.join(map(str, command))}' exited with {result.returncode}: {said}")
        return result.stdout

    def measure(self, name, function, seconds):
        """Runs a part; whether it went well."""
        begin = time.monotonic()
        self.part_end = begin + seconds * (SIMULATOR_PATIENCE if self.small else 1)
        try:
            function(self)
            outcome = {"outcome": "done"}
        except parts.NotMeasured as reason:
            outcome = {"outcome": "not measured", "why": str(reason)}
        except (parts.Failed, parts.OutOfTime) as reason:
            outcome = {"outcome": "failed", "why": str(reason)}
        except Exception as error:  # a mistake of the part's own: what was measured stays, the others go on
            outcome = {"outcome": "failed", "why": f"{type(error).__name__}: {error}"}
        took = time.monotonic() - begin
        self.write("part", name=name, seconds=round(took, 1), **outcome)
        print(f"{name:12} {took:6.1f} s  {outcome['outcome']}" + (f": {outcome['why']}" if "why" in outcome else ""), file=sys.stderr)
        return outcome["outcome"] != "failed"


def print_table(lines):
    """What was found, shortly; the whole is in the file."""
    for line in lines:
        if line["what"] == "ceiling" and "value" in line:
            print(f"{line['name']:24} {line['value']:10.4g} {line['unit']}")
        elif line["what"] == "end-to-end":
            share = f", {line['of_read_stream']:.0%} of read-stream" if "of_read_stream" in line else ""
            print(f"{line['program']:12} {line['run'] or 'one sequence':14} decode {line['decode_tokens_per_s']:8.1f} tokens/s{share}"
                  + (f", prefill {line['prefill_tokens_per_s']:.0f} tokens/s" if line["prompt"] else ""))
            kernels = sorted((each for each in lines if each["what"] == "kernel" and each["phase"] == "decode"
                              and (each["program"], each["run"]) == (line["program"], line["run"])),
                             key=lambda each: -each["us"] * each["calls_per_step"])
            for each in kernels[:5]:
                print(f"  {each['kernel']:50} {each['calls_per_step']:5.4g} x {each['us']:8.2f} us {each['gb_per_s']:8.0f} GB/s"
                      + (f" {each['of_read_stream']:.0%}" if "of_read_stream" in each else ""))
        elif line["what"] == "start":
            print(f"{line['program']:12} first token after {line['cold_s']:.1f} s, {line['warm_s']:.1f} s when the driver knows the code")
        elif line["what"] == "peer":
            print(f"{line['name']:8} {line['rows']:4} rows {line.get('inner', line.get('keys')):6} {line.get('outer', line.get('heads')):6} "
                  f"{line['us']:9.2f} us")
        elif line["what"] in ("correctness", "crosscheck", "sanitizer"):
            print(f"{line['what']:12} {line['name']:24} {'right' if line['right'] else 'WRONG'}")
        elif "not_measured" in line:
            print(f"{line['name']:24} not measured: {line['not_measured']}")


def default_out(commit):
    folder = Path(os.environ.get("OUT") or ROOT / "bench/results/device")
    return folder / f"{datetime.date.today()}-{commit[:10]}.jsonl"


def parse():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--out", type=Path, help="where lines are appended; default: bench/results/device, or $OUT where that is set")
    parser.add_argument("--build", default=ROOT if (ROOT / "pack.json").exists() else ROOT / "build", help="where the programs are")
    parser.add_argument("--budget", type=float, help="seconds of all parts together; default: 480, with --small ten times that")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(2**31), help="of weights, shapes and tokens; default: a fresh one")
    parser.add_argument("--small", action="store_true", help="sizes that the simulator is fast enough for")
    parser.add_argument("--only", nargs="+", choices=[name for name, *_ in PARTS], help="these parts, and ceilings, which the others need")
    options = parser.parse_args()
    if options.budget is None:
        options.budget = 480 * (SIMULATOR_PATIENCE if options.small else 1)
    return options


def main():
    options = parse()
    path = options.out or default_out(find_commit()["commit"])
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "a") as file, tempfile.TemporaryDirectory() as folder:
        run = Run(file, options, folder)
        run.write("run", date=datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"), dirty=run.commit["dirty"],
                  seed=options.seed, small=options.small, budget=options.budget, machine=platform.machine(), cores=os.cpu_count())
        wanted = [part for part in PARTS if not options.only or part[0] in (*options.only, "ceilings")]
        fine = True
        for part in wanted:
            fine = run.measure(*part) and fine
            if part[0] == "ceilings" and not run.device:
                fine = False
                print("no device answered: nothing else is measured", file=sys.stderr)
                break
        file.write(json.dumps({"what": "end", "lines": len(run.lines), "sha256": run.digest.hexdigest()}) + "\n")
    print_table(run.lines)
    print(path)
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main())
