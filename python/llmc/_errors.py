"""What goes wrong outside Python: in the compiler, or in a compiled model.

Wrong arguments are TypeError and ValueError, missing files FileNotFoundError, as everywhere.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""


class Error(Exception):
    """A compiled model could not do what it was asked; the message says why."""


class CompileError(Error):
    """The compiler refused a model, or there is no compiler; the message is the compiler's own."""
