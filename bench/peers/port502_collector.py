"""port502's collector: a connection for each device, 20 floats every second, every sample handed to a sink."""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING

from bench.peers.collecting import POINTS, SETTLE, Counted, address, raise_descriptor_limit
from port502.collect.collector import Collector
from port502.collect.settings import ConnectionSettings, DeviceSettings, PointSettings
from port502.registers.point import Point
from port502.registers.reference import Table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from port502.collect.sample import Sample


class Counting:
    """A sink that knows how much it got; the newest value of each point is kept by the collector itself."""

    def __init__(self, counted: Counted) -> None:
        self._counted = counted

    def put(self, samples: Sequence[Sample]) -> None:
        """Count the samples of this batch; all points of a device come with one poll."""
        self._counted.samples += len(samples)
        self._counted.polls += len(samples) / POINTS


def connection(device: int, port: int, interval: float) -> ConnectionSettings:
    """What a site file would say about one device."""
    points = tuple(
        PointSettings(
            f"value{point:02}",
            Point(f"value{point:02}", Table.HOLDING, 2 * point, type="float32"),
            interval=interval,
        )
        for point in range(POINTS)
    )
    name = f"meter{device:04}"
    return ConnectionSettings(name, f"tcp://{address(device)}:{port}", (DeviceSettings(name, 1, points),))


async def collect(port: int, devices: int, interval: float, seconds: float) -> None:
    """Poll all devices and report the last ``seconds``."""
    counted = Counted()
    collector = Collector(connection(device, port, interval) for device in range(devices))
    collector.add_sink("count", Counting(counted))
    async with collector:
        await asyncio.sleep(SETTLE)
        counted.open()
        await asyncio.sleep(seconds)
        counted.close()
        status = collector.status()
        assert not status.overruns, f"{status.overruns} overruns"


def main() -> None:
    raise_descriptor_limit()
    port, devices = int(sys.argv[1]), int(sys.argv[2])
    asyncio.run(collect(port, devices, interval=float(sys.argv[3]), seconds=float(sys.argv[4])))


if __name__ == "__main__":
    main()
