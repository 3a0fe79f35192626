#!/usr/bin/env python3
"""What may happen to the file of a program between its compilation and its start.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""

import ctypes
import os
import shutil
import subprocess
import unittest

import tiny
from support import LLMC, TestCase, loaded_segments, run

# The places in the headers that say where section headers and segments stand in the file, of which nothing is loaded.
PLACES = [*range(40, 48), *range(58, 64)]
NOBODY = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
STRIPS = [["strip"], ["objcopy", "--strip-all"], ["llvm-strip-22"], ["llvm-objcopy-22", "--strip-sections"], ["eu-strip"]]


class Files(TestCase):
    """Every model here answers "a" with "Hello world"; see tiny.py."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        model = tiny.write_gguf(cls.folder / "model.gguf")
        cls.app, cls.library = cls.folder / "app", cls.folder / "model.so"
        for kind, path in (("exe", cls.app), ("so", cls.library)):
            result = run([LLMC, "compile", model, "-q", "--cpu=avx2", f"--emit={kind}", "-o", path])
            assert result.returncode == 0, result.stderr

    def answers(self, command, **options):
        self.assertEqual(self.succeed([*command, "run", "-p", "a", "-n", "20"], **options), tiny.SAYS + "\n")


class Places(Files):
    """Who starts it, and how."""

    def test_a_file_that_may_only_be_executed_runs(self):
        if os.geteuid() != 0 or not shutil.which("setpriv"):
            self.skipTest("needs root and setpriv, to become somebody else")
        self.folder.chmod(0o711)
        app = self.folder / "execute-only"
        shutil.copy(self.app, app)
        app.chmod(0o711)
        self.answers([*NOBODY, app], cwd="/")
        result = run([*NOBODY, app, "info", "--verify"], cwd="/")
        self.assertEqual(result.returncode, 1, result.stdout)
        self.assertIn("Permission denied: verifying reads the program's file", result.stderr)

    def test_a_file_that_is_gone_goes_on(self):
        app = self.folder / "removed"
        shutil.copy(self.app, app)
        chat = subprocess.Popen([app, "chat"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        app.unlink()
        self.assertNotIn("cannot", chat.communicate("/exit\n", timeout=60)[1])

    def test_the_loader_starts_it_from_any_folder(self):
        loader = "/lib64/ld-linux-x86-64.so.2"
        for app in (self.app, "./" + self.app.name):
            self.answers([loader, app], cwd=self.folder)
            self.succeed([loader, app, "info", "--verify"], cwd=self.folder)

    def test_no_proc_is_needed(self):
        without = ["unshare", "-rm", "sh", "-c", "mount -t tmpfs none /proc && exec \"$@\"", "sh"]
        if run([*without, "true"]).returncode != 0:
            self.skipTest("needs unshare -rm, to hide /proc")
        self.answers([*without, self.app])
        self.succeed([*without, self.app, "info", "--verify"])


class Rewritten(Files):
    """Tools that copy programs."""

    def test_strip_leaves_what_is_loaded(self):
        tried = 0
        for tool in STRIPS:
            if not shutil.which(tool[0]):
                continue
            tried += 1
            for original in (self.app, self.library):
                stripped = self.folder / f"stripped-{tried}-{original.name}"
                to = ["-o"] if "strip" in tool[0] else []
                self.succeed([*tool, original, *to, stripped])
                if original == self.library:
                    self.verify_library(stripped)
                    continue
                self.answers([stripped])
                self.assertIn("checksums: as written", self.succeed([stripped, "info", "--verify"]))
        if not tried:
            self.skipTest("needs strip of binutils, LLVM or elfutils")

    def verify_library(self, path):
        library, program = ctypes.CDLL(str(path)), ctypes.c_void_p()
        self.assertEqual(library.llmrt_program_open(None, ctypes.byref(program)), 0)
        self.assertEqual(library.llmrt_program_verify(program), 0)
        library.llmrt_program_close(program)


class Damaged(Files):
    """Disks and downloads."""

    def test_cut_off_anywhere_behind_the_code_it_says_so(self):
        data = self.app.read_bytes()
        offset, size = loaded_segments(data)[-1]
        self.assertEqual(offset + size, len(data))
        app = self.folder / "cut"
        for kept in (offset, offset + 1, offset + 4096, len(data) - 4096, len(data) - 1):
            app.write_bytes(data[:kept])
            app.chmod(0o755)
            result = run([app, "run", "-p", "a"])
            self.assertEqual(result.returncode, 1, (kept, result))
            self.assertRegex(result.stderr, "cut: has no whole model: .*cut off in a download")

    def test_verify_finds_a_changed_byte_of_any_segment(self):
        # Opened by another library of the same model: a program with damaged code need not get as far as to verify.
        library, program = ctypes.CDLL(str(self.library)), ctypes.c_void_p()
        data = bytearray(self.library.read_bytes())
        damaged = self.folder / "damaged.so"

        def is_whole():
            damaged.write_bytes(data)
            if library.llmrt_program_open(str(damaged).encode(), ctypes.byref(program)) != 0:
                return False
            status = library.llmrt_program_verify(program)
            library.llmrt_program_close(program)
            return status == 0

        self.assertTrue(is_whole())
        for offset, size in loaded_segments(data):
            for at in {*range(offset, offset + size, size // 12 + 1), offset + size - 1, *range(offset, offset + 8)}:
                if at in PLACES:
                    continue
                data[at] ^= 1
                self.assertFalse(is_whole(), at)
                data[at] ^= 1
        self.assertTrue(is_whole())


if __name__ == "__main__":
    unittest.main()
