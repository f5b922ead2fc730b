"""Functions 1, 2, 5 and 15."""

from __future__ import annotations

import pytest

from port502.errors import IllegalDataAddressError, IllegalDataValueError, ReplyError, UsageError
from port502.protocol.bit_access import (
    ReadBitsRequest,
    ReadCoilsRequest,
    ReadCoilsResponse,
    ReadDiscreteInputsRequest,
    ReadDiscreteInputsResponse,
    WriteMultipleCoilsRequest,
    WriteMultipleCoilsResponse,
    WriteSingleCoilRequest,
    WriteSingleCoilResponse,
)

READS = [ReadCoilsRequest, ReadDiscreteInputsRequest]


@pytest.mark.parametrize("kind", READS)
def test_read_encodes_and_decodes(kind: type[ReadBitsRequest]) -> None:
    request = kind(0x0102, 2000)
    assert request.encode() == bytes((kind.function,)) + bytes.fromhex("01 02 07 D0")
    assert kind.decode(request.encode()) == request
    assert not request.writes


@pytest.mark.parametrize("kind", READS)
@pytest.mark.parametrize("quantity", [0, 2001, 0xFFFF])
def test_h030_quantity(kind: type[ReadBitsRequest], quantity: int) -> None:
    with pytest.raises(IllegalDataValueError):
        kind.decode(bytes((kind.function, 0, 0)) + quantity.to_bytes(2, "big"))
    with pytest.raises(UsageError):
        kind(0, quantity)


@pytest.mark.parametrize("kind", READS)
def test_h032_end_of_the_address_space(kind: type[ReadBitsRequest]) -> None:
    with pytest.raises(IllegalDataAddressError):
        kind.decode(bytes((kind.function, 0xFF, 0xFF, 0, 2)))
    with pytest.raises(UsageError):
        kind(0xFFFF, 2)
    assert kind(0xFFFF, 1).address == 0xFFFF


@pytest.mark.parametrize(
    "response", [ReadCoilsResponse(b"\x05\x01", 9), ReadDiscreteInputsResponse(b"\x05\x01", 9)]
)
def test_read_response(response: ReadCoilsResponse) -> None:
    assert response.encode() == bytes((response.function, 2, 5, 1))
    assert response.bits == [True, False, True, False, False, False, False, False, True]
    assert type(response).from_bits(response.bits) == response
    assert type(response).decode(response.encode()) == type(response)(b"\x05\x01", 16)


@pytest.mark.parametrize(
    "pdu", ["01", "01 00", "01 01", "01 02 00", "01 01 00 00", "02 01 00", "01 FB" + "00" * 251]
)
def test_read_response_alone_is_judged_by_its_structure(pdu: str) -> None:
    with pytest.raises(ReplyError):
        ReadCoilsResponse.decode(bytes.fromhex(pdu))


def test_reply_is_checked_against_the_request() -> None:
    request = ReadCoilsRequest(19, 19)
    response = request.decode_response(bytes.fromhex("01 03 CD 6B 05"))
    assert response == ReadCoilsResponse(b"\xcd\x6b\x05", 19)
    assert len(response.bits) == 19


@pytest.mark.parametrize(
    "pdu",
    [
        "01 02 CD 6B",
        "01 04 CD 6B 05 00",
        "01 03 CD 6B",
        "01 03 CD 6B 05 00",
        "01 02 CD 6B 05",
        "02 03 CD 6B 05",
    ],
)
def test_h108_h110_h111_h112_other_replies(pdu: str) -> None:
    with pytest.raises(ReplyError, match="19 bits in 3 bytes"):
        ReadCoilsRequest(19, 19).decode_response(bytes.fromhex(pdu))


@pytest.mark.parametrize(("data", "quantity"), [(b"", 0), (b"\0", 9), (b"\0\0", 8), (bytes(251), 2001)])
def test_read_response_is_checked_on_construction(data: bytes, quantity: int) -> None:
    with pytest.raises(UsageError):
        ReadCoilsResponse(data, quantity)


@pytest.mark.parametrize("value", [True, False])
def test_write_single_coil(value: bool) -> None:
    request = WriteSingleCoilRequest(172, value)
    assert WriteSingleCoilRequest.decode(request.encode()) == request
    assert request.writes
    assert request.decode_response(request.encode()) == WriteSingleCoilResponse(172, value)
    assert WriteSingleCoilResponse.decode(request.encode()) == WriteSingleCoilResponse(172, value)
    assert WriteSingleCoilResponse(172, value).encode() == request.encode()


@pytest.mark.parametrize("value", ["12 34", "00 01", "FF FF"])
def test_h033_coil_value(value: str) -> None:
    with pytest.raises(IllegalDataValueError):
        WriteSingleCoilRequest.decode(bytes.fromhex(f"05 00 00 {value}"))
    with pytest.raises(ReplyError):
        WriteSingleCoilResponse.decode(bytes.fromhex(f"05 00 00 {value}"))


@pytest.mark.parametrize("value", [2, -1, "on", None, 0.0])
def test_coil_is_true_or_false(value: bool) -> None:
    with pytest.raises(UsageError):
        WriteSingleCoilRequest(0, value)


@pytest.mark.parametrize(
    "pdu", ["05 00 AC 00 00", "05 00 AD FF 00", "06 00 AC FF 00", "05 00 AC FF", "05 00 AC FF 00 00"]
)
def test_h113_other_echo_of_a_coil(pdu: str) -> None:
    with pytest.raises(ReplyError, match="05 00 ac ff 00"):
        WriteSingleCoilRequest(172, True).decode_response(bytes.fromhex(pdu))


@pytest.mark.parametrize("quantity", [1, 7, 8, 9, 15, 16, 17, 1968])
def test_h036_write_multiple_coils(quantity: int) -> None:
    bits = [index % 3 == 0 for index in range(quantity)]
    request = WriteMultipleCoilsRequest.from_bits(5, bits)
    assert WriteMultipleCoilsRequest.decode(request.encode()) == request
    assert request.bits == bits
    padded = request.encode()[:-1] + bytes((request.encode()[-1] | (0xFF << (quantity % 8 or 8)) & 0xFF,))
    assert WriteMultipleCoilsRequest.decode(padded).bits == bits
    assert request.writes


@pytest.mark.parametrize(
    "pdu",
    [
        "0F 00 00 00 00 00",
        "0F 00 00 07 B1 F7" + "00" * 247,
        "0F 00 00 FF FF 00",
        "0F 00 00 00 09 00",
        "0F 00 00 00 09 01 00",
        "0F 00 00 00 09 03 00 00 00",
        "0F 00 00 00 09 02 00",
        "0F 00 00 00 09 02 00 00 00",
        "0F 00 00 00 09",
    ],
)
def test_h034_h035_quantity_and_byte_count(pdu: str) -> None:
    with pytest.raises(IllegalDataValueError):
        WriteMultipleCoilsRequest.decode(bytes.fromhex(pdu))


def test_write_multiple_coils_at_the_end() -> None:
    with pytest.raises(IllegalDataAddressError):
        WriteMultipleCoilsRequest.decode(bytes.fromhex("0F FF FF 00 02 01 00"))
    for arguments in [(0, 0, b""), (0, 1969, bytes(247)), (0, 9, b"\0"), (65535, 2, b"\0")]:
        with pytest.raises(UsageError):
            WriteMultipleCoilsRequest(*arguments)


@pytest.mark.parametrize(
    "pdu", ["0F 00 05 00 08", "0F 00 04 00 09", "10 00 05 00 09", "0F 00 05 00 09 00", "0F"]
)
def test_h113_other_echo_of_coils(pdu: str) -> None:
    request = WriteMultipleCoilsRequest(5, 9, b"\0\0")
    assert request.decode_response(bytes.fromhex("0F 00 05 00 09")) == WriteMultipleCoilsResponse(5, 9)
    with pytest.raises(ReplyError):
        request.decode_response(bytes.fromhex(pdu))


def test_write_multiple_coils_response_alone() -> None:
    response = WriteMultipleCoilsResponse(5, 9)
    assert WriteMultipleCoilsResponse.decode(response.encode()) == response
    with pytest.raises(ReplyError):
        WriteMultipleCoilsResponse.decode(b"\x0f\0")
