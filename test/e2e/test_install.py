#!/usr/bin/env python3
"""What `cmake --install` leaves is used as somebody would who has nothing else:
from its folder, by find_package, pkg-config, man and the shells.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""

import os
import re
import shutil
import unittest
from pathlib import Path

from support import LLMC, MODELS, TestCase, run
from terminal import Terminal

BUILD = Path(LLMC).resolve().parents[1]
# Nothing but what tells sanitizers what to do.
BARE = {name: value for name, value in os.environ.items() if name.endswith("_OPTIONS")}
MODEL = MODELS / "llama-q4_1.gguf"
C_PROGRAM = r"""
#include <llmrt/llmrt.h>
#include <stdio.h>
int main(int argc, char **argv) {
  LlmrtProgram *program;
  LlmrtLimits limits;
  if (llmrt_program_open(argc > 1 ? argv[1] : NULL, &program) ||
      llmrt_program_limits(program, &limits)) {
    printf("%s\n", llmrt_last_error());
    return 1;
  }
  printf("%d\n", (int)limits.vocabulary);
  llmrt_program_close(program);
  return 0;
}
"""
PROJECT = """
cmake_minimum_required(VERSION 3.25)
project(embed LANGUAGES C)
find_package(llmc 0.1 REQUIRED)
llmc_add_model(tiny MODEL {model} OPTIONS --max-context 64)
add_executable(embed embed.c)
target_link_libraries(embed PRIVATE tiny)
"""


class Install(TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.prefix = cls.folder / "prefix"
        cls("install").install()

    def install(self, *more):
        self.succeed(["cmake", "--install", BUILD, "--prefix", self.prefix, *more])

    def test_the_compiler_runs_from_there(self):
        app = self.folder / "app"
        self.succeed([self.prefix / "bin/llmc", "compile", MODEL, "-q", "-o", app], env=BARE)
        self.assertEqual(self.succeed([app, "run", "-p", "a", "-n", "1", "--print-ids"]).count("\n"), 1)
        self.succeed([self.prefix / "bin/llmc-opt", "--version"], env=BARE)

    @unittest.skipIf(os.environ.get("LLMC_TEST_SANITIZED"), "sanitizers need libraries that no package has")
    def test_packages_bring_llvm_along(self):
        self.install("--component", "bundle")
        found = self.succeed(["/lib64/ld-linux-x86-64.so.2", "--list", self.prefix / "bin/llmc"], env=BARE)
        outside = [line for line in found.splitlines() if "=>" in line and str(self.prefix) not in line]
        for line in outside:
            self.assertRegex(line, r"lib(c|m|dl|rt|pthread)\.so")
        self.assertIn("libLLVM", found)
        self.assertTrue(list((self.prefix / "share/doc/llmc/licences").iterdir()))
        shutil.rmtree(self.prefix / "lib/llmc")

    def test_find_package(self):
        project = self.folder / "project"
        project.mkdir()
        (project / "CMakeLists.txt").write_text(PROJECT.format(model=MODEL))
        (project / "embed.c").write_text(C_PROGRAM)
        self.succeed(["cmake", "-G", "Ninja", "-S", project, "-B", project / "build",
                      f"-DCMAKE_PREFIX_PATH={self.prefix}"])
        self.succeed(["cmake", "--build", project / "build"])
        self.assertEqual(self.succeed([project / "build/embed"]), "320\n")

    def test_a_plugin_builds_and_runs(self):
        example, build = BUILD.parent / "examples/relufy", self.folder / "relufy"
        self.succeed(["cmake", "-G", "Ninja", "-S", example, "-B", build, f"-DCMAKE_PREFIX_PATH={self.prefix}",
                      "-DCMAKE_CXX_COMPILER_LAUNCHER=ccache" if shutil.which("ccache") else "-DCMAKE_BUILD_TYPE=Release"])
        self.succeed(["cmake", "--build", build])
        self.succeed(["ctest", "--test-dir", build, "--output-on-failure"])

    def test_pkg_config(self):
        environment = dict(os.environ, PKG_CONFIG_PATH=str(self.prefix / "lib/pkgconfig"))
        flags = self.succeed(["pkg-config", "--cflags", "llmrt"], env=environment).split()
        source, library, program = (self.folder / name for name in ("p.c", "model.so", "p"))
        source.write_text(C_PROGRAM)
        self.succeed([LLMC, "compile", MODEL, "-q", "--emit=so", "-o", library])
        self.succeed(["cc", *flags, source, library, "-o", program])
        self.assertEqual(self.succeed([program]), "320\n")

    def test_manual_pages(self):
        pages = sorted((self.prefix / "share/man/man1").iterdir())
        self.assertEqual([page.name for page in pages], [
            "llmc-bench.1", "llmc-calibrate.1", "llmc-check.1", "llmc-compile.1", "llmc-eval.1", "llmc-import.1", "llmc-inspect.1", "llmc-prune.1",
            "llmc-quantize.1", "llmc-run.1", "llmc.1"])
        for page in pages:
            result = run(["man", "--warnings", "--encoding=utf8", "-l", page],
                         env=dict(os.environ, MANWIDTH="78", MAN_KEEP_FORMATTING="", LC_ALL="C.UTF-8"))
            self.assertEqual((result.returncode, result.stderr), (0, ""), page)
            if page.name == "llmc-compile.1":
                plain = re.sub(r".\x08", "", result.stdout)
                self.assertIn("--kv f32|f16|bf16|i8", plain)
                self.assertIn("llmc compile MODEL [OPTION]...", plain)

    def complete(self, *words):
        script = self.prefix / "share/bash-completion/completions/llmc"
        return self.succeed(["bash", "-c", 'source "$0"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); '
                             '_llmc; echo "${COMPREPLY[@]}"', script, *words]).split()

    def test_bash_completes(self):
        self.assertEqual(self.complete("llmc", "com"), ["compile"])
        self.assertEqual(self.complete("llmc", "compile", "--kv", ""), ["f32", "f16", "bf16", "i8"])
        self.assertEqual(self.complete("llmc", "compile", "--kv", "=", "f1"), ["f16"])
        self.assertEqual(self.complete("llmc", "compile", "--kv", "="), ["f32", "f16", "bf16", "i8"])
        self.assertIn("--max-context", self.complete("llmc", "compile", "model.gguf", "--max"))
        self.assertEqual(self.complete("llmc", "compile", "mod"), [])  # files, by bash itself

    def test_fish_completes(self):
        script = self.prefix / "share/fish/vendor_completions.d/llmc.fish"
        self.assertIn("max-context", script.read_text())
        if not shutil.which("fish"):
            self.skipTest("needs fish")

        def complete(line):
            home = {"HOME": str(self.folder), "PATH": os.environ["PATH"]}
            found = self.succeed(["fish", "--no-config", "-c", f"source {script}; complete -C '{line}'"], env=home, cwd=self.folder)
            return [candidate.split("\t")[0] for candidate in found.splitlines()]

        self.assertEqual(complete("llmc com"), ["compile"])
        self.assertEqual(sorted(complete("llmc compile --kv ")), ["f16", "f32"])
        self.assertIn("--max-context", complete("llmc compile model.gguf --max"))
        (self.folder / "model.gguf").touch()
        self.assertEqual(complete("llmc compile mod"), ["model.gguf"])

    def test_zsh_completes(self):
        functions = self.prefix / "share/zsh/site-functions"
        self.assertEqual((functions / "_llmc").read_text().split()[:2], ["#compdef", "llmc"])
        if not shutil.which("zsh"):
            self.skipTest("needs zsh")
        folder = self.folder / "zsh"
        folder.mkdir()
        (folder / ".zshrc").write_text(
            f"fpath=({functions} $fpath)\nautoload -Uz compinit && compinit -u -d {folder}/dump\nPROMPT='ready> '\n")
        (folder / "model.gguf").touch()
        zsh = Terminal(["zsh", "-i"], columns=120, environment={"ZDOTDIR": str(folder), "PWD": str(folder)})
        self.addCleanup(zsh.close)
        zsh.wait_for(lambda text: text.endswith("ready>"))
        zsh.send(f"cd {folder}; clear\r")
        zsh.settle()
        for typed, becomes in (("llmc com", "llmc compile"), ("llmc compile --max-c", "llmc compile --max-context="),
                               ("llmc compile --kv=f1", "llmc compile --kv=f16"), ("llmc compile mod", "llmc compile model.gguf")):
            zsh.send(typed + "\t")
            zsh.wait_for(lambda text: text.split("\n")[-1] == "ready> " + becomes)
            zsh.send("\x15")  # the line away
            zsh.wait_for(lambda text: text.split("\n")[-1] == "ready>")


if __name__ == "__main__":
    unittest.main()
