"""The model's file is cut while a compile reads it (a download that starts anew): exit 1 and its name, nothing left.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""

import os
import shutil
import subprocess
import time

from harness import COMPILE, MODELS, Attack, Wrong, main


def check(t: Attack):
    out = t.work / "out"
    out.mkdir()
    failed = 0
    for index in range(8):
        model = t.work / "model.gguf"
        shutil.copy(MODELS / "llama-f32.gguf", model)
        process = subprocess.Popen([t.llmc, "compile", str(model), "-o", str(out / "app"), *COMPILE],
                                   stderr=subprocess.PIPE, text=True)
        time.sleep(0.05 + 0.05 * index)
        os.truncate(model, 4096)
        message = process.communicate(timeout=60)[1].strip()
        if process.returncode == 0:  # it was through with reading
            (out / "app").unlink()
            continue
        failed += 1
        if process.returncode != 1 or "model.gguf" not in message or "\n" in message or not message.startswith("llmc: error: "):
            raise Wrong(f"exit {process.returncode}: {message!r}")
        if os.listdir(out):
            raise Wrong(f"left {os.listdir(out)}")
        if failed == 3:  # early, later and late
            break
    if failed == 0:
        raise Wrong("no compile was caught reading")


if __name__ == "__main__":
    main(__file__)
