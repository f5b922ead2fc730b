"""The harmless reads that the doctor asks with."""

from __future__ import annotations

from typing import Any

from port502.protocol.bit_access import ReadCoilsRequest, ReadDiscreteInputsRequest
from port502.protocol.diagnostics import ReportServerIdRequest
from port502.protocol.identification import ReadDeviceIdentificationRequest
from port502.protocol.message import Request
from port502.protocol.register_access import ReadHoldingRegistersRequest, ReadInputRegistersRequest
from port502.registers.reference import HIGHEST_ADDRESS, Reference, Table

_REQUESTS: dict[Table, type[Any]] = {
    Table.COIL: ReadCoilsRequest,
    Table.DISCRETE: ReadDiscreteInputsRequest,
    Table.INPUT: ReadInputRegistersRequest,
    Table.HOLDING: ReadHoldingRegistersRequest,
}
OTHER_TABLE = {
    Table.HOLDING: Table.INPUT,
    Table.INPUT: Table.HOLDING,
    Table.COIL: Table.DISCRETE,
    Table.DISCRETE: Table.COIL,
}
"""The table that is taken for another most often."""


def read_of(table: Table, address: int, quantity: int = 1) -> Request[Any]:
    """The read of some registers or bits."""
    request: Request[Any] = _REQUESTS[table](address, quantity)
    return request


def fits(address: int, quantity: int = 1) -> bool:
    """Whether a table can hold those addresses."""
    return address >= 0 and address + quantity <= HIGHEST_ADDRESS + 1


def first_read(asked: tuple[Reference, ...]) -> Request[Any]:
    """One register or bit: of what the user asks about, else the first holding register."""
    if asked:
        return read_of(asked[0].table, asked[0].address)
    return read_of(Table.HOLDING, 0)


def others_than(request: Request[Any]) -> tuple[Request[Any], ...]:
    """Other reads that a device may answer where it does not answer this one."""
    plain = [read_of(table, 0) for table in (Table.HOLDING, Table.INPUT, Table.COIL, Table.DISCRETE)]
    told: list[Request[Any]] = [*plain, ReadDeviceIdentificationRequest(), ReportServerIdRequest()]
    return tuple(one for one in told if one.function != request.function)


def literal_address(reference: Reference) -> int | None:
    """The address that a reference of a manual means where its number was typed as an address; None for none."""
    digit = int(reference.table.digit) * 10_000
    for base, last in ((digit, 10_000), (digit * 10, 65_536)):
        if base and base < reference.address <= base + last:
            return reference.address - base - 1
    return None
