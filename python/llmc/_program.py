"""A loaded model's lifetime: its sessions, who uses them, and when it may go.

A session is one thread's at a time, so whoever runs the model borrows one; the model goes when it is closed and the last
borrower is done, whatever thread that is.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""

from __future__ import annotations

import ctypes
import threading
from contextlib import contextmanager
from typing import Any, Iterator

from ._library import EncoderOptions, Library, Limits, SessionOptions


class Program:
    """The program that a library holds. All methods may be called by any thread."""

    def __init__(self, path: str, owned: Any = None) -> None:
        """`owned`: has a method `cleanup`, called when the program is gone."""
        self.library = Library(path)
        self._owned = owned
        try:
            self.handle = self.library.create("llmrt_program_open", None)
        except BaseException:
            self.library.unload()
            raise
        self.limits = Limits()
        self.library.call("llmrt_program_limits", self.handle, ctypes.byref(self.limits))
        self.closed = False
        self._lock = threading.RLock()
        self._users = 0
        # By what makes them, one that nobody has: what ends it, its options, the handle.
        self._idle: dict[str, tuple[str, Any, ctypes.c_void_p]] = {}

    def check_open(self) -> None:
        """Raises ValueError where it has been closed."""
        if self.closed:
            raise ValueError("the model is closed")

    @contextmanager
    def using(self) -> Iterator[Library]:
        """Keeps the program while something is asked of it."""
        with self._lock:
            self.check_open()
            self._users += 1
        try:
            yield self.library
        finally:
            with self._lock:
                self._users -= 1
                self._release_unused()

    @contextmanager
    def session(self) -> Iterator[ctypes.c_void_p]:
        """A session of one sequence, nobody else's while it is borrowed."""
        with self._borrow("llmrt_session_create", "llmrt_session_destroy", None, None) as session:
            yield session

    @contextmanager
    def function(self) -> Iterator[ctypes.c_void_p]:
        """A function program's handle, nobody else's while it is borrowed."""
        with self._borrow("llmrt_function_create", "llmrt_function_destroy", None, 0) as function:
            yield function

    @contextmanager
    def encoder(self, *options: int) -> Iterator[ctypes.c_void_p]:
        """An encoder with options as EncoderOptions has them, nobody else's while it is borrowed."""
        given = ctypes.byref(EncoderOptions(*options))
        with self._borrow("llmrt_encoder_create", "llmrt_encoder_destroy", options, given) as encoder:
            yield encoder

    @contextmanager
    def _borrow(self, create: str, destroy: str, options: Any, given: Any) -> Iterator[ctypes.c_void_p]:
        """One that is idle and has these options, or another, made with `given`."""
        with self.using() as library:
            with self._lock:
                idle = self._idle.pop(create, None)
            if idle is not None and idle[1] != options:
                library.destroy(destroy, idle[2])
                idle = None
            handle = idle[2] if idle is not None else library.create(create, self.handle, given)
            try:
                yield handle
            finally:
                with self._lock:
                    keeps = create not in self._idle and not self.closed
                    if keeps:
                        self._idle[create] = (destroy, options, handle)
                if not keeps:
                    library.destroy(destroy, handle)

    @contextmanager
    def session_of(self, options: SessionOptions) -> Iterator[ctypes.c_void_p]:
        """A session of its own options, gone afterwards."""
        with self.using() as library:
            session = library.create("llmrt_session_create", self.handle, ctypes.byref(options))
            try:
                yield session
            finally:
                library.destroy("llmrt_session_destroy", session)

    def close(self) -> None:
        """Nothing begins any more; memory is given back at once, or when the last user is done."""
        with self._lock:
            if self.closed:
                return
            self.closed = True
            self._release_unused()

    def _release_unused(self) -> None:
        if not self.closed or self._users > 0:
            return
        for destroy, _, handle in self._idle.values():
            self.library.destroy(destroy, handle)
        self._idle.clear()
        self.library.destroy("llmrt_program_close", self.handle)
        self.library.unload()
        if self._owned is not None:
            self._owned.cleanup()
