"""Modbus Application Protocol Specification V1.1b3: one test per clause about messages."""

from __future__ import annotations

import pytest

from port502.errors import (
    DeviceError,
    GatewayTargetError,
    IllegalDataAddressError,
    IllegalDataValueError,
    IllegalFunctionError,
    Port502Error,
    ReplyError,
    UnknownDeviceError,
    UsageError,
    device_error,
)
from port502.protocol import codes
from port502.protocol.bit_access import (
    ReadCoilsRequest,
    ReadDiscreteInputsRequest,
    WriteMultipleCoilsRequest,
    WriteSingleCoilRequest,
)
from port502.protocol.diagnostics import DiagnosticsRequest, GetCommEventLogResponse, ReportServerIdResponse
from port502.protocol.files import (
    FileRecordRead,
    FileRecordWrite,
    ReadFileRecordRequest,
    WriteFileRecordRequest,
)
from port502.protocol.identification import (
    CanopenRequest,
    ReadDeviceIdentificationRequest,
    ReadDeviceIdentificationResponse,
)
from port502.protocol.message import ExceptionResponse, RawRequest, Request
from port502.protocol.pdu import decode_request, decode_response
from port502.protocol.register_access import (
    MaskWriteRegisterRequest,
    ReadFifoQueueResponse,
    ReadHoldingRegistersRequest,
    ReadInputRegistersRequest,
    ReadWriteMultipleRegistersRequest,
    WriteMultipleRegistersRequest,
    WriteSingleRegisterRequest,
)


def refused(pdu: str) -> type[DeviceError]:
    """How a server refuses a request PDU."""
    with pytest.raises(DeviceError) as caught:
        decode_request(bytes.fromhex(pdu))
    assert caught.value.function == int(pdu[:2], 16)
    return type(caught.value)


def not_accepted(request: Request, pdu: str) -> type[Port502Error]:
    """The error a client raises for a reply PDU."""
    with pytest.raises(Port502Error) as caught:
        request.decode_response(bytes.fromhex(pdu))
    return type(caught.value)


def test_clause_4_1_pdu_of_253_bytes() -> None:
    """Clause 4.1: a PDU has at most 253 bytes."""
    largest = bytes((0x41,)) + bytes(252)
    assert decode_request(largest).encode() == largest
    with pytest.raises(IllegalDataValueError):
        decode_request(largest + b"\0")
    with pytest.raises(UsageError):
        RawRequest(0x41, bytes(253))


def test_clause_4_1_function_codes() -> None:
    """Clause 4.1: codes 1-127 are valid, code 0 and 128-255 are not: they stay raw, for a service to refuse."""
    for code in (0, 0x42, 0x80, 0xFF):
        assert decode_request(bytes((code, 1))) == RawRequest(code, b"\1")


def test_clause_4_2_big_endian() -> None:
    """Clause 4.2: addresses and data are big-endian: 1234h is sent as 12h 34h."""
    assert WriteSingleRegisterRequest(0x0102, 0x1234).encode() == bytes.fromhex("06 01 02 12 34")


def test_clause_4_4_addresses_start_at_zero() -> None:
    """Clause 4.4: item X of the data model is addressed as X-1, from 0 to 65535."""
    assert ReadHoldingRegistersRequest(0, 1).encode() == bytes.fromhex("03 00 00 00 01")
    assert decode_request(bytes.fromhex("03 FF FF 00 01")) == ReadHoldingRegistersRequest(65535, 1)


def test_clause_4_5_order_of_checks() -> None:
    """Clause 4.5: a server checks the function code, then the quantity, then the address."""
    assert refused("03 FF FF 00 00") is IllegalDataValueError
    assert refused("03 FF FF 00 7E") is IllegalDataValueError
    assert refused("03 FF FF 00 02") is IllegalDataAddressError
    assert refused("2B 55") is IllegalFunctionError


def test_clause_5_1_public_codes_have_names() -> None:
    """Clause 5.1: the public function codes."""
    public = {1, 2, 3, 4, 5, 6, 7, 8, 11, 12, 15, 16, 17, 20, 21, 22, 23, 24, 43}
    assert set(codes.FUNCTION_NAMES) == public


@pytest.mark.parametrize("code", [*range(65, 73), *range(100, 111)])
def test_clause_5_user_defined_codes_pass_through(code: int) -> None:
    """Clause 5: codes 65-72 and 100-110 belong to users."""
    request = decode_request(bytes((code, 1, 2)))
    assert request == RawRequest(code, b"\1\2")
    assert request.decode_response(bytes((code, 9))).data == b"\x09"


@pytest.mark.parametrize(("kind", "function"), [(ReadCoilsRequest, "01"), (ReadDiscreteInputsRequest, "02")])
def test_clause_6_1_and_6_2_quantity_of_bits(kind: type[Request], function: str) -> None:
    """Clauses 6.1, 6.2: 1 to 2000 (7D0h) bits; N = quantity / 8 bytes, one more for a remainder."""
    assert decode_request(bytes.fromhex(f"{function} 00 00 07 D0")) == kind(0, 2000)
    assert refused(f"{function} 00 00 00 00") is IllegalDataValueError
    assert refused(f"{function} 00 00 07 D1") is IllegalDataValueError
    assert len(kind(0, 2000).decode_response(bytes.fromhex(f"{function} FA" + "00" * 250)).bits) == 2000
    assert len(kind(0, 9).decode_response(bytes.fromhex(f"{function} 02 00 00")).bits) == 9
    assert not_accepted(kind(0, 8), f"{function} 02 00 00") is ReplyError


def test_clause_6_1_lowest_bit_first_and_padding() -> None:
    """Clause 6.1: the lowest bit of the first byte is the addressed coil; what pads the last byte means nothing."""
    assert ReadCoilsRequest(0, 3).decode_response(bytes.fromhex("01 01 FD")).bits == [True, False, True]


@pytest.mark.parametrize(
    ("kind", "function"), [(ReadHoldingRegistersRequest, "03"), (ReadInputRegistersRequest, "04")]
)
def test_clause_6_3_and_6_4_quantity_of_registers(kind: type[Request], function: str) -> None:
    """Clauses 6.3, 6.4: 1 to 125 (7Dh) registers; the byte count is twice the quantity."""
    assert decode_request(bytes.fromhex(f"{function} 00 00 00 7D")) == kind(0, 125)
    assert refused(f"{function} 00 00 00 00") is IllegalDataValueError
    assert refused(f"{function} 00 00 00 7E") is IllegalDataValueError
    assert (
        kind(0, 125).decode_response(bytes.fromhex(f"{function} FA" + "00 01" * 125)).registers == [1] * 125
    )
    assert not_accepted(kind(0, 2), f"{function} 02 00 00") is ReplyError


def test_clause_6_5_coil_values() -> None:
    """Clause 6.5: FF00h is on, 0000h is off, all other values are illegal."""
    assert decode_request(bytes.fromhex("05 00 01 FF 00")) == WriteSingleCoilRequest(1, True)
    assert decode_request(bytes.fromhex("05 00 01 00 00")) == WriteSingleCoilRequest(1, False)
    for value in ("00 01", "00 FF", "FF FF", "12 34"):
        assert refused(f"05 00 01 {value}") is IllegalDataValueError
    assert not_accepted(WriteSingleCoilRequest(1, True), "05 00 01 00 00") is ReplyError


def test_clause_6_6_any_register_value() -> None:
    """Clause 6.6: values 0000h to FFFFh; the response is an echo."""
    request = decode_request(bytes.fromhex("06 FF FF FF FF"))
    assert request == WriteSingleRegisterRequest(65535, 65535)
    assert request.decode_response(request.encode()).value == 65535
    assert not_accepted(request, "06 FF FF FF FE") is ReplyError


def test_clause_6_7_exception_status() -> None:
    """Clause 6.7: no fields in the request, one byte in the response."""
    assert refused("07 00") is IllegalDataValueError
    assert not_accepted(decode_request(b"\x07"), "07 6D 00") is ReplyError


@pytest.mark.parametrize("sub_function", sorted(codes.DIAGNOSTIC_NAMES))
def test_clause_6_8_1_sub_functions(sub_function: int) -> None:
    """Clause 6.8.1: sub-functions 0-4, 10-18 and 20 exist; each takes 2 bytes of data, 0 takes more."""
    pdu = bytes((8, 0, sub_function, 0, 0))
    request = decode_request(pdu)
    assert request == DiagnosticsRequest(sub_function)
    assert request.encode() == pdu
    assert request.decode_response(pdu).value == 0
    longer = pdu + b"\0\0"
    if sub_function == 0:
        assert decode_request(longer).encode() == longer
    else:
        assert refused(longer.hex()) is IllegalDataValueError


def test_clause_6_8_1_reserved_sub_functions() -> None:
    """Clause 6.8.1: 5-9, 19 and 21 on are reserved."""
    for sub_function in (5, 6, 7, 8, 9, 19, 21, 0x0100, 0xFFFF):
        assert refused(f"08 {sub_function:04X} 00 00") is IllegalFunctionError


def test_clause_6_8_1_1_restart_takes_two_values() -> None:
    """Clause 6.8.1, 01: FF00h clears the event log as well, 0000h does not."""
    assert decode_request(bytes.fromhex("08 00 01 FF 00")).writes
    assert refused("08 00 01 12 34") is IllegalDataValueError


def test_clause_6_8_1_3_delimiter_is_one_character() -> None:
    """Clause 6.8.1, 03: the new delimiter is in the high byte, the low byte is 00."""
    assert decode_request(bytes.fromhex("08 00 03 0A 00")).data[0] == 0x0A
    assert refused("08 00 03 0A 0A") is IllegalDataValueError


def test_clause_6_9_event_counter() -> None:
    """Clause 6.9: status and count, 2 bytes each."""
    request = decode_request(b"\x0b")
    assert request.decode_response(bytes.fromhex("0B 00 00 FF FF")).event_count == 65535
    assert not_accepted(request, "0B 00 00 FF") is ReplyError
    assert refused("0B 00") is IllegalDataValueError


def test_clause_6_10_log_of_64_events() -> None:
    """Clause 6.10: 0 to 64 event bytes behind three counts."""
    request = decode_request(b"\x0c")
    full = GetCommEventLogResponse(0, 1, 2, bytes(64))
    assert request.decode_response(full.encode()) == full
    assert request.decode_response(GetCommEventLogResponse(0, 1, 2, b"").encode()).events == b""
    assert not_accepted(request, "0C 47 00 00 00 01 00 02" + "00" * 65) is ReplyError
    assert not_accepted(request, "0C 07 00 00 00 01 00 02") is ReplyError


def test_clause_6_11_quantity_and_byte_count() -> None:
    """Clause 6.11: 1 to 1968 (7B0h) coils and exactly the bytes for them."""
    most = "0F 00 00 07 B0 F6" + "00" * 246
    assert decode_request(bytes.fromhex(most)) == WriteMultipleCoilsRequest(0, 1968, bytes(246))
    assert refused("0F 00 00 07 B1 F7" + "00" * 247) is IllegalDataValueError
    assert refused("0F 00 00 00 00 00") is IllegalDataValueError
    assert refused("0F 00 00 00 09 01 00") is IllegalDataValueError
    assert refused("0F 00 00 00 08 02 00 00") is IllegalDataValueError
    assert not_accepted(WriteMultipleCoilsRequest(0, 8, b"\0"), "0F 00 00 00 07") is ReplyError


def test_clause_6_12_quantity_and_byte_count() -> None:
    """Clause 6.12: 1 to 123 (7Bh) registers and twice as many bytes."""
    most = "10 00 00 00 7B F6" + "00" * 246
    assert decode_request(bytes.fromhex(most)) == WriteMultipleRegistersRequest(0, bytes(246))
    assert refused("10 00 00 00 7C F8" + "00" * 248) is IllegalDataValueError
    assert refused("10 00 00 00 00 00") is IllegalDataValueError
    assert refused("10 00 00 00 01 01 00") is IllegalDataValueError
    assert refused("10 00 00 00 01 04 00 00 00 00") is IllegalDataValueError
    assert not_accepted(WriteMultipleRegistersRequest(0, b"\0\0"), "10 00 01 00 01") is ReplyError


def test_clause_6_13_server_id() -> None:
    """Clause 6.13: server id, run indicator 00h or FFh, additional data, behind a byte count."""
    request = decode_request(b"\x11")
    response = request.decode_response(bytes.fromhex("11 05 B4 FF 4C 4D 42"))
    assert response == ReportServerIdResponse(b"\xb4\xffLMB")
    assert response.run_indicator() is True
    assert not_accepted(request, "11 04 B4 FF 4C 4D 42") is ReplyError
    assert refused("11 00") is IllegalDataValueError


def test_clause_6_14_groups_of_seven_bytes() -> None:
    """Clause 6.14: byte count 07h to F5h, reference type 6, file 1-FFFFh, record 0-270Fh, reply within a PDU."""
    most = [FileRecordRead(1, 0, 1)] * 35
    assert decode_request(ReadFileRecordRequest(most).encode()) == ReadFileRecordRequest(most)
    assert decode_request(bytes.fromhex("14 07 06 00 01 27 0F 00 01")) == ReadFileRecordRequest(
        [FileRecordRead(1, 9999, 1)]
    )
    assert refused("14 00") is IllegalDataValueError
    assert refused("14 FC" + "06 00 01 00 00 00 01" * 36) is IllegalDataValueError
    assert refused("14 07 05 00 01 00 00 00 01") is IllegalDataAddressError
    assert refused("14 07 06 00 00 00 00 00 01") is IllegalDataAddressError
    assert refused("14 07 06 00 01 27 10 00 01") is IllegalDataAddressError
    assert refused("14 0E" + "06 00 01 00 00 00 7C" * 2) is IllegalDataValueError


def test_clause_6_15_groups_with_data() -> None:
    """Clause 6.15: each group is its head and as many records as it says; the response is an echo."""
    request = WriteFileRecordRequest([FileRecordWrite(1, 0, b"\0\1"), FileRecordWrite(2, 9999, b"\0\2")])
    assert decode_request(request.encode()) == request
    assert request.decode_response(request.encode()).records == request.records
    assert refused("15 09 06 00 01 00 00 00 02 00 01") is IllegalDataValueError
    assert refused("15 09 06 00 00 00 00 00 01 00 01") is IllegalDataAddressError
    assert refused("15 09 07 00 01 00 00 00 01 00 01") is IllegalDataAddressError
    assert refused("15 09 06 00 01 27 10 00 01 00 01") is IllegalDataAddressError
    assert not_accepted(request, "15 09 06 00 01 00 00 00 01 00 01") is ReplyError


def test_clause_6_16_masks() -> None:
    """Clause 6.16: result = (old AND and) OR (or AND NOT and)."""
    assert MaskWriteRegisterRequest(0, 0x0000, 0xABCD).apply(0x1234) == 0xABCD
    assert MaskWriteRegisterRequest(0, 0xFFFF, 0xABCD).apply(0x1234) == 0x1234
    assert MaskWriteRegisterRequest(0, 0xFF00, 0x0001).apply(0x1234) == 0x1201


def test_clause_6_17_quantities() -> None:
    """Clause 6.17: 1-125 (7Dh) registers read, 1-121 (79h) written, byte count twice the latter."""
    most = "17 00 00 00 7D 00 00 00 79 F2" + "00" * 242
    assert decode_request(bytes.fromhex(most)) == ReadWriteMultipleRegistersRequest(0, 125, 0, bytes(242))
    assert refused("17 00 00 00 7E 00 00 00 01 02 00 00") is IllegalDataValueError
    assert refused("17 00 00 00 01 00 00 00 7A F4" + "00" * 243) is IllegalDataValueError
    assert refused("17 FF FF 00 02 00 00 00 01 02 00 00") is IllegalDataAddressError
    assert refused("17 00 00 00 01 FF FF 00 02 04 00 00 00 00") is IllegalDataAddressError


def test_clause_6_18_queue_of_31() -> None:
    """Clause 6.18: byte count of 2 bytes, count up to 31; a longer queue is an exception 03."""
    full = ReadFifoQueueResponse(bytes(62))
    assert full.encode()[:5] == bytes.fromhex("18 00 40 00 1F")
    request = decode_request(bytes.fromhex("18 00 00"))
    assert request.decode_response(full.encode()) == full
    assert request.decode_response(bytes.fromhex("18 00 02 00 00")).registers == []
    assert not_accepted(request, "18 00 42 00 20" + "00" * 64) is ReplyError


def test_clause_6_19_encapsulated_interface() -> None:
    """Clause 6.19: MEI types 13 and 14 are known, all others are not."""
    assert type(decode_request(bytes.fromhex("2B 0D 01"))) is CanopenRequest
    assert type(decode_request(bytes.fromhex("2B 0E 01 00"))) is ReadDeviceIdentificationRequest
    for mei in (0, 12, 15, 255):
        assert refused(f"2B {mei:02X} 01 00") is IllegalFunctionError


def test_clause_6_20_canopen_passes_through() -> None:
    """Clause 6.20: the data belongs to CANopen and is passed as it is."""
    request = CanopenRequest(b"\x01\x02\x03")
    assert request.encode() == bytes.fromhex("2B 0D 01 02 03")
    assert request.decode_response(bytes.fromhex("2B 0D 09 08")).data == b"\x09\x08"
    assert request.writes


def test_clause_6_21_read_codes() -> None:
    """Clause 6.21: read device id codes 1-4; any other is an illegal value."""
    for code in (1, 2, 3, 4):
        assert decode_request(bytes((0x2B, 0x0E, code, 0))) == ReadDeviceIdentificationRequest(code, 0)
    for code in (0, 5, 9, 255):
        assert refused(f"2B 0E {code:02X} 00") is IllegalDataValueError


def test_clause_6_21_more_follows() -> None:
    """Clause 6.21: FFh says that more follows and names the next object, 00h that this was all."""
    request = ReadDeviceIdentificationRequest(1, 0)
    response = request.decode_response(bytes.fromhex("2B 0E 01 01 FF 02 01 00 01 41"))
    assert (response.more_follows, response.next_object_id, response.objects) == (True, 2, {0: b"A"})
    assert response == ReadDeviceIdentificationResponse(1, 1, True, 2, {0: b"A"})


def test_clause_7_exception_codes() -> None:
    """Clause 7: function code + 80h and one of the listed codes; each is an error class of its own."""
    assert set(codes.EXCEPTION_NAMES) == {1, 2, 3, 4, 5, 6, 7, 8, 10, 11}
    classes = {type(device_error(3, code)) for code in codes.EXCEPTION_NAMES}
    assert len(classes) == 10
    assert UnknownDeviceError not in classes
    assert not_accepted(ReadCoilsRequest(0, 1), "81 0B") is GatewayTargetError
    assert not_accepted(ReadCoilsRequest(0, 1), "81 09") is UnknownDeviceError
    assert decode_response(bytes.fromhex("83 02")) == ExceptionResponse(3, 2)
    assert ExceptionResponse(3, 2).encode() == bytes.fromhex("83 02")
