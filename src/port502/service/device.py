"""A Modbus device: four tables, files, queues and an identity, behind every public function code."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Any, Self, TypeAlias

from port502.errors import DeviceError, IllegalFunctionError, UsageError
from port502.protocol.codes import (
    FUNCTION_NAMES,
    ILLEGAL_FUNCTION,
    MAX_READ_BITS,
    MAX_READ_REGISTERS,
    READ_COILS,
    READ_DISCRETE_INPUTS,
    READ_HOLDING_REGISTERS,
    READ_INPUT_REGISTERS,
    SERVER_DEVICE_FAILURE,
    WRITE_FUNCTIONS,
    WRITE_SINGLE_COIL,
    WRITE_SINGLE_REGISTER,
)
from port502.protocol.diagnostics import (
    DiagnosticsRequest,
    GetCommEventCounterRequest,
    GetCommEventLogRequest,
    ReadExceptionStatusRequest,
    ReadExceptionStatusResponse,
    ReportServerIdRequest,
    ReportServerIdResponse,
)
from port502.protocol.files import ReadFileRecordRequest, WriteFileRecordRequest
from port502.protocol.identification import (
    CanopenRequest,
    CanopenResponse,
    ReadDeviceIdentificationRequest,
)
from port502.protocol.message import ExceptionResponse, Request, Response
from port502.protocol.register_access import ReadFifoQueueRequest
from port502.service.bit_table import BitTable, slice_bits
from port502.service.call import Call, Reply
from port502.service.counters import Counters
from port502.service.diagnosis import Diagnosis
from port502.service.files import FifoQueues, Files
from port502.service.identity import Identity, identify
from port502.service.maybe import Maybe, must_wait, then
from port502.service.memory import Handler, Memory
from port502.service.register_table import RegisterTable
from port502.service.table import Contents, protect_all

Canopen: TypeAlias = Callable[[bytes], Maybe[bytes]]
"""Answers the data of a CANopen request (43/13); may be a coroutine function."""

_DIAGNOSES = (DiagnosticsRequest, GetCommEventCounterRequest, GetCommEventLogRequest)
_EXCEPTION_COILS = 8
_ON = 0xFF00

_REGISTER_HEADS = {
    function: [bytes((function, 2 * quantity)) for quantity in range(MAX_READ_REGISTERS + 1)]
    for function in (READ_HOLDING_REGISTERS, READ_INPUT_REGISTERS)
}
_BIT_HEADS = {
    function: [bytes((function, (quantity + 7) >> 3)) for quantity in range(MAX_READ_BITS + 1)]
    for function in (READ_COILS, READ_DISCRETE_INPUTS)
}


class Device:
    """A device that answers every public function code; as a service it answers any unit id.

    Tables are given by their contents (``holding={0: [1, 2], range(100, 200): 0}``), or as table objects that
    several devices share; an address that is not given does not exist. ``read_only`` protects addresses by
    table name (``{"holding": [5, range(100, 200)]}``). ``functions`` limits the function codes answered.
    ``allow_restart`` enables the diagnostics 8/1 (restart) and 8/4 (listen only), ``allow_clear`` 8/10.
    ``exception_status`` is what function 7 answers: eight bits, or ``exception_coils`` the address of eight
    coils to take them from. Raises UsageError for contents that no device can have.
    """

    def __init__(
        self,
        *,
        holding: Contents[int] = (),
        input: Contents[int] = (),  # noqa: A002
        coil: Contents[bool] = (),
        discrete: Contents[bool] = (),
        read_only: Mapping[str, Iterable[int | range]] | None = None,
        identity: Identity | None = None,
        files: Mapping[int, Contents[int]] | None = None,
        fifo: Mapping[int, Sequence[int]] | None = None,
        functions: Iterable[int] | None = None,
        allow_restart: bool = False,
        allow_clear: bool = False,
        exception_status: int = 0,
        exception_coils: int | None = None,
        canopen: Canopen | None = None,
    ) -> None:
        self.holding = RegisterTable.of(holding, "holding")
        self.input = RegisterTable.of(input, "input")
        self.coil = BitTable.of(coil, "coil")
        self.discrete = BitTable.of(discrete, "discrete")
        self.files = Files(files)
        self.fifo = FifoQueues(fifo)
        self.identity = identity or Identity()
        self.running = True
        self.exception_status = exception_status
        if not 0 <= exception_status <= 0xFF:
            raise UsageError(f"the exception status is eight bits, 0-255, got {exception_status}")
        if exception_coils is not None and self.coil.find(exception_coils, _EXCEPTION_COILS) is None:
            raise UsageError(f"the exception status wants eight coils from {exception_coils} on")
        self.counters = Counters()
        self.diagnosis = Diagnosis(self.counters, allow_restart=allow_restart, allow_clear=allow_clear)
        self.functions = frozenset(FUNCTION_NAMES if functions is None else functions)
        self._exception_coils = exception_coils
        self._canopen = canopen
        self._protect(read_only or {})
        self._handlers = {
            kind: handler
            for kind, handler in (
                Memory(self.holding, self.input, self.coil, self.discrete).handlers() | self._own_handlers()
            ).items()
            if kind.function in self.functions
        }
        self._register_reads: dict[int, RegisterTable] = {}
        self._bit_reads: dict[int, BitTable] = {}
        self._quick_writes: frozenset[int] = frozenset()
        self._arm()

    def __call__(self, call: Call) -> Reply | Awaitable[Reply]:
        """Carry out a request: the reply, None for silence, or an awaitable when a hook has to wait.

        An error in a hook that is no DeviceError passes through, counted as exception 04; nothing is stored.
        """
        request = call.request
        if call.broadcast or self.diagnosis.listen_only:
            return self._without_answer(call)
        handler = self._handlers.get(type(request))
        if handler is None:
            return self._special(request)
        try:
            reply = handler(request)
        except DeviceError as error:
            return self._refuse(request.function, error.code)
        except Exception:
            self.counters.refused(SERVER_DEVICE_FAILURE)
            raise
        if isinstance(reply, Response):
            self.counters.plain += 1
            return reply
        return self._wait(request.function, reply)

    def quick(self, unit: int) -> Self:
        """What answers plain requests to a unit id at once: the device itself, for every unit."""
        return self

    def quick_read(self, function: int, address: int, quantity: int) -> bytes | None:
        """The response PDU of a plain read (functions 1-4), or None when the long way has to be taken.

        The long way is for everything but a legal read of existing addresses without hooks; its answer to the
        same request is the same bytes, and it counts the same.
        """
        if function > READ_DISCRETE_INPUTS:
            table = self._register_reads.get(function)
            if table is None or table.hooked_reads or not 0 < quantity <= MAX_READ_REGISTERS:
                return None
            found = table.recent
            start = found.start
            if address < start or address + quantity > found.end:
                elsewhere = table.find(address, quantity)
                if elsewhere is None:
                    return None
                found = elsewhere
                start = found.start
            self.counters.plain += 1
            first = 2 * (address - start)
            return _REGISTER_HEADS[function][quantity] + found.data[first : first + 2 * quantity]
        bits = self._bit_reads.get(function)
        if bits is None or bits.hooked_reads or not 0 < quantity <= MAX_READ_BITS:
            return None
        holder = bits.recent
        if address < holder.start or address + quantity > holder.end:
            there = bits.find(address, quantity)
            if there is None:
                return None
            holder = there
        self.counters.plain += 1
        return _BIT_HEADS[function][quantity] + slice_bits(holder.data, address - holder.start, quantity)

    def quick_write(self, function: int, address: int, value: int) -> bool:
        """Carry out a plain single write (functions 5 and 6), its reply being its echo; False: the long way.

        ``value`` is the 16-bit field of the request, 0-65535.
        """
        if function not in self._quick_writes:
            return False
        if function == WRITE_SINGLE_REGISTER:
            registers = self.holding
            found = registers.find(address)
            if found is None or not registers.plain_writes:
                return False
            first = 2 * (address - found.start)
            found.data[first] = value >> 8
            found.data[first + 1] = value & 0xFF
        else:
            coils = self.coil
            found = coils.find(address)
            if found is None or not coils.plain_writes or value not in (0, _ON):
                return False
            offset = address - found.start
            if value:
                found.data[offset >> 3] |= 1 << (offset & 7)
            else:
                found.data[offset >> 3] &= ~(1 << (offset & 7))
        self.counters.plain += 1
        return True

    def malformed(self, unit: int, error: DeviceError, transport: str = "tcp") -> ExceptionResponse | None:
        """The answer to a request to ``unit`` that could not be decoded, counted; None in listen-only mode.

        A function that this device does not answer is refused as such, whatever else is wrong.
        """
        if self.diagnosis.listen_only:
            self.diagnosis.overhear(None)
            return None
        code = error.code if error.function in self.functions else ILLEGAL_FUNCTION
        return self._refuse(error.function, code)

    def _own_handlers(self) -> dict[type[Request[Any]], Handler]:
        handlers: dict[type[Request[Any]], Handler] = {
            ReadExceptionStatusRequest: self._read_exception_status,
            ReportServerIdRequest: self._report_server_id,
            ReadFileRecordRequest: self.files.read,
            WriteFileRecordRequest: self.files.write,
            ReadFifoQueueRequest: self.fifo.answer,
            ReadDeviceIdentificationRequest: self._identify,
        }
        if self._canopen is not None:
            handlers[CanopenRequest] = self._answer_canopen
        return handlers

    def _read_exception_status(self, request: ReadExceptionStatusRequest) -> Response:
        if self._exception_coils is None:
            return ReadExceptionStatusResponse(self.exception_status & 0xFF)
        data = self.coil.take(self._exception_coils, _EXCEPTION_COILS)
        return ReadExceptionStatusResponse(data[0] if data else 0)

    def _report_server_id(self, request: ReportServerIdRequest) -> Response:
        return ReportServerIdResponse(self.identity.server_id_data(running=self.running))

    def _identify(self, request: ReadDeviceIdentificationRequest) -> Response:
        return identify(self.identity, request)

    def _answer_canopen(self, request: CanopenRequest) -> Maybe[Response]:
        assert self._canopen is not None
        return then(self._canopen(request.data), CanopenResponse)

    def _special(self, request: Request[Response]) -> Reply:
        if not isinstance(request, _DIAGNOSES) or request.function not in self.functions:
            return self._refuse(request.function, ILLEGAL_FUNCTION)
        reply = self.diagnosis.answer(request)
        self._arm()
        return reply

    def _without_answer(self, call: Call) -> Awaitable[None] | None:
        """A broadcast, or anything in listen-only mode."""
        request = call.request
        if self.diagnosis.listen_only:
            self.diagnosis.overhear(request)
            self._arm()
            return None
        self.counters.received(broadcast=True)
        code = 0
        try:
            handler = self._handlers.get(type(request))
            if handler is None or request.function not in WRITE_FUNCTIONS:
                raise IllegalFunctionError(request.function)
            reply = handler(request)
            if must_wait(reply):
                return self._wait_silently(reply)
        except DeviceError as error:
            code = error.code
        except Exception:
            self.counters.kept_silent(SERVER_DEVICE_FAILURE)
            raise
        self.counters.kept_silent(code)
        return None

    async def _wait(self, function: int, waiting: Awaitable[Response]) -> Reply:
        try:
            reply = await waiting
        except DeviceError as error:
            return self._refuse(function, error.code)
        except BaseException:  # a deadline or a vanished client, too, leave the request undone
            self.counters.refused(SERVER_DEVICE_FAILURE)
            raise
        self.counters.plain += 1
        return reply

    async def _wait_silently(self, waiting: Awaitable[Response]) -> None:
        code = SERVER_DEVICE_FAILURE
        try:
            await waiting
            code = 0
        except DeviceError as error:
            code = error.code
        finally:
            self.counters.kept_silent(code)

    def _refuse(self, function: int, code: int) -> ExceptionResponse:
        self.counters.refused(code)
        return ExceptionResponse(function, code)

    def _protect(self, read_only: Mapping[str, Iterable[int | range]]) -> None:
        for name, addresses in read_only.items():
            if name == "holding":
                protect_all(self.holding, addresses)
            elif name == "coil":
                protect_all(self.coil, addresses)
            else:
                raise UsageError(f"read_only is for holding and coil, got {name!r}")

    def _arm(self) -> None:
        """Open or close the quick way: it serves the allowed functions, and nobody in listen-only mode."""
        allowed = frozenset() if self.diagnosis.listen_only else self.functions
        registers = {READ_HOLDING_REGISTERS: self.holding, READ_INPUT_REGISTERS: self.input}
        bits = {READ_COILS: self.coil, READ_DISCRETE_INPUTS: self.discrete}
        self._register_reads = {code: table for code, table in registers.items() if code in allowed}
        self._bit_reads = {code: table for code, table in bits.items() if code in allowed}
        self._quick_writes = allowed & {WRITE_SINGLE_COIL, WRITE_SINGLE_REGISTER}
