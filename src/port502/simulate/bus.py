"""A serial bus behind a gateway: one wire that all units share, as slow as its baud rate."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from port502.errors import DeviceError
from port502.protocol.codes import GATEWAY_TARGET_FAILED, SERVER_DEVICE_BUSY
from port502.protocol.message import ExceptionResponse
from port502.protocol.timing import frame_time, t3_5
from port502.service.call import Call, Reply, Service
from port502.service.maybe import Maybe, must_wait

ENVELOPE = 3
"""Unit id and checksum around a PDU."""

BROADCAST = 0
Sleep = Callable[[float], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Line:
    """How the bus is driven; times in seconds.

    ``turnaround`` is what a device thinks before it answers, ``timeout`` how long the gateway waits for one that
    does not, ``queue`` how many requests may wait for the wire before it says busy (exception 06).
    """

    baud: int = 19200
    turnaround: float = 0.005
    timeout: float = 0.5
    queue: int = 32

    def occupied(self, request: int, reply: int | None) -> float:
        """How long a request PDU and its reply of so many bytes hold the wire; None: nobody answers."""
        asking = frame_time(request + ENVELOPE, self.baud) + t3_5(self.baud)
        if reply is None:
            return asking + self.timeout
        return asking + self.turnaround + frame_time(reply + ENVELOPE, self.baud) + t3_5(self.baud)


class SerialBus:
    """A service that asks its units one after the other, and answers 0B for those that keep silent.

    ``units`` are the devices by unit id; a unit that is not among them holds the wire until the time-out. A
    broadcast (unit 0) is carried out by all, and answered by nobody.
    """

    def __init__(
        self, units: Mapping[int, Service], line: Line | None = None, *, sleep: Sleep = asyncio.sleep
    ) -> None:
        self.line = line or Line()
        self.waiting = 0
        self.asked = 0
        self.unanswered = 0
        self._devices = dict(units)
        self._sleep = sleep
        self._wire = asyncio.Lock()

    @property
    def units(self) -> list[int]:
        """The unit ids of the devices on the bus."""
        return sorted(self._devices)

    def __call__(self, call: Call) -> Awaitable[Reply]:
        """Put a request on the wire when it is free."""
        return self._ask(call)

    async def _ask(self, call: Call) -> Reply:
        if self.waiting >= self.line.queue:
            return ExceptionResponse(call.request.function, SERVER_DEVICE_BUSY)
        self.waiting += 1
        try:
            async with self._wire:
                self.asked += 1
                reply = await self._carry_out(call)
                length = None if reply is None else len(reply.encode())
                await self._sleep(self.line.occupied(len(call.request.encode()), length))
        finally:
            self.waiting -= 1
        if reply is None and call.unit != BROADCAST:
            self.unanswered += 1
            return ExceptionResponse(call.request.function, GATEWAY_TARGET_FAILED)
        return reply

    async def _carry_out(self, call: Call) -> Reply:
        if call.unit == BROADCAST:
            for device in self._devices.values():
                await _now(device(Call(call.session, BROADCAST, call.request, call.received, broadcast=True)))
            return None
        found = self._devices.get(call.unit)
        if found is None:
            return None
        try:
            return await _now(found(call))
        except DeviceError as error:
            return ExceptionResponse(call.request.function, error.code)


async def _now(reply: Maybe[Reply]) -> Reply:
    return await reply if must_wait(reply) else reply
