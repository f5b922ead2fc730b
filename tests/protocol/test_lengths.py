"""Lengths told from first bytes."""

from __future__ import annotations

import pytest

from port502.protocol.diagnostics import DiagnosticsRequest
from port502.protocol.lengths import request_length, response_length
from port502.protocol.message import RawRequest
from port502.protocol.pdu import decode_request
from tests.vectors import Exchange, exchanges


@pytest.mark.parametrize("exchange", exchanges(), ids=str)
def test_a_length_once_told_is_the_right_one(exchange: Exchange) -> None:
    request = decode_request(exchange.request)
    for size in range(len(exchange.request) + 1):
        assert request_length(exchange.request[:size]) in (None, len(exchange.request))
    for size in range(len(exchange.response) + 1):
        assert response_length(request, exchange.response[:size]) in (None, len(exchange.response))
        assert response_length(None, exchange.response[:size]) in (None, len(exchange.response))


@pytest.mark.parametrize("exchange", exchanges(), ids=str)
def test_a_whole_message_tells_its_length_whatever_follows(exchange: Exchange) -> None:
    request = decode_request(exchange.request)
    assert response_length(request, exchange.response + b"\x55\x55") == len(exchange.response)
    if exchange.clause != "6.8":
        assert request_length(exchange.request + b"\x55\x55") == len(exchange.request)


def test_only_the_end_tells() -> None:
    for prefix in (b"", b"\x42", b"\x42" + bytes(20), b"\x08\0\0\1\2", b"\x2b\x0d\1\2", b"\x2b"):
        assert request_length(prefix) is None
        assert response_length(None, prefix) is None


def test_echo_is_as_long_as_its_request() -> None:
    request = DiagnosticsRequest(0, bytes(6))
    assert response_length(request, b"\x08\0") == 9
    assert response_length(DiagnosticsRequest(11), b"\x08\0\x0b") == 5
    assert request_length(b"\x08\0\x0b") == 5


def test_exceptions_have_two_bytes() -> None:
    assert response_length(None, b"\x83") == 2
    assert response_length(RawRequest(0x41), b"\xc1") == 2
    assert response_length(RawRequest(0xC1), b"\xc1") is None


def test_identification_needs_the_head_of_its_last_object() -> None:
    pdu = bytes.fromhex("2B 0E 01 01 00 00 02 00 02 41 42 01 01 43")
    assert [response_length(None, pdu[:size]) for size in (6, 7, 8, 12)] == [None] * 4
    assert response_length(None, pdu[:13]) == 14
