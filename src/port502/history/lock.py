"""One writer per history: a lock that the system takes back when its holder dies."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path

from port502.errors import UsageError


class WriterLock:
    """Held from construction to ``close``; raises UsageError naming the holder when another writer has it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            _lock(self._file)
        except OSError:
            holder = (
                os.pread(self._file, 32, 1).decode("ascii", "replace").strip() if os.name == "posix" else ""
            )
            os.close(self._file)
            who = f"process {holder}" if holder else "another process"
            raise UsageError(
                f"{path.with_suffix('')} is being written by {who}; a history has one writer at a time"
            ) from None
        self._sign()

    def close(self) -> None:
        """Lets the next writer in. The file stays: removing it would race with its next opener."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def _sign(self) -> None:
        with suppress(OSError):  # a full disk: the lock holds, only the holder's name is missing
            os.lseek(self._file, 1, os.SEEK_SET)  # the first byte is the one that is locked on Windows
            os.write(self._file, f"{os.getpid():<10}\n".encode())


if sys.platform == "win32":
    import msvcrt

    def _lock(file: int) -> None:
        msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _lock(file: int) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
