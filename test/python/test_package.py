#!/usr/bin/env python3
"""What pip installs from python/ is whole: it imports from there, is typed, and compiles.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""

import os
import re
import shutil
import subprocess
import sys
import zipfile

import package

USE = """
import sys, llmc
assert "site" in llmc.__file__, llmc.__file__
with llmc.compile(sys.argv[1], cpu=sys.argv[2]) as model:
    print(model.generate([5, 6, 7], 4) == "".join(model.generate([5, 6, 7], 4, stream=True)), llmc.__version__)
"""


class Package(package.TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Setuptools writes beside its sources.
        shutil.copytree(package.ROOT / "python", cls.folder / "python", ignore=shutil.ignore_patterns("__pycache__"))

    def pip(self, *arguments):
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        self.succeed([sys.executable, "-m", "pip", *arguments, "--quiet", "--disable-pip-version-check", "--no-index",
                      "--no-deps", "--no-build-isolation", self.folder / "python"], env=environment)

    def test_what_pip_installs_compiles(self):
        self.pip("install", "--target", self.folder / "site")
        environment = dict(os.environ, PYTHONPATH=str(self.folder / "site"))
        said = self.succeed([sys.executable, "-c", USE, package.MODEL, package.MACHINE], env=environment)
        project = (package.ROOT / "CMakeLists.txt").read_text()
        self.assertEqual(said.split(), ["True", re.search(r"VERSION (\d+\.\d+\.\d+)", project)[1]])

    def test_the_wheel_has_all_files_and_no_others(self):
        self.pip("wheel", "--wheel-dir", self.folder)
        wheel, = self.folder.glob("llmc-*-py3-none-any.whl")
        found = {name for name in zipfile.ZipFile(wheel).namelist() if name.startswith("llmc/")}
        sources = {f"llmc/{path.name}" for path in (package.ROOT / "python" / "llmc").iterdir() if path.is_file()}
        self.assertEqual(found, sources)
        self.assertIn("llmc/py.typed", found)
        metadata = zipfile.ZipFile(wheel).read(next(name for name in zipfile.ZipFile(wheel).namelist()
                                                    if name.endswith("METADATA"))).decode()
        self.assertEqual(re.findall(r"^Requires-Dist: (\w+)", metadata, re.M), ["numpy"])

    def test_python_starts_the_compiler(self):
        found = subprocess.run([sys.executable, "-m", "llmc", "compile", "nothing.gguf", "-o", "x"], capture_output=True,
                               text=True, check=False)
        self.assertEqual(found.returncode, 1)
        self.assertIn("nothing.gguf: cannot be opened", found.stderr)


if __name__ == "__main__":
    package.main()
