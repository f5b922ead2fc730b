"""Names of addresses, looked up without holding anybody up: an answer that takes too long is not waited for."""

from __future__ import annotations

import asyncio
import socket
import threading
from ipaddress import ip_address

PATIENCE = 1.0
MOST_AT_ONCE = 16


class Lookup:
    """Asks the system's resolver in threads of its own, which do not keep the program from ending."""

    def __init__(self, patience: float = PATIENCE) -> None:
        self._patience = patience
        self._running = 0

    async def name_of(self, address: str) -> str:
        """The name of an address; empty where there is none, where nobody says so in time, and for loopback."""
        if ip_address(address.partition("%")[0]).is_loopback or self._running >= MOST_AT_ONCE:
            return ""
        loop = asyncio.get_running_loop()
        found: asyncio.Future[str] = loop.create_future()

        def tell(name: str) -> None:
            self._running -= 1
            if not found.done():
                found.set_result(name)

        def work() -> None:
            try:
                name = socket.getnameinfo((address, 0), socket.NI_NAMEREQD)[0]
            except OSError:
                name = ""
            try:
                loop.call_soon_threadsafe(tell, name)
            except RuntimeError:  # the event loop has ended: nobody wants to know any more
                return

        self._running += 1
        threading.Thread(target=work, name=f"name of {address}", daemon=True).start()
        try:
            async with asyncio.timeout(self._patience):
                return await found
        except TimeoutError:
            return ""
