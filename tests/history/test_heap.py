from __future__ import annotations

import math
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from port502.collect.sample import Sample
from port502.history.heap import MAX_GAPS, MAX_REASON, SPAN, Heap

START = 1_760_000_000.0


@pytest.fixture
def heap(tmp_path: Path) -> Iterator[Heap]:
    heap = Heap(tmp_path / "x.sqlite", START)
    yield heap
    heap.close()


def some(count: int, start: float = START, point: str = "a") -> list[Sample]:
    return [Sample(point, start + step, float(step)) for step in range(count)]


def ask(heap: Heap, statement: str) -> list[Any]:
    return heap.connection.execute(statement).fetchall()


@pytest.mark.parametrize("count", [1, 2, 3, 255, 999, 1000])
def test_batches_of_any_size_keep_their_order(heap: Heap, count: int) -> None:
    assert heap.write(some(count)) == []
    assert ask(heap, "SELECT value FROM samples ORDER BY rowid") == [(float(step),) for step in range(count)]


def test_small_batches_share_a_span_and_a_full_one_is_left(heap: Heap) -> None:
    assert heap.span_is_full
    heap.write(some(10))
    assert not heap.span_is_full
    heap.write(some(SPAN - 10, START - 5))
    assert heap.span_is_full
    heap.write(some(1, START + 9))
    assert ask(heap, "SELECT first, count, low, high FROM spans") == [
        (1, SPAN, -5_000_000, (SPAN - 16) * 1_000_000),
        (SPAN + 1, 1, 9_000_000, 9_000_000),
    ]


def test_good_samples_cost_no_state_and_names_are_kept_once(heap: Heap) -> None:
    heap.write(some(5) + [Sample("a", START, None, "bad", "timeout")] * 3)
    assert ask(heap, "SELECT id, name FROM points") == [(1, "a")]
    assert ask(heap, "SELECT id, quality, reason FROM states ORDER BY id") == [
        (0, "good", ""),
        (1, "bad", "timeout"),
    ]
    assert ask(heap, "SELECT state, count(*) FROM samples GROUP BY state") == [(0, 5), (1, 3)]


def test_names_of_a_write_that_failed_are_not_remembered(heap: Heap) -> None:
    heap.connection.execute("CREATE TRIGGER no BEFORE INSERT ON samples BEGIN SELECT RAISE(ABORT, 'no'); END")
    with pytest.raises(sqlite3.IntegrityError):
        heap.write([Sample("new", START, 1, "bad", "why")])
    heap.connection.execute("DROP TRIGGER no")
    assert ask(heap, "SELECT * FROM points") == []
    heap.write([Sample("other", START, 1), Sample("new", START, 2, "bad", "why")])
    assert ask(heap, "SELECT point, value, quality FROM readings") == [
        ("other", 1, "good"),
        ("new", 2, "bad"),
    ]


def test_only_what_cannot_be_kept_is_refused(heap: Heap) -> None:
    odd = [
        Sample("nan", math.nan, 1),
        Sample("inf", math.inf, 1),
        Sample("early", -1.0, 1),
        Sample("late", 1e12, 1),
        Sample("object", START, object()),  # type: ignore[arg-type]
    ]
    refused = heap.write([*odd, Sample("fine", START, 1 << 63)])
    assert [each.sample.point for each in refused] == ["nan", "inf", "early", "late", "object"]
    assert ask(heap, "SELECT point, value FROM readings") == [("fine", b"9223372036854775808")]


def test_times_before_the_file_was_made_are_exact_too(heap: Heap) -> None:
    heap.write([Sample("a", START - 0.000_001, 1), Sample("a", 0.0, 2), Sample("a", START + 1.000_001, 3)])
    assert [time for (time,) in ask(heap, "SELECT time_us FROM readings")] == [
        1_759_999_999_999_999,
        0,
        1_760_000_001_000_001,
    ]


def test_reasons_are_bounded_in_length_and_number(heap: Heap, monkeypatch: pytest.MonkeyPatch) -> None:
    heap.write([Sample("a", START, None, "bad", "x" * 10_000)])
    assert ask(heap, "SELECT length(reason) FROM states WHERE id = 1") == [(MAX_REASON,)]
    monkeypatch.setattr("port502.history.heap.MAX_STATES", 10)
    heap.write([Sample("a", START, None, "bad", f"reason {number}") for number in range(100)])
    assert ask(heap, "SELECT count(*) FROM states") == [(11,)]
    assert ask(heap, "SELECT count(*) FROM readings WHERE reason LIKE '(reason not kept%'") == [(92,)]


def test_a_reason_that_is_no_unicode_is_kept_with_a_question_mark(heap: Heap) -> None:
    heap.write([Sample("a", START, None, "bad", "\ud800!")])
    assert ask(heap, "SELECT reason FROM states WHERE id = 1") == [("?!",)]


def test_a_gap_is_recorded_with_the_samples_after_it(heap: Heap) -> None:
    heap.write(some(1), (START, START + 9.5, 40, "database or disk is full"))
    assert ask(heap, "SELECT since, until, lost, reason FROM gaps") == [
        (1_760_000_000_000_000, 1_760_000_009_500_000, 40, "database or disk is full")
    ]
    assert ask(heap, "SELECT value FROM about WHERE name = 'lost'") == [(40,)]


def test_gaps_are_bounded_but_their_sum_is_not(heap: Heap) -> None:
    for number in range(MAX_GAPS + 5):
        heap.write((), (number, number, 1, "full"))
    assert ask(heap, "SELECT count(*), min(since) FROM gaps") == [(MAX_GAPS, 5_000_000)]
    assert ask(heap, "SELECT value FROM about WHERE name = 'lost'") == [(MAX_GAPS + 5,)]


def test_a_replaced_file_is_noticed(heap: Heap) -> None:
    assert not heap.replaced
    heap.path.unlink()
    assert heap.replaced


def test_a_sample_takes_less_than_thirty_bytes(heap: Heap) -> None:
    points = [f"meter-{number:02d}.value-{column:02d}" for number in range(50) for column in range(20)]
    for second in range(50):
        heap.write([Sample(point, START + second * 0.987_654, 230.1 + second) for point in points])
    used = ask(heap, "PRAGMA page_count")[0][0] * ask(heap, "PRAGMA page_size")[0][0]
    assert used / 50_000 < 30
