"""ONNX models as programs: compiled by llmc, called on NumPy arrays, compared as ONNX's backend tests compare.

Only what a user runs: `llmc compile`, then `app call`.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""

import os
import re
import subprocess
from pathlib import Path
from typing import NamedTuple

import numpy as np
from onnx import TensorProto, numpy_helper

ROOT = Path(__file__).resolve().parents[2]
LLMC = os.environ.get("LLMC", str(ROOT / "build" / "bin" / "llmc"))
SECONDS = 120  # that a compile or a call may take: more is a hang
BFLOAT16_RTOL = 2.0 ** -6  # two units of the last place, as onnx.backend.test.runner allows

# The compiler runs apart from who reports its end; a link that fails is a mistake of its own, too.
BUG = re.compile(r"this is a bug|linking failed")

PASSED, DECLINED, WRONG, CRASHED = "passed", "declined", "wrong", "crashed"


class Outcome(NamedTuple):
    status: str
    detail: str = ""


class Failure(Exception):
    """An outcome other than `passed`."""

    def __init__(self, status, detail):
        super().__init__(f"{status}: {detail}")
        self.outcome = Outcome(status, detail)


def run(command):
    try:
        return subprocess.run([str(part) for part in command], capture_output=True, text=True, timeout=SECONDS,
                              stdin=subprocess.DEVNULL, errors="replace")
    except subprocess.TimeoutExpired:
        raise Failure(CRASHED, f"{Path(command[0]).name} did not end within {SECONDS} s") from None


def check_exit(result, program, declines):
    """Raises for anything but success: one line of error with status 1 declines, all else is a crash."""
    if result.returncode == 0:
        return
    errors = [line for line in result.stderr.splitlines() if "warning: " not in line]
    is_clear = result.returncode == 1 and len(errors) == 1 and re.match(r"[\w.-]+: error: ", errors[0])
    if not is_clear or BUG.search(errors[0]):
        raise Failure(CRASHED, f"{program} ended with {result.returncode}: {' / '.join(errors)[-400:]}")
    raise Failure(DECLINED if declines else WRONG, errors[0].split("error: ", 1)[1])


def compile_model(model, app, *flags):
    """`model`: an .onnx file. The program is for this machine alone."""
    check_exit(run([LLMC, "compile", model, "-q", "-o", app, "--cpu=native", *flags]), "llmc", declines=True)


def read_array(path, dtype):
    """An output. NumPy knows narrow types by their width only: `dtype` says which is meant."""
    array = np.load(path, allow_pickle=False)
    dtype = np.dtype(dtype)
    return array.view(dtype) if array.dtype.kind == "V" and array.dtype.itemsize == dtype.itemsize else array


def call(app, folder, inputs, dtypes, *flags):
    """The outputs that `dtypes` names, of one call: `inputs` and the result are arrays by name."""
    command = [app, "call"]
    for i, (name, array) in enumerate(inputs.items()):
        file = folder / f"input{i}.npy"
        np.save(file, np.ascontiguousarray(array).reshape(array.shape))
        command.append(f"{name}={file}")
    out = folder / "out"
    check_exit(run([*command, "--out", out, *flags]), "the program", declines=False)
    return {name: read_array(out / f"{name.replace('/', '_')}.npy", dtype) for name, dtype in dtypes.items()}


def to_array(value):
    """An array of what a node test holds; nothing for sequences, strings and missing values."""
    if isinstance(value, TensorProto):
        value = numpy_helper.to_array(value)
    if not isinstance(value, (np.ndarray, np.generic)) or value.dtype == object or value.dtype.kind in "SU":
        return None
    return np.asarray(value)


def compare(name, made, expected, rtol, atol):
    """As onnx.backend.test.runner.Runner.assert_similar_outputs."""
    if made.shape != expected.shape:
        raise Failure(WRONG, f"{name} has shape {list(made.shape)}, expected {list(expected.shape)}")
    if made.dtype != expected.dtype:
        raise Failure(WRONG, f"{name} is of {made.dtype}, expected {expected.dtype}")
    if made.dtype.kind == "V" or made.dtype.name.startswith(("bfloat", "float4", "float6", "float8", "int2", "int4", "uint2", "uint4")):
        rtol = max(rtol, BFLOAT16_RTOL) if made.dtype.name == "bfloat16" else rtol
        made, expected = made.astype(np.float32), expected.astype(np.float32)
    try:
        np.testing.assert_allclose(made, expected, rtol=rtol, atol=atol)
    except AssertionError as error:
        facts = [line.strip() for line in str(error).splitlines() if re.match(r"\s*(Mismatched|Max|nan|inf|x and y)", line)]
        raise Failure(WRONG, f"{name}: {'; '.join(facts) or 'differs'}") from None
