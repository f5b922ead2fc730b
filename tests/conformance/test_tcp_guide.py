"""Modbus Messaging on TCP/IP Implementation Guide V1.0b: one test per clause about frames."""

from __future__ import annotations

import pytest

from port502.errors import FrameError, UsageError
from port502.protocol.framing import Frame
from port502.protocol.mbap import MAX_ADU, MbapFraming

REQUEST = bytes.fromhex("15 01 00 00 00 06 FF 03 00 04 00 01")


def test_clause_3_1_2_adu_is_header_and_pdu() -> None:
    """Clause 3.1.2: a 7-byte header replaces the serial address and the checksum."""
    assert MbapFraming().encode(0x1501, 0xFF, bytes.fromhex("03 00 04 00 01")) == REQUEST


def test_clause_3_1_3_header_is_big_endian() -> None:
    """Clause 3.1.3: transaction id, protocol id, length, each 2 bytes big-endian, and the unit id."""
    assert MbapFraming().encode(0x0102, 0x03, b"\x07") == bytes.fromhex("01 02 00 00 00 02 03 07")


def test_clause_3_1_3_protocol_id_is_zero() -> None:
    """Clause 3.1.3: Modbus is protocol 0; anything else is no Modbus."""
    framing = MbapFraming()
    assert framing.receive(b"\x15\x01\x00\x01" + REQUEST[4:]) == []
    assert isinstance(framing.failure, FrameError)


@pytest.mark.parametrize("transaction_id", [0, 1, 0x1501, 0xFFFF])
def test_clause_3_1_3_transaction_id_is_any(transaction_id: int) -> None:
    """Clause 3.1.3: the id pairs a response with its request and may be any number of 2 bytes."""
    framing = MbapFraming()
    assert framing.receive(framing.encode(transaction_id, 1, b"\x07")) == [Frame(transaction_id, 1, b"\x07")]


def test_clause_3_1_3_length_counts_unit_and_pdu() -> None:
    """Clause 3.1.3: the length field counts what follows it: unit id and PDU."""
    assert MbapFraming().encode(1, 1, bytes(253))[4:6] == bytes((0, 254))


def test_clause_4_1_adu_of_260_bytes() -> None:
    """Clause 4.1 of the Application Protocol, TCP: 253 bytes of PDU and 7 of header."""
    framing = MbapFraming()
    frame = framing.encode(1, 1, bytes(253))
    assert len(frame) == MAX_ADU == 260
    assert framing.receive(frame) == [Frame(1, 1, bytes(253))]
    with pytest.raises(UsageError):
        framing.encode(1, 1, bytes(254))


def test_clause_3_1_2_length_finds_the_boundaries() -> None:
    """Clause 3.1.2: by the length field a receiver finds the ADUs however TCP cuts the stream."""
    framing = MbapFraming()
    assert len(framing.receive(REQUEST * 3 + REQUEST[:5])) == 3
    assert framing.pending == 5
    assert len(framing.receive(REQUEST[5:])) == 1
