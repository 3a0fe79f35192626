#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Reads `llvm-objdump -d --no-show-raw-insn` of a compiled model and counts what the
innermost loops of its kernels write to the stack: a register tile that does not fit.

    count-spills.py DISASSEMBLY     one line per kernel; exit 1 if any loop spills
"""
import re
import sys

# Kernels of products and rows; a rotation calls libm, attention keeps an array there.
HOT = re.compile(r"_(linear|norm|quantize_act)(_|\b)")
FUNCTION = re.compile(r"^[0-9a-f]+ <(.+)>:$")
INSTRUCTION = re.compile(r"^\s*([0-9a-f]+):\s+(\S.*)$")
JUMP = re.compile(r"j\w+\s+0x([0-9a-f]+)")
STACK_STORE = re.compile(r"v?mov\S*\s+[^,(]+,\s*(-?(?:0x)?[0-9a-f]*\(%rsp\))")
LEAST = 20  # instructions of a loop worth looking at: shorter ones copy or search
VECTOR = re.compile(r"%[xyzt]mm")  # without them a loop walks over ranges of rows


def functions(path):
    name, code = None, []
    for line in open(path):
        start = FUNCTION.match(line)
        if start:
            if name:
                yield name, code
            name, code = start[1], []
        elif instruction := INSTRUCTION.match(line):
            code.append((int(instruction[1], 16), instruction[2]))
    if name:
        yield name, code


def innermost_loops(code):
    """The bodies between a backward jump and its target that hold no other such pair,
    and that nothing behind them comes back to: there the rest of the loop lies."""
    index = {address: i for i, (address, _) in enumerate(code)}
    jumps = [(i, index[int(jump[1], 16)]) for i, (_, text) in enumerate(code)
             if (jump := JUMP.match(text)) and int(jump[1], 16) in index]
    loops = {(to, at) for at, to in jumps if to <= at}
    for begin, end in sorted(loops):
        inner = any((b, e) != (begin, end) and begin <= b and e <= end for b, e in loops)
        parted = any(at > end and begin < to <= end for at, to in jumps)
        if not inner and not parted:
            yield [text for _, text in code[begin : end + 1]]


def count_stores(body, code):
    """Codes that are unpacked for tile registers lie there too, but only tiles read them,
    from an address in a register."""
    places = [store[1] for text in body if (store := STACK_STORE.match(text))]
    others = [text for _, text in code if not STACK_STORE.match(text) and not text.startswith("lea")]
    return sum(any(re.search(r"[\s,]" + re.escape(place), text) for text in others) for place in places)


def main():
    kernels, spilling = 0, 0
    for name, code in functions(sys.argv[1]):
        if not HOT.search(name):
            continue
        loops = [body for body in innermost_loops(code) if len(body) >= LEAST and any(map(VECTOR.search, body))]
        stores = sum(count_stores(body, code) for body in loops)
        print(f"{name}: {len(loops)} loops, {stores} stack stores")
        kernels += 1
        spilling += stores > 0
    print(f"{kernels} kernels, {spilling} spill")
    return 1 if spilling or not kernels else 0


sys.exit(main())
