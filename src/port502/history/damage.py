"""Finds out whether a spool is damaged, and sets a damaged one aside under a name that says so."""

from __future__ import annotations

import os
import sqlite3
from contextlib import suppress
from pathlib import Path

from port502.history.when import format_time

THOROUGH = 64 << 20
_DAMAGE = (
    sqlite3.SQLITE_CORRUPT,
    sqlite3.SQLITE_NOTADB,
    sqlite3.SQLITE_ERROR,  # a statement of ours met tables that are not the ones we made
    sqlite3.SQLITE_CONSTRAINT,  # an index and its table do not agree
)
_SIDES = ("-wal", "-shm")


def is_damage(problem: sqlite3.Error) -> bool:
    """True when SQLite says that the file itself is broken, and not the disk, its size or its rights."""
    code = getattr(problem, "sqlite_errorcode", None)
    if code is None:
        return "malformed" in str(problem)
    return code & 0xFF in _DAMAGE


def fault_of(connection: sqlite3.Connection, path: Path) -> str:
    """What is wrong with the structure of an open spool, empty when nothing is.

    A file up to THOROUGH bytes is looked through, of a larger one only its newest rows: a start must not take
    minutes. SQLite itself refuses a file that was cut. Damage deeper in a large file is found when it is read.
    """
    try:
        return _quick_check(connection) if path.stat().st_size <= THOROUGH else _check_newest(connection)
    except sqlite3.Error as problem:
        return str(problem) if is_damage(problem) else ""  # a full or slow disk says nothing about the file


def set_aside(path: Path, now: float) -> Path:
    """Renames a spool with its log, so that what can still be read stays readable; returns the new name.

    Raises OSError when the directory does not let it.
    """
    stamp = format_time(now)[:19].replace("-", "").replace(":", "") + "Z"
    target = path.with_name(f"{path.stem}-damaged-{stamp}{path.suffix}")
    number = 1
    while target.exists():
        number += 1
        target = path.with_name(f"{path.stem}-damaged-{stamp}-{number}{path.suffix}")
    os.rename(path, target)
    for side in _SIDES:
        with suppress(FileNotFoundError):
            os.rename(f"{path}{side}", f"{target}{side}")
    return target


def set_aside_before(path: Path) -> list[Path]:
    """The damaged files that were set aside from this path, oldest first."""
    try:
        names = sorted(entry.name for entry in os.scandir(path.parent))
    except OSError:
        return []
    start = f"{path.stem}-damaged-"
    return [path.with_name(name) for name in names if name.startswith(start) and name.endswith(path.suffix)]


def _quick_check(connection: sqlite3.Connection) -> str:
    verdict = str(connection.execute("PRAGMA quick_check(1)").fetchone()[0])
    return "" if verdict == "ok" else verdict.replace("\n", " ")


def _check_newest(connection: sqlite3.Connection) -> str:
    newest = "SELECT first, count FROM spans ORDER BY first DESC LIMIT 20"
    first, expected = connection.execute(f"SELECT min(first), sum(count) FROM ({newest})").fetchone()  # noqa: S608
    if first is None:
        return ""
    (found,) = connection.execute(
        "SELECT count(value) + sum(value IS NULL) FROM samples WHERE rowid >= ?", (first,)
    ).fetchone()
    return "" if found == expected else f"{found} of the {expected} newest samples are left"
