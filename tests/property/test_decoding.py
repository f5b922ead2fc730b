"""What is built is decoded to what it was, and nothing makes the decoder raise."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from port502.errors import UsageError
from port502.protocol.ascii import AsciiFraming
from port502.protocol.checksum import crc16
from port502.protocol.mbap import MbapFraming
from port502.protocol.register_access import ReadHoldingRegistersRequest
from port502.protocol.rtu import RtuFraming
from port502.traffic.decoding.decoding import Hint, decode
from port502.traffic.decoding.readings import plausible, readings
from port502.traffic.decoding.record import record_of
from port502.traffic.hextext.piece import Piece
from port502.traffic.hextext.read import read_bytes, read_text
from tests.property.test_messages import Pair, pairs

FRAMINGS = {"mbap": MbapFraming, "ascii": AsciiFraming, "rtu": lambda: RtuFraming("server")}


@pytest.mark.parametrize("framing", FRAMINGS)
@given(pairs, st.booleans(), st.integers(1, 247), st.integers(0, 0xFFFF), st.sampled_from([" ", ":", "-"]))
def test_what_is_built_is_decoded_to_what_it_was(
    framing: str, pair: Pair, answers: bool, unit: int, number: int, by: str
) -> None:
    pdu = pair[answers].encode()
    frame = FRAMINGS[framing]().encode(number, unit, pdu)
    # A frame of five bytes whose checksum is right may begin it: nothing tells the two readings apart.
    assume(framing != "rtu" or len(frame) == 5 or crc16(frame[:5]) != 0)
    text = frame.decode() if framing == "ascii" else frame.hex(by)
    [found] = decode(read_text(text), Hint(framing, answers))
    assert (found.pdu, found.unit) == (pdu, unit)
    if 0 < pdu[0] < 0x80:
        assert found.problems == ()
    if framing == "mbap":
        assert found.cut.header == (number, 0, len(pdu) + 1)
    assert sum(field.size for field in found.fields) == len(found.raw)


@pytest.mark.parametrize("framing", FRAMINGS)
@given(st.integers(1, 125), st.integers(0, 0xFF00), st.integers(1, 247), st.integers(0, 0xFFFF))
@example(3, 107, 1, 0x3A3A)
@example(3, 107, 58, 1)
@example(2, 0, 1, 0)
def test_the_framing_is_found_whatever_the_numbers_are(
    framing: str, quantity: int, address: int, unit: int, number: int
) -> None:
    pdu = ReadHoldingRegistersRequest(address, quantity).encode()
    [found] = decode([Piece((FRAMINGS[framing]().encode(number, unit, pdu),))])
    assert (found.framing, found.pdu, found.is_response) == (framing, pdu, False)


@given(
    st.binary(max_size=300), st.sampled_from([None, "mbap", "rtu", "ascii", "pdu"]), st.none() | st.booleans()
)
@example(b"\0\1\0\0\0\6\6\3\0\x6b\0\3\x11\x22", None, None)
def test_any_bytes_are_explained(data: bytes, framing: str | None, is_response: bool | None) -> None:
    for found in decode([Piece((data,))] if data else [], Hint(framing, is_response)):
        assert sum(field.size for field in found.fields) == len(found.raw)
        record_of(found, plausible(found.layout.data))
        readings(found.layout.data)


@given(st.text(max_size=200) | st.text("0123456789abcdefABCDEFx \n:,-[]<>{}\\'\"TtRrsend", max_size=200))
def test_any_text_is_read_or_refused(text: str) -> None:
    with suppress(UsageError):
        decode(read_text(text))


@given(st.binary(max_size=200))
def test_any_file_is_read_or_refused(data: bytes) -> None:
    with suppress(UsageError):
        decode(read_bytes(data))
