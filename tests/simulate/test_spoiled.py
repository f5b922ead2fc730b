"""Well-formed replies with wrong contents."""

from __future__ import annotations

from port502.protocol.bit_access import ReadCoilsResponse, WriteSingleCoilResponse
from port502.protocol.register_access import ReadHoldingRegistersResponse, ReadInputRegistersResponse
from port502.simulate.spoiled import short, stuck


def test_fewer_registers_but_one_at_least() -> None:
    assert short(ReadHoldingRegistersResponse(b"abcdef"), 1) == ReadHoldingRegistersResponse(b"abcd")
    assert short(ReadInputRegistersResponse(b"ab"), 5) == ReadInputRegistersResponse(b"ab")


def test_fewer_bytes_of_bits() -> None:
    assert short(ReadCoilsResponse(b"\xff\x01", 9), 1) == ReadCoilsResponse(b"\xff", 8)


def test_the_same_value_everywhere() -> None:
    assert stuck(ReadHoldingRegistersResponse(b"abcd"), 0x8000) == ReadHoldingRegistersResponse(
        b"\x80\0\x80\0"
    )
    assert stuck(ReadCoilsResponse(b"\x0f", 8), 0) == ReadCoilsResponse(b"\0", 8)


def test_echoes_are_left_alone() -> None:
    echo = WriteSingleCoilResponse(3, True)
    assert short(echo, 1) is echo
    assert stuck(echo, 0) is echo
