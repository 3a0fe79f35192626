"""Limits on address space (ulimit -v): works, or exit 1 and one line; never an abort.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""

import resource

from harness import COMPILE, MIB, MODELS, Attack, Wrong, check_error, main


def limit(mib):
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (mib * MIB, mib * MIB))


def check(t: Attack):
    for mib in (340, 360, 380, 400, 420, 450, 480, 500, 550):
        try:
            result = t.run(t.llmc, "compile", MODELS / "llama-f32.gguf", "-o", "app", *COMPILE, code=(0, 1),
                           preexec_fn=lambda: limit(mib))
        except Wrong as wrong:
            raise Wrong(f"with {mib} MiB: {wrong}") from None
        if result.code:
            check_error(result)


if __name__ == "__main__":
    main(__file__)
