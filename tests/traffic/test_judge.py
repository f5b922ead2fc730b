"""What is wrong with a message."""

from __future__ import annotations

import struct

from hypothesis import given
from hypothesis import strategies as st

from port502.protocol.pdu import decode_request
from port502.traffic.judge import faults, is_plain_read
from port502.traffic.message import Message
from port502.traffic.way import Way


def judged(text: str, *, asks: bool = True, notes: tuple[str, ...] = ()) -> tuple[str, ...]:
    return faults(Message(1, 0, Way(asks=asks), bytes.fromhex(text), notes=notes))


def test_headers_that_cannot_be() -> None:
    assert judged("0001 0000 00") == ("5 bytes are no Modbus TCP message",)
    assert judged("0001 0000 0001 11 03") == ("length 1 is too small: unit id and function code are 2 bytes",)
    assert judged(b"GET / HTTP/1.1\r\n".hex()) == ("protocol id 0x5420 instead of 0; looks like HTTP",)


def test_a_good_message_has_no_fault() -> None:
    assert judged("0001 0000 0006 11 03 006b 0003") == ()


def test_a_wrong_byte_count_is_told() -> None:
    assert judged("0001 0000 0005 11 03 04 0001", asks=False) != ()


def test_what_the_capture_cut_is_not_the_senders_fault() -> None:
    assert judged("0001 0000 00c9 11 03 c6 0001", asks=False, notes=("cut by the capture",)) == ()


@given(st.binary(max_size=20), st.booleans(), st.none() | st.integers(0, 130), st.sampled_from([1, 3, 4]))
def test_what_passes_for_a_plain_read_is_one(
    data: bytes, asks: bool, asked: int | None, function: int
) -> None:
    body = bytes([function]) + data
    adu = struct.pack(">HHHB", 1, 0, len(body) + 1, 1) + body
    request = (
        None if asked is None else Message(1, 0, Way(), struct.pack(">HHHBBHH", 1, 0, 6, 1, 3, 7, asked))
    )
    message = Message(2, 0, Way(asks=asks), adu, None if asks else request)
    if is_plain_read(message):
        if asks:
            assert decode_request(message.pdu).encode() == message.pdu
        else:
            assert request is not None
            assert decode_request(request.pdu).decode_response(message.pdu).encode() == message.pdu
