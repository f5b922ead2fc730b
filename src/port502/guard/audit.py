"""The audit log on disk: appended to, never changed, put aside when it is full, and sure of its own end."""

from __future__ import annotations

import json
import logging
import os
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from port502.errors import ConfigError
from port502.guard.chain import RETIRED, Link, head_path, log_files, opened, sealed
from port502.transport.clock import utc

if sys.platform != "win32":  # where an open file cannot be renamed under another program anyway
    import fcntl

log = logging.getLogger("port502.guard")

MAX_BYTES = 64 << 20
KEEP = 10
RETRY = 1.0
"""Seconds between attempts to write again after the disk refused."""

_HEAD_SIZE = 112
_TAIL = 1 << 20


class AuditLog:
    """Lines of a hash chain in ``path``; files put aside are ``path.1``, ``path.2`` and so on, ``keep`` of them stay.

    ``key`` makes the chain one that only its owner can continue. Raises ConfigError when the file cannot be opened, or
    another program writes it. A disk that refuses a line loses it: ``lost`` counts, one alarm is given, and the next
    line that can be written says how many are missing.
    """

    def __init__(
        self,
        path: Path,
        *,
        max_bytes: int = MAX_BYTES,
        keep: int = KEEP,
        key: bytes = b"",
        wall: Callable[[], float] = time.time,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.path = path
        self.lost = 0
        self.last_error = ""
        self.last = Link()
        self._max_bytes = max_bytes
        self._keep = keep
        self._key = key
        self._wall = wall
        self._clock = clock
        self._missing = 0
        self._retry_at = 0.0
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._head = os.open(head_path(path), os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise ConfigError(f"the audit log {path} cannot be written: {error.strerror or error}") from error
        self._lock()
        try:
            self._file, self._size = self._open()
        except OSError as error:
            os.close(self._head)
            raise ConfigError(f"the audit log {path} cannot be written: {error.strerror or error}") from error

    @property
    def failing(self) -> bool:
        """Whether lines cannot be written at the moment."""
        return bool(self.last_error)

    def write(self, fields: Mapping[str, Any]) -> bool:
        """Append one line; False when it was lost."""
        if self.last_error and self._clock() < self._retry_at:
            return self._lose()
        try:
            if self._missing:
                self._append({"event": "lost", "time": utc(self._wall()), "count": self._missing})
                self._missing = 0
            self._append(fields)
        except OSError as error:
            self._fail(error)
            return self._lose()
        if self.last_error:
            log.warning("the audit log %s can be written again", self.path)
            self.last_error = ""
        return True

    def close(self) -> None:
        """End writing."""
        os.close(self._file)
        os.close(self._head)

    def _append(self, fields: Mapping[str, Any]) -> None:
        line, end = sealed(fields, self.last, self._key)
        if self._size and self._size + len(line) > self._max_bytes:
            self._put_aside()
            line, end = sealed(fields, self.last, self._key)
        self._write_line(line, end)

    def _write_line(self, line: bytes, end: Link) -> None:
        written = os.write(self._file, line)
        if written != len(line):
            os.ftruncate(self._file, self._size)  # a full disk took a part: half a line is no line
            raise OSError(28, "no space left for the whole line")
        self._size += written
        self.last = end
        note = json.dumps({"seq": end.seq, "hash": end.hash}).ljust(_HEAD_SIZE - 1) + "\n"
        with suppress(OSError):  # the line itself is written: a note that lags behind takes nothing away
            os.lseek(self._head, 0, os.SEEK_SET)
            os.write(self._head, note.encode())

    def _put_aside(self) -> None:
        """Begin a new file; the oldest ones go, and the log says so."""
        aside = [one for one in log_files(self.path) if one != self.path]
        number = int(aside[-1].suffix[1:]) + 1 if aside else 1
        target = self.path.with_name(f"{self.path.name}.{number}")
        os.rename(self.path, target)
        os.close(self._file)
        self._file, self._size = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600), 0
        aside.append(target)
        for oldest in aside[: max(0, len(aside) - self._keep)]:
            self._retire(oldest)

    def _retire(self, oldest: Path) -> None:
        end, _ = _end_of(oldest)
        if end is None:
            return
        said = {"event": RETIRED, "time": utc(self._wall()), "file": oldest.name}
        line, new = sealed({**said, "last_seq": end.seq, "last_hash": end.hash}, self.last, self._key)
        self._write_line(line, new)
        oldest.unlink()

    def _open(self) -> tuple[int, int]:
        files = log_files(self.path)
        torn = b""
        if files:
            end, torn = _end_of(files[-1])
            if end is None and files[-1].stat().st_size:
                self._set_aside_damaged(files[-1])
            elif end is None and len(files) > 1:
                end, _ = _end_of(files[-2])
            self.last = end or self.last
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        size = os.fstat(descriptor).st_size
        if torn and files[-1] == self.path and size:
            os.ftruncate(descriptor, size - len(torn))
            size -= len(torn)
        self._file, self._size = descriptor, size
        if torn and size:
            # A power cut in the middle of a line: what was there is kept, as what it is.
            self.write({"event": "torn", "time": utc(self._wall()), "bytes": torn[:1000].hex()})
        return self._file, self._size

    def _set_aside_damaged(self, file: Path) -> None:
        """A log whose last line is not ours cannot be continued: it is kept, and a new one begins."""
        target = file.with_name(f"{file.name}.damaged-{int(self._wall())}")
        os.rename(file, target)
        log.error("the audit log %s is damaged: it was kept as %s, and a new one begins", file, target.name)
        self.last = Link()

    def _lock(self) -> None:
        if sys.platform == "win32":
            return
        try:
            fcntl.flock(self._head, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(self._head)
            raise ConfigError(
                f"another program writes the audit log {self.path}: give each its own"
            ) from None

    def _fail(self, error: OSError) -> None:
        if not self.last_error:
            log.error("the audit log %s cannot be written: %s", self.path, error.strerror or error)
        self.last_error = str(error.strerror or error)
        self._retry_at = self._clock() + RETRY

    def _lose(self) -> bool:
        self.lost += 1
        self._missing += 1
        return False


def _end_of(file: Path) -> tuple[Link | None, bytes]:
    """The end of the chain in a file, None where there is none, and what stands behind its last whole line."""
    with file.open("rb") as stream:
        size = stream.seek(0, os.SEEK_END)
        stream.seek(max(0, size - _TAIL))
        tail = stream.read()
    whole, newline, torn = tail.rpartition(b"\n")
    if not newline:
        return None, tail
    line = whole.rpartition(b"\n")[2]
    try:
        return opened(line, None)[1], torn
    except ValueError:
        return None, torn
