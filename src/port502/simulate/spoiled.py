"""Replies with wrong contents, though well-formed: too few values, or the same value everywhere."""

from __future__ import annotations

from port502.protocol.bit_access import ReadCoilsResponse, ReadDiscreteInputsResponse
from port502.protocol.message import Response
from port502.protocol.register_access import (
    ReadHoldingRegistersResponse,
    ReadInputRegistersResponse,
    ReadWriteMultipleRegistersResponse,
)

_REGISTERS = (ReadHoldingRegistersResponse, ReadInputRegistersResponse, ReadWriteMultipleRegistersResponse)
_BITS = (ReadCoilsResponse, ReadDiscreteInputsResponse)


def short(reply: Response, by: int) -> Response:
    """A read's reply without its last ``by`` registers, or bytes of bits; at least one is left."""
    if isinstance(reply, _REGISTERS):
        return type(reply)(reply.data[: max(2, len(reply.data) - 2 * by)])
    if isinstance(reply, _BITS):
        data = reply.data[: max(1, len(reply.data) - by)]
        return type(reply)(data, 8 * len(data))
    return reply


def stuck(reply: Response, value: int) -> Response:
    """A read's reply in which every register is ``value``, every bit its lowest bit."""
    if isinstance(reply, _REGISTERS):
        return type(reply)(value.to_bytes(2, "big") * (len(reply.data) // 2))
    if isinstance(reply, _BITS):
        return type(reply)((b"\xff" if value & 1 else b"\0") * len(reply.data), reply.quantity)
    return reply
