#!/usr/bin/env python3
"""Plants mistakes, one at a time, and asks the tests to find them.

usage: mutations.py FOLDER [--only NAME]...

FOLDER is a scratch clone of the repository, built by `make test`; it is changed and restored. A mistake counts as caught when the
build or one of the suites named for it fails. Exits 1 if one survives.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""

import argparse
import os
import pathlib
import subprocess
import sys
import time

# name, file, right, wrong, ctest pattern of suites that should notice (the first that fails ends the search)
MUTATIONS = [
    ("wrong scale of Q4_1", "dialects/llm/BlockFormat.cpp",
     "block.min = readScaleBits(grid.scale, source + min);",
     "block.min = negate(grid.scale, readScaleBits(grid.scale, source + min));", "reference-models"),
    ("no zero point in the AVX2 dot product", "lib/Lower/Cpu/Avx2.cpp",
     "if (tile.zero != centre)", "if (tile.zero == 3)", "lower-test"),
    ("floats of 8 bits without the exponent of halves", "lib/Lower/Cpu/FloatCodeStrip.cpp",
     "return b.mul(scale, b.constant(scale.getType(), e4m3OfHalf));", "return scale;", "lower-test"),
    ("mask off by one", "lib/Lower/Cpu/AttentionPart.cpp",
     "arith::CmpIPredicate::sle, position, mine", "arith::CmpIPredicate::slt, position, mine", "lower-test"),
    ("window off by one", "lib/Lower/Cpu/AttentionPart.cpp",
     "arith::CmpIPredicate::sle, distance,\n", "arith::CmpIPredicate::slt, distance,\n", "lower-test"),
    ("missing barrier", "lib/Lower/Barriers.cpp",
     "if (meet(reads, written) || ", "if (", "^lit$"),
    ("swapped cache slot", "lib/Lower/Cpu/TileCacheWrite.cpp",
     "Value offset = b.remIndex(slot, pageTokens);", "Value offset = b.remIndex(row, pageTokens);", "lower-test"),
    ("rotation the wrong way", "lib/Lower/Cpu/TilePositions.cpp",
     "b.sub(b.mul(u, cos), b.mul(v, sin))", "b.add(b.mul(u, cos), b.mul(v, sin))", "lower-test"),
    ("softmax sum not rescaled", "lib/Lower/Cpu/AttentionPart.cpp",
     "state[sumOf(index)] = b.fma(state[sumOf(index)], factor, b.sumLanes(total));",
     "state[sumOf(index)] = b.add(state[sumOf(index)], b.sumLanes(total));", "lower-test"),
    ("a prompt's result not rescaled", "lib/Lower/Cpu/PromptAttention.cpp",
     "result = b.mul(result, b.broadcast(factor, part->width));", "", "lower-test"),
    ("values of slots that only others of a tile see", "lib/Lower/Cpu/AttentionPart.cpp",
     "addSlots(page, seen, countUsed(slots.back(), page.block)", "addSlots(page, seen, seen", "lower-test"),
    ("parts merged with one maximum", "lib/Lower/Cpu/AttentionPart.cpp",
     "Value factor = b.select(isOurs, one, shrunk);", "Value factor = one;", "lower-test"),
    ("buffers that live at once share bytes", "lib/Schedule/PlanArena.cpp",
     "other->begin <= buffer.end && buffer.begin <= other->end",
     "other->begin < buffer.begin && buffer.end < other->end", "lower-test|^lit$"),
    ("page never released", "runtime/lib/Engine/PagePool.cpp",
     "if (--tables.referenceCounts[page] == 0)", "if (--tables.referenceCounts[page] == -1)", "Cache|Engine"),
    ("a page given up that the next row reads", "runtime/lib/Engine/PagePool.cpp",
     "std::max<int64_t>(length - sizes.window + 1, 0)", "std::max<int64_t>(length, 0)", "Cache|Engine"),
    ("a block begun too late", "lib/Lower/Cpu/AttentionPart.cpp",
     "Value back = arith::MinUIOp::create(b, b.toIndex(reach), slot);",
     "Value back = arith::MinUIOp::create(b, b.index(1), slot);", "lower-test"),
    ("positions start at one", "runtime/lib/Engine/Engine.cpp",
     "slots[row] = positions[row] = first + static_cast<int32_t>(i);",
     "slots[row] = first + static_cast<int32_t>(i), positions[row] = slots[row] + 1;", "Engine"),
    ("pages in use that a GPU is not told of", "runtime/lib/Engine/PagePool.cpp",
     "touched = std::max<int64_t>(touched, page + 1);",
     "touched = std::max<int64_t>(touched, page);", "DeviceEngine"),
    ("a recorded step for other rows", "runtime/lib/Cuda/CudaRunner.cpp",
     "graphs.run({last.rows, last.logitRowCount,", "graphs.run({0, last.logitRowCount,", "DeviceEngine"),
    ("a kernel's time of repeats counted once", "runtime/lib/Cuda/KernelTimes.cpp",
     "static_cast<double>(repeats * ofKernel.size())", "static_cast<double>(ofKernel.size())", "DeviceEngine"),
    ("merges in the wrong order", "runtime/lib/Text/BytePairMerge.cpp",
     "a.rank > b.rank", "a.rank < b.rank", "Token|Merge"),
    ("top-p keeps too much", "lib/Lower/Cpu/TileSample.cpp",
     "math::CeilOp::create(b, b.mul(p, kept.sum))", "math::CeilOp::create(b, b.mul(f64(1), kept.sum))", "lower-test"),
    ("a value that a product reads whole joins its kernel", "lib/Schedule/FormKernels.cpp",
     "if (needsWhole(use) && ", "if (needsWhole(use) && group.ops.empty() && ", "^lit$"),
    ("a loop overwrites a start that is read behind it", "lib/Schedule/CarriedValues.cpp",
     "isLast &= &use == &start || ", "isLast &= true || ", "^lit$|lower-test"),
    ("the arena holds what other functions return", "lib/Schedule/PlanArena.cpp",
     "outside.insert_range(func.getArguments());", "", "^lit$"),
    ("growth of a team by chance", "runtime/lib/Engine/TeamSize.cpp",
     "if (growing && !confirmed) {", "if (growing && !confirmed && secondsPerStep < 0) {", "TeamSize"),
]


def check(folder, pattern):
    """Whether the build or a suite fails."""
    build = subprocess.run(["ninja", "-C", "build"], cwd=folder, capture_output=True, text=True)
    if build.returncode != 0:
        return "build"
    tests = subprocess.run(["ctest", "--test-dir", "build", "--stop-on-failure", "-R", pattern],
                           cwd=folder, capture_output=True, text=True, env=os.environ | {"GTEST_FAIL_FAST": "1"})
    if "No tests were found" in tests.stdout + tests.stderr:
        sys.exit(f"error: no test matches '{pattern}'")
    return pattern if tests.returncode != 0 else None


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--only", action="append")
    arguments = parser.parse_args()
    chosen = [m for m in MUTATIONS if not arguments.only or m[0] in arguments.only]
    if check(arguments.folder, "|".join(sorted({m[-1] for m in chosen}))):
        sys.exit("error: the suites fail without a mistake planted")
    survived = 0
    for name, file, right, wrong, pattern in chosen:
        path = arguments.folder / file
        original = path.read_text()
        if original.count(right) != 1:
            sys.exit(f"error: {file} has {original.count(right)} places for '{name}', expected one")
        start = time.monotonic()
        try:
            path.write_text(original.replace(right, wrong))
            caught = check(arguments.folder, pattern)
        finally:
            path.write_text(original)
        survived += caught is None
        print(f"{'caught  ' if caught else 'SURVIVED'} {name} ({caught or pattern}, {time.monotonic() - start:.0f} s)", flush=True)
    sys.exit(1 if survived else 0)


if __name__ == "__main__":
    main()
