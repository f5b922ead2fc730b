"""Values written down as they come: rows of CSV at the end of a file of one's own."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from port502.cli.output import put_csv
from port502.cli.values import COLUMNS, Row
from port502.errors import UsageError

_ONLY_OWNER = 0o600


class CsvLog:
    """A file that grows by a row for each value; a new one is made for its owner alone, with a heading.

    Raises UsageError where the file cannot be written.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.rows = 0
        try:
            number = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, _ONLY_OWNER)
        except OSError as error:
            raise UsageError(f"cannot write {path}: {error.strerror}") from error
        self._file = os.fdopen(number, "a", encoding="utf-8", newline="")
        if self._file.tell() == 0:
            self._put([COLUMNS])

    def add(self, rows: Iterable[Row]) -> None:
        """Write rows down now; raises UsageError, and closes the file, where the disk takes no more."""
        lines = [row.csv() for row in rows]
        self._put(lines)
        self.rows += len(lines)

    def close(self) -> None:
        """Write no more."""
        if not self._file.closed:
            self._file.close()

    def _put(self, lines: Iterable[Iterable[object]]) -> None:
        try:
            put_csv([list(line) for line in lines], self._file)
        except OSError as error:
            self._abandon()
            raise UsageError(f"{self.path}: {error.strerror}; nothing more is written down") from error

    def _abandon(self) -> None:
        """Close a file that takes nothing any more, not even what is still in memory."""
        number = os.open(os.devnull, os.O_WRONLY)
        os.dup2(number, self._file.fileno())
        os.close(number)
        self._file.close()
