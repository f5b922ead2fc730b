"""Servers that run as programs of their own: say ``listening PORT`` once ready, end when their input ends."""

from __future__ import annotations

import contextlib
import os
import select
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).parents[2]


@contextlib.contextmanager
def listening(command: Sequence[str], *, hand_over: str = "", seconds: float = 30.0) -> Iterator[str]:
    """Run a server program and give what it says after ``listening``; it ends with the block.

    ``hand_over`` is one line of text that the program reads first.
    """
    with tempfile.TemporaryFile() as complaints:
        process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=complaints, cwd=ROOT
        )
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            process.stdin.write(hand_over.encode() + b"\n")
            process.stdin.flush()
            line = _read_line(process.stdout.fileno(), seconds)
            if not line.startswith("listening "):
                complaints.seek(0)
                raise RuntimeError(
                    f"{command[:3]} said {line!r}: {complaints.read().decode(errors='replace')}"
                )
            yield line.removeprefix("listening ").strip()
        finally:
            _end(process)


def _read_line(descriptor: int, seconds: float) -> str:
    deadline = time.monotonic() + seconds
    text = b""
    while not text.endswith(b"\n"):
        ready, _, _ = select.select([descriptor], (), (), max(0.0, deadline - time.monotonic()))
        if not ready:
            raise TimeoutError(f"no line within {seconds} s, only {text!r}")
        chunk = os.read(descriptor, 1)
        if not chunk:
            break
        text += chunk
    return text.decode(errors="replace")


def _end(process: subprocess.Popen[bytes]) -> None:
    assert process.stdin is not None
    assert process.stdout is not None
    with contextlib.suppress(BrokenPipeError):
        process.stdin.close()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    process.stdout.close()
