"""SQLite with nothing around it: a plain table in write-ahead mode, one transaction per batch of tuples."""

from __future__ import annotations

import sqlite3
import sys
from pathlib import Path

from bench.peers.appending import POINTS, append_all, time_of, value_of

Entry = tuple[float, int, float, int]


def main() -> None:
    folder, batches = Path(sys.argv[1]), int(sys.argv[2])
    database = sqlite3.connect(folder / "bare.sqlite", isolation_level=None)
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("PRAGMA synchronous = NORMAL")
    database.execute("CREATE TABLE sample (time REAL, point INTEGER, value REAL, quality INTEGER)")

    def make(batch: int) -> list[Entry]:
        return [(time_of(batch, point), point, value_of(batch, point), 0) for point in range(POINTS)]

    def append(entries: list[Entry]) -> None:
        database.execute("BEGIN")
        database.executemany("INSERT INTO sample VALUES (?, ?, ?, ?)", entries)
        database.execute("COMMIT")

    append_all(folder, batches, make, append, database.close)


main()
