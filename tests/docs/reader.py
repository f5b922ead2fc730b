"""A reader who types in what a page prints, in an empty folder, with the project installed."""

from __future__ import annotations

import os
import re
import select
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.docs.snippets import Snippet, shows
from tests.peers.ports import free_port

ROOT = Path(__file__).parents[2]
SECONDS = 90


class Reader:
    """Runs the snippets of one page in order; the ports of the text become free ones of this machine."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._ports: dict[str, str] = {}
        self._running: list[subprocess.Popen[bytes]] = []
        self._last_output = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for process in self._running:
            process.send_signal(signal.SIGTERM)
        codes = [_end(process) for process in self._running]
        if error is None:
            assert set(codes) <= {0}, f"SIGTERM ended what ran in the background with {codes}"

    def follow(self, snippet: Snippet) -> None:
        """Do what the page asks for with one snippet."""
        text = self._with_free_ports(snippet.text)
        if snippet.note == "on":
            return
        if snippet.note == "file":
            target = self.folder / snippet.argument
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text)
        elif snippet.note == "set-up":
            self._check_set_up(text)
        elif snippet.note == "background":
            self._start(text)
        elif snippet.language in {"bash", "sh"}:
            self._run(["bash", "-euo", "pipefail", "-c", text], int(snippet.argument or 0))
        elif snippet.language == "python":
            self._run([sys.executable, "-W", "error", "-c", text], int(snippet.argument or 0))
        elif snippet.language == "text" and self._last_output:
            assert shows(text, self._last_output), f"printed:\n{self._last_output}\nwanted:\n{text}"

    def _run(self, command: list[str], code: int) -> None:
        done = subprocess.run(
            command,
            cwd=self.folder,
            env=self._environment(),
            capture_output=True,
            text=True,
            timeout=SECONDS,
            stdin=subprocess.DEVNULL,
            check=False,
        )
        self._last_output = done.stdout + done.stderr
        assert done.returncode == code, f"ended with {done.returncode}:\n{self._last_output}"

    def _start(self, text: str) -> None:
        """Start a command that goes on; it is ready once it printed a line."""
        process = subprocess.Popen(
            ["bash", "-c", f"exec {text.strip()}"],
            cwd=self.folder,
            env=self._environment(),
            stdout=subprocess.PIPE,
            stdin=subprocess.DEVNULL,
        )
        self._running.append(process)
        assert process.stdout is not None
        deadline = time.monotonic() + SECONDS
        ready, _, _ = select.select([process.stdout], (), (), deadline - time.monotonic())
        assert ready, f"{text} printed nothing for {SECONDS} s"
        self._last_output = os.read(process.stdout.fileno(), 65536).decode()
        assert self._last_output, f"{text} ended with {process.wait(10)}"

    def _check_set_up(self, text: str) -> None:
        for line in text.splitlines():
            words = line.partition("#")[0].split()
            if words[:1] == ["make"]:
                subprocess.run(["make", "--dry-run", *words[1:]], cwd=ROOT, check=True, capture_output=True)
            elif words:
                assert words[:2] in (["source", ".venv/bin/activate"], ["git", "clone"]), line

    def _with_free_ports(self, text: str) -> str:
        def free(found: re.Match[str]) -> str:
            port = self._ports.setdefault(found[2], str(free_port()))
            return found[1] + port

        return re.sub(r"(127\.0\.0\.\d+:)(\d{4,5})\b", free, text)

    def _environment(self) -> dict[str, str]:
        search = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        found = {**os.environ, "PATH": search, "COLUMNS": "120", "NO_COLOR": "1"}
        found.pop("PORT502_WEB", None)  # a reader gets the dashboard, which most tests do without
        return found


def _end(process: subprocess.Popen[bytes]) -> int:
    try:
        code = process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()
        code = process.wait()
    assert process.stdout is not None
    process.stdout.close()
    return code
