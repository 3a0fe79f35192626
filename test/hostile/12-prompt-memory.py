"""Prompts that are refused keep to the memory contract (plus the stated bound for text); endless input is refused.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""

import json

from harness import MIB, MODELS, Attack, Wrong, at_most, check_error, main

TEXT_MIB = 24  # the bound for text of docs/limits.md, with this harness' own memory


def check(t: Attack):
    app = t.compile(MODELS / "llama-q4_1.gguf")
    contract = json.loads(t.run(app, "info", "--json").out)["memory"]["total_bytes"]
    prompt = t.work / "prompt.bin"
    for byte in (b"\xff", b"a", b" "):
        with open(prompt, "wb") as file:  # in parts: the peak of a child begins with ours
            for _ in range(256):
                file.write(byte * (MIB // 16))
        for command in (("run", "-f", prompt), ("eval", "--text", prompt, "-c", "64", "--windows", "1")):
            result = t.run(app, *command, code=(0, 1))
            if command[0] == "run":
                check_error(result, "prompt.bin", tool="app")
                at_most(f"{command[0]} of {byte}", result.peak / MIB, contract / MIB + TEXT_MIB, "MiB")
    for command in (("run", "-f", "/dev/zero"), ("run", "-f", "-"), ("eval", "--text", "/dev/zero"), ()):
        with open("/dev/zero", "rb") as zeros:
            result = t.run(app, *command, code=1, stdin=zeros, timeout=60)
        check_error(result, tool="app")
        if "memory" in result.err:
            raise Wrong(f"{command} reads until memory ends: {result.err!r}")
        most = 512 if "eval" in command else contract / MIB + TEXT_MIB
        at_most(f"{command} of endless input", result.peak / MIB, most, "MiB")


if __name__ == "__main__":
    main(__file__)
