"""Segments in order."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from port502.traffic.assembly import FAR, MOST_HELD, ahead, arrived, give_up
from port502.traffic.stream import Stream
from port502.traffic.way import Way


def never(data: bytes) -> bool:
    return False


def always(data: bytes) -> bool:
    return True


def new(sequence: int | None = 100) -> Stream:
    stream = Stream(Way(), {})
    stream.next = sequence
    return stream


def test_sequence_numbers_go_round() -> None:
    assert ahead(5, 2**32 - 5) == 10
    assert ahead(2**32 - 5, 5) == -10


def test_the_first_segment_says_where_a_stream_begins() -> None:
    stream = new(None)
    assert arrived(stream, 7, b"abc", never).pieces == [(b"abc", True)]
    assert stream.next == 10


def test_what_is_missing_is_waited_for() -> None:
    stream = new()
    assert arrived(stream, 103, b"def", never).pieces == []
    assert arrived(stream, 106, b"g", never).pieces == []
    assert arrived(stream, 100, b"abc", never).pieces == [(b"abc", True), (b"def", True), (b"g", True)]
    assert not stream.held


def test_old_bytes_are_taken_off_new_ones() -> None:
    stream = new()
    arrived(stream, 100, b"abc", never)
    again = arrived(stream, 101, b"bcde", never)
    assert (again.pieces, again.retransmission, again.differs) == ([(b"de", True)], True, False)


def test_bytes_that_differ_from_what_was_sent_before_are_told() -> None:
    stream = new()
    arrived(stream, 100, b"abc", never)
    assert arrived(stream, 100, b"abX", never).differs
    arrived(stream, 110, b"xyz", never)
    assert arrived(stream, 110, b"xyZ", never).differs


def test_a_probe_whether_the_other_side_lives_is_no_repetition() -> None:
    stream = new()
    arrived(stream, 100, b"abc", never)
    probe = arrived(stream, 102, b"\0", never)
    assert (probe.pieces, probe.retransmission, probe.differs) == ([], False, False)


def test_a_hole_is_passed_over_and_filled_later() -> None:
    stream = new()
    assert arrived(stream, 110, b"later", always).lost == 10
    assert stream.next == 115
    assert arrived(stream, 103, b"mid", always).pieces == [(b"mid", False)]
    assert sorted(stream.holes) == [(100, 103), (106, 110)]
    filling = arrived(stream, 103, b"mid", always)
    assert filling.retransmission
    assert filling.pieces == []


def test_what_waits_is_bounded() -> None:
    stream = new()
    passed = []
    for number in range(MOST_HELD + 1):
        passed += arrived(stream, 200 + 2 * number, b"x", never).pieces
    assert passed[0] == (b"", False)
    assert len([piece for piece in passed if piece[1]]) == MOST_HELD + 1
    assert not stream.held
    assert arrived(stream, 1000, b"x", never, full=True).lost


def test_giving_up_passes_on_all_that_was_held() -> None:
    stream = new()
    arrived(stream, 105, b"b", never)
    arrived(stream, 103, b"a", never)
    assert give_up(stream).pieces == [(b"", False), (b"a", True), (b"", False), (b"b", True)]


def test_a_far_jump_is_another_connection() -> None:
    stream = new()
    arrived(stream, 105, b"b", never)
    assert arrived(stream, 100 + 2 * FAR, b"new", never).pieces == [(b"new", True)]
    assert not stream.held


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(1, 12)), max_size=60))
def test_in_any_order_every_byte_is_passed_once_and_in_order(pieces: list[tuple[int, int]]) -> None:
    whole = bytes(range(48))
    stream = new(0)
    passed = b""
    for start, size in pieces:
        for data, follows in arrived(stream, start, whole[start : start + size], never).pieces:
            assert follows
            passed += data
    assert passed == whole[: len(passed)]
    assert stream.next == len(passed)
