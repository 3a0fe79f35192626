"""Limits on address space (ulimit -v): works, or exit 1 and one line; never an abort.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""

import resource

from harness import COMPILE, MIB, MODELS, Attack, Wrong, check_error, main


def limit(mib):
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (mib * MIB, mib * MIB))


def least(t: Attack):
    """MiB with which the loader, which has words of its own, maps llmc and its libraries."""
    too_few, enough = 16, 1024
    while too_few + 1 < enough:
        mib = (too_few + enough) // 2
        result = t.run(t.llmc, "--version", code=(0, 1, 127), preexec_fn=lambda: limit(mib))
        too_few, enough = (mib, enough) if result.code == 127 else (too_few, mib)
    return enough


def check(t: Attack):
    edge = least(t)
    for mib in (edge, edge + 1, edge + 4, edge + 9, *range(edge + 20, edge + 221, 25)):
        try:
            result = t.run(t.llmc, "compile", MODELS / "llama-f32.gguf", "-o", "app", *COMPILE, code=(0, 1),
                           preexec_fn=lambda: limit(mib))
        except Wrong as wrong:
            raise Wrong(f"with {mib} MiB: {wrong}") from None
        if result.code:
            check_error(result)


if __name__ == "__main__":
    main(__file__)
