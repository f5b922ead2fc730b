"""Starting what is measured: pinned, with a deadline, and never left behind."""

from __future__ import annotations

import contextlib
import json
import select
import socket
import subprocess
import sys
import tempfile
import time
from typing import TYPE_CHECKING, Any

from bench.errors import NotMeasured
from bench.machine import pinned
from bench.native import ROOT

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import TracebackType

START_SECONDS = 20.0
STOP_SECONDS = 5.0


def python(module: str, *arguments: object) -> list[str]:
    """The command of a Python program of the bench."""
    return [sys.executable, "-m", f"bench.peers.{module}", *map(str, arguments)]


def free_port() -> int:
    """A port of the loopback that nobody uses now, for programs that cannot choose one."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
    return port


class Running:
    """A server that says ``ready PORT`` and lives until its standard input ends; for use in ``with``.

    One that says nothing is ready when it accepts connections at ``port``, and is told to end.
    """

    def __init__(self, command: Sequence[str], core: int, port: int = 0) -> None:
        # A file takes any amount of log lines; a pipe that nobody reads would stop the server.
        self._complaints = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the server
        with pinned(core):
            self._process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._complaints, cwd=ROOT
            )
        self.pid = self._process.pid
        self._silent = port != 0
        self.port = port

    def __enter__(self) -> Running:
        try:
            if self._silent:
                self._wait_until_accepting()
            else:
                self.port = self._wait_until_ready()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the server and wait for it."""
        self._stop()
        self._complaints.close()

    def _wait_until_ready(self) -> int:
        assert self._process.stdout is not None
        readable, _, _ = select.select([self._process.stdout], [], [], START_SECONDS)
        line = self._process.stdout.readline().split() if readable else []
        if len(line) != 2 or line[0] != b"ready":
            self._stop()
            self._complaints.seek(0)
            raise NotMeasured(_last_line(self._complaints.read()) or "did not start")
        return int(line[1])

    def _wait_until_accepting(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self._process.poll() is None:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
                return
            time.sleep(0.05)
        self._complaints.seek(0)
        raise NotMeasured(_last_line(self._complaints.read()) or "did not start")

    def _stop(self) -> None:
        if self._process.returncode is not None:
            return
        if self._silent:
            self._process.terminate()
        try:
            self._process.communicate(timeout=STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.communicate()


def result(command: Sequence[str], core: int, seconds: float) -> dict[str, Any]:
    """Run a program to its end and take the JSON of its last line; ``seconds`` is what it may take."""
    with pinned(core):
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT
        )
    try:
        out, err = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        raise NotMeasured(f"gave no result within {seconds:.0f} s") from None
    finally:
        if process.poll() is None:
            process.kill()
            process.communicate()
    if process.returncode != 0:
        raise NotMeasured(_last_line(err) or f"ended with status {process.returncode}")
    answer: dict[str, Any] = json.loads(out.splitlines()[-1])
    return answer


def _last_line(text: bytes) -> str:
    lines = text.decode(errors="replace").strip().splitlines()
    return lines[-1] if lines else ""
