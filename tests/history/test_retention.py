from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from port502.collect.sample import Sample
from port502.history.heap import Heap
from port502.history.retention import STEP, drop_oldest

START = 1_760_000_000.0
SECOND = 1_000_000


@pytest.fixture
def heap(tmp_path: Path) -> Iterator[Heap]:
    """Twenty spans of a thousand samples and a thousand seconds each."""
    heap = Heap(tmp_path / "x.sqlite", START)
    for span in range(20):
        heap.write([Sample("a", START + span * 1000 + step, step * 0.5) for step in range(1000)])
    yield heap
    heap.close()


def left(heap: Heap) -> tuple[int, int, int]:
    spans, first = heap.connection.execute("SELECT count(*), min(first) FROM spans").fetchone()
    samples, lowest = heap.connection.execute("SELECT count(*), min(rowid) FROM samples").fetchone()
    assert lowest == first
    return spans, samples, first


def test_nothing_is_dropped_while_young_and_small(heap: Heap) -> None:
    assert drop_oldest(heap.connection, 0, 1 << 30) == 0
    assert drop_oldest(heap.connection, None, 1 << 30) == 0
    assert left(heap) == (20, 20_000, 1)


def test_whole_spans_older_than_the_cutoff_are_dropped_and_counted(heap: Heap) -> None:
    assert drop_oldest(heap.connection, 2_500 * SECOND, 1 << 30) == 2000
    assert left(heap) == (18, 18_000, 2001)
    assert heap.connection.execute("SELECT value FROM about WHERE name = 'dropped'").fetchone() == (2000,)


def test_much_is_dropped_in_bounded_steps_and_the_newest_span_stays(heap: Heap) -> None:
    steps = []
    while dropped := drop_oldest(heap.connection, 10**12, 0):
        steps.append(dropped)
    assert steps == [STEP * 1000, STEP * 1000, 3000]
    assert left(heap) == (1, 1000, 19_001)


def test_beyond_the_size_the_oldest_are_dropped_and_their_pages_used_again(heap: Heap) -> None:
    limit = 300_000
    while drop_oldest(heap.connection, None, limit):
        pass
    size = heap.connection.execute("PRAGMA page_count").fetchone()
    for span in range(20, 40):
        heap.write([Sample("a", START + span * 1000 + step, step * 0.5) for step in range(1000)])
        drop_oldest(heap.connection, None, limit)
    assert heap.connection.execute("PRAGMA page_count").fetchone() == size
    spans, samples, _ = left(heap)
    assert 8 <= spans <= 12
    assert samples == spans * 1000
