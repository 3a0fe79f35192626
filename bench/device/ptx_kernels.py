"""What identifies a kernel: the SHA-256 of its PTX, without what does not change what it does.

A kernel's own name holds its number in the step and labels that of the function in the module; both move when a kernel is put in front
of it. Comments go too. What a module has beside its kernels (functions, variables) belongs to each of them.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""

import hashlib
import re

ENTRY = re.compile(r"^\.visible \.entry (\w+)\(.*?^\}\n", re.S | re.M)


def hash_kernels(ptx):
    """Kernel -> SHA-256 of what it is, of a module as LLVM prints it."""
    ptx = re.sub(r"[ \t]*//[^\n]*", "", ptx)
    shared = re.sub(r"\n\s*\n+", "\n", ENTRY.sub("", ptx))
    found = {}
    for match in ENTRY.finditer(ptx):
        body = re.sub(rf"\b{match[1]}(?=\b|_)", "kernel", match[0])
        body = re.sub(r"\$L__BB\d+_", "$L__BB_", body)
        found[match[1]] = hashlib.sha256((shared + body).encode()).hexdigest()
    if not found:
        raise ValueError("no kernel in this PTX")
    return found
