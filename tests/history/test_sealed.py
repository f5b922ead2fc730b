from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from port502.collect.sample import Sample
from port502.history.heap import Heap
from port502.history.sealed import Span, base_of, names_of, spans_of

START = 1_760_000_000.0


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    heap = Heap(tmp_path / "x.sqlite", START)
    for batch in range(3):
        heap.write([Sample("a", START + batch, step) for step in range(1000)])
    heap.write([Sample("b", START, None, "bad", "timeout")])
    yield heap.connection
    heap.close()


def test_what_was_written_is_sealed(connection: sqlite3.Connection) -> None:
    names = names_of(connection)
    assert names.points == {1: "a", 2: "b"}
    assert names.states == {0: ("good", ""), 1: ("bad", "timeout")}
    assert names.damaged == 0
    spans, damaged = spans_of(connection)
    assert [(span.first, span.count) for span in spans] == [(1, 1000), (1001, 1000), (2001, 1000), (3001, 1)]
    assert damaged == []
    assert base_of(connection) == START


def test_a_changed_name_is_left_out_and_counted(connection: sqlite3.Connection) -> None:
    connection.execute("UPDATE points SET name = 'c' WHERE id = 1")
    connection.execute("UPDATE states SET reason = x'ff' WHERE id = 1")
    names = names_of(connection)
    assert (names.points, names.states, names.damaged) == ({2: "b"}, {0: ("good", "")}, 2)


@pytest.mark.parametrize("column", ["count", "low", "high", "checksum", "seal"])
def test_a_changed_span_is_told_apart(connection: sqlite3.Connection, column: str) -> None:
    connection.execute(f"UPDATE spans SET {column} = {column} + 1 WHERE first = 1001")
    spans, damaged = spans_of(connection)
    assert [span.first for span in spans] == [1, 2001, 3001]
    assert damaged == [1001]


@pytest.mark.parametrize("change", ["value + 1", "'text'", "NULL"])
def test_a_changed_base_is_damage(connection: sqlite3.Connection, change: str) -> None:
    connection.execute("PRAGMA ignore_check_constraints = 1")
    statement = f"UPDATE about SET value = {change} WHERE name = 'base'"
    if change == "NULL":
        statement = "DELETE FROM about WHERE name = 'base'"
    connection.execute(statement)
    with pytest.raises(sqlite3.DatabaseError, match="malformed"):
        base_of(connection)


def test_a_span_knows_its_row() -> None:
    assert Span(1, 2, 3, 4, 5).row[:5] == (1, 2, 3, 4, 5)
    assert Span(1, 2, 3, 4, 5).row[5] != Span(1, 2, 3, 4, 6).row[5]
