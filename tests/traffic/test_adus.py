"""Bytes cut into messages."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from port502.traffic.adus import LONGEST_JUNK, MOST_RTU, cut
from port502.traffic.stream import Stream
from port502.traffic.way import Way
from tests.traffic.wire import answer, ask


def stream(*, synced: bool = True, **way: object) -> Stream:
    made = Stream(Way(**way), {})  # type: ignore[arg-type]
    made.synced = synced
    return made


def test_whole_messages_and_a_tail() -> None:
    one = stream()
    assert cut(one, ask(1) + ask(2)[:3]) == [(ask(1), True)]
    assert cut(one, ask(2)[3:]) == [(ask(2), True)]
    assert one.tail == b""


def test_junk_is_kept_in_part() -> None:
    assert cut(stream(), ask(1) + b"junk" * 500) == [(ask(1), True), ((b"junk" * 500)[:LONGEST_JUNK], False)]
    assert cut(stream(), b"\1\2\3\4") == [(b"\1\2\3\4", False)]


def test_before_the_first_message_junk_says_nothing_for_a_while() -> None:
    one = stream(synced=False)
    assert cut(one, b"junk") == []
    assert cut(one, b"junk") == []
    assert cut(one, b"junk") == [(b"junk", False)]
    assert cut(one, answer(1, 5)) == [(answer(1, 5), True)]


def test_rtu_frames_glued_split_and_wrong() -> None:
    frame = bytes.fromhex("11 03 006b 0003 7687")
    one = stream(framing="rtu")
    assert cut(one, frame + frame[:5]) == [(frame, True)]
    assert cut(one, frame[5:]) == [(frame, True)]
    assert cut(one, frame[:-1] + b"\0") == [(frame[:-1] + b"\0", True)]
    assert cut(one, frame) == [(frame, True)]


@given(st.lists(st.binary(max_size=80), max_size=20), st.sampled_from(["mbap", "rtu"]), st.booleans())
def test_no_bytes_make_it_raise_or_hold_much(pieces: list[bytes], framing: str, asks: bool) -> None:
    one = stream(framing=framing, asks=asks)
    for data in pieces:
        cut(one, data)
        assert len(one.tail) < max(MOST_RTU + 80, 1500)
