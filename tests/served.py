"""One of our own servers in a thread, for tests of what blocks."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Iterator
from typing import Any

from port502.server import Server
from port502.service.call import Service


@contextlib.contextmanager
def served(service: Service, url: str = "tcp://127.0.0.1:0", **settings: Any) -> Iterator[Server]:
    """Serve in a thread with an event loop of its own; gives the server, whose ``url`` has the port."""
    ready = threading.Event()
    failures: list[BaseException] = []
    server = Server(service, url, **settings)
    loop = asyncio.new_event_loop()
    stopping = asyncio.Event()

    async def run() -> None:
        try:
            async with server:
                ready.set()
                await stopping.wait()
        except BaseException as error:
            failures.append(error)
            ready.set()

    def work() -> None:
        loop.run_until_complete(run())
        loop.close()

    thread = threading.Thread(target=work)
    thread.start()
    try:
        assert ready.wait(10)
        if failures:
            raise failures[0]
        yield server
    finally:
        loop.call_soon_threadsafe(stopping.set)
        thread.join(10)
