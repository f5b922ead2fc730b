"""What a site will ask of its connections, before it does: reads per second, and how busy each will be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from port502.collect.reads import limits_of, point_of
from port502.collect.settings import ConnectionSettings, DeviceSettings
from port502.protocol.timing import frame_time, t3_5
from port502.registers.block import Block
from port502.registers.planner import plan
from port502.site.build import Site
from port502.transport.url import parse_url

ASSUMED = 0.02
"""Seconds that a device is taken to need for an answer where nobody has measured it."""

BUSY = 0.7
"""The load from which on there is little room left for retries and for others."""

REQUEST_SIZE = 8
REPLY_SIZE = 5


@dataclass(frozen=True, slots=True)
class GroupForecast:
    """Points of one device with one ``interval`` (s): so many ``reads`` fetch them in each cycle."""

    device: str
    interval: float
    points: int
    reads: int
    registers: int

    @property
    def rate(self) -> float:
        """Reads per second."""
        return self.reads / self.interval


@dataclass(frozen=True, slots=True)
class ConnectionForecast:
    """A connection: ``rate`` reads per second, and the ``load`` that they make of it (1 is all of its time).

    ``response`` is the mean time of an answer in seconds; it was ``measured`` while the connection ran, or assumed.
    """

    name: str
    groups: tuple[GroupForecast, ...]
    rate: float
    load: float
    response: float
    measured: bool

    @property
    def fits(self) -> bool:
        """Whether there is time left for what goes wrong and for others."""
        return self.load < BUSY


def forecast(site: Site, measured: Mapping[str, float] | None = None) -> tuple[ConnectionForecast, ...]:
    """What each connection will be asked; ``measured`` are mean response times (s) of those that are known.

    Reads are as the planner lays them out for a device that refuses nothing.
    """
    return tuple(_connection(one, (measured or {}).get(one.name)) for one in site.connections)


def _connection(connection: ConnectionSettings, measured: float | None) -> ConnectionForecast:
    groups: list[GroupForecast] = []
    busy = 0.0
    for device in connection.devices:
        for interval, blocks in _cycles(device):
            registers = sum(block.quantity for block in blocks)
            points = sum(len(block.points) for block in blocks)
            groups.append(GroupForecast(device.name, interval, points, len(blocks), registers))
            each = [_time(connection, block, measured) + connection.pause for block in blocks]
            busy += sum(each) / interval
    rate = sum(one.rate for one in groups)
    load = busy / max(1, connection.window)
    response = measured if measured is not None else ASSUMED
    return ConnectionForecast(connection.name, tuple(groups), rate, load, response, measured is not None)


def _cycles(device: DeviceSettings) -> Iterator[tuple[float, list[Block]]]:
    for interval in sorted({one.interval for one in device.points}):
        points = [point_of(one) for one in device.points if one.interval == interval]
        yield interval, plan(points, limits_of(device))


def _time(connection: ConnectionSettings, block: Block, measured: float | None) -> float:
    """How long one read keeps the connection busy: as measured, else the frames on a serial line and the device."""
    if measured is not None:
        return measured
    place = parse_url(connection.url)
    if not place.is_serial:
        return ASSUMED
    data = -(-block.quantity // 8) if block.table.is_bits else 2 * block.quantity
    characters = (REQUEST_SIZE + REPLY_SIZE + data) * (2 if place.scheme == "ascii" else 1)
    baud = place.serial.baud
    return ASSUMED + frame_time(characters, baud) + 2 * t3_5(baud)
