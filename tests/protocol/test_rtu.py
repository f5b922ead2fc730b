"""RTU framing."""

from __future__ import annotations

import pytest

from port502.protocol.checksum import crc16
from port502.protocol.framing import Frame, FramingErrors
from port502.protocol.rtu import RtuFraming
from tests.vectors import Exchange, exchanges

READ = bytes.fromhex("11 03 00 6B 00 03 76 87")
READ_FRAME = Frame(0, 0x11, bytes.fromhex("03 00 6B 00 03"))


def rtu(unit: int, pdu: bytes) -> bytes:
    body = bytes((unit,)) + pdu
    return body + crc16(body).to_bytes(2, "little")


def test_encode() -> None:
    assert RtuFraming("client").encode(77, 0x11, READ_FRAME.pdu) == READ


@pytest.mark.parametrize("exchange", exchanges(), ids=str)
def test_requests_end_by_their_function_code(exchange: Exchange) -> None:
    framing = RtuFraming("server")
    expected = [Frame(0, 9, exchange.request)]
    got = framing.receive(rtu(9, exchange.request))
    if exchange.request[:3] == b"\x08\0\0":  # any number of bytes: only silence ends it
        assert got == []
        got = framing.silence()
    assert got == expected
    assert framing.errors == FramingErrors()


@pytest.mark.parametrize("exchange", exchanges(), ids=str)
def test_replies_end_by_their_function_code(exchange: Exchange) -> None:
    framing = RtuFraming("client")
    framing.encode(0, 9, exchange.request)
    frame = rtu(9, exchange.response)
    for byte in frame[:-1]:
        assert framing.receive(bytes((byte,))) == []
    assert framing.receive(frame[-1:]) == [Frame(0, 9, exchange.response)]
    assert framing.errors == FramingErrors()


def test_exceptions_have_five_bytes() -> None:
    framing = RtuFraming("client")
    assert framing.receive(rtu(9, b"\x83\x02") * 2) == [Frame(0, 9, b"\x83\x02")] * 2


def test_glued_frames_are_told_apart() -> None:
    framing = RtuFraming("server")
    assert framing.receive(READ * 50 + READ[:3]) == [READ_FRAME] * 50
    assert framing.pending == 3
    assert framing.receive(READ[3:]) == [READ_FRAME]


def test_unknown_functions_end_by_silence() -> None:
    framing = RtuFraming("client")
    assert framing.receive(rtu(1, b"\x42\1\2\3")) == []
    assert framing.pending == 7
    assert framing.silence() == [Frame(0, 1, b"\x42\1\2\3")]
    assert framing.pending == 0


def test_echo_without_its_request_ends_by_silence() -> None:
    framing = RtuFraming("client")
    assert framing.receive(rtu(1, b"\x08\0\0\1\2")) == []
    assert framing.silence() == [Frame(0, 1, b"\x08\0\0\1\2")]
    framing.encode(0, 1, b"\x08\0\0\1\2")
    assert framing.receive(rtu(1, b"\x08\0\0\1\2")) == [Frame(0, 1, b"\x08\0\0\1\2")]
    framing.encode(0, 1, b"\x07")
    assert framing.receive(rtu(1, b"\x08\0\0\1\2")) == []


def test_h023_h140_bad_crc_is_dropped_at_the_silence() -> None:
    framing = RtuFraming("server")
    assert framing.receive(READ[:-1] + b"\x88") == []
    assert framing.silence() == []
    assert framing.errors == FramingErrors(crc=1, noise=8)
    assert framing.receive(READ) == [READ_FRAME]


def test_h023_h141_noise_before_a_frame_costs_that_frame_only() -> None:
    framing = RtuFraming("server")
    assert framing.receive(b"\x55\x06" + READ) == []
    assert framing.silence() == []
    assert framing.errors.crc == 1
    assert framing.receive(READ) == [READ_FRAME]


def test_h023_a_frame_hidden_in_a_damaged_one_is_never_decoded() -> None:
    hidden = rtu(0x11, bytes.fromhex("06 00 01 00 03"))
    outer = bytearray(rtu(0x11, bytes.fromhex("10 00 00 00 04 08") + hidden))
    outer[3] ^= 1
    framing = RtuFraming("server")
    assert framing.receive(bytes(outer)) == []
    assert framing.receive(READ) == []
    assert framing.silence() == []
    assert framing.errors == FramingErrors(crc=1, noise=len(outer) + len(READ))
    assert framing.receive(READ) == [READ_FRAME]


def test_h023_good_frames_before_a_bad_one_are_kept() -> None:
    framing = RtuFraming("server")
    assert framing.receive(READ * 2 + READ[:-1] + b"\0" + READ) == [READ_FRAME] * 2
    assert framing.silence() == []
    assert framing.receive(READ) == [READ_FRAME]


@pytest.mark.parametrize("size", [1, 2, 3])
def test_h140_too_short(size: int) -> None:
    framing = RtuFraming("server")
    framing.receive(READ[:size])
    assert framing.silence() == []
    assert framing.errors == FramingErrors(length=1, noise=size)


def test_h140_h144_babbling_device_is_bounded() -> None:
    framing = RtuFraming("client")
    for _ in range(1000):
        assert framing.receive(b"\x42" * 97) == []
        assert framing.pending <= 256
    assert framing.silence() == []
    assert framing.errors == FramingErrors(length=1, noise=97_000)
    assert framing.receive(rtu(1, b"\x83\x02")) == [Frame(0, 1, b"\x83\x02")]


def test_byte_count_that_no_frame_can_have() -> None:
    framing = RtuFraming("client")
    assert framing.receive(b"\x01\x03\xff" + bytes(20)) == []
    assert framing.silence() == []
    assert framing.errors.crc == 1


def test_cut_frame_with_its_own_crc_is_for_the_server_to_refuse() -> None:
    framing = RtuFraming("server")
    assert framing.receive(rtu(1, b"\x03\0\0")) == []
    assert framing.silence() == [Frame(0, 1, b"\x03\0\0")]


def test_replies_of_others_on_the_line_become_frames_by_silence() -> None:
    reply = rtu(2, bytes.fromhex("03 14") + bytes(20))
    framing = RtuFraming("server")
    assert framing.receive(reply) == []
    assert framing.silence() == [Frame(0, 2, reply[1:-2])]
    assert framing.errors == FramingErrors()


def test_discard_forgets_that_the_place_was_lost() -> None:
    framing = RtuFraming("client")
    framing.receive(b"\x01\x83\x02\0\0\0")
    assert framing.discard() == 6
    assert framing.receive(rtu(1, b"\x83\x02")) == [Frame(0, 1, b"\x83\x02")]
    framing.receive(bytes(300))
    assert framing.discard() == 0
    assert framing.receive(rtu(1, b"\x83\x02")) == [Frame(0, 1, b"\x83\x02")]


def test_silence_with_nothing_pending() -> None:
    framing = RtuFraming("server")
    assert framing.silence() == []
    assert framing.errors == FramingErrors()
    assert framing.failure is None
