"""What became of the alarms: every event, and how each alarm stood last, in a file of its own beside the samples."""

from __future__ import annotations

import json
import logging
import math
import os
import sqlite3
import threading
import time
from collections.abc import Collection, Sequence
from contextlib import closing, suppress
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any, TypeVar

from port502.collect.alarms import AlarmEvent, AlarmState
from port502.collect.alarms.alarm import ACTIVE, NORMAL, RETURNED
from port502.errors import UsageError
from port502.history.damage import is_damage, set_aside
from port502.history.when import LATEST

MOST_EVENTS = 100_000
"""Events that are kept; beyond, the oldest go."""

VERSION = 1
"""Of the tables below."""

STATES = ACTIVE | {NORMAL, RETURNED}

_log = logging.getLogger(__name__)

_TABLES = """
CREATE TABLE IF NOT EXISTS events (
    id INTEGER PRIMARY KEY AUTOINCREMENT, time REAL NOT NULL, alarm TEXT NOT NULL, content TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS events_of_alarm ON events (alarm, id);
CREATE TABLE IF NOT EXISTS states (alarm TEXT PRIMARY KEY, content TEXT NOT NULL) WITHOUT ROWID;
"""

_EVENTS = """
SELECT id, content FROM events
WHERE time >= ? AND (? = '' OR alarm = ?) AND (? IS NULL OR id < ?)
ORDER BY id DESC LIMIT ?
"""


class AlarmBook:
    """The alarms' file at ``path``, made (0600) where missing. It may be used from any thread.

    A disk that refuses costs what it refused, counted in ``lost``, and never raises; ``last_error`` says why. A
    damaged file is set aside under a new name, and a new one begun.
    """

    def __init__(self, path: Path, most: int = MOST_EVENTS) -> None:
        self.path = path
        self.lost = 0
        self.last_error = ""
        self._most = most
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        self._has_replaced = False

    def record(
        self, events: Sequence[AlarmEvent], states: Sequence[AlarmState], gone: Collection[str] = ()
    ) -> bool:
        """Keep some events, how the alarms stand after them, and which are no more: all or nothing."""
        with self._lock:
            for _ in range(2):  # a damaged file is put aside, and a new one begun
                try:
                    self._record(self._open(), events, states, gone)
                except (sqlite3.Error, OSError) as error:
                    if not self._failed(error):
                        break
                else:
                    return True
            self.lost += len(events)
            return False

    def states(self) -> list[AlarmState]:
        """How the alarms stood last; those that cannot be read are left out."""
        with self._lock:
            try:
                rows = self._open().execute("SELECT content FROM states").fetchall()
            except (sqlite3.Error, OSError) as error:
                self._failed(error)
                return []
        return [state for (content,) in rows if (state := _read(AlarmState, content)) is not None]

    def close(self) -> None:
        """Close the file; it is opened again when it is needed again."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    def _open(self) -> sqlite3.Connection:
        if self._connection is None:
            with suppress(FileExistsError):
                os.close(os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
            connection = sqlite3.connect(
                self.path, isolation_level=None, check_same_thread=False, timeout=5.0
            )
            try:
                if connection.execute("PRAGMA user_version").fetchone()[0] > VERSION:
                    raise sqlite3.DatabaseError("it was written by a newer port502")
                connection.execute("PRAGMA journal_mode = WAL")
                connection.executescript(_TABLES)
                connection.execute(f"PRAGMA user_version = {VERSION}")
            except BaseException:
                connection.close()
                raise
            self._connection = connection
        return self._connection

    def _record(
        self,
        connection: sqlite3.Connection,
        events: Sequence[AlarmEvent],
        states: Sequence[AlarmState],
        gone: Collection[str],
    ) -> None:
        with connection:
            connection.execute("BEGIN IMMEDIATE")
            rows = [(event.time, event.alarm, _text(event)) for event in events]
            connection.executemany("INSERT INTO events (time, alarm, content) VALUES (?, ?, ?)", rows)
            kept = [(one.alarm, _text(one)) for one in states]
            connection.executemany("INSERT OR REPLACE INTO states VALUES (?, ?)", kept)
            connection.executemany("DELETE FROM states WHERE alarm = ?", [(name,) for name in gone])
            connection.execute(
                "DELETE FROM events WHERE id <= (SELECT max(id) FROM events) - ?", (self._most,)
            )

    def _failed(self, error: Exception) -> bool:
        """Take note of what the disk did; True when it is worth trying again at once."""
        if not self.last_error:
            _log.error("%s: alarms cannot be kept: %s", self.path, error)
        self.last_error = str(error)
        with suppress(sqlite3.Error):
            if self._connection is not None:
                self._connection.close()
        self._connection = None
        if self._has_replaced or not isinstance(error, sqlite3.Error) or not is_damage(error):
            return False
        with suppress(OSError):
            target = set_aside(self.path, time.time())
            self._has_replaced = True  # once: a disk that spoils every file must not be filled with them
            _log.error("%s is damaged: set aside as %s, a new one is begun", self.path, target.name)
        return self._has_replaced


def alarm_events(
    path: Path, *, alarm: str = "", since: float = 0.0, before: int | None = None, most: int = 100
) -> list[tuple[int, AlarmEvent]]:
    """Up to ``most`` events with their numbers, newest first: of one alarm, from Unix time ``since`` on.

    ``before`` is the number of the last event of the page before. Raises UsageError for a file that is none.
    """
    if not path.exists():
        return []
    source = f"{path.resolve().as_uri()}?mode=ro"
    try:
        with closing(sqlite3.connect(source, uri=True, timeout=5.0)) as connection:
            rows = connection.execute(_EVENTS, (since, alarm, alarm, before, before, most)).fetchall()
    except sqlite3.Error as error:
        raise UsageError(f"{path} cannot be read: {error}") from error
    read = ((number, _read(AlarmEvent, content)) for number, content in rows)
    return [(number, event) for number, event in read if event is not None]


def _text(record: AlarmEvent | AlarmState) -> str:
    return json.dumps(asdict(record), ensure_ascii=False, separators=(",", ":"))


T = TypeVar("T", AlarmEvent, AlarmState)


def _read(kind: type[T], content: object) -> T | None:
    """A record as it was kept; None for what is none, since a file may be damaged or somebody else's."""
    try:
        told = json.loads(content) if isinstance(content, str) else None
        return _made(kind, told) if isinstance(told, dict) else None
    except (ValueError, TypeError, RecursionError):
        return None


def _made(kind: type[T], content: dict[str, Any]) -> T:
    known = {field.name: field.type for field in fields(kind)}
    given = {name: _kept(value) for name, value in content.items() if name in known}
    for name, value in given.items():
        if not _fits(name, value, str(known[name])):
            raise ValueError(f"{name} cannot be {value!r}")
    if given.get("state") not in STATES:
        raise ValueError("no state of an alarm")
    return kind(**given)


def _fits(name: str, value: Any, type_: str) -> bool:
    if type_ == "Value":
        return True
    if value is None:
        return type_.endswith("None")
    if type_.startswith("float"):
        if isinstance(value, bool) or not isinstance(value, int | float):
            return False
        return math.isfinite(value) if name == "limit" else 0.0 <= value <= LATEST  # all others are times
    return isinstance(value, {"str": str, "bool": bool}.get(type_, tuple))


def _kept(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
