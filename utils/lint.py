#!/usr/bin/env python3
"""What clang-format does not see: file headers, who may include whom, and paths
of the machine that a file was written on. Prints one line per finding.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SPDX = "SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception"
MAX_LINES = 700

# docs/architecture.md: llmrt/abi.h <- dialects <- Support <- Weights <- stages <- Driver <- tools.
# A stage sees what stands before it in the chain, never another stage.
STAGES = ["Import", "Raise", "Optimize", "Schedule", "Lower", "Emit", "Reference"]
BELOW_STAGES = ["Support", "Weights"]
ALLOWED = {
    "Support": ["Support"],
    "Weights": ["Support", "Weights"],
    **{stage: [*BELOW_STAGES, stage] for stage in STAGES},
    "PtxSim": ["PtxSim"],  # stands alone: it is no stage
    "Driver": [*BELOW_STAGES, *STAGES, "Driver"],
}
# Headers of the runtime that the compiler shares, besides the ABI.
SHARED_RUNTIME = {
    "Emit": ["Checksum.h", "ElfFile.h"],
    "Weights": [],
    "PtxSim": ["CudaDriver.h"],
    "Import": ["Status.h", "Tokenizer.h", "TokenizerModel.h"],
    "Driver": ["Artifact.h", "Status.h", "Tokenizer.h", "TokenizerModel.h", "Engine.h", "Function.h",
               "CommandDocs.h", "Console.h", "Cpu.h", "KernelClock.h", "ThreadPool.h", "Usage.h"],
}
# utils/mutations.py plants mistakes: code that has moved takes its mistake along.
sys.path.insert(0, str(ROOT / "utils"))
from mutations import MUTATIONS  # noqa: E402

MACHINE_PATH = re.compile(r"(?<![\w.$}{/-])/(root|home|tmp|work|Users)/[\w.]")


def tracked():
    names = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "-z"],
        cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return [name for name in names.split("\0") if name and (ROOT / name).is_file()]


def stage_of(name):
    """The stage that a file of lib/ or include/llmc/ belongs to."""
    parts = name.split("/")
    if parts[0] == "lib" and len(parts) > 2:
        return parts[1]
    if parts[:2] == ["include", "llmc"] and len(parts) > 3:
        return parts[2]
    return None


def check_include(name, included):
    stage = stage_of(name)
    llmc = re.match(r"llmc/(\w+)/", included)
    llmrt = re.match(r"llmrt/(.+)", included)
    if name.startswith("runtime/") and (llmc or re.match(r"(mlir|llvm|dialects|lld)/", included)):
        return "the runtime includes nothing of the compiler"
    if name.startswith("dialects/") and (llmc or llmrt and llmrt[1] != "abi.h"):
        return "dialects include nothing of the stages"
    if stage and llmc and llmc[1] not in ALLOWED.get(stage, []):
        return f"{stage} may not include {llmc[1]}"
    if stage and llmrt and llmrt[1] != "abi.h" and llmrt[1] not in SHARED_RUNTIME.get(stage, []):
        return f"{stage} may include of the runtime only llmrt/abi.h"
    return None


def check_source(name, text):
    lines = text.split("\n")
    if name.endswith(".inc") or name.startswith("cmake/"):
        return
    if not re.match(r"(//|/\*)===- .* -*.*===", lines[0]):
        yield 1, "the first line is not a file header: //===- Name.cpp - what it is ---===//"
    elif Path(name).name not in lines[0]:
        yield 1, f"the file header names another file: {lines[0]}"
    if len(lines) > MAX_LINES:
        yield len(lines), f"more than {MAX_LINES} lines: split it"
    for number, line in enumerate(lines, 1):
        include = re.match(r'\s*#include "(.+)"', line)
        problem = include and check_include(name, include[1])
        if problem:
            yield number, problem


def check(name):
    path = ROOT / name
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return
    source = name.endswith((".cpp", ".h", ".td"))
    script = name.endswith((".sh", ".py")) and not name.startswith("test/")
    if (source or script) and SPDX not in "\n".join(text.split("\n")[:12]):
        yield 1, f"no line '{SPDX}'"
    if source:
        yield from check_source(name, text)
    if name.startswith("test/Inputs/") or name == "utils/lint.py":
        return
    for number, line in enumerate(text.split("\n"), 1):
        if MACHINE_PATH.search(line):
            yield number, "a path of one machine"
        if len(line) > 1 and line.rstrip() != line:
            yield number, "blanks at the end of the line"


def check_mutations():
    for name, file, right, *_ in MUTATIONS:
        places = (ROOT / file).read_text().count(right) if (ROOT / file).is_file() else 0
        if places != 1:
            yield f"'{name}' is planted at one place of {file}, which has {places}"


def main():
    findings = 0
    for problem in check_mutations():
        print(f"utils/mutations.py: {problem}")
        findings += 1
    for name in tracked():
        for number, problem in check(name):
            print(f"{name}:{number}: {problem}")
            findings += 1
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
