"""The tables of a spool, and how it is opened for writing and for reading.

``samples`` is a heap in the order of arrival: no key beside the rowid, because keeping one sorted by point
costs ten to twenty times the insert rate. ``spans`` is its sparse index: one row for each thousand samples or
more, with the times it covers and a checksum over its rows, so that a query reads only what overlaps and
notices bits that flipped on disk. Point names, and pairs of quality and reason, are kept once and referred to
by number. ``time`` counts microseconds from ``about.base`` (Unix seconds, the day the file was made): six
bytes instead of eight. The view ``readings`` shows all of it as plain columns, with absolute times. Never
VACUUM a spool: the spans refer to rowids.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import suppress
from pathlib import Path

from port502.errors import UsageError
from port502.history.sealed import seal

APPLICATION_ID = 0x70353032  # "p502"
VERSION = 1

_TABLES = """
CREATE TABLE about (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE points (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, seal INTEGER);
CREATE TABLE states (
    id INTEGER PRIMARY KEY, quality TEXT NOT NULL, reason TEXT NOT NULL, seal INTEGER, UNIQUE (quality, reason)
);
CREATE TABLE samples (point INTEGER, time INTEGER, value, state INTEGER);
CREATE TABLE spans (
    first INTEGER PRIMARY KEY, count INTEGER, low INTEGER, high INTEGER, checksum INTEGER, seal INTEGER
);
CREATE TABLE gaps (id INTEGER PRIMARY KEY, since INTEGER, until INTEGER, lost INTEGER, reason TEXT);
CREATE VIEW readings AS
    SELECT samples.rowid AS id, points.name AS point,
           samples.time + 1000000 * (SELECT value FROM about WHERE name = 'base') AS time_us,
           samples.value AS value, states.quality AS quality, states.reason AS reason
    FROM samples JOIN points ON points.id = samples.point JOIN states ON states.id = samples.state;
"""


def connect_writer(path: Path, base: int) -> sqlite3.Connection:
    """Opens a spool to append to; makes file (0600) and tables, counting from ``base``, where missing.

    WAL with synchronous NORMAL: a commit survives the end of the process, however it ends, and readers never
    wait; a power cut may cost the commits since the last checkpoint but never what was there before.
    Raises sqlite3.Error or OSError for the disk's reasons, UsageError for a file that is somebody else's.
    """
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    connection = sqlite3.connect(
        path, isolation_level=None, check_same_thread=False, timeout=5.0, cached_statements=64
    )
    connection.text_factory = _text
    try:
        _refuse_foreign(connection, path)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute(f"PRAGMA journal_size_limit = {16 << 20}")
        if connection.execute("PRAGMA user_version").fetchone()[0] == 0:
            _create(connection, base)
    except UnicodeDecodeError as problem:  # what SQLite quotes from a damaged schema in its complaint
        connection.close()
        raise sqlite3.DatabaseError("malformed: its schema is damaged") from problem
    except BaseException:
        connection.close()
        raise
    return connection


def connect_reader(path: Path) -> sqlite3.Connection:
    """Opens a spool read-only, also while it is written; raises sqlite3.Error when that cannot be."""
    source = f"{path.resolve().as_uri()}?mode=ro"
    try:
        return _connect_reader(source)
    except sqlite3.OperationalError as problem:
        if problem.sqlite_errorcode & 0xFF not in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY):
            raise
    # A directory that may not be written (a mounted backup): nobody else writes there either.
    return _connect_reader(f"{source}&immutable=1")


def _connect_reader(source: str) -> sqlite3.Connection:
    connection = sqlite3.connect(source, uri=True, isolation_level=None, timeout=5.0, check_same_thread=False)
    connection.text_factory = _text
    try:
        connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    except UnicodeDecodeError as problem:  # what SQLite quotes from a damaged schema in its complaint
        connection.close()
        raise sqlite3.DatabaseError("malformed: its schema is damaged") from problem
    except BaseException:
        connection.close()
        raise
    return connection


def _text(content: bytes) -> str:
    """Text as it is kept; bits that flipped must not keep the rest of an answer from being read."""
    return content.decode("utf-8", "replace")


def _refuse_foreign(connection: sqlite3.Connection, path: Path) -> None:
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
    if tables and not {"samples", "spans"} & tables:
        raise UsageError(f"{path} is a database of another program; choose another path for the history")
    if version > VERSION:
        raise UsageError(
            f"{path} was written by a newer port502 (format {version}, this one knows {VERSION})"
        )


def _create(connection: sqlite3.Connection, base: int) -> None:
    connection.execute("BEGIN IMMEDIATE")
    try:
        for statement in filter(str.strip, _TABLES.split(";")):
            connection.execute(statement)
        rows = [("base", base), ("base_seal", seal(base)), ("lost", 0), ("dropped", 0)]
        connection.executemany("INSERT INTO about VALUES (?, ?)", rows)
        connection.execute("INSERT INTO states VALUES (0, 'good', '', ?)", (seal(0, "good", ""),))
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {VERSION}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
