"""Times on the wire, against the table of the serial timing."""

from __future__ import annotations

import pytest

from port502.gateway.sizes import WireTime, reply_size
from port502.protocol.bit_access import ReadCoilsRequest
from port502.protocol.diagnostics import ReportServerIdRequest
from port502.protocol.register_access import (
    ReadHoldingRegistersRequest,
    ReadWriteMultipleRegistersRequest,
    WriteSingleRegisterRequest,
)
from port502.transport.url import parse_url


@pytest.mark.parametrize(
    ("baud", "request_ms", "ten_ms", "all_ms"),
    [(1200, 73.3, 367, 2475), (9600, 9.2, 46, 309), (19200, 4.6, 23, 155), (115200, 0.8, 7, 29)],
)
def test_exchanges_take_what_the_serial_line_gives(
    baud: int, request_ms: float, ten_ms: float, all_ms: float
) -> None:
    wire = WireTime(parse_url(f"rtu:///dev/ttyS0?baud={baud}"))

    def exchange(registers: int) -> float:
        request = ReadHoldingRegistersRequest(0, registers)
        return 1000 * (wire.of(5) + wire.of(reply_size(request)) + 2 * wire.gap)

    assert 1000 * wire.of(5) == pytest.approx(request_ms, abs=0.06)
    assert exchange(10) == pytest.approx(ten_ms, abs=0.6)
    assert exchange(125) == pytest.approx(all_ms, abs=0.7)


def test_ascii_takes_two_characters_for_each_byte_and_needs_no_gap() -> None:
    wire = WireTime(parse_url("ascii:///dev/ttyS0?baud=9600"))
    assert wire.of(5) == pytest.approx(17 * 10 / 9600)
    assert wire.gap == 0.0


def test_a_serial_server_keeps_the_gaps_of_its_line_itself() -> None:
    assert WireTime(parse_url("rtu+tcp://127.0.0.1:4001")).gap == 0.0


def test_sizes_of_replies() -> None:
    assert reply_size(ReadCoilsRequest(0, 9)) == 4
    assert reply_size(ReadWriteMultipleRegistersRequest(0, 3, 0, b"\0\0")) == 8
    assert reply_size(WriteSingleRegisterRequest(0, 1)) == 8
    assert reply_size(ReportServerIdRequest()) == 64
