"""A program in a pseudo-terminal, and what its user sees.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import time
import unicodedata

# Before each of its questions the program has pasted text marked.
ASKS = "\x1b[?2004h"
ESCAPE = re.compile(r"\x1b(\[[0-9;?]*[ -/]*[@-~]|[()][A-Z0-9]|[=>78])")


def width(character):
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


class Screen:
    """As much of an xterm as line editors use."""

    def __init__(self, columns, rows=24):
        self.columns, self.rows = columns, rows
        self.lines = [[" "] * columns for _ in range(rows)]
        self.x = self.y = 0
        self.pending = ""

    def text(self):
        return "\n".join("".join(line).rstrip() for line in self.lines).rstrip()

    def feed(self, text):
        text, self.pending = self.pending + text, ""
        at = 0
        while at < len(text):
            if text[at] == "\x1b":
                found = ESCAPE.match(text, at)
                if not found and (at + 1 == len(text) or text[at + 1] == "["):
                    self.pending = text[at:]
                    return
                if found:
                    self.escape(found.group(1))
                at = found.end() if found else at + 1
            else:
                self.put(text[at])
                at += 1

    def put(self, character):
        if character == "\r":
            self.x = 0
        elif character == "\n":
            self.line_feed()
        elif character == "\b":
            self.x = max(0, min(self.x, self.columns) - 1)
        elif character >= " " and width(character):
            if self.x + width(character) > self.columns:
                self.x = 0
                self.line_feed()
            self.lines[self.y][self.x] = character
            if width(character) == 2:
                self.lines[self.y][self.x + 1] = ""
            self.x += width(character)

    def line_feed(self):
        self.y += 1
        if self.y == self.rows:
            self.lines = self.lines[1:] + [[" "] * self.columns]
            self.y -= 1

    def escape(self, code):
        if not code.startswith("[") or code.startswith("[?"):
            return
        numbers = [int(number) if number else 0 for number in re.findall(r"\d+|(?=;)", code)] or [0]
        count, line, x = max(1, numbers[0]), self.lines[self.y], min(self.x, self.columns - 1)
        kind = code[-1]
        if kind in "ABCD":
            self.y = min(max(self.y + {"A": -count, "B": count}.get(kind, 0), 0), self.rows - 1)
            self.x = min(max(x + {"C": count, "D": -count}.get(kind, 0), 0), self.columns - 1)
        elif kind == "G":
            self.x = count - 1
        elif kind == "H":
            self.y, self.x = count - 1, max(1, (numbers + [0])[1]) - 1
        elif kind == "K":
            line[x:] = [" "] * (self.columns - x)
        elif kind == "J":
            first = self.y + 1 if numbers[0] == 0 else 0
            line[x if numbers[0] == 0 else 0:] = [" "] * (self.columns - (x if numbers[0] == 0 else 0))
            for row in range(first, self.rows):
                self.lines[row] = [" "] * self.columns
        elif kind == "P":
            line[x:] = (line[x + count:] + [" "] * self.columns)[:self.columns - x]
        elif kind == "@":
            line[x:] = ([" "] * count + line[x:])[:self.columns - x]


class Terminal:
    """Runs a command in a terminal of `columns`; `stdout`: another file for its
    standard output."""

    def __init__(self, command, columns=80, rows=24, stdout=None, environment=None):
        self.master, slave = pty.openpty()
        self.resize(columns, rows)
        self.screen = Screen(columns, rows)
        self.raw = ""
        self.asked = 0
        environment = {**os.environ, "TERM": "xterm", **(environment or {})}

        def lead():
            os.setsid()
            fcntl.ioctl(0, termios.TIOCSCTTY, 0)
        self.process = subprocess.Popen(
            [str(part) for part in command], stdin=slave, stdout=stdout or slave, stderr=slave,
            env=environment, preexec_fn=lead)
        os.close(slave)

    def resize(self, columns, rows=24):
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def read(self, seconds):
        """What comes within `seconds`, onto the screen; False at the end."""
        if not select.select([self.master], [], [], seconds)[0]:
            return True
        try:
            data = os.read(self.master, 65536)
        except OSError:
            return False
        text = data.decode(errors="replace")
        self.raw += text
        self.screen.feed(text)
        return bool(data)

    def wait_for(self, sees, seconds=60):
        """Until `sees(screen text)`, or an error that shows the screen."""
        end = time.monotonic() + seconds
        while not sees(self.screen.text()):
            if time.monotonic() > end or not self.read(0.2):
                raise AssertionError(f"not seen in:\n{self.screen.text()}\nbytes: {self.raw[-2000:]!r}")
        return self.screen.text()

    def wait_prompt(self, number=None, seconds=60):
        """Until the program asks for the `number`-th time (default: once more than
        it was waited for)."""
        self.asked = number or self.asked + 1
        return self.wait_for(lambda text: self.raw.count(ASKS) >= self.asked
                             and text.split("\n")[-1] == ">", seconds)

    def send(self, text):
        data = text.encode()
        while data:
            data = data[os.write(self.master, data[:512]):]
            self.read(0)

    def type(self, text, prompts=1):
        """Sends once the program asks, and waits until it has asked so many times
        more."""
        if self.asked == 0:
            self.wait_prompt()
        self.send(text)
        return self.wait_prompt(self.asked + prompts)

    def settle(self, seconds=0.3):
        """Until nothing has come for a while."""
        while select.select([self.master], [], [], seconds)[0]:
            if not self.read(0):
                return

    def signal(self, number=signal.SIGINT):
        os.killpg(self.process.pid, number)

    def finish(self, seconds=30):
        """The exit code of a program that ends."""
        end = time.monotonic() + seconds
        while time.monotonic() < end and self.read(0.2):
            pass
        return self.process.wait(timeout=seconds)

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        os.close(self.master)
