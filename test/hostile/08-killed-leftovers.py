"""A compile that is killed leaves its temporary file; the next one to the same name removes it.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""

import os
import subprocess
import time

from harness import COMPILE, MODELS, Attack, Wrong, main


def check(t: Attack):
    out = t.work / "out"
    out.mkdir()
    command = [t.llmc, "compile", str(MODELS / "llama-f32.gguf"), "-o", str(out / "app"), *COMPILE]
    killed = 0
    for _ in range(8):
        process = subprocess.Popen(command, start_new_session=True)
        before = set(os.listdir(out))
        while process.poll() is None and set(os.listdir(out)) <= before:
            time.sleep(0.002)
        killed += process.poll() is None
        os.killpg(process.pid, 9) if process.poll() is None else None
        process.wait()
    if killed == 0:
        raise Wrong("no compile was caught at work")
    stranger = out / "app.notes.tmp"
    stranger.write_text("not ours")
    t.run(*command)
    left = sorted(os.listdir(out))
    if left != ["app", "app.notes.tmp"]:
        raise Wrong(f"after {killed} kills and a whole compile there are {left}")


if __name__ == "__main__":
    main(__file__)
