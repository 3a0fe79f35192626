"""Limits on file sizes (ulimit -f): works, or one line and nothing left.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""

import os
import resource

from harness import COMPILE, MODELS, Attack, Wrong, check_error, main


def check(t: Attack):
    out = t.work / "out"
    out.mkdir()
    for size in (4 << 10, 100 << 10, 1000 << 10, 2 << 20, 64 << 20):
        result = t.run(t.llmc, "compile", MODELS / "llama-f32.gguf", "-o", out / "app", *COMPILE, code=(0, 1),
                       preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size)))
        if result.code:
            check_error(result, f"cannot write '{out / 'app'}': File too large")
        left = os.listdir(out)
        if left != ([] if result.code else ["app"]):
            raise Wrong(f"with {size} bytes: exit {result.code}, left {left}")
        if result.code == 0:
            (out / "app").unlink()


if __name__ == "__main__":
    main(__file__)
