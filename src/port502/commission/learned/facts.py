"""What a unit said of itself, as far as somebody asked it while the capture ran: asked again, of what is remembered."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from port502.commission.learned.memory import Memory
from port502.discover.identity import Facts, Place, learn
from port502.errors import IllegalDataAddressError, IllegalFunctionError
from port502.protocol.bit_access import ReadCoilsRequest, ReadDiscreteInputsRequest
from port502.protocol.bits import pack_bits
from port502.protocol.diagnostics import ReportServerIdRequest, ReportServerIdResponse
from port502.protocol.identification import ReadDeviceIdentificationRequest, ReadDeviceIdentificationResponse
from port502.protocol.message import Request
from port502.protocol.register_access import ReadHoldingRegistersRequest, ReadInputRegistersRequest
from port502.protocol.words import data_of
from port502.registers.reference import Table

_TABLES: dict[type[Request[Any]], Table] = {
    ReadCoilsRequest: Table.COIL,
    ReadDiscreteInputsRequest: Table.DISCRETE,
    ReadHoldingRegistersRequest: Table.HOLDING,
    ReadInputRegistersRequest: Table.INPUT,
}
_CONFORMITY = 0x83


def facts_of(memory: Memory, places: Iterable[Place]) -> Facts:
    """The facts that a scan would have found; ``places`` are the registers by which products are told apart."""
    known = [place for place in places if memory.taken(*place) is not None]

    async def ask(request: Request[Any]) -> Any:
        return answered(memory, request)

    asking = learn(ask, known)
    try:
        asking.send(None)
    except StopIteration as end:
        facts: Facts = end.value
        return facts
    raise RuntimeError("a memory answers at once")


def answered(memory: Memory, request: Request[Any]) -> Any:
    """The response to a request out of what is remembered; raises DeviceError for what is not."""
    table = _TABLES.get(type(request))
    if table is not None:
        address, quantity = request.address, request.quantity  # type: ignore[attr-defined]
        values = memory.taken(table, address, quantity)
        if values is None:
            raise IllegalDataAddressError(request.function)
        data = pack_bits([bool(value) for value in values]) if table.is_bits else data_of(values)
        size = bytes((request.function, len(data)))
        return request.decode_response(size + data)
    if isinstance(request, ReadDeviceIdentificationRequest) and memory.objects:
        return ReadDeviceIdentificationResponse(request.read_code, _CONFORMITY, False, 0, memory.objects)
    if isinstance(request, ReportServerIdRequest) and memory.server_id is not None:
        return ReportServerIdResponse(memory.server_id)
    raise IllegalFunctionError(request.function)
