# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import os

import lit.formats

config.name = "relufy"
config.test_format = lit.formats.ShTest(True)
config.suffixes = [".mlir"]
config.test_source_root = os.path.dirname(__file__)
config.test_exec_root = os.path.join(lit_config.params["build"], "test")
config.substitutions.append(("%plugin", os.path.join(lit_config.params["build"], "relufy.so")))
config.environment["PATH"] = os.pathsep.join([lit_config.params["llmc"], lit_config.params["llvm"], os.environ["PATH"]])
