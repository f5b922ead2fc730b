"""Serial lines without hardware: two pseudo-terminals that socat ties together.

They know no parity (EINVAL), no modem lines and no baud rate: bytes arrive as fast as they are written.
"""

from __future__ import annotations

import contextlib
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from tests.peers import need_program


@contextlib.contextmanager
def line(folder: Path) -> Iterator[tuple[str, str]]:
    """The paths of both ends of a serial line, which exists until the block ends."""
    socat = need_program("socat", "Debian package socat")
    ends = folder / "line-a", folder / "line-b"
    process = subprocess.Popen([socat, *(f"pty,raw,echo=0,link={end}" for end in ends)])
    try:
        _wait_for(ends, process)
        yield str(ends[0]), str(ends[1])
    finally:
        process.terminate()
        process.wait(10)


def _wait_for(ends: tuple[Path, Path], process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 10
    while not all(end.exists() for end in ends):
        if process.poll() is not None:
            raise RuntimeError(f"socat ended with {process.returncode}")
        if time.monotonic() > deadline:
            raise TimeoutError("socat made no pseudo-terminals")
        threading.Event().wait(0.01)
