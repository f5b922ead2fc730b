"""pymodbus as a client: ``sync``, ``async`` or ``gather`` (16 at once), ``-uvloop`` appended where wanted."""

from __future__ import annotations

import asyncio
import sys

from pymodbus.client import AsyncModbusTcpClient, ModbusTcpClient

from bench.peers.counting import Window, count, count_async
from bench.peers.loops import run

BATCH = 32
TOGETHER = 16


def blocking(port: int, registers: int, seconds: float) -> None:
    """One blocking client, one request after the other."""
    client = ModbusTcpClient("127.0.0.1", port=port)
    assert client.connect()

    def work(window: Window) -> None:
        while window.open():
            for _ in range(BATCH):
                assert not client.read_holding_registers(0, count=registers, device_id=1).isError()
            window.add(BATCH)

    count(seconds, work)
    client.close()


async def asynchronous(port: int, registers: int, seconds: float, together: int) -> None:
    """One async client; ``together`` reads are gathered at a time."""
    client = AsyncModbusTcpClient("127.0.0.1", port=port)
    assert await client.connect()

    async def work(window: Window) -> None:
        while window.open():
            if together == 1:
                for _ in range(BATCH):
                    await client.read_holding_registers(0, count=registers, device_id=1)
                window.add(BATCH)
            else:
                reads = [
                    client.read_holding_registers(0, count=registers, device_id=1) for _ in range(together)
                ]
                await asyncio.gather(*reads)
                window.add(together)

    await count_async(seconds, work)
    client.close()


def main() -> None:
    way, port, registers, seconds = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4])
    if way == "sync":
        blocking(port, registers, seconds)
    else:
        together = TOGETHER if way.startswith("gather") else 1
        run(asynchronous(port, registers, seconds, together), uvloop=way.endswith("-uvloop"))


if __name__ == "__main__":
    main()
