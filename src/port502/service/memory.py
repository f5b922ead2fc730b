"""The functions that read and write a device's four tables: 1-6, 15, 16, 22 and 23.

Checks run in the order of the specification: addresses are looked up before anything is asked or stored,
every hook is asked before anything is stored, and a write is stored whole.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from port502.errors import IllegalDataAddressError, ServerDeviceBusyError
from port502.protocol.bit_access import (
    ReadCoilsRequest,
    ReadCoilsResponse,
    ReadDiscreteInputsRequest,
    ReadDiscreteInputsResponse,
    WriteMultipleCoilsRequest,
    WriteMultipleCoilsResponse,
    WriteSingleCoilRequest,
    WriteSingleCoilResponse,
)
from port502.protocol.codes import MASK_WRITE_REGISTER, READ_WRITE_MULTIPLE_REGISTERS
from port502.protocol.message import Request, Response
from port502.protocol.register_access import (
    MaskWriteRegisterRequest,
    MaskWriteRegisterResponse,
    ReadHoldingRegistersRequest,
    ReadHoldingRegistersResponse,
    ReadInputRegistersRequest,
    ReadInputRegistersResponse,
    ReadWriteMultipleRegistersRequest,
    ReadWriteMultipleRegistersResponse,
    WriteMultipleRegistersRequest,
    WriteMultipleRegistersResponse,
    WriteSingleRegisterRequest,
    WriteSingleRegisterResponse,
)
from port502.service.bit_table import BitTable
from port502.service.maybe import Maybe, Steps, drive
from port502.service.register_table import RegisterTable
from port502.service.table import Table, V

Handler: TypeAlias = Callable[[Any], Maybe[Response]]
"""Carries out one class of request; raises DeviceError."""

_TRUE, _FALSE = b"\x01", b"\x00"


class Memory:
    """Carries out requests on four tables."""

    def __init__(
        self,
        holding: RegisterTable,
        input: RegisterTable,  # noqa: A002
        coil: BitTable,
        discrete: BitTable,
    ) -> None:
        self.holding = holding
        self.input = input
        self.coil = coil
        self.discrete = discrete

    def handlers(self) -> dict[type[Request[Any]], Handler]:
        """What carries out each class of request."""
        return {
            ReadCoilsRequest: self.read_coils,
            ReadDiscreteInputsRequest: self.read_discrete_inputs,
            ReadHoldingRegistersRequest: self.read_holding_registers,
            ReadInputRegistersRequest: self.read_input_registers,
            WriteSingleCoilRequest: self.write_coil,
            WriteSingleRegisterRequest: self.write_register,
            WriteMultipleCoilsRequest: self.write_coils,
            WriteMultipleRegistersRequest: self.write_registers,
            MaskWriteRegisterRequest: self.mask_write,
            ReadWriteMultipleRegistersRequest: self.read_write,
        }

    def read_coils(self, request: ReadCoilsRequest) -> Maybe[Response]:
        """Function 1 (clause 6.1)."""
        quantity = request.quantity
        return _read(self.coil, request, quantity, lambda data: ReadCoilsResponse(data, quantity))

    def read_discrete_inputs(self, request: ReadDiscreteInputsRequest) -> Maybe[Response]:
        """Function 2 (clause 6.2)."""
        quantity = request.quantity
        return _read(
            self.discrete, request, quantity, lambda data: ReadDiscreteInputsResponse(data, quantity)
        )

    def read_holding_registers(self, request: ReadHoldingRegistersRequest) -> Maybe[Response]:
        """Function 3 (clause 6.3)."""
        return _read(self.holding, request, request.quantity, ReadHoldingRegistersResponse)

    def read_input_registers(self, request: ReadInputRegistersRequest) -> Maybe[Response]:
        """Function 4 (clause 6.4)."""
        return _read(self.input, request, request.quantity, ReadInputRegistersResponse)

    def write_coil(self, request: WriteSingleCoilRequest) -> Maybe[Response]:
        """Function 5 (clause 6.5)."""
        reply = WriteSingleCoilResponse(request.address, request.value)
        return _write(self.coil, request, 1, _TRUE if request.value else _FALSE, reply)

    def write_register(self, request: WriteSingleRegisterRequest) -> Maybe[Response]:
        """Function 6 (clause 6.6)."""
        reply = WriteSingleRegisterResponse(request.address, request.value)
        return _write(self.holding, request, 1, request.value.to_bytes(2, "big"), reply)

    def write_coils(self, request: WriteMultipleCoilsRequest) -> Maybe[Response]:
        """Function 15 (clause 6.11)."""
        reply = WriteMultipleCoilsResponse(request.address, request.quantity)
        return _write(self.coil, request, request.quantity, request.data, reply)

    def write_registers(self, request: WriteMultipleRegistersRequest) -> Maybe[Response]:
        """Function 16 (clause 6.12)."""
        quantity = request.quantity
        reply = WriteMultipleRegistersResponse(request.address, quantity)
        return _write(self.holding, request, quantity, request.data, reply)

    def mask_write(self, request: MaskWriteRegisterRequest) -> Maybe[Response]:
        """Function 22 (clause 6.16)."""
        _check_writable(self.holding, MASK_WRITE_REGISTER, request.address, 1)
        if self.holding.hooked_writes:
            return drive(self._mask_write(request))
        self.holding.put(request.address, 1, self._masked(request))
        return MaskWriteRegisterResponse(request.address, request.and_mask, request.or_mask)

    def read_write(self, request: ReadWriteMultipleRegistersRequest) -> Maybe[Response]:
        """Function 23 (clause 6.17): both parts are checked, then written, then read."""
        table = self.holding
        quantity = request.write_quantity
        if table.find(request.read_address, request.read_quantity) is None:
            raise IllegalDataAddressError(READ_WRITE_MULTIPLE_REGISTERS)
        _check_writable(table, READ_WRITE_MULTIPLE_REGISTERS, request.write_address, quantity)
        if table.hooked_writes or table.hooked_reads:
            return drive(self._read_write(request))
        table.put(request.write_address, quantity, request.data)
        return self._read_back(request)

    def _masked(self, request: MaskWriteRegisterRequest) -> bytes:
        stored = self.holding.take(request.address, 1)
        if stored is None:
            raise IllegalDataAddressError(MASK_WRITE_REGISTER)
        return request.apply(int.from_bytes(stored, "big")).to_bytes(2, "big")

    def _mask_write(self, request: MaskWriteRegisterRequest) -> Steps[Response]:
        data = self._masked(request)
        yield from self.holding.validate(request.address, 1, data)
        if data != self._masked(request):
            # Somebody else wrote while a hook was waiting; what it has approved is no longer what was asked.
            raise ServerDeviceBusyError(MASK_WRITE_REGISTER)
        self.holding.put(request.address, 1, data)
        return MaskWriteRegisterResponse(request.address, request.and_mask, request.or_mask)

    def _read_write(self, request: ReadWriteMultipleRegistersRequest) -> Steps[Response]:
        table = self.holding
        quantity = request.write_quantity
        # The read hooks run first: should one fail, nothing has been written yet.
        yield from table.validate(request.write_address, quantity, request.data)
        yield from table.refresh(request.read_address, request.read_quantity)
        table.put(request.write_address, quantity, request.data)
        return self._read_back(request)

    def _read_back(self, request: ReadWriteMultipleRegistersRequest) -> Response:
        data = self.holding.take(request.read_address, request.read_quantity)
        if data is None:
            raise IllegalDataAddressError(READ_WRITE_MULTIPLE_REGISTERS)
        return ReadWriteMultipleRegistersResponse(data)


def _read(
    table: Table[V], request: Any, quantity: int, respond: Callable[[bytes], Response]
) -> Maybe[Response]:
    if table.hooked_reads:
        return drive(_read_hooked(table, request, quantity, respond))
    data = table.take(request.address, quantity)
    if data is None:
        raise IllegalDataAddressError(request.function)
    return respond(data)


def _read_hooked(
    table: Table[V], request: Any, quantity: int, respond: Callable[[bytes], Response]
) -> Steps[Response]:
    if table.find(request.address, quantity) is None:
        raise IllegalDataAddressError(request.function)
    yield from table.refresh(request.address, quantity)
    data = table.take(request.address, quantity)
    if data is None:
        raise IllegalDataAddressError(request.function)
    return respond(data)


def _check_writable(table: Table[V], function: int, address: int, quantity: int) -> None:
    if table.find(address, quantity) is None or table.is_protected(address, quantity):
        raise IllegalDataAddressError(function)


def _write(table: Table[V], request: Any, quantity: int, data: bytes, reply: Response) -> Maybe[Response]:
    _check_writable(table, request.function, request.address, quantity)
    if table.hooked_writes:
        return drive(_write_hooked(table, request.address, quantity, data, reply))
    table.put(request.address, quantity, data)
    return reply


def _write_hooked(
    table: Table[V], address: int, quantity: int, data: bytes, reply: Response
) -> Steps[Response]:
    yield from table.validate(address, quantity, data)
    table.put(address, quantity, data)
    return reply
