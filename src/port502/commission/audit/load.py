"""What polling asks of a device and of the line to it: requests and seconds of work per second."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from port502.collect.reads import limits_of, point_of
from port502.collect.settings import ConnectionSettings, DeviceSettings
from port502.protocol.timing import ASCII_BITS, RTU_BITS, frame_time, t3_5
from port502.registers.block import Block
from port502.registers.planner import plan
from port502.registers.point import Point
from port502.transport.url import Target

DEVICE_TIME = 0.02
"""Seconds that a device is taken to need for an answer, where nobody has measured it."""

_REQUEST, _REPLY = 8, 5
"""Characters of an RTU request that reads, and of its reply without the values."""


@dataclass(frozen=True, slots=True)
class Load:
    """Requests per second, and the share of the time in which the line is busy (1 is all of it).

    ``longest`` is the seconds that the largest request takes.
    """

    requests: float = 0.0
    busy: float = 0.0
    longest: float = 0.0


def blocks_of(device: DeviceSettings) -> list[tuple[float, Block]]:
    """What is read of a device, each block with its interval."""
    by_interval: dict[float, list[Point]] = defaultdict(list)
    for one in device.points:
        by_interval[one.interval].append(point_of(one))
    limits = limits_of(device)
    return [(interval, block) for interval, points in by_interval.items() for block in plan(points, limits)]


def load_of(
    connection: ConnectionSettings,
    target: Target,
    device_time: float = DEVICE_TIME,
    baud: int | None = None,
) -> Load:
    """The load of a connection; ``baud`` is that of the line behind a gateway, None where there is none."""
    serial = target.serial.baud if target.is_serial else baud
    requests = busy = longest = 0.0
    for device in connection.devices:
        for interval, block in blocks_of(device):
            took = device_time + connection.pause
            took += on_the_line(block, serial, ascii=target.scheme == "ascii") if serial else 0.0
            requests += 1 / interval
            busy += took / interval / connection.window
            longest = max(longest, took)
    return Load(requests, busy, longest)


def on_the_line(block: Block, baud: int, *, ascii: bool = False) -> float:  # noqa: A002 (the framing's name)
    """The seconds that the request of a block and its reply take on a serial line."""
    data = (block.quantity + 7) // 8 if block.table.is_bits else 2 * block.quantity
    characters = _REQUEST + _REPLY + data
    if ascii:
        return frame_time(2 * characters + 6, baud, ASCII_BITS)
    return frame_time(characters, baud, RTU_BITS) + 2 * t3_5(baud)
