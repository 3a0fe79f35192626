"""python -m llmc ...: the compiler's command line.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""

import os
import sys

from ._compiler import find_compiler
from ._errors import CompileError

try:
    compiler = find_compiler()
except CompileError as error:
    sys.exit(f"error: {error}")
os.execv(compiler, [compiler, *sys.argv[1:]])
