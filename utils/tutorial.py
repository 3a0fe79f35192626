#!/usr/bin/env python3
"""Runs the commands of docs/tutorial.md, one after the other, in a clone with a build of its own.

usage: utils/tutorial.py FOLDER     a scratch folder; kept, so that a second run is short

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""

import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent


def main():
    if len(sys.argv) != 2 or sys.argv[1].startswith("-"):
        sys.exit(__doc__)
    clone = pathlib.Path(sys.argv[1]).resolve() / "llmc"
    if not clone.exists():
        subprocess.run(["git", "clone", "-q", ROOT, clone], check=True)
    subprocess.run(["git", "fetch", "-q", ROOT, "HEAD"], cwd=clone, check=True)
    subprocess.run(["git", "reset", "-q", "--hard", "FETCH_HEAD"], cwd=clone, check=True)
    # What the tutorial itself has written; the build folder is ignored and stays.
    subprocess.run(["git", "clean", "-qfd"], cwd=clone, check=True)
    subprocess.run("cmake --preset release && ninja -C build", shell=True, cwd=clone, check=True)
    blocks = re.findall(r"^```sh\n(.*?)^```", (clone / "docs/tutorial.md").read_text(), flags=re.M | re.S)
    script = "set -eux\n" + "".join(blocks)
    result = subprocess.run(["bash", "-c", script], cwd=clone, check=False)
    print("every command of the tutorial works" if result.returncode == 0 else "a command of the tutorial fails")
    sys.exit(result.returncode)


if __name__ == "__main__":
    main()
