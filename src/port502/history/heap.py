"""One open spool file: turns samples into rows, appends them in one transaction, keeps the spans."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from port502.collect.sample import GOOD, Sample
from port502.errors import UsageError
from port502.history.encoding import Cell, checksum, encode_value, encode_values
from port502.history.schema import connect_writer
from port502.history.sealed import Span, base_of, names_of, seal
from port502.history.when import LATEST

SPAN = 1000  # samples at which a span is full and the next one begins
MAX_STATES = 10_000
MAX_REASON = 500
MAX_GAPS = 1000
_COLUMNS = 4
_SIZES = (1000, 512, 256, 128, 64, 32, 16, 8, 4, 2, 1)
# One statement inserts many rows: SQLite is entered, and Python's lock given up, once instead of once a row.
# That is faster than executemany, and a busy event loop cannot starve the writer between two rows.
_INSERT = {size: f"INSERT INTO samples VALUES {','.join(['(?,?,?,?)'] * size)}" for size in _SIZES}  # noqa: S608
_CROWDED = "(reason not kept: too many different ones)"


@dataclass(frozen=True, slots=True)
class Refused:
    """A sample that no file can hold, and why."""

    sample: Sample
    reason: str


class Heap:
    """An open spool file, not thread-safe; when a method raises sqlite3.Error nothing of the call is kept."""

    def __init__(self, path: Path, now: float) -> None:
        self.path = path
        self.connection = connect_writer(path, int(now))
        self._points: dict[str, int] = {}
        self._states: dict[tuple[str, str], int] = {}
        self._span: Span | None = None
        self.base = 0
        try:
            self.base = base_of(self.connection)
            self._load_names()
            self._identity = _identity(path)
        except BaseException:
            self.connection.close()
            raise

    def close(self) -> None:
        """Closes the file; its last reader or writer folds the log into it."""
        self.connection.close()

    @property
    def replaced(self) -> bool:
        """True when the path no longer leads to the open file: somebody removed or replaced it."""
        return _identity(self.path) != self._identity

    def write(
        self, samples: Sequence[Sample], gap: tuple[float, float, int, str] | None = None
    ) -> list[Refused]:
        """Commits samples (and the record of a gap before them); returns those that no file can hold."""
        span = self._span
        try:
            self.connection.execute("BEGIN IMMEDIATE")
            if gap is not None:
                self._record_gap(*gap)
            cells, refused = self._cells(samples)
            if cells:
                span = self._insert(cells)
            self.connection.execute("COMMIT")
        except BaseException:
            self._roll_back()
            raise
        self._span = span
        return refused

    @property
    def span_is_full(self) -> bool:
        """True when the next write begins a new span."""
        return self._span is None or self._span.count >= SPAN

    def _roll_back(self) -> None:
        if self.connection.in_transaction:
            self.connection.execute("ROLLBACK")
        self._load_names()

    def _load_names(self) -> None:
        names = names_of(self.connection)
        if names.damaged:
            raise sqlite3.DatabaseError(f"malformed: {names.damaged} names of points or reasons are damaged")
        self._points = {name: number for number, name in names.points.items()}
        self._states = {state: number for number, state in names.states.items()}

    def _cells(self, samples: Sequence[Sample]) -> tuple[list[Cell], list[Refused]]:
        """The rows as one flat list, filled column by column, and the samples that were refused."""
        base = self.base
        refused: list[Refused] = []
        try:
            values = encode_values([sample.value for sample in samples])
            times = [round((sample.time - base) * 1e6) for sample in samples]
            if times and (min(times) < -base * 1_000_000 or max(times) > (LATEST - base) * 1e6):
                raise OverflowError
        except (ValueError, OverflowError, TypeError):
            samples, refused = _sift(samples)
            values = [encode_value(sample.value) for sample in samples]
            times = [round((sample.time - base) * 1e6) for sample in samples]
        cells: list[Cell] = [0] * (_COLUMNS * len(samples))
        cells[0::_COLUMNS] = self._point_ids(samples)
        cells[1::_COLUMNS] = times
        cells[2::_COLUMNS] = values
        if {sample.quality for sample in samples} != {GOOD} or {sample.reason for sample in samples} != {""}:
            cells[3::_COLUMNS] = [self._state_id(sample.quality, sample.reason) for sample in samples]
        return cells, refused

    def _point_ids(self, samples: Sequence[Sample]) -> list[int]:
        known = self._points
        try:
            return [known[sample.point] for sample in samples]
        except KeyError:
            for sample in samples:
                if sample.point not in known:
                    known[sample.point] = number = len(known) + 1
                    row = (number, sample.point, seal(number, sample.point))
                    self.connection.execute("INSERT INTO points VALUES (?, ?, ?)", row)
            return [known[sample.point] for sample in samples]

    def _state_id(self, quality: str, reason: str) -> int:
        known = self._states.get((quality, reason))
        if known is not None:
            return known
        text = reason.encode("utf-8", "replace").decode()[:MAX_REASON]
        if len(self._states) >= MAX_STATES and text != _CROWDED:
            return self._state_id(quality, _CROWDED)
        number = self._states.get((quality, text))
        if number is None:
            self._states[quality, text] = number = len(self._states)
            row = (number, quality, text, seal(number, quality, text))
            self.connection.execute("INSERT INTO states VALUES (?, ?, ?, ?)", row)
        return number

    def _insert(self, cells: list[Cell]) -> Span:
        count = len(cells) // _COLUMNS
        cursor = self.connection.cursor()
        position = 0
        for size in _SIZES:
            width = size * _COLUMNS
            while len(cells) - position >= width:
                cursor.execute(_INSERT[size], cells[position : position + width])
                position += width
        last = cursor.execute("SELECT last_insert_rowid()").fetchone()[0]
        times: list[int] = cells[1::_COLUMNS]  # type: ignore[assignment]
        return self._extend(last - count + 1, count, min(times), max(times), cells)

    def _extend(self, first: int, count: int, low: int, high: int, cells: list[Cell]) -> Span:
        open_span = self._span
        if open_span is None or open_span.count >= SPAN:
            span = Span(first, count, low, high, checksum(cells))
            self.connection.execute("INSERT INTO spans VALUES (?, ?, ?, ?, ?, ?)", span.row)
            return span
        span = Span(
            open_span.first,
            open_span.count + count,
            min(open_span.low, low),
            max(open_span.high, high),
            checksum(cells, open_span.checksum),
        )
        self.connection.execute(
            "UPDATE spans SET count = ?, low = ?, high = ?, checksum = ?, seal = ? WHERE first = ?",
            (*span.row[1:], span.first),
        )
        return span

    def _record_gap(self, since: float, until: float, lost: int, reason: str) -> None:
        times = (round(since * 1e6), round(until * 1e6))
        row = (*times, lost, reason[:MAX_REASON])
        self.connection.execute("INSERT INTO gaps (since, until, lost, reason) VALUES (?, ?, ?, ?)", row)
        self.connection.execute("UPDATE about SET value = value + ? WHERE name = 'lost'", (lost,))
        self.connection.execute("DELETE FROM gaps WHERE id <= (SELECT max(id) FROM gaps) - ?", (MAX_GAPS,))


def _sift(samples: Sequence[Sample]) -> tuple[list[Sample], list[Refused]]:
    """Splits what can be kept from what cannot: values that are none, times outside the calendar."""
    kept: list[Sample] = []
    refused: list[Refused] = []
    for sample in samples:
        try:
            encode_value(sample.value)
            if not 0.0 <= sample.time <= LATEST:
                raise UsageError(f"time {sample.time!r} is outside the calendar")
        except (ValueError, TypeError) as problem:
            refused.append(Refused(sample, f"{sample.point}: {problem}"))
        else:
            kept.append(sample)
    return kept, refused


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        status = os.stat(path)
    except OSError:
        return None
    return status.st_dev, status.st_ino
