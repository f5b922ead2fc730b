"""port502's async client: ``single``, ``tasks`` (16 that share it) or ``gather`` (16 at a time).

``-coalesce`` and ``-uvloop`` are appended where wanted.
"""

from __future__ import annotations

import asyncio
import sys

from bench.peers.counting import Window, count_async
from bench.peers.loops import run
from port502.client import Client

BATCH = 32
TOGETHER = 16


async def measure(way: str, port: int, registers: int, seconds: float) -> None:
    """Count what one client reads."""
    together = 1 if way.startswith("single") else TOGETHER
    url = f"tcp://127.0.0.1:{port}"
    async with Client(url, window=together, coalesce="coalesce" in way) as client:

        async def one_after_the_other(window: Window) -> None:
            while window.open():
                for _ in range(BATCH):
                    await client.read_holding_registers(0, registers)
                window.add(BATCH)

        async def tasks(window: Window) -> None:
            async with asyncio.TaskGroup() as group:
                for _ in range(TOGETHER):
                    group.create_task(one_after_the_other(window))

        async def gather(window: Window) -> None:
            while window.open():
                await asyncio.gather(*(client.read_holding_registers(0, registers) for _ in range(TOGETHER)))
                window.add(TOGETHER)

        works = {"single": one_after_the_other, "tasks": tasks, "gather": gather}
        await count_async(seconds, works[way.partition("-")[0]])


if __name__ == "__main__":
    run(
        measure(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4])),
        uvloop=sys.argv[1].endswith("-uvloop"),
    )
