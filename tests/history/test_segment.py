from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from port502.collect.sample import Sample
from port502.history.heap import Heap
from port502.history.segment import UNTRUSTED, Segment

START = 1_760_000_000.0


@pytest.fixture
def heap(tmp_path: Path) -> Iterator[Heap]:
    heap = Heap(tmp_path / "x.sqlite", START)
    yield heap
    heap.close()


@contextmanager
def reading(heap: Heap, notes: list[str] | None = None) -> Iterator[Segment]:
    segment = Segment(heap.path, (notes if notes is not None else []).append)
    yield segment
    segment.close()


def some(count: int, start: float = START, point: str = "a") -> list[Sample]:
    return [Sample(point, start + step, float(step)) for step in range(count)]


@pytest.mark.parametrize("verify", [True, False])
def test_a_range_includes_its_start_and_not_its_end(heap: Heap, verify: bool) -> None:
    heap.write(some(1000))
    heap.write(some(1000, START + 1000))
    with reading(heap) as segment:
        found = [each.time - START for each in segment.samples(["a"], START + 990, START + 1010, verify)]
    assert found == list(range(990, 1010))


@pytest.mark.parametrize("verify", [True, False])
def test_spans_that_overlap_in_time_come_out_in_order(heap: Heap, verify: bool) -> None:
    for start in (500, 0, 1200, 250):  # a clock that was set back, twice
        heap.write(some(1000, START + start))
    with reading(heap) as segment:
        times = [each.time for each in segment.samples(["a"], None, None, verify)]
    assert len(times) == 4000
    assert times == sorted(times)


@pytest.mark.slow
@pytest.mark.parametrize("verify", [True, False])
def test_the_newest_are_the_last_of_all(heap: Heap, verify: bool) -> None:
    for start in (500, 0, 1200, 250):
        heap.write(some(1000, START + start))
    with reading(heap) as segment:
        everything = [each.time for each in segment.samples(["a"], None, None, verify)]
        for limit in (0, 1, 10, 1500, 4000, 9999):
            newest = [each.time for each in segment.newest(["a"], None, None, limit, verify)]
            assert newest == everything[len(everything) - min(limit, len(everything)) :]


def test_only_spans_that_overlap_are_read(heap: Heap) -> None:
    for batch in range(50):
        heap.write(some(1000, START + batch * 1000))
    with reading(heap) as segment:
        statements: list[str] = []
        segment._connection.set_trace_callback(statements.append)
        assert len(list(segment.samples(["a"], START + 20_500, START + 20_600, True))) == 100
        assert len(segment.newest(["a"], None, None, 5, True)) == 5
    assert sum("FROM samples" in statement for statement in statements) == 2


def test_a_flipped_bit_is_noticed_named_and_marked(heap: Heap) -> None:
    heap.write(some(1000))
    heap.write([Sample("a", START + 1000, None, "bad", "timeout"), *some(999, START + 1001)])
    heap.connection.execute("UPDATE samples SET value = 4711.0 WHERE rowid = 1005")
    notes: list[str] = []
    with reading(heap, notes) as segment:
        found = list(segment.samples(["a"], None, None, True))
    assert notes == [
        "x.sqlite: samples of 2025-10-09T09:10:00.000Z to 2025-10-09T09:26:39.000Z do not match their checksum"
    ]
    assert {each.quality for each in found[:1000]} == {"good"}
    assert (found[1000].quality, found[1000].reason) == ("bad", "timeout")
    assert {(each.quality, each.reason) for each in found[1001:]} == {("uncertain", UNTRUSTED)}


def test_missing_rows_and_cells_that_are_no_values_are_noticed(heap: Heap) -> None:
    heap.write(some(1000))
    heap.write(some(1000, START + 1000))
    heap.connection.execute("DELETE FROM samples WHERE rowid = 7")
    heap.connection.execute("UPDATE samples SET value = x'ff', state = 99 WHERE rowid = 1001")
    notes: list[str] = []
    with reading(heap, notes) as segment:
        assert len(list(segment.samples(["a"], None, None, True))) == 1998
        segment.verify()
    assert len(set(notes)) == 2


def test_points_and_states_made_after_opening_are_understood(heap: Heap) -> None:
    heap.write(some(1))
    with reading(heap) as segment:
        heap.write([Sample("a", START + 1, None, "bad", "timeout")])
        assert [each.reason for each in segment.samples(["a"], None, None, True)] == ["", "timeout"]


def test_a_span_that_is_dropped_meanwhile_is_no_damage(heap: Heap) -> None:
    heap.write(some(1000))
    heap.write(some(1000, START + 1000))
    notes: list[str] = []
    with reading(heap, notes) as segment:
        stream = segment.samples(["a"], None, None, True)
        next(stream)
        heap.connection.execute("DELETE FROM samples")
        heap.connection.execute("DELETE FROM spans")
        assert len(list(stream)) == 999
    assert notes == []


def test_a_long_answer_holds_no_old_state_of_the_file(heap: Heap) -> None:
    for batch in range(3):
        heap.write(some(1000, START + batch * 1000))
    with reading(heap) as segment:
        next(stream := segment.samples(["a"], None, None, True))
        assert heap.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0
        assert len(list(stream)) == 2999


def test_many_points_at_once(heap: Heap) -> None:
    names = [f"p{number}" for number in range(1500)]
    heap.write([Sample(name, START, 1.0) for name in names])
    with reading(heap) as segment:
        assert len(list(segment.samples(names, None, None, False))) == 1500
        assert len(list(segment.samples([*names[:3], "unknown"], None, None, False))) == 3
        assert list(segment.samples([], None, None, True)) == []


def test_summary(heap: Heap) -> None:
    heap.write(some(1500), (START - 9, START - 1, 5, "full"))
    with reading(heap) as segment:
        summary = segment.summary()
    assert (summary.samples, summary.first, summary.last) == (1500, START, START + 1499)
    assert (summary.lost, summary.dropped) == (5, 0)
    assert [(gap.lost, gap.reason) for gap in summary.gaps] == [(5, "full")]
    assert summary.used <= summary.bytes


def test_lost_tables_are_named_and_count_as_empty(heap: Heap) -> None:
    heap.write(some(10))
    heap.connection.executescript("DROP TABLE gaps; DROP TABLE spans")
    notes: list[str] = []
    with reading(heap, notes) as segment:
        assert segment.summary().samples == 0
        assert list(segment.samples(["a"], None, None, True)) == []
    assert len(notes) >= 2


def test_what_is_no_history_is_not_opened(tmp_path: Path) -> None:
    (tmp_path / "x.sqlite").write_text("something else, and long enough to be looked at" * 20)
    with pytest.raises(sqlite3.DatabaseError):
        Segment(tmp_path / "x.sqlite", lambda _: None)
