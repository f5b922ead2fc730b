"""What is remembered of one direction."""

from __future__ import annotations

from port502.traffic.stream import NOT_QUICK, REMEMBERED, Stream
from port502.traffic.way import Way


def test_a_stream_counts_what_it_holds_and_forgets_it_when_it_starts_anew() -> None:
    stream = Stream(Way(), {})
    stream.tail = b"abc"
    stream.held = {5: b"de"}
    stream.holes = [(1, 5)]
    assert stream.buffered == 5
    stream.restart(7)
    assert (stream.buffered, stream.next, stream.due, stream.holes) == (0, 7, NOT_QUICK, [])


def test_it_remembers_only_the_last_segments() -> None:
    stream = Stream(Way(), {})
    for number in range(50):
        stream.recent.append((number, b"x"))
    assert len(stream.recent) == REMEMBERED
