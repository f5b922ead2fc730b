"""From bytes to the right message."""

from __future__ import annotations

import pytest

from port502.errors import DeviceError, IllegalDataValueError, ReplyError
from port502.protocol.codes import FUNCTION_NAMES
from port502.protocol.diagnostics import ReadExceptionStatusResponse
from port502.protocol.identification import CanopenResponse, ReadDeviceIdentificationResponse
from port502.protocol.message import ExceptionResponse, RawRequest, RawResponse
from port502.protocol.pdu import decode_request, decode_response, request_length, understood
from port502.protocol.register_access import (
    ReadHoldingRegistersRequest,
    ReadHoldingRegistersResponse,
    WriteMultipleRegistersResponse,
)
from tests.vectors import Exchange, exchanges


def test_any_buffer_is_taken() -> None:
    pdu = bytes.fromhex("03 00 00 00 01")
    assert decode_request(memoryview(pdu)) == decode_request(pdu) == ReadHoldingRegistersRequest(0, 1)
    assert decode_response(memoryview(b"\x07\x6d")) == ReadExceptionStatusResponse(0x6D)


def test_h056_h057_h058_other_functions_are_raw() -> None:
    for function in range(256):
        if function not in FUNCTION_NAMES:
            assert decode_request(bytes((function, 1, 2))) == RawRequest(function, b"\1\2")


def test_h059_bare_function_code() -> None:
    for function in range(1, 128):
        pdu = bytes((function,))
        if function in {7, 11, 12, 17} or function not in FUNCTION_NAMES:
            assert decode_request(pdu).encode() == pdu
        else:
            with pytest.raises(IllegalDataValueError) as caught:
                decode_request(pdu)
            assert caught.value.function == function


@pytest.mark.parametrize("exchange", exchanges(), ids=str)
def test_h060_every_truncation(exchange: Exchange) -> None:
    for size in range(1, len(exchange.request)):
        with pytest.raises(IllegalDataValueError):
            decode_request(exchange.request[:size])


@pytest.mark.parametrize("exchange", exchanges(), ids=str)
def test_h061_trailing_byte(exchange: Exchange) -> None:
    with pytest.raises(IllegalDataValueError):
        decode_request(exchange.request + b"\0")


@pytest.mark.parametrize("exchange", exchanges(), ids=str)
def test_every_truncation_of_a_reply(exchange: Exchange) -> None:
    request = decode_request(exchange.request)
    for size in range(len(exchange.response)):
        with pytest.raises(ReplyError):
            request.decode_response(exchange.response[:size])
    with pytest.raises(ReplyError):
        request.decode_response(exchange.response + b"\0")


@pytest.mark.parametrize("pdu", [b"", bytes(254)])
def test_impossible_sizes(pdu: bytes) -> None:
    with pytest.raises(DeviceError):
        decode_request(pdu)
    with pytest.raises(ReplyError):
        decode_response(pdu)


def test_responses_without_their_request() -> None:
    for pdu, response in [
        ("03 02 00 01", ReadHoldingRegistersResponse(b"\0\1")),
        ("10 00 01 00 02", WriteMultipleRegistersResponse(1, 2)),
        ("2B 0D 01", CanopenResponse(b"\1")),
        ("2B 0E 01 01 00 00 00", ReadDeviceIdentificationResponse(1, 1, False, 0, {})),
        ("2B", RawResponse(43, b"")),
        ("2B 55 01", RawResponse(43, b"\x55\1")),
        ("42 07", RawResponse(0x42, b"\7")),
        ("83 02", ExceptionResponse(3, 2)),
    ]:
        assert decode_response(bytes.fromhex(pdu)) == response
    for wrong in ("03 02 00", "83", "83 02 01"):
        with pytest.raises(ReplyError):
            decode_response(bytes.fromhex(wrong))


def test_responses_with_their_request() -> None:
    request = ReadHoldingRegistersRequest(0, 1)
    assert decode_response(bytes.fromhex("03 02 00 01"), request) == ReadHoldingRegistersResponse(b"\0\1")
    assert decode_response(bytes.fromhex("83 02"), request) == ExceptionResponse(3, 2)
    for wrong in ("03 04 00 01 00 02", "84 02", "83 02 00", "83"):
        with pytest.raises(ReplyError):
            decode_response(bytes.fromhex(wrong), request)


def test_raw_request_above_127_knows_no_exception() -> None:
    assert decode_response(b"\x83\x02", RawRequest(0x83)) == RawResponse(0x83, b"\x02")


def test_lengths_come_with_the_decoders() -> None:
    assert request_length(b"\x03") == 5


def test_raw_bytes_are_understood_where_they_make_sense() -> None:
    assert understood(RawRequest(3, b"\0\0\0\1")) == ReadHoldingRegistersRequest(0, 1)
    for request in (RawRequest(3, b"\0"), RawRequest(0x41, b"\1"), ReadHoldingRegistersRequest(0, 1)):
        assert understood(request) is request or understood(request) == request
