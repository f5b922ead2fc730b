"""The small tables on which the meaning of every sample depends; each of their rows carries a checksum, its seal."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from port502.history.encoding import Cell, checksum


@dataclass(frozen=True, slots=True)
class Span:
    """A run of rows: first rowid, how many, lowest and highest time (microseconds from base), CRC-32."""

    first: int
    count: int
    low: int
    high: int
    checksum: int

    @property
    def row(self) -> tuple[int, ...]:
        """The span as a row of its table, sealed."""
        cells = (self.first, self.count, self.low, self.high, self.checksum)
        return (*cells, seal(*cells))


@dataclass(frozen=True, slots=True)
class Names:
    """Point names, and pairs of quality and reason, by their numbers; ``damaged`` rows are left out and counted."""

    points: dict[int, str]
    states: dict[int, tuple[str, str]]
    damaged: int


def seal(*cells: Cell) -> int:
    """The checksum of one row."""
    return checksum(list(cells))


def base_of(connection: sqlite3.Connection) -> int:
    """Unix seconds from which the file counts its times; raises sqlite3.DatabaseError where that is damaged."""
    about = dict(connection.execute("SELECT name, value FROM about WHERE name IN ('base', 'base_seal')"))
    base = about.get("base")
    if not isinstance(base, int) or seal(base) != about.get("base_seal"):
        raise sqlite3.DatabaseError("malformed: the base of its times is damaged")
    return base


def names_of(connection: sqlite3.Connection) -> Names:
    """Reads all names; raises sqlite3.Error where the tables cannot be read."""
    points = connection.execute("SELECT id, name, seal FROM points").fetchall()
    states = connection.execute("SELECT id, quality, reason, seal FROM states").fetchall()
    names = {number: name for number, name, mark in points if seal(number, name) == mark}
    pairs = {
        number: (quality, reason)
        for number, quality, reason, mark in states
        if seal(number, quality, reason) == mark
    }
    return Names(names, pairs, len(points) + len(states) - len(names) - len(pairs))


def spans_of(connection: sqlite3.Connection) -> tuple[list[Span], list[int]]:
    """All spans in the order they were written, and the first rowids of those whose row is damaged."""
    good: list[Span] = []
    damaged: list[int] = []
    rows = connection.execute("SELECT first, count, low, high, checksum, seal FROM spans ORDER BY first")
    for first, count, low, high, crc, mark in rows:
        if seal(first, count, low, high, crc) == mark:
            good.append(Span(first, count, low, high, crc))
        else:
            damaged.append(first)
    return good, damaged
