"""Functions 3, 4, 6, 16, 22, 23 and 24."""

from __future__ import annotations

import pytest

from port502.errors import IllegalDataAddressError, IllegalDataValueError, ReplyError, UsageError
from port502.protocol.register_access import (
    MaskWriteRegisterRequest,
    MaskWriteRegisterResponse,
    ReadFifoQueueRequest,
    ReadFifoQueueResponse,
    ReadHoldingRegistersRequest,
    ReadHoldingRegistersResponse,
    ReadInputRegistersRequest,
    ReadInputRegistersResponse,
    ReadRegistersRequest,
    ReadWriteMultipleRegistersRequest,
    ReadWriteMultipleRegistersResponse,
    RegistersResponse,
    WriteMultipleRegistersRequest,
    WriteMultipleRegistersResponse,
    WriteSingleRegisterRequest,
    WriteSingleRegisterResponse,
)

READS = [ReadHoldingRegistersRequest, ReadInputRegistersRequest]


@pytest.mark.parametrize("kind", READS)
def test_read_encodes_and_decodes(kind: type[ReadRegistersRequest]) -> None:
    request = kind(0x0102, 125)
    assert request.encode() == bytes((kind.function,)) + bytes.fromhex("01 02 00 7D")
    assert kind.decode(request.encode()) == request
    assert not request.writes


@pytest.mark.parametrize("kind", READS)
@pytest.mark.parametrize("quantity", [0, 126, 0xFFFF])
def test_h031_quantity(kind: type[ReadRegistersRequest], quantity: int) -> None:
    with pytest.raises(IllegalDataValueError):
        kind.decode(bytes((kind.function, 0, 0)) + quantity.to_bytes(2, "big"))
    with pytest.raises(UsageError):
        kind(0, quantity)


@pytest.mark.parametrize("kind", READS)
def test_h032_end_of_the_address_space(kind: type[ReadRegistersRequest]) -> None:
    with pytest.raises(IllegalDataAddressError):
        kind.decode(bytes((kind.function, 0xFF, 0xFF, 0, 2)))
    with pytest.raises(UsageError):
        kind(0xFFFF, 2)
    assert kind.decode(bytes((kind.function, 0xFF, 0xFF, 0, 1))) == kind(0xFFFF, 1)


@pytest.mark.parametrize(
    "kind", [ReadHoldingRegistersResponse, ReadInputRegistersResponse, ReadWriteMultipleRegistersResponse]
)
def test_registers_response(kind: type[RegistersResponse]) -> None:
    response = kind(b"\x12\x34\x00\x01")
    assert response.encode() == bytes((kind.function, 4, 0x12, 0x34, 0, 1))
    assert response.registers == [0x1234, 1]
    assert kind.decode(response.encode()) == response
    for data in (b"", b"\0", bytes(252)):
        with pytest.raises(UsageError):
            kind(data)


@pytest.mark.parametrize(
    "pdu",
    [
        "03",
        "03 00",
        "03 02 00",
        "03 01 00",
        "03 03 00 00 00",
        "03 02 00 00 00",
        "04 02 00 00",
        "03 FC" + "00" * 252,
    ],
)
def test_registers_response_alone_is_judged_by_its_structure(pdu: str) -> None:
    with pytest.raises(ReplyError):
        ReadHoldingRegistersResponse.decode(bytes.fromhex(pdu))


@pytest.mark.parametrize(
    ("request_", "kind"),
    [
        (ReadHoldingRegistersRequest(7, 2), ReadHoldingRegistersResponse),
        (ReadInputRegistersRequest(7, 2), ReadInputRegistersResponse),
        (ReadWriteMultipleRegistersRequest(7, 2, 0, b"\0\0"), ReadWriteMultipleRegistersResponse),
    ],
)
def test_reply_is_checked_against_the_request(
    request_: ReadRegistersRequest, kind: type[RegistersResponse]
) -> None:
    function = request_.function
    good = bytes((function, 4, 1, 2, 3, 4))
    assert request_.decode_response(good) == kind(b"\1\2\3\4")
    for wrong in (
        bytes((function, 2, 1, 2)),  # H110: fewer
        bytes((function, 250)) + bytes(250),  # H111: more
        bytes((function, 4, 1, 2, 3)),  # H112: byte count and length disagree
        bytes((function, 5, 1, 2, 3, 4)),
        bytes((function, 3, 1, 2, 3, 4)),
        good + b"\0",
        bytes((function + 1, 4, 1, 2, 3, 4)),  # H108: another function
        good[:1],
        b"",
    ):
        with pytest.raises(ReplyError, match="2 registers in 4 bytes"):
            request_.decode_response(wrong)


def test_write_single_register() -> None:
    request = WriteSingleRegisterRequest(1, 0xABCD)
    assert request.encode() == bytes.fromhex("06 00 01 AB CD")
    assert WriteSingleRegisterRequest.decode(request.encode()) == request
    assert request.writes
    assert request.decode_response(request.encode()) == WriteSingleRegisterResponse(1, 0xABCD)
    assert WriteSingleRegisterResponse.decode(request.encode()).encode() == request.encode()
    with pytest.raises(ReplyError):
        WriteSingleRegisterResponse.decode(b"\x06\0\1")
    for address, value in [(-1, 0), (65536, 0), (0, -1), (0, 65536), (0, 1.0)]:
        with pytest.raises(UsageError):
            WriteSingleRegisterRequest(address, value)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "pdu", ["06 00 01 AB CC", "06 00 02 AB CD", "05 00 01 AB CD", "06 00 01 AB", "06 00 01 AB CD 00"]
)
def test_h113_other_echo_of_a_register(pdu: str) -> None:
    with pytest.raises(ReplyError, match="06 00 01 ab cd"):
        WriteSingleRegisterRequest(1, 0xABCD).decode_response(bytes.fromhex(pdu))


def test_write_multiple_registers() -> None:
    request = WriteMultipleRegistersRequest.from_registers(1, [10, 258])
    assert request.encode() == bytes.fromhex("10 00 01 00 02 04 00 0A 01 02")
    assert (request.quantity, request.registers, request.writes) == (2, [10, 258], True)
    assert WriteMultipleRegistersRequest.decode(request.encode()) == request
    response = WriteMultipleRegistersResponse(1, 2)
    assert request.decode_response(response.encode()) == response
    assert WriteMultipleRegistersResponse.decode(response.encode()) == response
    for wrong in ("10 00 01 00 01", "10 00 02 00 02", "0F 00 01 00 02", "10 00 01 00 02 00", "10"):
        with pytest.raises(ReplyError):  # H113
            request.decode_response(bytes.fromhex(wrong))
    with pytest.raises(ReplyError):
        WriteMultipleRegistersResponse.decode(b"\x10\0")


@pytest.mark.parametrize(
    "pdu",
    [
        "10 00 00 00 00 00",
        "10 00 00 00 7C F8" + "00" * 248,
        "10 00 00 00 02 00",
        "10 00 00 00 02 03 00 00 00",
        "10 00 00 00 02 04 00 00",
        "10 00 00 00 02 04 00 00 00 00 00",
        "10 00 00 00 02 02 00 00",
        "10 00 00 00 02 06 00 00 00 00 00 00",
        "10 00 00 00 02",
    ],
)
def test_h037_h038_quantity_and_byte_count(pdu: str) -> None:
    with pytest.raises(IllegalDataValueError):
        WriteMultipleRegistersRequest.decode(bytes.fromhex(pdu))


def test_write_multiple_registers_at_the_end() -> None:
    with pytest.raises(IllegalDataAddressError):
        WriteMultipleRegistersRequest.decode(bytes.fromhex("10 FF FF 00 02 04 00 00 00 00"))
    for address, data in [(0, b""), (0, b"\0"), (0, bytes(248)), (65535, bytes(4))]:
        with pytest.raises(UsageError):
            WriteMultipleRegistersRequest(address, data)


def test_mask_write_register() -> None:
    request = MaskWriteRegisterRequest(4, 0x00F2, 0x0025)
    assert request.encode() == bytes.fromhex("16 00 04 00 F2 00 25")
    assert MaskWriteRegisterRequest.decode(request.encode()) == request
    assert request.writes
    assert request.decode_response(request.encode()) == MaskWriteRegisterResponse(4, 0xF2, 0x25)
    assert MaskWriteRegisterResponse.decode(request.encode()).encode() == request.encode()
    with pytest.raises(ReplyError):  # H113
        request.decode_response(bytes.fromhex("16 00 04 00 F2 00 24"))
    with pytest.raises(ReplyError):
        MaskWriteRegisterResponse.decode(b"\x16")
    with pytest.raises(UsageError):
        MaskWriteRegisterRequest(0, 0x10000, 0)


def test_read_write_multiple_registers() -> None:
    request = ReadWriteMultipleRegistersRequest.from_registers(3, 6, 14, [255, 254])
    assert request.encode() == bytes.fromhex("17 00 03 00 06 00 0E 00 02 04 00 FF 00 FE")
    assert ReadWriteMultipleRegistersRequest.decode(request.encode()) == request
    assert (request.write_quantity, request.registers, request.writes) == (2, [255, 254], True)


@pytest.mark.parametrize(
    "pdu",
    [
        "17 00 00 00 00 00 00 00 01 02 00 00",
        "17 00 00 00 7E 00 00 00 01 02 00 00",
        "17 00 00 00 01 00 00 00 00 00",
        "17 00 00 00 01 00 00 00 7A F4" + "00" * 243,
        "17 00 00 00 01 00 00 00 01 01 00",
        "17 00 00 00 01 00 00 00 01 02 00",
        "17 00 00 00 01 00 00 00 01 02 00 00 00",
        "17 00 00 00 01 00 00 00 01",
    ],
)
def test_h040_quantities_and_byte_count(pdu: str) -> None:
    with pytest.raises(IllegalDataValueError):
        ReadWriteMultipleRegistersRequest.decode(bytes.fromhex(pdu))


def test_read_write_at_the_end() -> None:
    for pdu in ("17 FF FF 00 02 00 00 00 01 02 00 00", "17 00 00 00 01 FF FF 00 02 04 00 00 00 00"):
        with pytest.raises(IllegalDataAddressError):
            ReadWriteMultipleRegistersRequest.decode(bytes.fromhex(pdu))
    for arguments in [
        (0, 0, 0, b"\0\0"),
        (0, 126, 0, b"\0\0"),
        (0, 1, 0, b""),
        (0, 1, 0, bytes(244)),
        (0, 1, 65535, bytes(4)),
    ]:
        with pytest.raises(UsageError):
            ReadWriteMultipleRegistersRequest(*arguments)


def test_read_fifo_queue() -> None:
    request = ReadFifoQueueRequest(0x04DE)
    assert request.encode() == bytes.fromhex("18 04 DE")
    assert ReadFifoQueueRequest.decode(request.encode()) == request
    assert not request.writes
    response = ReadFifoQueueResponse(b"\x01\xb8\x12\x84")
    assert response.registers == [440, 4740]
    assert request.decode_response(response.encode()) == response
    with pytest.raises(UsageError):
        ReadFifoQueueRequest(65536)
    with pytest.raises(UsageError):
        ReadFifoQueueResponse(bytes(64))


@pytest.mark.parametrize(
    "pdu",
    [
        "18 00 42 00 20" + "00" * 64,
        "18 00 04 00 02 00 00",
        "18 00 04 00 01 00",
        "18 00 02 00",
        "18 00 04 00 01 00 00 00",
        "19 00 02 00 00",
    ],
)
def test_h128_queue_that_cannot_be(pdu: str) -> None:
    with pytest.raises(ReplyError):
        ReadFifoQueueRequest(0).decode_response(bytes.fromhex(pdu))
