"""What the attacks share: a folder of their own, the tiny models, and processes whose time, memory and end are judged.

An attack is a file NN-name.py with a docstring (what is attacked, what must happen) and `check(t)`, which raises Wrong.
`python3 NN-name.py LLMC` runs one, `python3 run.py LLMC [NAME...]` all or some.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""

import importlib.util
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
ROOT = FOLDER.parent.parent
MODELS = ROOT / "test" / "Inputs" / "models"
MIB = 1 << 20
# One variant: the attacks are about files and processes, not about kernels.
COMPILE = ("--quiet", "--cpu=x86-64-v3", "--emulate-on=native")


class Wrong(Exception):
    pass


class Result:
    """A finished process: its exit code, texts, processor seconds and resident peak."""

    def __init__(self, code, out, err, usage):
        self.code, self.raw_out, self.raw_err = code, out, err
        self.out, self.err = out.decode(errors="replace"), err.decode(errors="replace")
        self.seconds = usage.ru_utime + usage.ru_stime
        self.peak = usage.ru_maxrss * 1024


class Attack:
    def __init__(self, llmc, work):
        self.llmc, self.work = os.path.abspath(llmc), Path(work)

    def run(self, *command, code=0, stdin=None, timeout=120, **options):
        """Runs to the end. Wrong: a signal, a hang, another exit code (`code`: one, several, or None for any)."""
        command = [str(part) for part in command]
        options.setdefault("cwd", self.work)
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            options.setdefault("stdout", out)
            process = subprocess.Popen(command, stdin=stdin or subprocess.DEVNULL, stderr=err, **options)
            watch = signal.signal(signal.SIGALRM, lambda *_: process.kill())
            signal.alarm(timeout)
            _, status, usage = os.wait4(process.pid, 0)
            hung = signal.alarm(0) == 0
            signal.signal(signal.SIGALRM, watch)
            process.returncode = os.waitstatus_to_exitcode(status)
            out.seek(0), err.seek(0)
            result = Result(process.returncode, out.read(), err.read(), usage)
        name = " ".join(command)[:80]
        if hung:
            raise Wrong(f"still runs after {timeout} s: {name}")
        if result.code < 0:
            raise Wrong(f"dies of {signal.Signals(-result.code).name}: {name}: {result.err[-200:]!r}")
        wanted = code if isinstance(code, tuple) else (code,)
        if code is not None and result.code not in wanted:
            raise Wrong(f"exit {result.code}, wanted {code}: {name}: {(result.err or result.out)[-300:]!r}")
        return result

    def folder(self, name="model", base="llama"):
        """A copy of a tiny Hugging Face folder."""
        path = self.work / name
        shutil.copytree(MODELS / base, path)
        return path

    def edit(self, path, change):
        """Changes a JSON file by a function of its value."""
        value = json.loads(path.read_text())
        change(value)
        path.write_text(json.dumps(value))

    def compile(self, model, app="app", *options, **more):
        self.run(self.llmc, "compile", model, "-o", app, *COMPILE, *options, **more)
        return self.work / app

    def render_each(self, templates):
        """The results of several templates by name, of one program that is asked each name: compiling takes longest."""
        names = list(templates)
        cases = "".join("{% " + ("elif" if index else "if") + f" asked == 'case {index}' %}}" + templates[name]
                        for index, name in enumerate(names))
        model = self.folder()
        template = "{% set asked = messages[-1].content %}" + cases + "{% else %}{{ raise_exception('asked ' + asked) }}{% endif %}"
        self.edit(model / "tokenizer_config.json", lambda config: config.update(chat_template=template))
        app = self.compile(model)
        for index, name in enumerate(names):
            try:
                result = self.run(app, f"case {index}", "-n", "1", code=(0, 1))
            except Wrong as wrong:
                raise Wrong(f"{name}: {wrong}") from None
            if "asked case" in result.err:
                raise Wrong(f"{name}: the template did not come to it: {result.err[-200:]!r}")
            yield name, result

    def render(self, template):
        """A program whose chat template is `template`, asked a question."""
        model = self.folder()
        self.edit(model / "tokenizer_config.json", lambda config: config.update(chat_template=template))
        app = self.compile(model)
        return self.run(app, "Hello", "-n", "1", code=(0, 1))


def check_error(result, *parts, tool="llmc"):
    """One line, behind what there was to warn of, that says what is wrong and names every part."""
    prefix = "llmc: error: " if tool == "llmc" else "error: "
    lines = [line for line in result.err.rstrip("\n").split("\n") if not line.startswith("llmc: warning: ")]
    if len(lines) != 1 or not lines[0].startswith(prefix):
        raise Wrong(f"not one line '{prefix}...': {result.err[:300]!r}")
    for part in parts:
        if str(part) not in lines[0]:
            raise Wrong(f"{part!r} is missing in {lines[0][:300]!r}")


def at_most(what, found, most, unit):
    if found > most:
        raise Wrong(f"{what}: {found:.1f} {unit}, at most {most} wanted")


def load(path):
    spec = importlib.util.spec_from_file_location(path.stem.replace("-", "_"), path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def judge(path, llmc):
    """None where the attack is survived, else what is wrong."""
    with tempfile.TemporaryDirectory(prefix="llmc-hostile-") as work:
        try:
            load(path).check(Attack(llmc, work))
        except Wrong as wrong:
            return str(wrong)
    return None


def main(file):
    wrong = judge(Path(file), sys.argv[1])
    print("FAIL " + wrong if wrong else "pass")
    sys.exit(1 if wrong else 0)
