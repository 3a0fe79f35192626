"""The executable `llmc`: where it is, and a run of it.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from ._errors import CompileError

_ERROR, _WARNING = "llmc: error: ", "llmc: warning: "


def find_compiler() -> str:
    """The compiler's path: of the wheel, else of the environment variable LLMC, else on PATH.

    Raises CompileError where there is none.
    """
    bundled = Path(__file__).parent / "bin" / "llmc"
    if bundled.is_file():
        return str(bundled)
    named = os.environ.get("LLMC")
    if named:
        if os.access(named, os.X_OK) and Path(named).is_file():
            return named
        raise CompileError(f"the environment variable LLMC names '{named}', which is no program: "
                           "give the path of the executable llmc, or unset it")
    found = shutil.which("llmc")
    if found:
        return found
    raise CompileError("no compiler: this package has none in it, LLMC is not set and 'llmc' is not on PATH; "
                       "install llmc, or set LLMC to its path")


def run_compiler(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Runs it to the end, whatever its exit status is. Raises CompileError where it does not start or crashes."""
    try:
        result = subprocess.run([find_compiler(), *arguments], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, encoding="utf-8", errors="replace", check=False)
    except OSError as error:
        raise CompileError(f"the compiler does not start: {error}") from error
    if result.returncode < 0:
        raise CompileError(f"the compiler was ended by signal {-result.returncode}: {result.stderr.strip()}")
    return result


def refusal(result: subprocess.CompletedProcess[str]) -> CompileError:
    """What it said when it failed, as an exception."""
    said = result.stderr.strip()
    return CompileError(said[said.find(_ERROR) + len(_ERROR):] if _ERROR in said else said)


def cautions(result: subprocess.CompletedProcess[str]) -> list[str]:
    """What it warned of."""
    return [line[len(_WARNING):] for line in result.stderr.splitlines() if line.startswith(_WARNING)]
