"""Replies taken apart by somebody who expects the worst."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from port502.discover.doctor.exchange import Answer, is_whole, take_apart, take_apart_rtu
from port502.discover.doctor.reads import read_of
from port502.protocol.checksum import crc16
from port502.registers.reference import Table
from tests.discover.doctor.cases import READ, exchange, registers

SENT = bytes.fromhex("5001 0000 0006 01 03 0000 0001")
GOOD = bytes.fromhex("5001 0000 0005 01 03 02 002A")


def tail(message: bytes) -> bytes:
    return crc16(message).to_bytes(2, "little")


@pytest.mark.parametrize(
    ("data", "answer"),
    [
        (GOOD, Answer.REPLY),
        (bytes.fromhex("5001 0000 0003 01 83 02"), Answer.EXCEPTION),
        (SENT, Answer.ECHO),
        (b"HTTP/1.1 400 Bad Request\r\n", Answer.FOREIGN),
        (bytes.fromhex("15 03 03 00 02 02 46"), Answer.FOREIGN),
        (bytes.fromhex("01 03 02 002A") + tail(bytes.fromhex("01 03 02 002A")), Answer.FOREIGN),
        (b"\x50", Answer.FOREIGN),
        (GOOD + tail(GOOD[6:]), Answer.CRC_TAIL),
        (GOOD[:4] + b"\0\7" + GOOD[6:] + tail(GOOD[6:]), Answer.CRC_TAIL),
        (GOOD[:5] + b"\6" + GOOD[6:], Answer.LENGTH),
        (GOOD[:5] + b"\4" + GOOD[6:], Answer.LENGTH),
        (GOOD[:5] + b"\6" + GOOD[6:] + b"\0", Answer.LENGTH),
        (b"\0\0" + GOOD[2:], Answer.OTHER_ID),
        (b"\x50\0" + GOOD[2:], Answer.OTHER_ID),
        (GOOD[:6] + b"\7" + GOOD[7:], Answer.OTHER_UNIT),
        (bytes.fromhex("5001 0000 0005 01 04 02 002A"), Answer.MALFORMED),
        (bytes.fromhex("5001 0000 0007 01 03 04 002A 0001"), Answer.MALFORMED),
    ],
)
def test_each_kind_of_answer_is_told(data: bytes, answer: Answer) -> None:
    assert take_apart(SENT, READ, data).answer is answer


def test_the_values_of_a_bent_reply_can_be_read_all_the_same() -> None:
    taken = take_apart(SENT, READ, b"\0\0" + GOOD[2:])
    assert (taken.got_id, taken.got_unit, taken.pdu) == (0, 1, GOOD[7:])
    assert take_apart(SENT, READ, b"\0\0\0\0\0\3\1\x83\2").exception == 2


def test_a_frame_is_whole_when_its_header_says_so_or_it_can_be_none() -> None:
    assert is_whole(GOOD)
    assert not is_whole(GOOD[:-1])
    assert is_whole(b"HTTP")
    assert not is_whole(b"HT")


def test_a_reply_in_serial_framing_is_taken_by_its_checksum() -> None:
    message = bytes.fromhex("01 03 00 00 00 01")
    sent = message + tail(message)
    reply = bytes.fromhex("01 03 02 002A")
    good = take_apart_rtu(sent, reply + tail(reply))
    assert good is not None
    assert (good.answer, good.pdu) == (Answer.REPLY, reply[1:])
    assert take_apart_rtu(sent, reply + b"\0\0") is None
    echoed = take_apart_rtu(sent, sent)
    assert echoed is not None
    assert echoed.answer is Answer.ECHO
    for start, answer in ((b"\2\3\2\0\1", Answer.OTHER_UNIT), (b"\1\x83\2", Answer.EXCEPTION)):
        other = take_apart_rtu(sent, start + tail(start))
        assert other is not None
        assert other.answer is answer


def test_only_reads_of_registers_hold_registers() -> None:
    assert registers(1, 2, request=read_of(Table.INPUT, 0, 2)).registers == (1, 2)
    assert exchange(Answer.EXCEPTION, exception=2, pdu=b"\x83\2").registers == ()
    assert exchange(request=read_of(Table.COIL, 0), pdu=b"\1\1\1").registers == ()


def test_a_gateway_that_answers_is_no_device() -> None:
    assert not exchange(Answer.EXCEPTION, exception=0x0B).device_answered
    assert exchange(Answer.EXCEPTION, exception=2).device_answered
    assert exchange(Answer.OTHER_ID).alive
    assert not exchange(Answer.SILENT).alive


@given(st.binary(max_size=300))
def test_no_bytes_at_all_make_it_stumble(data: bytes) -> None:
    assert take_apart(SENT, READ, data).answer in Answer
    take_apart_rtu(SENT, data)
    is_whole(data)
