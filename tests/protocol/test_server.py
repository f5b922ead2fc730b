"""The server's side of a connection, without a wire."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from port502.errors import IllegalDataValueError
from port502.protocol.mbap import MbapFraming
from port502.protocol.message import ExceptionResponse
from port502.protocol.register_access import ReadHoldingRegistersResponse
from port502.protocol.server import PendingReply, ServerConnection

READ = bytes.fromhex("03 0000 0001")
ANSWER = ReadHoldingRegistersResponse(b"\x00\x2a")


def frame(number: int, pdu: bytes = READ, unit: int = 1) -> bytes:
    return MbapFraming().encode(number, unit, pdu)


def connection(**settings: Any) -> ServerConnection:
    return ServerConnection(MbapFraming(), **settings)


def numbers(replies: bytes) -> list[int]:
    return [reply.transaction_id for reply in MbapFraming().receive(replies)]


def test_a_request_comes_out_and_its_reply_goes_back() -> None:
    line = connection()
    (place,) = line.receive(frame(7), 0.0)
    assert place.request is not None
    assert place.frame.unit == 1
    line.answer(place, ANSWER)
    assert line.data_to_send() == frame(7, bytes.fromhex("03 02 002A"))
    assert line.data_to_send() == b""


def test_replies_leave_in_the_order_of_their_requests() -> None:
    line = connection()
    places = line.receive(frame(1) + frame(2) + frame(3), 0.0)
    line.answer(places[2], ANSWER)
    line.answer(places[1], ANSWER)
    assert line.data_to_send() == b""
    line.answer(places[0], ANSWER)
    assert numbers(line.data_to_send()) == [1, 2, 3]


def test_silence_takes_no_place_among_the_replies() -> None:
    line = connection()
    first, second = line.receive(frame(1) + frame(2), 0.0)
    line.answer(first, None)
    line.answer(second, ANSWER)
    assert numbers(line.data_to_send()) == [2]


def test_beyond_the_window_requests_wait_h14() -> None:
    line = connection(window=16)
    handed_out = line.receive(b"".join(frame(number) for number in range(100)), 0.0)
    answered: list[int] = []
    while handed_out:
        assert len(handed_out) <= 16
        assert line.is_full or len(answered) + len(handed_out) == 100
        for place in handed_out:
            line.answer(place, ANSWER)
        answered += numbers(line.data_to_send())
        handed_out = line.take_up(0.0)
    assert answered == list(range(100))
    assert not line.is_full


def test_a_malformed_request_comes_out_with_its_error() -> None:
    line = connection()
    (place,) = line.receive(frame(1, bytes.fromhex("03 0000 0000")), 0.0)
    assert place.request is None
    assert isinstance(place.error, IllegalDataValueError)
    line.answer(place, ExceptionResponse(3, 3))
    assert line.data_to_send() == frame(1, b"\x83\x03")


@given(st.lists(st.integers(0, 0xFFFF), min_size=1, max_size=20), st.data())
def test_however_the_bytes_are_cut_each_request_comes_out_once_h13(
    ids: list[int], data: st.DataObject
) -> None:
    stream = b"".join(frame(number) for number in ids)
    line = connection(window=64)
    cuts = sorted(data.draw(st.sets(st.integers(1, len(stream) - 1), max_size=12)))
    places: list[PendingReply] = []
    for start, end in zip([0, *cuts], [*cuts, len(stream)], strict=True):
        places += line.receive(stream[start:end], 0.0)
    assert [place.frame.transaction_id for place in places] == ids


def test_a_partial_frame_has_a_deadline_from_its_first_byte_h72() -> None:
    line = connection(frame_timeout=3.0, idle_timeout=60.0)
    whole = frame(1)
    line.receive(whole[:1], 10.0)
    line.receive(whole[1:2], 12.9)
    assert line.overdue(12.99) is None
    assert "2 bytes of a frame" in str(line.overdue(13.0))


def test_a_completed_frame_ends_its_deadline_and_the_next_begins_its_own() -> None:
    line = connection(frame_timeout=3.0)
    whole = frame(1)
    line.receive(whole[:4], 0.0)
    (place,) = line.receive(whole[4:] + whole[:4], 2.0)
    line.answer(place, ANSWER)
    assert line.overdue(4.9) is None
    assert line.overdue(5.0) is not None


def test_an_idle_connection_is_overdue_but_not_one_that_waits_for_us_h70() -> None:
    line = connection(idle_timeout=60.0, now=0.0)
    assert line.overdue(59.9) is None
    assert line.overdue(60.0) == "no request for 60 s"
    (place,) = line.receive(frame(1), 30.0)
    assert line.overdue(1000.0) is None
    line.answer(place, ANSWER)
    line.data_to_send()
    assert line.overdue(89.9) is None
    assert line.overdue(90.0) is not None


def test_no_limits_no_deadlines() -> None:
    line = connection(idle_timeout=None, frame_timeout=None)
    line.receive(frame(1)[:3], 0.0)
    assert line.next_deadline() is None


class Registers:
    """Answers reads of address 0 and writes of address 1 at once, nothing else."""

    def __init__(self) -> None:
        self.written: list[int] = []

    def quick_read(self, function: int, address: int, quantity: int) -> bytes | None:
        return bytes.fromhex("03 02 002A") if (function, address, quantity) == (3, 0, 1) else None

    def quick_write(self, function: int, address: int, value: int) -> bool:
        if (function, address) != (6, 1):
            return False
        self.written.append(value)
        return True


def quick_connection(device: Registers) -> ServerConnection:
    return connection(quick=lambda unit: device if unit == 1 else None)


def test_plain_requests_are_answered_without_being_handed_out() -> None:
    device = Registers()
    line = quick_connection(device)
    write = bytes.fromhex("06 0001 0005")
    assert line.receive(frame(1) + frame(2, write) + frame(3), 5.0) == []
    expected = frame(1, bytes.fromhex("03 02 002A")) + frame(2, write) + frame(3, bytes.fromhex("03 02 002A"))
    assert line.data_to_send() == expected
    assert device.written == [5]
    assert line.requests == 3
    assert line.last_used == 5.0


def test_quick_and_other_requests_keep_their_order() -> None:
    line = quick_connection(Registers())
    other = bytes.fromhex("04 0000 0001")
    second, third = line.receive(frame(1) + frame(2, other) + frame(3), 0.0)
    line.answer(third, ANSWER)
    line.answer(second, ANSWER)
    assert numbers(line.data_to_send()) == [1, 2, 3]


@pytest.mark.parametrize("unit", [0, 2, 255])
def test_a_unit_without_a_quick_answer_takes_the_long_way(unit: int) -> None:
    line = quick_connection(Registers())
    assert len(line.receive(frame(1, unit=unit), 0.0)) == 1


def test_a_bad_header_stops_the_connection_but_not_the_replies_before_it() -> None:
    line = quick_connection(Registers())
    assert line.receive(frame(1) + bytes.fromhex("0002 0001 0006 01 03 0000 0001"), 0.0) == []
    assert numbers(line.data_to_send()) == [1]
    assert line.failure is not None
