"""One file of a history, read span by span: each read is short, checked, and leaves the writer alone."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any, TypeAlias

from port502.collect.sample import GOOD, UNCERTAIN, Sample
from port502.history.encoding import checksum, decode_value
from port502.history.schema import connect_reader
from port502.history.sealed import Span, base_of, names_of, spans_of
from port502.history.when import format_time

UNTRUSTED = "the stored data is damaged (checksum)"
_MICRO = 1_000_000

Row: TypeAlias = "tuple[Any, Any, Any, Any]"  # point, time, value, state as the file has them, damaged or not


@dataclass(frozen=True, slots=True)
class Gap:
    """Samples that are missing: ``since`` and ``until`` in Unix seconds, how many, and why."""

    since: float
    until: float
    lost: int
    reason: str


@dataclass(frozen=True, slots=True)
class Summary:
    """The figures of one file; ``used`` leaves out pages that wait to be filled again."""

    bytes: int
    used: int
    samples: int
    first: float | None
    last: float | None
    lost: int
    dropped: int
    gaps: tuple[Gap, ...]


class Segment:
    """One open file; ``note`` hears of parts not to be read or trusted. Opening raises sqlite3.Error."""

    def __init__(self, path: Path, note: Callable[[str], None]) -> None:
        self.path = path
        self._note = note
        self._connection = connect_reader(path)
        try:
            self._base = base_of(self._connection)
            names = names_of(self._connection)
        except BaseException:
            self._connection.close()
            raise
        self.points: dict[str, int] = {name: number for number, name in names.points.items()}
        self._states = names.states
        if names.damaged:
            note(
                f"{path.name}: {names.damaged} names of points or reasons are damaged, their samples left out"
            )

    def close(self) -> None:
        """Closes the file."""
        self._connection.close()

    def summary(self) -> Summary:
        """Figures from the index; parts of it that are damaged count as empty."""
        spans = self._spans(None, None)
        (lost,) = self._ask("SELECT value FROM about WHERE name = 'lost'", (0,))
        (dropped,) = self._ask("SELECT value FROM about WHERE name = 'dropped'", (0,))
        pages, free, size = (
            self._ask(f"PRAGMA {name}", (0,))[0] for name in ("page_count", "freelist_count", "page_size")
        )
        return Summary(
            bytes=sum(part.stat().st_size for part in self._files()),
            used=(pages - free) * size,
            samples=sum(span.count for span in spans),
            first=min((self._seconds(span.low) for span in spans), default=None),
            last=max((self._seconds(span.high) for span in spans), default=None),
            lost=lost,
            dropped=dropped,
            gaps=tuple(self._gaps()),
        )

    def samples(
        self, names: Iterable[str], since: float | None, until: float | None, verify: bool
    ) -> Iterator[Sample]:
        """Samples of these points in ``since <= time < until``, in order of time."""
        low, high = self._range(since, until)
        wanted = self._wanted(names)
        spans = sorted(self._spans(low, high), key=lambda span: (span.low, span.first)) if wanted else []
        held: list[Sample] = []  # what a later span may still come before
        for span in spans:
            edge = self._seconds(span.low)
            early = [sample for sample in held if sample.time < edge]
            if early:
                yield from early
                held = held[len(early) :]
            held.extend(self._read(span.first, wanted, low, high, verify))
            held.sort(key=_time)
        yield from held

    def newest(
        self, names: Iterable[str], since: float | None, until: float | None, limit: int, verify: bool
    ) -> list[Sample]:
        """The last ``limit`` of what ``samples`` would yield, read from the end."""
        low, high = self._range(since, until)
        wanted = self._wanted(names)
        found: list[Sample] = []
        spans = (
            sorted(self._spans(low, high), key=lambda span: span.high, reverse=True)
            if wanted and limit
            else []
        )
        for span in spans:
            if len(found) >= limit and self._seconds(span.high) < found[-limit].time:
                break
            found = sorted(self._read(span.first, wanted, low, high, verify) + found, key=_time)[-limit:]
        return found

    def verify(self) -> None:
        """Reads every span and tells ``note`` of each that is not as it was written."""
        for span in self._spans(None, None):
            self._rows(span.first)

    def _wanted(self, names: Iterable[str]) -> dict[int, str]:
        return {self.points[name]: name for name in names if name in self.points}

    def _spans(self, low: int | None, high: int | None) -> list[Span]:
        """The spans that overlap the range."""
        try:
            spans, damaged = spans_of(self._connection)
        except sqlite3.Error as problem:
            self._note(f"{self.path.name}: the index cannot be read ({problem})")
            return []
        for first in damaged:
            self._note(
                f"{self.path.name}: the index of samples from number {first} on is damaged, they are left out"
            )
        return [
            span for span in spans if (low is None or span.high >= low) and (high is None or span.low < high)
        ]

    def _read(
        self, first: int, wanted: dict[int, str], low: int | None, high: int | None, verify: bool
    ) -> list[Sample]:
        if verify:
            rows, trusted = self._rows(first)
            rows = [row for row in rows if row[0] in wanted and _within(row[1], low, high)]
        else:
            rows, trusted = self._matching(first, wanted, low, high), True
        samples = [self._sample(row, wanted, trusted) for row in rows]
        return [sample for sample in samples if sample is not None]

    def _rows(self, first: int) -> tuple[list[Row], bool]:
        """All rows of a span, and whether they are as they were written."""
        try:
            self._connection.execute("BEGIN")
            try:
                span = self._connection.execute(
                    "SELECT count, checksum, low, high FROM spans WHERE first = ?", (first,)
                )
                count, expected, low, high = span.fetchone() or (0, 0, 0, 0)
                statement = "SELECT point, time, value, state FROM samples WHERE rowid >= ? AND rowid < ?"
                rows = self._connection.execute(statement, (first, first + count)).fetchall()
            finally:
                self._connection.execute("COMMIT")
        except (sqlite3.Error, TypeError) as problem:
            self._note(f"{self.path.name}: samples from number {first} on cannot be read ({problem})")
            return [], False
        if len(rows) == count and checksum(list(chain.from_iterable(rows))) == expected:
            return rows, True
        around = f"{format_time(self._seconds(low))} to {format_time(self._seconds(high))}"
        self._note(f"{self.path.name}: samples of {around} do not match their checksum")
        return rows, False

    def _matching(self, first: int, wanted: dict[int, str], low: int | None, high: int | None) -> list[Row]:
        some = f" AND point IN ({','.join(map(str, wanted))})" if len(wanted) <= _MANY else ""
        statement = (
            "SELECT point, time, value, state FROM samples WHERE rowid >= ?1"  # noqa: S608 - only numbers are put in
            f" AND rowid < ?1 + (SELECT count FROM spans WHERE first = ?1){some}"
        )
        try:
            rows = self._connection.execute(statement, {"1": first}).fetchall()
        except sqlite3.Error as problem:
            self._note(f"{self.path.name}: samples from number {first} on cannot be read ({problem})")
            return []
        return [row for row in rows if row[0] in wanted and _within(row[1], low, high)]

    def _sample(self, row: Row, wanted: dict[int, str], trusted: bool) -> Sample | None:
        point, time, cell, state = row
        try:
            value = decode_value(cell)
            quality, reason = self._states[state] if state in self._states else self._learn(state)
        except (ValueError, RecursionError, TypeError, sqlite3.Error):
            return None
        if not trusted and quality == GOOD:
            quality, reason = UNCERTAIN, UNTRUSTED
        return Sample(wanted[point], self._seconds(time), value, quality, reason)

    def _learn(self, state: int) -> tuple[str, str]:
        """A state that the writer added since this file was opened, or one that is damaged."""
        self._states = names_of(self._connection).states
        return self._states.setdefault(state, (UNCERTAIN, UNTRUSTED))

    def _gaps(self) -> list[Gap]:
        try:
            rows = self._connection.execute(
                "SELECT since, until, lost, reason FROM gaps ORDER BY id"
            ).fetchall()
        except sqlite3.Error as problem:
            self._note(f"{self.path.name}: the list of gaps cannot be read ({problem})")
            return []
        return [Gap(since / _MICRO, until / _MICRO, lost, reason) for since, until, lost, reason in rows]

    def _ask(self, statement: str, otherwise: tuple[Any, ...]) -> tuple[Any, ...]:
        try:
            return self._connection.execute(statement).fetchone() or otherwise
        except sqlite3.Error as problem:
            self._note(f"{self.path.name}: {problem}")
            return otherwise

    def _files(self) -> list[Path]:
        parts = [self.path, self.path.with_name(self.path.name + "-wal")]
        return [part for part in parts if part.exists()]

    def _seconds(self, time: int) -> float:
        return (self._base * _MICRO + time) / _MICRO

    def _range(self, since: float | None, until: float | None) -> tuple[int | None, int | None]:
        return tuple(None if at is None else round((at - self._base) * 1e6) for at in (since, until))  # type: ignore[return-value]


_MANY = 500  # points above which picking them in Python beats a long list in SQL


def _within(time: Any, low: int | None, high: int | None) -> bool:
    return isinstance(time, int) and (low is None or time >= low) and (high is None or time < high)


def _time(sample: Sample) -> float:
    return sample.time
