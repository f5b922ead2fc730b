"""Functions 7, 8, 11, 12 and 17."""

from __future__ import annotations

import pytest

from port502.errors import IllegalDataValueError, IllegalFunctionError, ReplyError, UsageError
from port502.protocol.codes import CHANGING_DIAGNOSTICS, DIAGNOSTIC_NAMES
from port502.protocol.diagnostics import (
    DiagnosticsRequest,
    DiagnosticsResponse,
    GetCommEventCounterRequest,
    GetCommEventCounterResponse,
    GetCommEventLogRequest,
    GetCommEventLogResponse,
    ReadExceptionStatusRequest,
    ReadExceptionStatusResponse,
    ReportServerIdRequest,
    ReportServerIdResponse,
)
from port502.protocol.message import Request, Response

PLAIN: list[tuple[Request, Response]] = [
    (ReadExceptionStatusRequest(), ReadExceptionStatusResponse(0x6D)),
    (GetCommEventCounterRequest(), GetCommEventCounterResponse(0xFFFF, 264)),
    (GetCommEventLogRequest(), GetCommEventLogResponse(0, 264, 289, b"\x20\x00")),
    (ReportServerIdRequest(), ReportServerIdResponse(b"\xb4\xffLMB")),
]


@pytest.mark.parametrize(("request_", "response"), PLAIN)
def test_requests_without_fields(request_: Request, response: Response) -> None:
    function = request_.function
    assert request_.encode() == bytes((function,))
    assert type(request_).decode(bytes((function,))) == request_
    assert not request_.writes
    assert request_.decode_response(response.encode()) == response
    with pytest.raises(IllegalDataValueError):  # H61
        type(request_).decode(bytes((function, 0)))


@pytest.mark.parametrize(("request_", "response"), PLAIN)
def test_every_cut_and_every_extra_byte_of_a_reply_is_an_error(request_: Request, response: Response) -> None:
    pdu = response.encode()
    for wrong in [pdu[:size] for size in range(len(pdu))] + [pdu + b"\0", b"\x01" + pdu[1:]]:
        with pytest.raises(ReplyError):
            request_.decode_response(wrong)


@pytest.mark.parametrize("sub_function", sorted(DIAGNOSTIC_NAMES))
def test_diagnostics(sub_function: int) -> None:
    request = DiagnosticsRequest(sub_function)
    assert request.encode() == bytes((8, 0, sub_function, 0, 0))
    assert DiagnosticsRequest.decode(request.encode()) == request
    assert request.writes == (sub_function in CHANGING_DIAGNOSTICS)


def test_h054_unknown_or_missing_sub_function_and_odd_data() -> None:
    with pytest.raises(IllegalFunctionError):
        DiagnosticsRequest.decode(bytes.fromhex("08 00 05 00 00"))
    for pdu in ("08", "08 00", "08 00 00", "08 00 00 01", "08 00 00 01 02 03", "08 00 0B 00 00 00 00"):
        with pytest.raises(IllegalDataValueError):
            DiagnosticsRequest.decode(bytes.fromhex(pdu))


def test_h055_largest_query_data_comes_back() -> None:
    request = DiagnosticsRequest(0, bytes(range(250)))
    assert len(request.encode()) == 253
    assert DiagnosticsRequest.decode(request.encode()) == request
    assert request.decode_response(request.encode()).data == bytes(range(250))


@pytest.mark.parametrize(
    ("sub_function", "data"),
    [
        (5, b"\0\0"),
        (65536, b"\0\0"),
        (0, b""),
        (0, b"\0"),
        (0, bytes(252)),
        (11, bytes(4)),
        (1, b"\x12\x34"),
        (3, b"\n\n"),
    ],
)
def test_diagnostics_that_cannot_be(sub_function: int, data: bytes) -> None:
    with pytest.raises(UsageError):
        DiagnosticsRequest(sub_function, data)


def test_diagnostics_reply_is_checked_against_its_request() -> None:
    assert DiagnosticsRequest(11).decode_response(bytes.fromhex("08 00 0B 12 34")).value == 0x1234
    echo = DiagnosticsRequest(0, b"\xa5\x37")
    for request, wrong in [
        (DiagnosticsRequest(11), "08 00 0C 12 34"),
        (DiagnosticsRequest(11), "08 00 0B 12"),
        (DiagnosticsRequest(11), "08 00 0B 12 34 56"),
        (DiagnosticsRequest(10), "08 00 0A 00 01"),
        (echo, "08 00 00 A5 38"),
        (echo, "08 00 00 A5"),
        (echo, "08 00"),
        (echo, "07 00 00 A5 37"),
    ]:
        with pytest.raises(ReplyError):
            request.decode_response(bytes.fromhex(wrong))


def test_responses_are_checked_on_construction() -> None:
    for build in (
        lambda: ReadExceptionStatusResponse(256),
        lambda: DiagnosticsResponse(0, bytes(251)),
        lambda: GetCommEventCounterResponse(0, 65536),
        lambda: GetCommEventLogResponse(0, 0, 0, bytes(65)),
        lambda: ReportServerIdResponse(bytes(252)),
    ):
        with pytest.raises(UsageError):
            build()


def test_run_indicator_behind_the_server_id() -> None:
    assert ReportServerIdResponse(b"\x0a\xff").run_indicator() is True
    assert ReportServerIdResponse(b"\x0a\x0b\x00").run_indicator(2) is False
    assert ReportServerIdResponse(b"\x0a\x33").run_indicator() is None
    assert ReportServerIdResponse(b"\x0a").run_indicator() is None


def test_h128_byte_count_of_the_server_id() -> None:
    for pdu in ("11 03 0A FF", "11 01 0A FF", "11"):
        with pytest.raises(ReplyError):
            ReportServerIdRequest().decode_response(bytes.fromhex(pdu))
