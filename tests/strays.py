"""What a test left behind in this process: threads, sockets, child processes and asyncio tasks."""

from __future__ import annotations

import asyncio
import os
import threading
import time
from dataclasses import dataclass
from pathlib import Path

GRACE = 1.0
"""Seconds that threads, sockets and children may take to end after the test returned."""

_HELPERS = ("resource_tracker", "forkserver")
"""Processes of the standard library's multiprocessing that live as long as the test run."""


@dataclass(frozen=True)
class Snapshot:
    """Everything of this process that a test can forget to close."""

    threads: frozenset[threading.Thread]
    sockets: frozenset[str]
    children: frozenset[int]

    @classmethod
    def take(cls) -> Snapshot:
        return cls(frozenset(threading.enumerate()), frozenset(_sockets()), frozenset(_children()))

    def strays(self) -> list[str]:
        """What exists now and did not then, in words; waits up to ``GRACE`` seconds for it to go away."""
        deadline = time.monotonic() + GRACE
        while found := self._compare(Snapshot.take()):
            if time.monotonic() > deadline:
                break
            threading.Event().wait(0.01)
        return found

    def _compare(self, now: Snapshot) -> list[str]:
        found = [f"thread {thread.name!r}" for thread in now.threads - self.threads]
        found += [f"open {name}" for name in sorted(now.sockets - self.sockets)]
        found += [f"child process {pid}: {_command(pid)}" for pid in sorted(now.children - self.children)]
        return found


def stray_tasks() -> list[str]:
    """Every task of the running loop but the one that asks."""
    mine = asyncio.current_task()
    return [
        f"task {task.get_name()}: {task.get_coro()!r}" for task in asyncio.all_tasks() if task is not mine
    ]


def _sockets() -> list[str]:
    """The sockets among this process's descriptors, as ``socket:[inode]``; empty where there is no /proc."""
    found = []
    try:
        names = os.listdir("/proc/self/fd")
    except OSError:
        return found
    for name in names:
        try:
            target = os.readlink(f"/proc/self/fd/{name}")
        except OSError:
            continue
        if target.startswith("socket:"):
            found.append(target)
    return found


def _children() -> list[int]:
    found: list[int] = []
    try:
        threads = os.listdir("/proc/self/task")
    except OSError:
        return found
    for thread in threads:
        try:
            found += map(int, Path(f"/proc/self/task/{thread}/children").read_text().split())
        except OSError:
            continue
    return [pid for pid in found if not any(helper in _command(pid) for helper in _HELPERS)]


def _command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
    except OSError:
        return "(gone)"
