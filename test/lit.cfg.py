# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""lit suite of llmc: RUN lines over llmc-opt, llmc and LLVM's test tools."""
import glob
import os
import sys

import lit.formats

config.name = "llmc"
config.test_format = lit.formats.ShTest(execute_external=False)
config.suffixes = [".mlir", ".test"]
config.excludes = ["Inputs", "plugin", "unit", "CMakeLists.txt"]
config.test_source_root = os.path.dirname(__file__)
config.test_exec_root = config.llmc_obj_root


def use_tool(name, folder):
    """Replaces the whole word `name` in RUN lines by its path, if it is built."""
    path = os.path.join(folder, name)
    if not os.path.exists(path):
        return
    config.available_features.add(name)
    config.substitutions.append((r"(?<![\w./-])%s(?![\w./-])" % name, path))


for tool in ("FileCheck", "not", "split-file", "count", "llvm-mc", "llvm-objdump", "llc"):
    use_tool(tool, config.llvm_tools_dir)
for tool in ("llmc-opt", "llmc", "llmc-ptxsim"):
    use_tool(tool, config.llmc_tools_dir)
for folder in glob.glob(os.path.join(config.test_source_root, "..", ".venv", "lib", "python3*", "site-packages", "nvidia", "*", "bin")):
    use_tool("ptxas", folder)
config.substitutions.append(("%plugin", os.path.join(config.llmc_obj_root, "plugin", "llmc_test_plugin.so")))
config.substitutions.append(("%python", sys.executable))
config.substitutions.append(("%inputs", os.path.join(config.test_source_root, "Inputs")))

# Instruction sets that this machine can run: REQUIRES: avx512f
with open("/proc/cpuinfo") as cpuinfo:
    flags = next((line for line in cpuinfo if line.startswith("flags")), "")
config.available_features.update(flags.split(":")[-1].split())
