"""Drops the oldest samples of a spool, a few spans at a time, when they are too old or the file too large.

The pages of dropped rows are filled again by new ones: the file stays at its largest size but does not grow.
"""

from __future__ import annotations

import sqlite3

STEP = 8  # spans dropped in one transaction: several times what was written since the last look
_BYTES_PER_SAMPLE = 25  # a cautious guess of what dropping frees; the next look measures again


def drop_oldest(connection: sqlite3.Connection, cutoff: int | None, max_bytes: int) -> int:
    """Drops at most STEP of the oldest spans, where they end before ``cutoff`` or lie beyond ``max_bytes``.

    ``cutoff`` is in microseconds from the file's base, None for no limit of age. The newest span always
    stays. Returns the number of samples dropped; raises sqlite3.Error, after which nothing was dropped.
    """
    excess = _used_bytes(connection) - max_bytes
    oldest = connection.execute(
        "SELECT first, count, high FROM spans ORDER BY first LIMIT ?", (STEP + 1,)
    ).fetchall()
    dropped = spans = 0
    for _, count, high in oldest[:-1]:
        too_old = cutoff is not None and high < cutoff
        if not too_old and excess <= 0:
            break
        dropped += count
        spans += 1
        excess -= count * _BYTES_PER_SAMPLE
    if spans:
        _drop_before(connection, oldest[spans][0], dropped)
    return dropped


def _drop_before(connection: sqlite3.Connection, first: int, samples: int) -> None:
    connection.execute("BEGIN IMMEDIATE")
    try:
        connection.execute("DELETE FROM samples WHERE rowid < ?", (first,))
        connection.execute("DELETE FROM spans WHERE first < ?", (first,))
        connection.execute("UPDATE about SET value = value + ? WHERE name = 'dropped'", (samples,))
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _used_bytes(connection: sqlite3.Connection) -> int:
    pages = connection.execute("PRAGMA page_count").fetchone()[0]
    free = connection.execute("PRAGMA freelist_count").fetchone()[0]
    size = connection.execute("PRAGMA page_size").fetchone()[0]
    return int((pages - free) * size)
