"""The control socket of a guard that runs without a site: how ``guard lock`` and ``unlock`` reach it.

It lies beside the guard's audit log, whose path both sides know, and so does the lock, which outlives the process.
"""

from __future__ import annotations

import contextlib
import logging
import os
import socket
import stat
from pathlib import Path

from port502.errors import ConnectError, UsageError
from port502.guard.gate import Gate
from port502.guard.lock_file import LockFile
from port502.site.control import (
    Answer,
    AskLock,
    AskUnlock,
    ControlSocket,
    Question,
    ask_lock,
    ask_unlock,
    fits,
    is_answered,
    short_path,
)

log = logging.getLogger("port502.guard")


class GuardControl:
    """Lets others lock and unlock a gate; ``log`` is the path of its audit log, ``name`` what the guard is called."""

    def __init__(self, gate: Gate, log: Path, name: str) -> None:
        self._gate = gate
        self._lock = lock_of(log)
        self._name = name
        self._socket: ControlSocket | None = None
        self._log = log

    async def start(self) -> None:
        """Lock the gate if it was locked when the guard ended, and listen; raises UsageError where another one does."""
        if why := self._lock.read():
            self._gate.lock(why)
            log.warning(
                "all writes are stopped (%s); `port502 guard unlock --audit %s` frees them", why, self._log
            )
        if hasattr(socket, "AF_UNIX"):
            self._socket = ControlSocket(_own_place(self._log), self._answer)
            await self._socket.start()

    async def stop(self) -> None:
        """Answer nobody any more; a lock stays."""
        if self._socket is not None:
            await self._socket.stop()

    async def _answer(self, question: Question) -> Answer:
        if isinstance(question, AskLock):
            self._gate.lock(question.why, question.by)
            self._lock.write(self._gate.locked, question.by)
        elif isinstance(question, AskUnlock):
            self._lock.remove()
            self._gate.unlock(question.by)
        else:
            raise UsageError("a guard without a site can be locked and unlocked, and nothing else")
        return Answer(listeners=(self._name,))


def lock_guard(log: Path, why: str, by: str = "") -> tuple[str, ...]:
    """Stop all writes at the guard that writes this audit log; raises ConnectError when none runs."""
    return ask_lock(_found_place(log), why, by)


def unlock_guard(log: Path, by: str = "") -> tuple[str, ...]:
    """Let writes through again at the guard that writes this audit log; raises ConnectError when none runs."""
    return ask_unlock(_found_place(log), by)


def lock_of(log: Path) -> LockFile:
    """Where the lock of the guard with this audit log is kept."""
    return LockFile(log.with_name(f"{log.name}.locked"))


def _beside(log: Path) -> Path:
    return Path(os.path.realpath(log.parent)) / f"{log.name}.control"


def _own_place(log: Path) -> Path:
    """Beside the log, unless others could put something there, or the path is too long for a socket."""
    beside = _beside(log)
    found = beside.parent.stat()
    safe = found.st_uid == os.getuid() and not stat.S_IMODE(found.st_mode) & 0o002
    return beside if safe and fits(beside) else short_path(beside)


def _found_place(log: Path) -> Path:
    """Where the guard answers: beside its log, or where its user's sockets are, who is ours or owns the log."""
    beside = _beside(log)
    places = [beside]
    if hasattr(socket, "AF_UNIX"):
        places.append(short_path(beside))
        with contextlib.suppress(OSError):
            places.append(short_path(beside, log.stat().st_uid))
    for place in places:
        if is_answered(place):
            return place
    raise ConnectError(f"no guard that writes {log} is running; see `port502 guard --audit`")
