"""A full or closed standard output is an error of every command, --help and --version too.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""

import os

from harness import MODELS, Attack, Wrong, check_error, main


def check(t: Attack):
    model = MODELS / "llama-q4_1.gguf"
    app = t.compile(model)
    commands = [(t.llmc, *rest) for rest in (
        ("inspect", model), ("inspect", model, "--json"), ("inspect", model, "--tensors"), ("import", model),
        ("compile", model, "-q", "--emit=mlir"), ("run", model, "--reference", "-p", "a", "-n", "1"), ("--help",),
        ("--version",), ("compile", "--help"))]
    commands += [(app, *rest) for rest in (("--help",), ("--version",), ("info",), ("info", "--json"), ("run", "--help"),
                                           ("run", "-p", "a", "-n", "1"))]
    for command in commands:
        for closed in (False, True):
            with open("/dev/full", "wb") as full:
                options = {"preexec_fn": lambda: os.close(1)} if closed else {"stdout": full}
                name = " ".join(str(part) for part in command[1:]) + (" >&-" if closed else " >/dev/full")
                try:
                    result = t.run(*command, code=1, **options)
                    check_error(result, "cannot write", tool="llmc" if command[0] == t.llmc else "app")
                except Wrong as wrong:
                    raise Wrong(f"{name}: {wrong}") from None


if __name__ == "__main__":
    main(__file__)
