from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from port502.traffic.findings.spans import Spans


def test_ranges_that_touch_become_one() -> None:
    spans = Spans()
    assert not spans
    spans.add(10, 20)
    spans.add(0, 5)
    spans.add(5, 7)
    assert spans
    assert spans.ranges() == [(0, 7), (10, 20)]
    assert spans.texts("holding") == ["holding:0*7", "holding:10*10"]
    spans.add(7, 10)
    assert spans.texts("coil") == ["coil:0*20"]


def test_equal_are_those_with_the_same_addresses_however_they_came() -> None:
    assert Spans([(0, 7), (10, 20)]) == Spans([(10, 15), (5, 7), (15, 20), (0, 5)])
    assert Spans([(0, 7)]) != Spans([(0, 8)])
    assert Spans() != 0


def test_it_covers_what_lies_within_one_range() -> None:
    spans = Spans([(0, 7), (10, 20)])
    assert spans.cover(0, 7)
    assert spans.cover(12, 13)
    assert not spans.cover(6, 11)
    assert not spans.cover(8, 9)
    assert not Spans().cover(0, 1)


@given(st.lists(st.tuples(st.integers(0, 200), st.integers(1, 9))), st.integers(0, 210))
def test_it_covers_exactly_what_was_added(added: list[tuple[int, int]], address: int) -> None:
    spans = Spans()
    for first, count in added:
        spans.add(first, first + count)
    known = {place for first, count in added for place in range(first, first + count)}
    assert spans.cover(address, address + 1) == (address in known)


def test_many_are_merged_as_they_come() -> None:
    spans = Spans()
    for address in range(5000):
        spans.add(address, address + 1)
    assert spans.ranges() == [(0, 5000)]
