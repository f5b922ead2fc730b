"""What all messages share, and messages of unknown functions."""

from __future__ import annotations

import pytest

from port502.errors import (
    IllegalDataAddressError,
    IllegalDataValueError,
    IllegalFunctionError,
    ReplyError,
    UnknownDeviceError,
    UsageError,
)
from port502.protocol.diagnostics import GetCommEventCounterRequest
from port502.protocol.message import (
    ExceptionResponse,
    LongRequest,
    LongResponse,
    RawRequest,
    RawResponse,
    Response,
    check_data,
    check_number,
    check_span,
    check_words,
    hex_of,
    refusal,
)
from port502.protocol.register_access import ReadHoldingRegistersRequest, ReadInputRegistersRequest


def test_messages_are_values() -> None:
    one, same = ReadHoldingRegistersRequest(1, 2), ReadHoldingRegistersRequest(1, 2)
    assert one == same
    assert hash(one) == hash(same)
    assert one != ReadHoldingRegistersRequest(1, 3)
    assert one != ReadInputRegistersRequest(1, 2)
    assert one != (1, 2)
    assert repr(one) == "ReadHoldingRegistersRequest(address=1, quantity=2)"


def test_messages_match_in_the_order_of_the_constructor() -> None:
    match ReadHoldingRegistersRequest(1, 2):
        case ReadHoldingRegistersRequest(address, quantity):
            assert (address, quantity) == (1, 2)


def test_messages_have_no_room_for_more() -> None:
    with pytest.raises(AttributeError):
        ReadHoldingRegistersRequest(1, 2).unit = 1  # type: ignore[attr-defined]


def test_message_without_fields_is_its_code() -> None:
    assert GetCommEventCounterRequest().encode() == b"\x0b"
    assert GetCommEventCounterRequest.decode(b"\x0b") == GetCommEventCounterRequest()
    with pytest.raises(IllegalDataValueError):
        GetCommEventCounterRequest.decode(b"\x0b\0")


def test_response_without_fields_is_its_code() -> None:
    class Nothing(Response):
        __slots__ = ()
        function = 0x41

    assert Nothing.decode(b"\x41") == Nothing()
    assert Nothing().encode() == b"\x41"
    for pdu in (b"", b"\x41\0", b"\x42"):
        with pytest.raises(ReplyError):
            Nothing.decode(pdu)


@pytest.mark.parametrize("function", [0, 9, 0x42, 0x83, 255])
def test_raw_request(function: int) -> None:
    request = RawRequest(function, b"\1\2")
    assert request.encode() == bytes((function, 1, 2))
    assert RawRequest.decode(request.encode()) == request
    assert request.writes
    assert request.decode_response(bytes((function, 7))) == RawResponse(function, b"\7")


def test_raw_request_refused() -> None:
    with pytest.raises(IllegalFunctionError):
        RawRequest(0x42).decode_response(b"\xc2\x01")
    with pytest.raises(ReplyError):
        RawRequest(0x42).decode_response(b"\x43\x01")
    assert RawResponse(0x42, b"\1").encode() == b"\x42\1"
    assert RawRequest(0xC2).decode_response(b"\xc2\x01") == RawResponse(0xC2, b"\x01")


@pytest.mark.parametrize(("function", "data"), [(-1, b""), (256, b""), (1, bytes(253)), (1, "x"), (1.0, b"")])
def test_raw_messages_are_checked(function: int, data: bytes) -> None:
    with pytest.raises(UsageError):
        RawRequest(function, data)
    with pytest.raises(UsageError):
        RawResponse(function, data)


@pytest.mark.parametrize("pdu", [b"", bytes(254)])
def test_raw_messages_of_impossible_size(pdu: bytes) -> None:
    with pytest.raises(IllegalDataValueError):
        RawRequest.decode(pdu)
    with pytest.raises(ReplyError):
        RawResponse.decode(pdu)


def test_long_messages_have_a_limit_too() -> None:
    assert LongRequest(90, bytes(292)).encode() == bytes((90,)) + bytes(292)
    assert LongRequest.decode(bytes((90,)) + bytes(253)).data == bytes(253)
    answered = RawRequest(90).decode_response(bytes((90,)) + bytes(253))
    assert (type(answered), len(answered.data)) == (LongResponse, 253)
    for make in (LongRequest, LongResponse):
        with pytest.raises(UsageError):
            make(90, bytes(293))
    for pdu in (bytes(253), bytes(294)):
        with pytest.raises(IllegalDataValueError):
            LongRequest.decode(pdu)
    with pytest.raises(ReplyError):
        RawRequest(90).decode_response(bytes((90,)) + bytes(293))


def test_h114_exception_codes_outside_the_specification() -> None:
    request = ReadHoldingRegistersRequest(0, 1)
    for code in (0, 9, 255):
        with pytest.raises(UnknownDeviceError) as caught:
            request.decode_response(bytes((0x83, code)))
        assert (caught.value.function, caught.value.code) == (3, code)


@pytest.mark.parametrize("pdu", ["83", "83 02 00", "03", "", "84 02", "80 01"])
def test_h109_h114_what_is_no_exception_of_this_function(pdu: str) -> None:
    with pytest.raises(ReplyError):
        ReadHoldingRegistersRequest(0, 1).decode_response(bytes.fromhex(pdu))


def test_exception_response() -> None:
    response = ExceptionResponse(3, 2)
    assert response.encode() == b"\x83\x02"
    assert ExceptionResponse.decode(b"\x83\x02") == response
    assert str(response) == "read holding registers refused: illegal data address (2)"
    for pdu in (b"\x83", b"\x83\x02\x00", b"\x03\x02", b""):
        with pytest.raises(ReplyError):
            ExceptionResponse.decode(pdu)


def test_h057_h058_exception_keeps_the_function_byte_as_received() -> None:
    assert ExceptionResponse(0, 1).encode() == b"\x80\x01"
    assert ExceptionResponse(0x83, 1).encode() == b"\x83\x01"


def test_refusal_is_the_devices_own_where_it_is_one() -> None:
    assert isinstance(refusal(3, "x", b"\x83\x02"), IllegalDataAddressError)
    error = refusal(3, "2 registers in 4 bytes", bytes.fromhex("03 02 00 01"))
    assert str(error) == "reply to read holding registers: expected 2 registers in 4 bytes, got 03 02 00 01"


def test_long_replies_are_shown_by_their_beginning() -> None:
    assert hex_of(b"") == "nothing"
    assert hex_of(bytes(32)) == " ".join(["00"] * 32)
    assert hex_of(bytes(33)).endswith("... (33 bytes)")


@pytest.mark.parametrize("value", [-1, 10, 1.0, "1", None])
def test_check_number(value: int) -> None:
    check_number("n", 9, 0, 9)
    with pytest.raises(UsageError, match="n must be an integer of 0-9"):
        check_number("n", value, 0, 9)


@pytest.mark.parametrize(
    ("address", "quantity", "text"),
    [
        (-1, 1, "address"),
        (65536, 1, "address"),
        (0, 0, "quantity"),
        (0, 11, "quantity"),
        (65535, 2, "behind the last address"),
        (0.0, 1, "address"),
        (0, "1", "quantity"),
    ],
)
def test_check_span(address: int, quantity: int, text: str) -> None:
    check_span(65535, 1, 10)
    with pytest.raises(UsageError, match=text):
        check_span(address, quantity, 10)


def test_check_data_and_words() -> None:
    check_words(bytes(4), 2)
    check_words(b"", 2, 0)
    for data in (b"", bytes(3), bytes(6)):
        with pytest.raises(UsageError):
            check_words(data, 2)
    with pytest.raises(UsageError, match="bytearray"):
        check_data(bytearray(2), 0, 2)  # type: ignore[arg-type]


def test_the_reply_of_another_function_is_called_so() -> None:
    said = str(refusal(3, "1 registers in 2 bytes", bytes.fromhex("04 02 00 01")))
    assert (
        said
        == "reply to read holding registers: expected 1 registers in 2 bytes, got function 4, 04 02 00 01"
    )
    assert "got 03 02" in str(refusal(3, "1 registers in 2 bytes", bytes.fromhex("03 02 00")))
