"""A message as it was seen: everything it says comes from its bytes."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from port502.traffic.message import Message
from port502.traffic.way import Way

THERE = Way("10.0.0.1", 50000, "10.0.0.2", 502)
BACK = Way("10.0.0.2", 502, "10.0.0.1", 50000, asks=False)


def seen(
    text: str, way: Way = THERE, request: Message | None = None, frame: int = 1, time: int = 0
) -> Message:
    return Message(frame, time, way, bytes.fromhex(text), request)


def test_a_request_by_wiresharks_names() -> None:
    message = seen("0001 0000 0006 11 03 006b 0003")
    assert (message.src, message.sport, message.dst, message.dport) == ("10.0.0.1", 50000, "10.0.0.2", 502)
    assert (message.trans_id, message.proto_id, message.len, message.unit_id) == (1, 0, 6, 0x11)
    assert (message.func_code, message.func_name) == (3, "read holding registers")
    assert (message.reference_num, message.word_cnt, message.bit_cnt) == (0x6B, 3, None)
    assert not message.is_response
    assert message.request_frame is None
    assert message.problems == ()


def test_a_response_knows_its_request() -> None:
    request = seen("0001 0000 0006 11 03 006b 0003")
    response = seen("0001 0000 0009 11 03 06 022b 0000 0064", BACK, request, 2, 1_500_000)
    assert response.is_response
    assert (response.request_frame, response.response_time_ms) == (1, 1.5)
    assert response.values == (555, 0, 100)
    assert response.reference_num == 0x6B
    assert response.byte_cnt == 6
    assert response.problems == ()


def test_a_refusal_has_its_function_without_the_bit_and_its_reason() -> None:
    refused = seen("0001 0000 0003 11 83 02", BACK)
    assert (refused.function, refused.func_code, refused.exception_code) == (0x83, 3, 2)
    assert refused.values is None


def test_the_bit_of_a_request_is_part_of_its_function() -> None:
    strange = seen("0001 0000 0003 11 83 02")
    assert (strange.func_code, strange.exception_code) == (0x83, None)


def test_what_is_wrong_is_told() -> None:
    wrong = seen("0001 0000 0009 11 03 06 022b 0000 0064", BACK, seen("0001 0000 0006 11 03 006b 0002"))
    assert len(wrong.problems) == 1
    assert seen("0001 0000 0006 11 03 006b 0000").problems
    junk = seen("0001 1234 0006 11 03 006b 0003")
    assert junk.func_code is None
    assert junk.problems == ("protocol id 0x1234 instead of 0",)
    assert "254" in seen("0001 0000 00ff 11 5a 00").problems[0]


def test_a_frame_of_a_serial_line() -> None:
    rtu = Way(framing="rtu")
    message = seen("11 03 00 6b 00 03 76 87", rtu)
    assert (message.trans_id, message.proto_id, message.len) == (None, None, None)
    assert (message.unit_id, message.func_code, message.reference_num) == (0x11, 3, 0x6B)
    assert message.problems == ()
    assert "CRC" in seen("11 03 00 6b 00 03 76 88", rtu).problems[0]


@given(
    st.binary(max_size=300),
    st.booleans(),
    st.sampled_from(["mbap", "rtu"]),
    st.none() | st.binary(max_size=40),
)
def test_no_bytes_make_it_raise(adu: bytes, asks: bool, framing: str, asked: bytes | None) -> None:
    way = Way(asks=asks, framing=framing)  # type: ignore[arg-type]
    request = None if asked is None else Message(1, 0, Way(framing=framing), asked)  # type: ignore[arg-type]
    message = Message(2, 5, way, adu, request)
    for name in dir(message):
        if not name.startswith("_"):
            getattr(message, name)
    repr(message)
