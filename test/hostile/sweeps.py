#!/usr/bin/env python3
"""Compiles that are killed at random moments, and under many limits of memory and of file size: never a half program under
the name asked for, nothing left after the next compile, and every failure is one line and exit code 1. Then every place that
allocates finds no memory (22-allocations-fail.py).

usage: sweeps.py LLMC [--kills N] [--sizes N] [--seed N]

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""

import argparse
import os
import random
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from harness import COMPILE, FOLDER, MIB, MODELS, ROOT, Attack, Wrong, check_error, load

# One of each way in; importers take memory in their own ways.
MODEL = MODELS / "llama-f32.gguf"
FORMATS = {"GGUF": MODEL, "folder": MODELS / "llama", "shards": MODELS / "llama-sharded", "quantised": MODELS / "llama-nf4",
           "ONNX": ROOT / "test" / "Inputs" / "onnx" / "gpt2-opset23" / "model.onnx"}


def command(t, app, model=MODEL):
    return [t.llmc, "compile", str(model), "-o", str(app), *COMPILE]


def check_whole(t, app):
    """What stands under the name is a whole program."""
    if app.exists():
        t.run(app, "info", "--verify")


def kills(t, count, rng):
    """Half of them kill the compiler alone, as the system does for memory, half the whole group."""
    out = t.work / "kills"
    out.mkdir()
    app = out / "app"
    begin = time.monotonic()
    t.run(*command(t, app))
    whole = time.monotonic() - begin
    caught, most = 0, 0
    for index in range(count):
        app.unlink(missing_ok=True)
        process = subprocess.Popen(command(t, app), start_new_session=True, stderr=subprocess.DEVNULL)
        time.sleep(rng.uniform(0, whole))
        caught += process.poll() is None
        if index % 2:
            process.kill()
        elif process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        check_whole(t, app)
        most = max(most, len(os.listdir(out)))
    time.sleep(1)  # a compiler whose parent was killed ends by itself
    t.run(*command(t, app))
    check_whole(t, app)
    left = sorted(os.listdir(out))
    if left != ["app"] or caught < count // 4:
        raise Wrong(f"{caught} of {count} compiles caught, then a whole one: there are {left}")
    return f"{caught} of {count} compiles caught at work, at most {most} files between them, none left after the next"


def limits(t, name, what, sizes, model=MODEL):
    """Works, or says in one line why not."""
    out = t.work / name
    out.mkdir()
    app = out / "app"
    codes = Counter()

    def prepare(size):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(what, (size, size))

    for size in sizes:
        try:
            result = t.run(*command(t, app, model), code=(0, 1), preexec_fn=lambda: prepare(size))
            if result.code:
                check_error(result)
        except Wrong as wrong:
            raise Wrong(f"{size} bytes: {wrong}") from None
        codes[result.code] += 1
        check_whole(t, app)
        left = os.listdir(out)
        if left != ([] if result.code else ["app"]):
            raise Wrong(f"{size} bytes: exit {result.code}, left {left}")
        app.unlink(missing_ok=True)
    return f"{codes[0]} of {len(sizes)} work, {codes[1]} are refused in one line"


def allocations(t):
    """All places of attack 22."""
    attacks = load(FOLDER / "22-allocations-fail.py")
    ends = {name: attacks.attack(case, after) for name, case, after in attacks.cases(t)}
    return ", ".join(f"{name} {ends[name]['refused']} refused, {ends[name]['same']} as with memory" for name in ends)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("llmc")
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--sizes", type=int, default=15)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    rng = random.Random(options.seed)
    failed = 0
    with tempfile.TemporaryDirectory(prefix="llmc-sweeps-") as work:
        t = Attack(options.llmc, Path(work))
        # From what the loader alone needs to where everything works.
        edge = load(FOLDER / "10-memory-limit.py").least(t)
        memory = [int((edge + 1 + 500 * i / options.sizes) * MIB) for i in range(options.sizes)]
        files = [int(4096 * (16384 ** (i / max(options.sizes - 1, 1)))) for i in range(options.sizes)]
        for name, sweep in (("kill -9", lambda: kills(t, options.kills, rng)),
                            *((f"ulimit -v, {name}", lambda name=name: limits(t, name, resource.RLIMIT_AS, memory, FORMATS[name]))
                              for name in FORMATS),
                            ("ulimit -f", lambda: limits(t, "files", resource.RLIMIT_FSIZE, files)),
                            ("allocations", lambda: allocations(t))):
            try:
                print(f"pass  {name:20} {sweep()}", flush=True)
            except Wrong as wrong:
                failed += 1
                print(f"FAIL  {name:20} {wrong}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
