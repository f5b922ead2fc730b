"""Minutes of traffic, good and bad, in one process: memory, tasks, threads and descriptors stay flat.

Not part of ``make test``; ``SOAK_MINUTES=60 make soak`` takes an hour.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import os
import random
import threading
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from port502 import Client, Device, IllegalDataAddressError, Limits, NoReplyError, Server
from port502.protocol.register_access import ReadHoldingRegistersRequest

SECONDS = 60 * float(os.environ.get("SOAK_MINUTES", "10"))
WARM_UP = 0.25
"""The part of the time after which nothing may grow any more."""

GROWTH = 4 << 20
"""Bytes that the resident memory may differ at the end, for the allocator's sake."""

pytestmark = [pytest.mark.soak, pytest.mark.timeout(SECONDS + 120)]


@dataclass(frozen=True)
class Size:
    """What may not grow."""

    memory: int
    tasks: int
    threads: int
    descriptors: int

    @classmethod
    def now(cls) -> Size:
        gc.collect()
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        return cls(
            pages * os.sysconf("SC_PAGE_SIZE"),
            len(asyncio.all_tasks()),
            threading.active_count(),
            len(os.listdir("/proc/self/fd")),
        )


async def read_all_the_time(port: int, done: Callable[[], bool], window: int) -> None:
    async with Client(f"tcp://127.0.0.1:{port}", window=window) as client:
        requests = [ReadHoldingRegistersRequest(address, 10) for address in range(40)]
        while not done():
            responses = await client.read_many(requests)
            assert [response.registers[0] for response in responses] == list(range(40))
            with contextlib.suppress(IllegalDataAddressError):
                await client.read_holding_registers(999)


async def come_and_go(port: int, done: Callable[[], bool], window: int) -> None:
    while not done():
        async with Client(f"tcp://127.0.0.1:{port}", window=window) as client:
            assert await client.read_holding_registers(0, 3) == [0, 1, 2]


async def give_up_early(port: int, done: Callable[[], bool], window: int) -> None:
    async with Client(f"tcp://127.0.0.1:{port}", window=window) as client:
        while not done():
            with contextlib.suppress(NoReplyError):
                await client.read_holding_registers(0, timeout=0.000_1)
            call = asyncio.ensure_future(client.read_holding_registers(1))
            await asyncio.sleep(0)
            call.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await call


async def send_garbage(port: int, done: Callable[[], bool], window: int) -> None:
    dice = random.Random(502)
    while not done():
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(dice.randbytes(dice.randrange(1, 400)))
        writer.write_eof()
        with contextlib.suppress(ConnectionError):
            await reader.read()
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()


Visitor = Callable[[int, Callable[[], bool], int], Coroutine[Any, Any, None]]
VISITORS: list[tuple[Visitor, int]] = [
    (read_all_the_time, 1),
    (read_all_the_time, 16),
    (come_and_go, 1),
    (give_up_early, 4),
    (send_garbage, 1),
]


@pytest.fixture
async def port() -> AsyncIterator[int]:
    device = Device(holding={0: list(range(100))})
    limits = Limits(connections=50, per_client=50)
    async with Server(device, "tcp://127.0.0.1:0", limits=limits) as server:
        yield server.port


async def test_nothing_grows(port: int) -> None:
    start = time.monotonic()
    visits = [
        asyncio.create_task(visitor(port, lambda: time.monotonic() - start > SECONDS, window))
        for visitor, window in VISITORS
    ]
    await asyncio.wait(visits, timeout=SECONDS * WARM_UP)
    warm = Size.now()
    await asyncio.wait(visits, timeout=SECONDS * (1 - WARM_UP) - 1)
    late = Size.now()
    await asyncio.gather(*visits)
    assert late.memory - warm.memory < GROWTH, f"{warm} became {late}"
    assert abs(late.tasks - warm.tasks) <= len(VISITORS), f"{warm} became {late}"
    assert abs(late.descriptors - warm.descriptors) <= 2 * len(VISITORS), f"{warm} became {late}"
    assert late.threads == warm.threads
