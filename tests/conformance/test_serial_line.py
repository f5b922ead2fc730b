"""Modbus over Serial Line Specification and Implementation Guide V1.02: one test per clause about frames."""

from __future__ import annotations

import pytest

from port502.errors import UsageError
from port502.protocol.ascii import MAX_LINE, AsciiFraming, lrc
from port502.protocol.framing import Frame
from port502.protocol.rtu import MAX_FRAME, RtuFraming, crc16
from port502.protocol.timing import ASCII_BITS, ASCII_GAP, RTU_BITS, character_time, t1_5, t3_5


def test_clause_2_2_address_0_is_broadcast_and_1_to_247_are_servers() -> None:
    """Clause 2.2: addresses are one byte; the framing carries all of them, also the reserved 248-255."""
    for unit in (0, 1, 247, 255):
        framing = RtuFraming("server")
        assert framing.receive(framing.encode(0, unit, b"\x07")) == [Frame(0, unit, b"\x07")]


def test_clause_2_5_1_rtu_character_of_11_bits() -> None:
    """Clause 2.5.1: start, 8 data, parity, stop; without parity a second stop bit."""
    assert RTU_BITS == 11
    assert character_time(9600) == pytest.approx(0.001_146, rel=1e-3)


def test_clause_2_5_1_1_frame_of_256_bytes() -> None:
    """Clause 2.5.1.1: an RTU frame has at most 256 bytes: address, 253 bytes of PDU, CRC."""
    framing = RtuFraming("server")
    frame = framing.encode(0, 1, b"\x41" + bytes(252))
    assert len(frame) == MAX_FRAME == 256
    framing.receive(frame)
    assert framing.silence() == [Frame(0, 1, b"\x41" + bytes(252))]
    with pytest.raises(UsageError):
        framing.encode(0, 1, bytes(254))


@pytest.mark.parametrize("baud", [1200, 2400, 4800, 9600, 19200])
def test_clause_2_5_1_1_gaps_up_to_19200(baud: int) -> None:
    """Clause 2.5.1.1: frames are 3.5 characters apart, characters of a frame at most 1.5."""
    assert t3_5(baud) == pytest.approx(3.5 * 11 / baud)
    assert t1_5(baud) == pytest.approx(1.5 * 11 / baud)


@pytest.mark.parametrize("baud", [38400, 57600, 115200])
def test_clause_2_5_1_1_gaps_above_19200(baud: int) -> None:
    """Clause 2.5.1.1: above 19200 Bd fixed values: 750 µs and 1.750 ms."""
    assert t1_5(baud) == 0.000_750
    assert t3_5(baud) == 0.001_750


def test_clause_2_5_1_2_crc_low_byte_first() -> None:
    """Clause 2.5.1.2: the CRC covers address and PDU, and its low byte is sent first."""
    assert crc16(bytes.fromhex("02 07")) == 0x1241
    assert RtuFraming("client").encode(0, 2, b"\x07") == bytes.fromhex("02 07 41 12")


def test_clause_2_5_1_2_frame_with_a_wrong_crc_is_ignored() -> None:
    """Clause 2.5.1.2: a server that finds another CRC does not answer."""
    framing = RtuFraming("server")
    assert framing.receive(bytes.fromhex("02 07 41 13")) == []
    assert framing.silence() == []
    assert framing.errors.crc == 1


def test_clause_2_5_2_ascii_character_of_10_bits() -> None:
    """Clause 2.5.2: start, 7 data, parity, stop; 1 s between characters by default."""
    assert ASCII_BITS == 10
    assert character_time(9600, ASCII_BITS) == pytest.approx(0.001_042, rel=1e-3)
    assert ASCII_GAP == 1.0


def test_clause_2_5_2_1_frame_of_513_characters() -> None:
    """Clause 2.5.2.1: colon, two characters per byte, CR LF: at most 513 characters."""
    framing = AsciiFraming()
    line = framing.encode(0, 1, bytes(253))
    assert len(line) == MAX_LINE == 513
    assert framing.receive(line) == [Frame(0, 1, bytes(253))]


def test_clause_2_5_2_1_colon_starts_a_frame_anew() -> None:
    """Clause 2.5.2.1: a colon always means a new message, whatever came before."""
    framing = AsciiFraming()
    assert framing.receive(b":1103:1103006B00037E\r\n") == [Frame(0, 17, bytes.fromhex("03 00 6B 00 03"))]


def test_clause_2_5_2_2_lrc_is_the_twos_complement_of_the_sum() -> None:
    """Clause 2.5.2.2: the bytes are added without carry, and the sum is negated; colon and CR LF left out."""
    assert lrc(bytes.fromhex("11 03 00 6B 00 03")) == 0x7E
