"""The installed program ``port502`` as a user runs it."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Self

PORT502 = [sys.executable, "-W", "error", "-m", "port502"]
SECONDS = 60.0


def installed() -> list[str]:
    """The command that pip installed."""
    found = Path(sys.executable).with_name("port502")
    return [str(found)] if found.exists() else PORT502


def port502(
    *words: object, cwd: Path | None = None, stdin: str | None = None, code: int | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a command to its end; with ``code`` it must end with that."""
    done = subprocess.run(
        [*installed(), *map(str, words)],
        cwd=cwd,
        env=environment(),
        input=stdin,
        stdin=None if stdin is not None else subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    if code is not None:
        assert done.returncode == code, f"{words} ended with {done.returncode}: {done.stdout}{done.stderr}"
    return done


def environment() -> dict[str, str]:
    """The environment without what would change a command's ways."""
    return {name: value for name, value in os.environ.items() if name not in ("PORT502_SITE", "FORCE_COLOR")}


class Program:
    """A command that goes on; it is killed if it still runs when the block ends."""

    def __init__(self, *words: object, cwd: Path | None = None) -> None:
        self._process = subprocess.Popen(
            [*installed(), *map(str, words)],
            cwd=cwd,
            env=environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        self._rest = ""
        self.err = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process.poll() is None:
            self._process.kill()
        self._finish()

    def line(self) -> str:
        """The next line of its output."""
        assert self._process.stdout is not None
        text = _line(self._process.stdout.fileno())
        if not text.endswith("\n"):
            self._finish()
            raise AssertionError(f"it ended after {text!r}: {self.err}")
        return text.rstrip("\n")

    def complaint(self, about: str = "") -> str:
        """The next line of its standard error that has this in it."""
        assert self._process.stderr is not None
        while True:
            text = _line(self._process.stderr.fileno())
            if not text.endswith("\n"):
                raise AssertionError(f"it ended without saying {about!r}: {text}")
            if about in text:
                return text.rstrip("\n")

    def send(self, number: signal.Signals) -> None:
        """Send it a signal."""
        self._process.send_signal(number)

    def terminate(self) -> int:
        """Ask it to end and return its exit code."""
        self.send(signal.SIGTERM)
        return self.wait()

    def interrupt(self) -> int:
        """Press Ctrl-C and return its exit code."""
        self.send(signal.SIGINT)
        return self.wait()

    def wait(self) -> int:
        """Its exit code."""
        self._finish()
        return self._process.returncode

    def rest(self) -> str:
        """Its output that was not taken line by line."""
        return self._rest

    def _finish(self) -> None:
        if self._process.stdout is not None and not self._process.stdout.closed:
            out, err = self._process.communicate(timeout=SECONDS)
            self._rest += out.decode()
            self.err += err.decode()


def _line(descriptor: int) -> str:
    deadline = time.monotonic() + SECONDS
    text = b""
    while not text.endswith(b"\n"):
        ready, _, _ = select.select([descriptor], (), (), max(0.0, deadline - time.monotonic()))
        if not ready:
            raise TimeoutError(f"no line within {SECONDS} s, only {text!r}")
        byte = os.read(descriptor, 1)
        if not byte:
            break
        text += byte
    return text.decode()
