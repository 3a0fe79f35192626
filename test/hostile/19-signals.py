"""Signals that end a compile, sent to it alone or to its group: it dies of that signal and leaves nothing. A reader that\nhas gone ends it quietly.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""

import os
import signal
import subprocess
import time

from harness import COMPILE, MODELS, Attack, Wrong, main

SIGNALS = ("SIGHUP", "SIGINT", "SIGTERM", "SIGALRM", "SIGUSR1", "SIGXCPU", "SIGQUIT")


def check(t: Attack):
    out = t.work / "out"
    out.mkdir()
    command = [t.llmc, "compile", str(MODELS / "llama-f32.gguf"), "-o", str(out / "app"), *COMPILE]
    for index, name in enumerate(SIGNALS):
        number = getattr(signal, name)
        process = subprocess.Popen(command, start_new_session=True, stderr=subprocess.PIPE)
        while process.poll() is None and not os.listdir(out):
            time.sleep(0.002)
        (os.killpg if index % 2 else os.kill)(process.pid, number)
        message = process.communicate(timeout=60)[1]
        if process.returncode != -number or message or os.listdir(out):
            raise Wrong(f"{name}: exit {process.returncode}, {message!r}, left {os.listdir(out)}")

    process = subprocess.Popen([t.llmc, "import", str(MODELS / "llama-f32.gguf")], stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE)
    process.stdout.close()
    message = process.stderr.read()
    if process.wait(timeout=60) != -signal.SIGPIPE or message:
        raise Wrong(f"without a reader: exit {process.returncode}, {message!r}")


if __name__ == "__main__":
    main(__file__)
