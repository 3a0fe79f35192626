"""What identifies a kernel: the SHA-256 of its PTX, without what does not change what it does.

A kernel's own name holds its number in the step and labels that of the function in the module; both move when a kernel is put in front
of it. Comments go too. What a module has beside its kernels (functions, variables) belongs to each of them, but for memory of blocks that
others declare.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""

import hashlib
import re

EXTERN = re.compile(r"^\.extern \.shared [^;]*?(\w+)\[\];\n", re.M)
ENTRY = re.compile(r"^\.visible \.entry (\w+)\(.*?^\}\n", re.S | re.M)


def hash_kernels(ptx):
    """Kernel -> SHA-256 of what it is, of a module as LLVM prints it."""
    ptx = re.sub(r"[ \t]*//[^\n]*", "", ptx)
    shared = re.sub(r"\n\s*\n+", "\n", ENTRY.sub("", ptx))
    own = {match[1]: match[0] for match in EXTERN.finditer(shared)}
    shared = EXTERN.sub("", shared)
    found = {}
    for match in ENTRY.finditer(ptx):
        declared = "".join(text for name, text in own.items() if re.search(rf"\b{name}\b", match[0]))
        body = re.sub(rf"\b{match[1]}(?=\b|_)", "kernel", declared + match[0])
        body = re.sub(r"\$L__BB\d+_", "$L__BB_", body)
        found[match[1]] = hashlib.sha256((shared + body).encode()).hexdigest()
    if not found:
        raise ValueError("no kernel in this PTX")
    return found
