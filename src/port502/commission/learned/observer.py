"""Takes in messages, and remembers what of them tells about clients, servers, their units and values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from port502.commission.learned.asked import Asked, Server
from port502.commission.learned.memory import Budget, Memory, Unit
from port502.errors import DeviceError, ProtocolError, UsageError
from port502.protocol.codes import MASK_WRITE_REGISTER
from port502.protocol.diagnostics import ReportServerIdResponse
from port502.protocol.files import (
    ReadFileRecordRequest,
    ReadFileRecordResponse,
    WriteFileRecordRequest,
)
from port502.protocol.identification import ReadDeviceIdentificationResponse
from port502.protocol.message import Request, Response
from port502.protocol.pdu import decode_request, decode_response
from port502.protocol.register_access import ReadFifoQueueRequest, ReadFifoQueueResponse
from port502.protocol.words import registers_of
from port502.registers.reference import Table
from port502.traffic.closely import UDP_NOTE
from port502.traffic.flows import Flows
from port502.traffic.message import Message
from port502.traffic.way import Framing, Transport

MOST_UNITS = 2_000
MOST_CLIENTS = 1_000

READS = {1: Table.COIL, 2: Table.DISCRETE, 3: Table.HOLDING, 4: Table.INPUT, 23: Table.HOLDING}
WRITES = {5: Table.COIL, 6: Table.HOLDING, 15: Table.COIL, 16: Table.HOLDING, 23: Table.HOLDING}
_RARE = frozenset((17, 20, 21, 24, 43))


@dataclass(frozen=True, slots=True)
class Speech:
    """How a server is spoken to."""

    transport: Transport
    framing: Framing


class Observer:
    """Remembers flows, units with their values, and requests, all of them bounded.

    ``strange`` counts what is no Modbus, ``faulty`` responses with faults, whose values do not count, ``alone``
    responses whose requests were not seen, ``left_out`` messages of units for which there was no room. Times are ns
    since 1970.
    """

    def __init__(self) -> None:
        self.flows = Flows()
        self.asked = Asked()
        self.units: dict[tuple[str, int, int], Unit] = {}
        self.servers: dict[Server, Speech] = {}
        self.budget = Budget()
        self.first: int | None = None
        self.last = 0
        self.messages = 0
        self.strange = 0
        self.faulty = 0
        self.alone = 0
        self.left_out = 0

    def add(self, messages: Sequence[Message]) -> None:
        """Some messages more, in their order."""
        spoken = [one for one in messages if one.func_code is not None]
        self.flows.add(spoken)
        self.asked.add(spoken)
        for message in messages:
            self.messages += 1
            self.first = message.time if self.first is None else min(self.first, message.time)
            self.last = max(self.last, message.time)
        self.strange += sum(1 for one in messages if one.func_code is None)
        for message in spoken:
            unit = self._unit(message)
            if unit is None:
                self.left_out += 1
            elif message.way.asks:
                unit.functions[message.func_code or 0] += 1
                if len(unit.clients) < MOST_CLIENTS:
                    unit.clients.add(message.way.client)
            else:
                self._answered(unit, message)

    @property
    def seconds(self) -> float:
        """From the first message to the last."""
        return 0.0 if self.first is None else (self.last - self.first) / 1e9

    def _unit(self, message: Message) -> Unit | None:
        way = message.way
        key = way.server, way.server_port, message.unit_id or 0
        unit = self.units.get(key)
        if unit is None:
            if len(self.units) >= MOST_UNITS:
                return None
            self.servers.setdefault((way.server, way.server_port), Speech(way.transport, way.framing))
            unit = self.units[key] = Unit(*key, Memory(self.budget))
        return unit

    def _answered(self, unit: Unit, message: Message) -> None:
        request = message.request
        if request is None:
            self.alone += 1
            return
        unit.answers += 1
        said, answered = request.pdu, message.pdu
        if unit.memory.is_known(said, answered):
            return
        if any(problem != UDP_NOTE for problem in message.problems):
            self.faulty += 1
            unit.faulty += 1
            return
        code = message.exception_code
        if code is not None:
            unit.refused[message.func_code or 0, code] += 1
            return
        _take(unit.memory, request, message)
        unit.memory.remember(said, answered)


def _take(memory: Memory, request: Message, response: Message) -> None:
    """What a good response says, and what it confirms that was written."""
    code, asked = request.func_code or 0, request.fields
    if code in WRITES:
        address = asked.write_reference_num if code == 23 else asked.reference_num
        if address is not None and asked.values:
            memory.write(request.time, WRITES[code], address, asked.values)
    if code in READS and asked.reference_num is not None and response.values:
        memory.hold(request.time, READS[code], asked.reference_num, response.values)
    if code == MASK_WRITE_REGISTER:
        _mask(memory, request)
    if code in _RARE:
        _take_rare(memory, request.pdu, response.pdu)


def _mask(memory: Memory, request: Message) -> None:
    """A masked write changes what stood there, if that is known."""
    asked = request.fields
    if asked.reference_num is None or asked.and_mask is None or asked.or_mask is None:
        return
    before = memory.now[Table.HOLDING].get(asked.reference_num)
    if before is not None:
        value = before & asked.and_mask | asked.or_mask & ~asked.and_mask & 0xFFFF
        memory.write(request.time, Table.HOLDING, asked.reference_num, (value,))


def _take_rare(memory: Memory, said: bytes, answered: bytes) -> None:
    """Identification, files and queues."""
    try:
        request: Request[Response] = decode_request(said)
        response = decode_response(answered, request)
    except (DeviceError, ProtocolError, UsageError):
        return
    if isinstance(response, ReadDeviceIdentificationResponse):
        memory.objects |= response.objects
    elif isinstance(response, ReportServerIdResponse):
        memory.server_id = response.data
    elif isinstance(request, ReadFileRecordRequest) and isinstance(response, ReadFileRecordResponse):
        for wanted, data in zip(request.records, response.records, strict=False):
            memory.keep_records(wanted.file, wanted.record, registers_of(data))
    elif isinstance(request, WriteFileRecordRequest):
        for written in request.records:
            memory.keep_records(written.file, written.record, registers_of(written.data))
    elif isinstance(request, ReadFifoQueueRequest) and isinstance(response, ReadFifoQueueResponse):
        memory.keep_queue(request.address, response.registers)
