"""A device of a plant that polls other devices: the PLC that is a server and a client at once."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from math import nan
from struct import Struct
from typing import Any

from port502.client import Client
from port502.errors import Port502Error, UsageError
from port502.registers.planner import plan
from port502.registers.point import Point
from port502.service.device import Device

log = logging.getLogger("port502.simulate")

WIDTH = 2
"""Registers that each value takes: a float32, high word first."""

_FLOAT = Struct(">f")
Sleep = Callable[[float], Awaitable[None]]
Readings = Sequence[tuple[Point, object]]


@dataclass(frozen=True, slots=True)
class Poll:
    """What is polled: points of another device of the plant, every ``interval`` seconds.

    The values are kept as float32 in holding registers from ``to`` on, in the order of the points; NaN stands for
    one that could not be read. ``unit`` is the other's unit id.
    """

    device: str
    points: tuple[Point, ...]
    to: int
    interval: float = 1.0
    unit: int = 1

    def __post_init__(self) -> None:
        if not self.points:
            raise UsageError(f"nothing is polled from {self.device}")
        if not self.interval > 0:
            raise UsageError(f"polls of {self.device} need an interval above 0, got {self.interval}")


class Poller:
    """Polls one device and keeps its values in another; ``sleep`` waits between the polls."""

    def __init__(self, poll: Poll, url: str, device: Device, *, sleep: Sleep = asyncio.sleep) -> None:
        self.poll = poll
        self.polls = 0
        self.failures = 0
        self._blocks = plan(poll.points)
        self._places = {point.name: poll.to + WIDTH * place for place, point in enumerate(poll.points)}
        self._client = Client(url, unit=poll.unit, retries=1)
        self._device = device
        self._sleep = sleep
        make_room(device, poll)

    async def run(self) -> None:
        """Poll for ever, on a grid of the interval: a poll that took too long leaves out the next."""
        loop = asyncio.get_running_loop()
        due = loop.time()
        try:
            while True:
                await self.once()
                missed = max(0, int((loop.time() - due) // self.poll.interval))
                due += (missed + 1) * self.poll.interval
                await self._sleep(max(0.0, due - loop.time()))
        finally:
            await self._client.close()

    async def once(self) -> None:
        """Poll now; an error is counted, and the values that it concerns are NaN."""
        self.polls += 1
        for block in self._blocks:
            try:
                answer: Any = await self._client.request(block.request)
                values: Readings = block.values(answer.data)
            except Port502Error as error:
                self.failures += 1
                log.debug("polling %s failed: %s", self.poll.device, error)
                values = [(point, nan) for point in block.points]
            for point, value in values:
                self._device.holding.write(self._places[point.name], _words(value))

    async def close(self) -> None:
        """End the connection."""
        await self._client.close()


def make_room(device: Device, poll: Poll) -> None:
    """Make the holding registers exist that the values are kept in; raises UsageError where they cannot."""
    for address in range(poll.to, poll.to + WIDTH * len(poll.points)):
        if device.holding.find(address) is None:
            device.holding.add(address, [0])


def _words(value: object) -> list[int]:
    number = float(value) if isinstance(value, bool | int | float) else nan
    try:
        data = _FLOAT.pack(number)
    except OverflowError:
        data = _FLOAT.pack(nan)
    return [int.from_bytes(data[:2], "big"), int.from_bytes(data[2:], "big")]
