"""Which part of a table a request is about, and the part of a larger reply that answers a smaller request."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

from port502.protocol.bit_access import (
    BitsResponse,
    ReadBitsRequest,
    WriteMultipleCoilsRequest,
    WriteSingleCoilRequest,
)
from port502.protocol.bits import bytes_for
from port502.protocol.codes import READ_COILS, READ_HOLDING_REGISTERS
from port502.protocol.message import Request, Response
from port502.protocol.register_access import (
    MaskWriteRegisterRequest,
    ReadRegistersRequest,
    ReadWriteMultipleRegistersRequest,
    RegistersResponse,
    WriteMultipleRegistersRequest,
    WriteSingleRegisterRequest,
)

TableRead: TypeAlias = ReadBitsRequest[Any] | ReadRegistersRequest[Any]
TABLE_READS = (ReadBitsRequest, ReadRegistersRequest)
"""The requests that read one of the four tables: functions 1 to 4."""


@dataclass(frozen=True, slots=True)
class Span:
    """Addresses from ``first`` up to, without, ``end`` of the table that ``function`` (1-4) reads."""

    function: int
    first: int
    end: int

    def meets(self, function: int, first: int, end: int) -> bool:
        """Whether there is an address in both."""
        return function == self.function and first < self.end and self.first < end


def span_of(request: TableRead) -> Span:
    """What a request reads."""
    return Span(request.function, request.address, request.address + request.quantity)


def written_by(request: Request[Any]) -> Span | None:
    """What a request writes; None where that cannot be known, so that it may be anything."""
    match request:
        case WriteSingleCoilRequest():
            return Span(READ_COILS, request.address, request.address + 1)
        case WriteMultipleCoilsRequest():
            return Span(READ_COILS, request.address, request.address + request.quantity)
        case WriteSingleRegisterRequest() | MaskWriteRegisterRequest():
            return Span(READ_HOLDING_REGISTERS, request.address, request.address + 1)
        case WriteMultipleRegistersRequest():
            return Span(READ_HOLDING_REGISTERS, request.address, request.address + request.quantity)
        case ReadWriteMultipleRegistersRequest():
            first = request.write_address
            return Span(READ_HOLDING_REGISTERS, first, first + len(request.data) // 2)
    return None


def cut(reply: Response, offset: int, quantity: int) -> Response:
    """``quantity`` registers or bits of a reply that has more, from its ``offset``-th on."""
    if isinstance(reply, RegistersResponse):
        return type(reply)(reply.data[2 * offset : 2 * (offset + quantity)])
    assert isinstance(reply, BitsResponse)
    bits = int.from_bytes(reply.data, "little") >> offset & (1 << quantity) - 1
    return type(reply)(bits.to_bytes(bytes_for(quantity), "little"), quantity)
