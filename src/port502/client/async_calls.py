"""Every Modbus function as a typed call, for asyncio."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeVar

from port502.client.dialogue import Dialogue, Reading, read_identification, read_values, values_of
from port502.errors import DeviceError, NoReplyError
from port502.protocol.bit_access import (
    ReadCoilsRequest,
    ReadDiscreteInputsRequest,
    WriteMultipleCoilsRequest,
    WriteSingleCoilRequest,
)
from port502.protocol.diagnostics import (
    DiagnosticsRequest,
    GetCommEventCounterRequest,
    GetCommEventCounterResponse,
    GetCommEventLogRequest,
    GetCommEventLogResponse,
    ReadExceptionStatusRequest,
    ReportServerIdRequest,
)
from port502.protocol.files import (
    FileRecordRead,
    FileRecordWrite,
    ReadFileRecordRequest,
    WriteFileRecordRequest,
)
from port502.protocol.identification import CanopenRequest
from port502.protocol.message import RawRequest, Request, Response
from port502.protocol.register_access import (
    MaskWriteRegisterRequest,
    ReadFifoQueueRequest,
    ReadHoldingRegistersRequest,
    ReadInputRegistersRequest,
    ReadWriteMultipleRegistersRequest,
    WriteMultipleRegistersRequest,
    WriteSingleRegisterRequest,
)
from port502.protocol.words import data_of, registers_of
from port502.registers.reference import Reference
from port502.registers.values import Value

if TYPE_CHECKING:
    from port502.client.sunspec import AsyncSunSpec as SunSpec
    from port502.client.typed import AsyncDevice as Device
    from port502.registers.maps.model import DeviceMap

R = TypeVar("R", bound=Response)
T = TypeVar("T")


class AsyncCalls(ABC):
    """Every Modbus function as a typed call.

    All take ``unit`` (else the client's own) and ``timeout``, the deadline of the whole call in seconds. They raise
    UsageError before anything is sent, LinkError, NoReplyError, ProtocolError, or the DeviceError of the exception
    code. Addresses are zero-based. Clauses are those of the Application Protocol V1.1b3.
    """

    __slots__ = ()

    @abstractmethod
    async def request(
        self, request: Request[R], *, unit: int | None = None, timeout: float | None = None
    ) -> R:
        """Send any request and return its response."""

    async def _converse(self, dialogue: Dialogue[T], unit: int | None, timeout: float | None) -> T:
        deadline = None if timeout is None else time.monotonic() + timeout
        try:
            request = next(dialogue)
            while True:
                left = None if deadline is None else max(deadline - time.monotonic(), 0.0)
                try:
                    response = await self.request(request, unit=unit, timeout=left)
                except (DeviceError, NoReplyError) as error:
                    request = dialogue.throw(error)
                else:
                    request = dialogue.send(response)
        except StopIteration as end:
            result: T = end.value
            return result

    async def read_coils(
        self, address: int, count: int = 1, *, unit: int | None = None, timeout: float | None = None
    ) -> list[bool]:
        """Read ``count`` coils (1-2000) from ``address`` on: function 01, clause 6.1."""
        response = await self.request(ReadCoilsRequest(address, count), unit=unit, timeout=timeout)
        return response.bits

    async def read_discrete_inputs(
        self, address: int, count: int = 1, *, unit: int | None = None, timeout: float | None = None
    ) -> list[bool]:
        """Read ``count`` discrete inputs (1-2000): function 02, clause 6.2."""
        response = await self.request(ReadDiscreteInputsRequest(address, count), unit=unit, timeout=timeout)
        return response.bits

    async def read_holding_registers(
        self, address: int, count: int = 1, *, unit: int | None = None, timeout: float | None = None
    ) -> list[int]:
        """Read ``count`` holding registers (1-125), each 0-65535: function 03, clause 6.3."""
        response = await self.request(ReadHoldingRegistersRequest(address, count), unit=unit, timeout=timeout)
        return response.registers

    async def read_input_registers(
        self, address: int, count: int = 1, *, unit: int | None = None, timeout: float | None = None
    ) -> list[int]:
        """Read ``count`` input registers (1-125), each 0-65535: function 04, clause 6.4."""
        response = await self.request(ReadInputRegistersRequest(address, count), unit=unit, timeout=timeout)
        return response.registers

    async def write_coil(
        self, address: int, value: bool, *, unit: int | None = None, timeout: float | None = None
    ) -> None:
        """Write one coil: function 05, clause 6.5."""
        await self.request(WriteSingleCoilRequest(address, value), unit=unit, timeout=timeout)

    async def write_register(
        self, address: int, value: int, *, unit: int | None = None, timeout: float | None = None
    ) -> None:
        """Write one holding register (0-65535): function 06, clause 6.6."""
        await self.request(WriteSingleRegisterRequest(address, value), unit=unit, timeout=timeout)

    async def read_exception_status(self, *, unit: int | None = None, timeout: float | None = None) -> int:
        """Read the eight exception status outputs as one byte: function 07, clause 6.7."""
        response = await self.request(ReadExceptionStatusRequest(), unit=unit, timeout=timeout)
        return response.status

    async def diagnostics(
        self,
        sub_function: int,
        data: bytes = b"\0\0",
        *,
        unit: int | None = None,
        timeout: float | None = None,
    ) -> bytes:
        """Run a diagnostic sub-function and return its data field: function 08, clause 6.8."""
        response = await self.request(DiagnosticsRequest(sub_function, data), unit=unit, timeout=timeout)
        return response.data

    async def get_comm_event_counter(
        self, *, unit: int | None = None, timeout: float | None = None
    ) -> GetCommEventCounterResponse:
        """Read status word and event counter: function 11, clause 6.9."""
        return await self.request(GetCommEventCounterRequest(), unit=unit, timeout=timeout)

    async def get_comm_event_log(
        self, *, unit: int | None = None, timeout: float | None = None
    ) -> GetCommEventLogResponse:
        """Read status, event counter, message counter and up to 64 events: function 12, clause 6.10."""
        return await self.request(GetCommEventLogRequest(), unit=unit, timeout=timeout)

    async def write_coils(
        self, address: int, values: Sequence[bool], *, unit: int | None = None, timeout: float | None = None
    ) -> None:
        """Write 1-1968 coils: function 15, clause 6.11."""
        await self.request(WriteMultipleCoilsRequest.from_bits(address, values), unit=unit, timeout=timeout)

    async def write_registers(
        self, address: int, values: Sequence[int], *, unit: int | None = None, timeout: float | None = None
    ) -> None:
        """Write 1-123 holding registers: function 16, clause 6.12."""
        await self.request(
            WriteMultipleRegistersRequest.from_registers(address, values), unit=unit, timeout=timeout
        )

    async def report_server_id(self, *, unit: int | None = None, timeout: float | None = None) -> bytes:
        """Read server id, run indicator and what the device adds: function 17, clause 6.13."""
        response = await self.request(ReportServerIdRequest(), unit=unit, timeout=timeout)
        return response.data

    async def read_file_record(
        self, file: int, record: int, length: int, *, unit: int | None = None, timeout: float | None = None
    ) -> list[int]:
        """Read ``length`` registers of a file from ``record`` on: function 20, clause 6.14."""
        response = await self.request(
            ReadFileRecordRequest([FileRecordRead(file, record, length)]), unit=unit, timeout=timeout
        )
        return registers_of(response.records[0])

    async def write_file_record(
        self,
        file: int,
        record: int,
        values: Sequence[int],
        *,
        unit: int | None = None,
        timeout: float | None = None,
    ) -> None:
        """Write registers of a file from ``record`` on: function 21, clause 6.15."""
        await self.request(
            WriteFileRecordRequest([FileRecordWrite(file, record, data_of(values))]),
            unit=unit,
            timeout=timeout,
        )

    async def mask_write_register(
        self,
        address: int,
        and_mask: int,
        or_mask: int,
        *,
        unit: int | None = None,
        timeout: float | None = None,
    ) -> None:
        """Set bits of a register to (value AND and_mask) OR (or_mask AND NOT and_mask): function 22, clause 6.16."""
        await self.request(MaskWriteRegisterRequest(address, and_mask, or_mask), unit=unit, timeout=timeout)

    async def read_write_registers(
        self,
        read_address: int,
        read_count: int,
        write_address: int,
        values: Sequence[int],
        *,
        unit: int | None = None,
        timeout: float | None = None,
    ) -> list[int]:
        """Write 1-121 registers, then read 1-125, in one transaction: function 23, clause 6.17."""
        response = await self.request(
            ReadWriteMultipleRegistersRequest.from_registers(read_address, read_count, write_address, values),
            unit=unit,
            timeout=timeout,
        )
        return response.registers

    async def read_fifo_queue(
        self, address: int, *, unit: int | None = None, timeout: float | None = None
    ) -> list[int]:
        """Read up to 31 registers of a queue without clearing it: function 24, clause 6.18."""
        response = await self.request(ReadFifoQueueRequest(address), unit=unit, timeout=timeout)
        return response.registers

    async def canopen(self, data: bytes, *, unit: int | None = None, timeout: float | None = None) -> bytes:
        """Send a CANopen general reference: function 43/13, clause 6.20."""
        response = await self.request(CanopenRequest(data), unit=unit, timeout=timeout)
        return response.data

    async def call(
        self, function: int, data: bytes = b"", *, unit: int | None = None, timeout: float | None = None
    ) -> bytes:
        """Send any function code with its data as bytes; the reply's data comes back unread. Never repeated."""
        response = await self.request(RawRequest(function, data), unit=unit, timeout=timeout)
        return response.data

    async def read_device_identification(
        self, read_code: int = 1, object_id: int = 0, *, unit: int | None = None, timeout: float | None = None
    ) -> dict[int, bytes]:
        """Read the identification objects, following "more follows": function 43/14, clause 6.21.

        ``read_code`` is 1 basic, 2 regular, 3 extended, 4 one object; ``object_id`` is where to begin.
        """
        return await self._converse(read_identification(read_code, object_id), unit, timeout)

    async def read(
        self, *references: str | Reference, unit: int | None = None, timeout: float | None = None
    ) -> list[Value]:
        """Read and decode values, such as ``read("40001", "coil:3", "holding:10/float32:cdab")``.

        One value for each that the references name, in their order, with the fewest requests. Raises UsageError
        for a reference that is none.
        """
        readings = await self._converse(read_values(references), unit, timeout)
        return values_of(readings)

    async def read_detailed(
        self, *references: str | Reference, unit: int | None = None, timeout: float | None = None
    ) -> list[Reading]:
        """The same with the registers or bits that each value was decoded from."""
        return await self._converse(read_values(references), unit, timeout)

    async def sunspec(
        self,
        *,
        base: int | None = None,
        max_registers: int = 125,
        unit: int | None = None,
        timeout: float | None = None,
    ) -> SunSpec:
        """Find the device's chain of SunSpec models, and give the device with all its points by name.

        ``base`` is where the marker stands, if that is known; ``max_registers`` is the most that one read may ask
        for. Raises NotSunSpecError where there is no marker.
        """
        from port502.client.sunspec import AsyncSunSpec
        from port502.registers.sunspec.discovery import discover

        device = await self._converse(discover(max_registers, base), unit, timeout)
        return AsyncSunSpec(self, device, max_registers, unit)

    def device(
        self,
        device_map: str | DeviceMap,
        *,
        model: str | None = None,
        firmware: str | None = None,
        unit: int | None = None,
        timeout: float | None = None,
    ) -> Device:
        """A device whose map is known, by the map's name (``eastron/sdm630``, ``mine/plc.yaml``) or the map itself.

        Its points are read by name or glob and written within limits. ``model`` and ``firmware`` choose among points
        that only some devices have. Nothing is sent yet. Raises UsageError for a name that is no map's, ConfigError
        for a map with faults. ``timeout`` holds for each call on the device that gives none.
        """
        from port502.client.typed import AsyncDevice, map_of

        return AsyncDevice(self, map_of(device_map), unit, timeout, model, firmware)
