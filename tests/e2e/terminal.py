"""The installed program at a terminal: what it draws, and what somebody types."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import struct
import subprocess
import termios
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.e2e.program import SECONDS, environment, installed


class Terminal:
    """A command at a terminal of so many columns and rows."""

    def __init__(
        self, *words: object, cwd: Path | None = None, columns: int = 80, rows: int = 24, **variables: str
    ) -> None:
        ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self._ours = ours
        self.text = ""
        try:
            self._process = subprocess.Popen(
                [*installed(), *map(str, words)],
                cwd=cwd,
                env=environment() | {"TERM": "xterm-256color"} | variables,
                stdin=theirs,
                stdout=theirs,
                stderr=theirs,
                start_new_session=True,
                preexec_fn=_take_terminal,
            )
        finally:
            os.close(theirs)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait(SECONDS)
        os.close(self._ours)

    def until(self, text: str) -> str:
        """Everything it drew, as soon as this is in it."""
        deadline = time.monotonic() + SECONDS
        while text not in self.text:
            if not self._take(deadline):
                raise AssertionError(f"it ended without {text!r}: {self.text}")
        return self.text

    def type(self, text: str) -> None:
        """Press these keys."""
        os.write(self._ours, text.encode())

    def code(self) -> int:
        """Its exit code, at its end."""
        deadline = time.monotonic() + SECONDS
        while self._take(deadline):
            pass
        return self._process.wait(SECONDS)

    def _take(self, deadline: float) -> bool:
        ready, _, _ = select.select([self._ours], (), (), max(0.0, deadline - time.monotonic()))
        if not ready:
            raise TimeoutError(f"nothing more within {SECONDS} s: {self.text}")
        try:
            data = os.read(self._ours, 65536)
        except OSError:  # how Linux reports that nobody has the other end any more
            return False
        self.text += data.decode(errors="replace")
        return bool(data)


def _take_terminal() -> None:
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
