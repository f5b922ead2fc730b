"""What one request does, part by part: each part is judged by itself, and one refused part refuses the whole."""

from __future__ import annotations

from typing import Any

from port502.guard.operations import READ_HALF, WRITE_HALF
from port502.protocol.bit_access import WriteMultipleCoilsRequest, WriteSingleCoilRequest
from port502.protocol.bits import bits_of
from port502.protocol.codes import ADDRESS_SPACE, MAX_FIFO
from port502.protocol.diagnostics import DiagnosticsRequest
from port502.protocol.files import ReadFileRecordRequest, WriteFileRecordRequest
from port502.protocol.identification import CanopenRequest, ReadDeviceIdentificationRequest
from port502.protocol.message import LongRequest, RawRequest, Request
from port502.protocol.register_access import (
    MaskWriteRegisterRequest,
    ReadFifoQueueRequest,
    ReadWriteMultipleRegistersRequest,
    WriteMultipleRegistersRequest,
    WriteSingleRegisterRequest,
)
from port502.protocol.words import data_of
from port502.registers.reference import Table

FILE = "file"
"""What stands for a table in parts that are about records of a file."""

_FIFO_REACH = MAX_FIFO + 1
_OPERATIONS = tuple(map(str, range(256)))
_READ_TABLES = {1: "coil", 2: "discrete", 3: "holding", 4: "input"}
_HOLDING = str(Table.HOLDING)
_COIL = str(Table.COIL)


class Part:
    """One thing that a request does: ``operation`` on ``count`` items from ``first`` of a table or a file on.

    ``table`` is empty where the function has no addresses. ``data`` are the registers that it writes, big-endian,
    ``bits`` the coils; ``masks`` the and- and or-mask of function 22, whose result depends on what is there.
    """

    __slots__ = ("bits", "count", "data", "file", "first", "masks", "operation", "table", "writes")

    def __init__(
        self,
        operation: str,
        writes: bool,
        table: str = "",
        first: int = 0,
        count: int = 0,
        *,
        file: int = 0,
        data: bytes | None = None,
        bits: list[bool] | None = None,
        masks: tuple[int, int] | None = None,
    ) -> None:
        self.operation = operation
        self.writes = writes
        self.table = table
        self.first = first
        self.count = count
        self.file = file
        self.data = data
        self.bits = bits
        self.masks = masks

    @property
    def place(self) -> str:
        """Where it happens, for people: ``holding:100*2``, ``file 4, records 0*10``, or empty."""
        if not self.table:
            return ""
        many = f"*{self.count}" if self.count > 1 else ""
        if self.table == FILE:
            return f"file {self.file}, record {self.first}{many}"
        return f"{self.table}:{self.first}{many}"

    def values(self) -> list[int] | None:
        """The values that it writes, raw; None where it writes none or they depend on what is there."""
        if self.bits is not None:
            return [int(bit) for bit in self.bits]
        if self.data is None:
            return None
        data = self.data
        return [data[at] << 8 | data[at + 1] for at in range(0, len(data), 2)]


def parts_of(request: Request[Any]) -> tuple[Part, ...]:
    """The parts of a request, in their order."""
    function = request.function
    table = _READ_TABLES.get(function)
    if table is not None:
        return (Part(_OPERATIONS[function], False, table, request.address, request.quantity),)  # type: ignore[attr-defined]
    reader = _READERS.get(type(request))
    if reader is not None:
        parts: tuple[Part, ...] = reader(request)
        return parts
    return (Part(_OPERATIONS[function], request.writes),)


def _write_coil(request: WriteSingleCoilRequest) -> tuple[Part, ...]:
    return (Part("5", True, _COIL, request.address, 1, bits=[request.value]),)


def _write_register(request: WriteSingleRegisterRequest) -> tuple[Part, ...]:
    return (Part("6", True, _HOLDING, request.address, 1, data=data_of([request.value])),)


def _write_coils(request: WriteMultipleCoilsRequest) -> tuple[Part, ...]:
    bits = bits_of(request.data, request.quantity)
    return (Part("15", True, _COIL, request.address, request.quantity, bits=bits),)


def _write_registers(request: WriteMultipleRegistersRequest) -> tuple[Part, ...]:
    return (Part("16", True, _HOLDING, request.address, request.quantity, data=request.data),)


def _mask_write(request: MaskWriteRegisterRequest) -> tuple[Part, ...]:
    if not request.and_mask:  # nothing of what is there stays: the result is known
        return (Part("22", True, _HOLDING, request.address, 1, data=data_of([request.or_mask])),)
    masks = (request.and_mask, request.or_mask)
    return (Part("22", True, _HOLDING, request.address, 1, masks=masks),)


def _read_write(request: ReadWriteMultipleRegistersRequest) -> tuple[Part, ...]:
    return (
        Part(READ_HALF, False, _HOLDING, request.read_address, request.read_quantity),
        Part(WRITE_HALF, True, _HOLDING, request.write_address, request.write_quantity, data=request.data),
    )


def _read_queue(request: ReadFifoQueueRequest) -> tuple[Part, ...]:
    # The reply holds the queue's count and up to 31 registers behind it, so all of them have to be allowed.
    count = min(_FIFO_REACH, ADDRESS_SPACE - request.address)
    return (Part("24", False, _HOLDING, request.address, count),)


def _read_files(request: ReadFileRecordRequest) -> tuple[Part, ...]:
    return tuple(Part("20", False, FILE, one.record, one.length, file=one.file) for one in request.records)


def _write_files(request: WriteFileRecordRequest) -> tuple[Part, ...]:
    return tuple(
        Part("21", True, FILE, one.record, one.length, file=one.file, data=one.data)
        for one in request.records
    )


def _diagnostics(request: DiagnosticsRequest) -> tuple[Part, ...]:
    return (Part(f"8/{request.sub_function}", request.writes),)


def _encapsulated(request: Request[Any]) -> tuple[Part, ...]:
    return (Part("43/13" if isinstance(request, CanopenRequest) else "43/14", request.writes),)


def _raw(request: RawRequest) -> tuple[Part, ...]:
    return (Part(_OPERATIONS[request.function], True),)


_READERS: dict[type[Request[Any]], Any] = {
    WriteSingleCoilRequest: _write_coil,
    WriteSingleRegisterRequest: _write_register,
    WriteMultipleCoilsRequest: _write_coils,
    WriteMultipleRegistersRequest: _write_registers,
    MaskWriteRegisterRequest: _mask_write,
    ReadWriteMultipleRegistersRequest: _read_write,
    ReadFifoQueueRequest: _read_queue,
    ReadFileRecordRequest: _read_files,
    WriteFileRecordRequest: _write_files,
    DiagnosticsRequest: _diagnostics,
    CanopenRequest: _encapsulated,
    ReadDeviceIdentificationRequest: _encapsulated,
    RawRequest: _raw,
    LongRequest: _raw,
}
