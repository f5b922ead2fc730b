"""Our server with the known values, on a loop in a thread of its own, for foreign clients that block."""

from __future__ import annotations

import asyncio
import contextlib
import queue
import threading
from collections.abc import Iterator
from dataclasses import dataclass

from port502.server import Server
from port502.service.device import Device
from port502.service.identity import Identity
from tests.peers import known

IDENTITY = Identity(
    "Acme", "B200", "1.4", "https://example.com", "Boiler", "B200-7", extended={0x80: b"left wing"}
)
FILES = {4: {0: list(range(0x100, 0x140))}, 3: {9: [0x33CD, 0x0040]}}
FIFO = {1246: [440, 4740]}


@dataclass(frozen=True)
class Served:
    """A running server of ours: its device, to look into, and where it listens."""

    device: Device
    port: int


def known_device() -> Device:
    """A device with the known values, an identity, files and a queue."""
    return Device(
        coil={0: known.COILS},
        discrete={0: known.DISCRETE_INPUTS},
        holding={0: known.HOLDING_REGISTERS},
        input={0: known.INPUT_REGISTERS},
        identity=IDENTITY,
        files=FILES,
        fifo=FIFO,
    )


@contextlib.contextmanager
def serve(url: str = "tcp://127.0.0.1:0", device: Device | None = None) -> Iterator[Served]:
    """Our server until the end of the block; whatever goes wrong at its start is raised here."""
    device = device or known_device()
    started: queue.SimpleQueue[int | BaseException] = queue.SimpleQueue()
    end: list[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = []

    async def run() -> None:
        over = asyncio.Event()
        end.append((asyncio.get_running_loop(), over))
        async with Server(device, url) as server:
            started.put(server.port)
            await over.wait()

    def thread() -> None:
        try:
            asyncio.run(run())
        except BaseException as error:
            started.put(error)

    running = threading.Thread(target=thread, name="port502 server")
    running.start()
    port = started.get(timeout=20)
    if isinstance(port, BaseException):
        running.join()
        raise port
    try:
        yield Served(device, port)
    finally:
        loop, over = end[0]
        loop.call_soon_threadsafe(over.set)
        running.join()
    if not started.empty():
        raise RuntimeError("the server failed while it ran") from started.get()
