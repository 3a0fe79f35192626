"""The programs that `llmc run` keeps are run, so they are its user's alone and checked: damaged, replaced, or in\nsomeone else's folder they are compiled again or refused.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""

import os
import stat

from harness import COMPILE, MODELS, Attack, Wrong, check_error, main


def check(t: Attack):
    home = t.work / "cache"
    environment = {**os.environ, "XDG_CACHE_HOME": str(home)}
    command = (t.llmc, "run", MODELS / "llama-q4_1.gguf", *COMPILE[1:], "-p", "a", "-n", "4", "--print-ids")

    def run(code=0):
        return t.run(*command, code=code, env=environment)

    answer = run().out
    app, = (home / "llmc").glob("*/app")
    for folder in (home / "llmc", app.parent):
        if stat.S_IMODE(folder.stat().st_mode) != 0o700:
            raise Wrong(f"{folder} has mode {folder.stat().st_mode:o}")
    before = app.stat().st_mtime_ns
    if run().out != answer or app.stat().st_mtime_ns != before:
        raise Wrong("a whole program is compiled again")

    data = bytearray(app.read_bytes())
    data[len(data) // 2] ^= 1
    for name, bad in (("damaged", bytes(data)), ("cut", bytes(data[:len(data) // 2])), ("empty", b""),
                      ("replaced", b"#!/bin/sh\necho owned\n")):
        app.write_bytes(bad)
        result = run()
        if result.out != answer or "compiling it again" not in result.err:
            raise Wrong(f"{name}: {result.out[:80]!r} {result.err[:200]!r}")
    app.unlink()
    app.symlink_to("/bin/echo")
    if run().out != answer or app.is_symlink():
        raise Wrong("a link is followed")

    (home / "llmc").chmod(0o777)
    run()
    if stat.S_IMODE((home / "llmc").stat().st_mode) != 0o700:
        raise Wrong("others may enter the folder")
    (home / "llmc").rename(home / "elsewhere")
    (home / "llmc").symlink_to(home / "elsewhere")
    check_error(run(code=1), home / "llmc", "not a folder of yours")
    (home / "llmc").unlink()
    (home / "elsewhere").rename(home / "llmc")
    if os.geteuid() == 0:
        os.chown(home / "llmc", 12345, 12345)
        check_error(run(code=1), home / "llmc", "not a folder of yours")


if __name__ == "__main__":
    main(__file__)
