#!/usr/bin/env python3
"""Makes the mistakes of a first hour, judges what is said, and writes docs/errors.md.

usage: errors.py LLMC LLMC_OPT [--check] [--fast] [ROW...]
  --check   write nothing; fail when a row is graded below what docs/errors.md says
  --fast    leave out the rows that take seconds or namespaces

A good message says what was given, what was found or is allowed, and what to do. Each mistake names its exit code and three
patterns for these: A is all three, B two, C fewer, D another exit code. A row of several commands has the grade of its worst.
A mistake that simply works, or that a later version made work, is an A where it does what was meant.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import error_rows

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "errors.md"
MODELS = ROOT / "test" / "Inputs" / "models"
GRADES = "ABCD"

HEAD = """# Mistakes, and what is said

Written by `utils/errors.py`, which makes each of these mistakes and judges the answer: **A** says what was given, what was found or
is allowed, and what to do (or does what was meant); **B** two of the three; **C** fewer; **D** ends with another exit code than it should.
`app` is a compiled model. Longer messages are cut; numbers of the machine are written `N`. ⚙: the row needs namespaces or another
user, which some machines refuse.

{totals}

| # | what was done | exit | grade | what was said |
|---|---|---|---|---|
"""


def broken(text, change):
    """A copy of some bytes with one place changed, which must be there."""
    old, new = change
    assert old in text, f"{old!r} is not in the file"
    return text.replace(old, new, 1)


class Inputs:
    """The folder in which the mistakes are made."""

    def __init__(self, folder):
        self.folder = folder
        self.gguf = (MODELS / "llama-q4_1.gguf").read_bytes()

    def write(self, name, data):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data.encode() if isinstance(data, str) else data)

    def model_folder(self, name, drop=(), files=None, config=None, source="llama"):
        shutil.copytree(MODELS / source, self.folder / name)
        for each in drop:
            (self.folder / name / each).unlink()
        for each, data in (files or {}).items():
            self.write(f"{name}/{each}", data)
        if config:
            path = self.folder / name / "config.json"
            path.write_text(json.dumps({**json.loads(path.read_text()), **config}))

    def all(self):
        self.files()
        self.folders()

    def files(self):
        gguf = self.gguf
        pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 1112093728\n"
        for name, data in {
                "m.gguf": gguf,
                "README.md": "# A model\nThis is about a model.\n",
                "empty.gguf": b"",
                "page.gguf": "<!DOCTYPE html>\n<html><title>404</title></html>\n",
                "pointer.gguf": pointer,
                "model.onnx": b"\x08\x08\x12\x07pytorch\x1a\x032.1:\x20" + bytes(32),
                "cut.gguf": gguf[:len(gguf) * 2 // 3],
                "v1.gguf": gguf[:4] + b"\1" + gguf[5:],
                "old.gguf": broken(gguf, (b"gpt2", b"rwkv")),
                "mamba.gguf": broken(gguf, (b"\5\0\0\0\0\0\0\0llama", b"\5\0\0\0\0\0\0\0mamba")),
                "nvfp4.gguf": broken(gguf, self.type_of(b"blk.0.attn_q.weight", 40)),
                "pickle.bin": b"\x80\x02}q\x00.",
                "bytes.bin": bytes(range(256)) * 40,
                "latin.txt": "caf\xe9".encode("latin-1"),
                "ids32.npy": self.npy("<f4"),
        }.items():
            self.write(name, data)
        self.pointer = pointer

    def folders(self):
        (self.folder / "nothing").mkdir()
        self.model_folder("hf")
        tensors = (MODELS / "llama" / "model.safetensors").read_bytes()
        self.model_folder("hf-pointer", files={"model.safetensors": self.pointer})
        self.model_folder("hf-noconfig", drop=["config.json"])
        self.model_folder("hf-torch", drop=["model.safetensors"], files={"pytorch_model.bin": b"PK\3\4"})
        self.model_folder("hf-onnx", drop=["config.json", "model.safetensors"],
                          files={"model.onnx": b"\x08\x08", "model_q4.onnx": b"\x08\x08"})
        self.model_folder("lora", drop=["config.json", "model.safetensors"],
                          files={"adapter_config.json": "{}", "adapter_model.safetensors": tensors})
        self.model_folder("rwkv", config={"model_type": "rwkv", "architectures": ["RwkvForCausalLM"]})
        self.model_folder("hf-badjson", files={"config.json": '{"model_type": "llama",\n "hidden_size": 64,'})
        self.model_folder("hf-shard", drop=["model-00002-of-00002.safetensors"], source="llama-sharded")
        self.model_folder("hf-cut", files={"model.safetensors": tensors[:len(tensors) // 2]})
        shutil.copytree(MODELS / "llama-gptq", self.folder / "hf-gptq")
        self.model_folder("hf-quip", config={"quantization_config": {"quant_method": "quip", "bits": 2}})
        self.model_folder("hf-wide", config={"hidden_size": 128, "head_dim": 32})
        self.model_folder("hf-spm", drop=["tokenizer.json"], files={"tokenizer.model": b"\n\x0e\n\x05<unk>"})
        self.model_folder("hf-notemplate", drop=["tokenizer_config.json"])
        shutil.copy(MODELS / "llama-k.gguf", self.folder / "llama-k.gguf")
        shutil.copy(MODELS / "llama-q4_1.gguf", self.folder / "m-secret.gguf")
        self.model_folder("hf-notok", drop=["tokenizer.json", "tokenizer_config.json"])

    def type_of(self, name, number):
        """The bytes of a GGUF's tensor entry, and the same with another type."""
        at = self.gguf.index(name)
        dimensions = at + len(name)
        count = int.from_bytes(self.gguf[dimensions:dimensions + 4], "little")
        place = dimensions + 4 + 8 * count
        old = self.gguf[at:place + 4]
        return old, old[:-4] + number.to_bytes(4, "little")

    @staticmethod
    def npy(kind):
        header = str({"descr": kind, "fortran_order": False, "shape": (1, 2)}).encode()
        header += b" " * (-(len(header) + 11) % 64) + b"\n"
        return b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header + bytes(8)


class Judge:
    def __init__(self, llmc, opt, folder):
        self.folder = folder
        (folder / "bin").mkdir()
        for name, target in (("llmc", llmc), ("llmc-opt", opt)):
            (folder / "bin" / name).symlink_to(Path(target).resolve())
        self.environment = {"PATH": f"{folder / 'bin'}:{os.environ['PATH']}", "HOME": str(folder), "LC_ALL": "C.UTF-8",
                            "XDG_CACHE_HOME": str(folder / "cache"), "NO_COLOR": "1"}
        # Sanitizers and coverage are told what to do by the environment.
        self.environment.update({k: v for k, v in os.environ.items() if k.endswith("_OPTIONS") or k.startswith("LLVM_")})

    def run(self, command, stdin=b"", variables=None):
        try:
            done = subprocess.run(["bash", "-c", command], cwd=self.folder, input=stdin, capture_output=True, timeout=300,
                                  env={**self.environment, **(variables or {})}, check=False)
        except subprocess.TimeoutExpired:
            return 124, "still running after 300 s"
        return done.returncode, (done.stderr + done.stdout).decode(errors="replace")

    def prepare(self):
        for name, model, flags in error_rows.PROGRAMS:
            code, said = self.run(f"llmc compile {model} -q -o {name} {flags}")
            if code:
                sys.exit(f"errors.py: cannot compile {model}: {said}")

    def grade(self, mistake):
        code, said = self.run(mistake.command, mistake.stdin, mistake.variables)
        if code != mistake.exit:
            return "D", code, said
        found = sum(bool(re.search(pattern, said, re.M)) for pattern in mistake.patterns)
        return "ABC"[min(len(mistake.patterns) - found, 2)], code, said

    def judge(self, row):
        """The worst of its commands, and what the first of the worst said."""
        results = [self.grade(mistake) for mistake in row.mistakes]
        return max(results, key=lambda result: GRADES.index(result[0]))

    def show(self, said):
        """One line for a table, the same on every machine."""
        line = " ⏎ ".join(part.strip() for part in said.strip().split("\n")[:2])
        line = re.sub(r"\d+(?= processors)", "N", line.replace(str(self.folder) + "/", ""))
        line = "".join(c if c.isprintable() else "?" for c in line)
        line = line if len(line) <= 300 else line[:297] + "..."
        return line.replace("|", "\\|").replace("`", "'") or "(nothing)"


def recorded():
    """Row to grade, as the page has them."""
    if not PAGE.exists():
        return {}
    return dict(re.findall(r"^\| (\w+)(?: ⚙)? \| .* \| \d+ \| ([ABCD]) \|", PAGE.read_text(), re.M))


def write_page(lines, grades):
    count = {grade: sum(each == grade for each in grades.values()) for grade in GRADES}
    totals = f"{len(grades)} mistakes: " + ", ".join(f"{number} {grade}" for grade, number in count.items()) + "."
    PAGE.write_text(HEAD.format(totals=totals) + "\n".join(lines) + "\n")
    print(totals)


def main():
    flags = {each for each in sys.argv[1:] if each.startswith("--")}
    llmc, opt, *wanted = [each for each in sys.argv[1:] if not each.startswith("--")]
    before, grades, lines, fallen = recorded(), {}, [], 0
    with tempfile.TemporaryDirectory(prefix="llmc-errors-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        Inputs(folder).all()
        judge = Judge(llmc, opt, folder)
        judge.prepare()
        for row in error_rows.ROWS:
            if (wanted and row.name not in wanted) or ("--fast" in flags and row.slow):
                continue
            grade, code, said = judge.judge(row)
            grades[row.name] = grade
            mark = " ⚙" if row.special else ""
            lines.append(f"| {row.name}{mark} | {row.what} | {code} | {grade} | {judge.show(said)} |")
            if grade > before.get(row.name, "D") and not (row.special and grade == "D"):
                fallen += 1
                print(f"{row.name} has fallen from {before[row.name]} to {grade}: {said.strip()[:500]}")
            elif wanted or grade > "A":
                print(f"{row.name} {grade} ({code}): {said.strip()[:500]}")
    if "--check" not in flags and not wanted and "--fast" not in flags:
        write_page(lines, grades)
    print(f"{len(grades)} rows, {fallen} below what {PAGE.name} says")
    return 1 if fallen or not grades else 0


if __name__ == "__main__":
    sys.exit(main())
