"""What the four plain reads share."""

from __future__ import annotations

from typing import Any

import pytest

from port502.errors import IllegalDataAddressError, IllegalDataValueError, UsageError
from port502.protocol.ascii import AsciiFraming
from port502.protocol.bit_access import ReadCoilsRequest, ReadDiscreteInputsRequest
from port502.protocol.framing import Framing
from port502.protocol.mbap import MbapFraming
from port502.protocol.plain_read import READ_PDU, PlainRead
from port502.protocol.register_access import ReadHoldingRegistersRequest, ReadInputRegistersRequest
from port502.protocol.rtu import RtuFraming

READS = [
    ReadCoilsRequest,
    ReadDiscreteInputsRequest,
    ReadHoldingRegistersRequest,
    ReadInputRegistersRequest,
]


@pytest.mark.parametrize("kind", READS)
def test_a_read_is_five_bytes_and_changes_nothing(kind: type[PlainRead[Any]]) -> None:
    asked = kind(0x0102, 3)
    assert asked.encode() == READ_PDU.pack(kind.function, 0x0102, 3)
    assert kind.decode(asked.encode()) == asked
    assert not asked.writes


@pytest.mark.parametrize("kind", READS)
def test_its_limits_hold_for_both_sides(kind: type[PlainRead[Any]]) -> None:
    assert kind(65536 - kind.most, kind.most).quantity == kind.most
    for address, quantity in ((0, 0), (0, kind.most + 1), (65535, 2), (-1, 1), ("0", 1)):
        with pytest.raises(UsageError):
            kind(address, quantity)
    with pytest.raises(IllegalDataValueError):
        kind.decode(READ_PDU.pack(kind.function, 0, kind.most + 1))
    with pytest.raises(IllegalDataAddressError):
        kind.decode(READ_PDU.pack(kind.function, 65535, 2))
    with pytest.raises(IllegalDataValueError):
        kind.decode(READ_PDU.pack(kind.function, 0, 1) + b"\0")


@pytest.mark.parametrize("kind", READS)
@pytest.mark.parametrize("make", [MbapFraming, lambda: RtuFraming("client"), AsciiFraming])
def test_a_frame_of_a_read_is_the_frame_around_its_pdu(kind: type[PlainRead[Any]], make: Any) -> None:
    framing: Framing = make()
    asked = kind(7, 9)
    frame = framing.encode_read(0xBEEF, 17, asked.function, asked.address, asked.quantity)
    assert frame == framing.encode(0xBEEF, 17, asked.encode())


@pytest.mark.parametrize("unit", [-1, 256])
def test_a_frame_of_a_read_has_a_unit_id(unit: int) -> None:
    with pytest.raises(UsageError, match="a unit id is 0-255"):
        MbapFraming().encode_read(1, unit, 3, 0, 1)
