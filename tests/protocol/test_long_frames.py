"""Frames of more than 260 bytes, for the functions that were named and for no other."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from port502.errors import UsageError
from port502.protocol.codes import FUNCTION_NAMES
from port502.protocol.framing import Frame
from port502.protocol.long_frames import LongMbapFraming, check_long
from port502.protocol.mbap import MbapFraming

SIZES = {90: 261, 100: 300}


def frame(function: int, size: int, *, number: int = 7, unit: int = 1) -> bytes:
    """A frame of so many bytes in all."""
    return struct.pack(">HHHBB", number, 0, size - 6, unit, function) + bytes(
        place & 0xFF for place in range(size - 8)
    )


def test_h178_a_frame_of_261_bytes_is_one_where_its_function_is_named() -> None:
    framing = LongMbapFraming(SIZES)
    long = frame(90, 261)
    [found] = framing.receive(long)
    assert (found.transaction_id, found.unit, len(found.pdu)) == (7, 1, 254)
    assert framing.encode(7, 1, found.pdu) == long
    assert (framing.failure, framing.pending) == (None, 0)


@pytest.mark.parametrize(
    ("function", "size"),
    [(90, 262), (100, 301), (91, 261), (3, 261), (90, 65_541), (0, 261), (91 | 0x80, 261)],
)
def test_h004_h178_any_other_length_ends_the_stream_as_ever(function: int, size: int) -> None:
    framing = LongMbapFraming(SIZES)
    assert (
        framing.receive(
            frame(function, min(size, 400))[:4] + (size - 6).to_bytes(2, "big") + bytes((1, function))
        )
        == []
    )
    assert framing.failure is not None
    assert framing.pending == 0


def test_an_exception_of_that_function_is_named_with_it() -> None:
    assert len(LongMbapFraming(SIZES).receive(frame(90 | 0x80, 261))) == 1


@pytest.mark.parametrize("length", [0, 1, 295, 65535])
def test_h004_a_length_that_nobody_named_is_judged_from_the_header_alone(length: int) -> None:
    framing = LongMbapFraming(SIZES)
    framing.receive(bytes(4) + length.to_bytes(2, "big"))
    assert framing.failure is not None


@given(st.lists(st.sampled_from([(3, 12), (90, 261), (90, 260), (100, 300), (16, 9)]), max_size=8), st.data())
def test_h011_h013_however_the_stream_is_cut_the_frames_are_the_same(
    wanted: list[tuple[int, int]], data: st.DataObject
) -> None:
    stream = b"".join(frame(function, size, number=place) for place, (function, size) in enumerate(wanted))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=10)))
    framing = LongMbapFraming(SIZES)
    found: list[Frame] = []
    for start, stop in zip([0, *cuts], [*cuts, len(stream)], strict=True):
        found += framing.receive(stream[start:stop])
        assert framing.pending < 300
    assert [(one.transaction_id, one.pdu[0], len(one.pdu) + 7) for one in found] == [
        (place, function, size) for place, (function, size) in enumerate(wanted)
    ]


@given(st.binary(max_size=700), st.integers(0, 700))
def test_without_an_exception_it_is_the_usual_framing(data: bytes, cut: int) -> None:
    usual, none = MbapFraming(), LongMbapFraming({})
    for piece in (data[:cut], data[cut:]):
        if usual.failure is None:
            assert none.receive(piece) == usual.receive(piece)
        assert str(none.failure) == str(usual.failure)


def test_what_is_too_long_is_not_encoded() -> None:
    framing = LongMbapFraming(SIZES)
    for pdu in (bytes((90,)) + bytes(254), bytes((91,)) + bytes(253), bytes((100,)) + bytes(293)):
        with pytest.raises(UsageError):
            framing.encode(1, 1, pdu)
    with pytest.raises(UsageError):
        framing.encode(1, 256, bytes((90,)) + bytes(253))


@pytest.mark.parametrize("function", [0, 128, -1, *sorted(FUNCTION_NAMES)])
def test_functions_of_the_specification_keep_their_length(function: int) -> None:
    with pytest.raises(UsageError, match="a maker's own function"):
        check_long(function, 261)


@pytest.mark.parametrize("size", [0, 260, 301])
def test_sizes_have_a_limit(size: int) -> None:
    check_long(90, 261)
    with pytest.raises(UsageError, match="261-300"):
        check_long(90, size)
