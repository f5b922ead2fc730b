"""A serial wire in memory, on virtual time: as slow as its baud rate, with slaves that answer as they like."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from typing import Any

from port502.errors import ConnectError
from port502.gateway.bus import Bus, BusSettings
from port502.gateway.line import Line, LineSettings
from port502.gateway.sizes import WireTime
from port502.protocol.checksum import crc16
from port502.protocol.message import Request
from port502.protocol.pdu import decode_request
from port502.protocol.register_access import ReadHoldingRegistersRequest
from port502.service.call import Call, Reply, Session
from port502.service.device import Device
from port502.service.maybe import must_wait
from port502.transport.url import parse_url

Answer = Iterable[tuple[float, bytes]]
"""What a slave sends: seconds of silence before it, and the bytes."""

Slave = Callable[[bytes], Answer]
"""Called with the PDU of each request to its unit."""


def frame(unit: int, pdu: bytes) -> bytes:
    body = bytes((unit,)) + pdu
    return body + crc16(body).to_bytes(2, "little")


def device(unit: int, thinks: float = 0.005, values: list[int] | None = None) -> Slave:
    """A slave that answers in good order after thinking."""
    behind = Device(holding={0: values or [unit] * 125})

    def answer(pdu: bytes) -> Answer:
        reply = behind(Call(Session(), unit, decode_request(pdu)))
        assert not must_wait(reply)
        return [] if reply is None else [(thinks, frame(unit, reply.encode()))]

    return answer


def silent(pdu: bytes) -> Answer:
    return []


class MemoryStream:
    """What the line writes to."""

    def __init__(self, wire: Wire, receiver: Any) -> None:
        self.wire = wire
        self.receiver = receiver
        self.closed = asyncio.Event()

    def write(self, data: bytes) -> None:
        self.wire.sent(data)

    async def wait_closed(self) -> None:
        await self.closed.wait()

    def detach(self) -> None:
        self.wire.stream = None
        self.closed.set()


class Wire:
    """The wire and its slaves; ``frames`` are what the master sent, by the moment at which it began."""

    def __init__(self, loop: asyncio.AbstractEventLoop, slaves: dict[int, Slave], baud: int = 19200) -> None:
        self.loop = loop
        self.slaves = slaves
        self.target = parse_url(f"rtu:///dev/virtual?baud={baud}")
        self.times = WireTime(self.target)
        self.frames: list[tuple[float, bytes]] = []
        self.stream: MemoryStream | None = None
        self.plugged = True
        self.busy_until = 0.0
        self.collisions = 0
        self.short_gaps = 0

    async def open(self, target: Any, receiver: Any, *, timeout: float, keepalive: Any = None) -> Any:
        if not self.plugged:
            raise ConnectError("no such port")
        self.stream = MemoryStream(self, receiver)
        return self.stream

    def unplug(self) -> None:
        """Pull the adapter."""
        self.plugged = False
        stream, self.stream = self.stream, None
        if stream is not None:
            stream.closed.set()
            stream.receiver.stream_lost(stream, OSError(5, "Input/output error"))

    def sent(self, data: bytes) -> None:
        now = self.loop.time()
        self.collisions += now < self.busy_until
        self.short_gaps += now < self.busy_until + self.times.gap - 1e-9
        self.frames.append((now, data))
        self.busy_until = now + self.times.of(len(data) - 3)
        self.loop.call_at(self.busy_until, self._heard, data)

    def say(self, data: bytes, after: float = 0.0) -> None:
        """Bytes that some device puts on the wire, after so many seconds; they arrive when the last one is there."""
        end = self.loop.time() + after + self.times.of(len(data) - 3)
        self.busy_until = max(self.busy_until, end)
        self.loop.call_at(end, self._arrive, data)

    def _arrive(self, data: bytes) -> None:
        if self.stream is not None:
            self.stream.receiver.stream_received(self.stream, data)

    def _heard(self, data: bytes) -> None:
        unit, pdu = data[0], data[1:-2]
        if unit == 0:
            for slave in self.slaves.values():
                slave(pdu)
        elif unit in self.slaves:
            after = 0.0
            for silence, answer in self.slaves[unit](pdu):
                after += silence
                if answer:
                    self.say(answer, after)
                    after += self.times.of(len(answer) - 3)

    def asked(self, unit: int) -> int:
        """How many requests went to this unit."""
        return sum(data[0] == unit for _, data in self.frames)


class Rig:
    """A bus on a wire in memory."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        slaves: dict[int, Slave],
        *,
        baud: int = 19200,
        line: LineSettings | None = None,
        bus: BusSettings | None = None,
    ) -> None:
        self.loop = loop
        self.wire = Wire(loop, slaves, baud)
        self._made = (line, bus)

    async def __aenter__(self) -> Rig:
        line, bus = self._made
        self.line = Line(self.wire.target, line, opener=self.wire.open)
        self.bus = Bus("test", self.line, bus)
        await self.bus.start()
        return self

    async def __aexit__(self, *failure: object) -> None:
        await self.bus.stop()

    async def ask(
        self, unit: int, request: Request[Any] | None = None, session: Session | None = None
    ) -> Reply:
        """Put one request before the bus and wait for what comes."""
        asked = request or ReadHoldingRegistersRequest(0, 1)
        reply = self.bus(Call(session or Session(), unit, asked, self.loop.time()))
        return await reply if must_wait(reply) else reply
