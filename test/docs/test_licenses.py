#!/usr/bin/env python3
"""Everything that a program carries has its notice: each library that the runtime
links is known here, and its copyright line stands in runtime/licenses.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""

import re
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LICENSES = ROOT / "runtime" / "licenses"

# Development packages to the notices of what programs carry of them; llmc alone uses the others.
CARRIED = {
    "libcli11-dev": ["cli11"],
    "libpcre2-dev": ["pcre2", "sljit"],
    "libxxhash-dev": ["xxhash"],
    "nlohmann-json3-dev": ["nlohmann-json"],
    "libc6-dev": ["glibc"],
    "libedit-dev": ["libedit", "libbsd"],
    "libncurses-dev": ["ncurses"],
    "g++": ["gcc-runtime"],
}
OF_LLMC = {"liblld-22-dev", "llvm-22-dev", "libmlir-22-dev", "libzstd-dev", "zlib1g-dev", "libssl-dev", "libprotobuf-dev"}


def packages():
    text = (ROOT / "utils" / "versions.env").read_text()
    return re.search(r'^BUILD_PACKAGES="(.*?)"', text, re.M | re.S)[1].split()


def libraries():
    return [name for name in packages() if name.endswith("-dev") or name == "g++"]


class Licenses(unittest.TestCase):
    def test_every_library_is_carried_or_of_llmc_alone(self):
        for name in libraries():
            self.assertTrue(name in CARRIED or name in OF_LLMC,
                            f"{name}: do programs carry it? Say so here")

    def test_what_is_carried_has_a_notice(self):
        notices = {path.stem for path in LICENSES.glob("*.txt")}
        needed = {notice for name in libraries() for notice in CARRIED.get(name, [])}
        self.assertEqual(needed - notices, set())
        # Code of the runtime itself, and tables that are in the sources.
        self.assertEqual(notices - needed, {"llmrt", "unicode"})

    def test_notices_name_who_the_package_names(self):
        """The first holder of the package's own copyright file, where it is installed."""
        for name in libraries():
            path = Path("/usr/share/doc") / name / "copyright"
            if name not in CARRIED or not path.exists():
                continue
            found = re.search(r"^Files: \*\nCopyright: *(.*(?:\n .*)*)", path.read_text(), re.M)
            if not found:
                continue
            holder = re.sub(r"^[\d, -]+", "", found[1].split("\n")[0].strip()).split(",")[0].rstrip(".")
            text = "".join((LICENSES / f"{each}.txt").read_text() for each in CARRIED[name])
            self.assertIn(holder, text, f"{name}: {path}")

    def test_the_notice_lists_every_file(self):
        notice = (ROOT / "NOTICE").read_text()
        for path in LICENSES.glob("*.txt"):
            if path.stem != "llmrt":
                self.assertIn(f"runtime/licenses/{path.name}", notice)


if __name__ == "__main__":
    unittest.main()
