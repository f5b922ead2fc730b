"""Letting people in by name and password: who guesses has to wait, and guessing costs nobody else anything."""

from __future__ import annotations

import asyncio
import os
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from ipaddress import IPv6Address, ip_address

from port502.web.api.problems import ProblemError
from port502.web.gate import Door
from port502.web.roles import Identity
from port502.web.throttle import Throttle

MOST_AT_ONCE = 2
"""Passwords that are tried at one time: each costs some 50 ms of all cores and 64 MiB."""
MOST_WAITING = 20
"""Those that wait to be tried, of people who were never here before."""
MOST_KNOWN = 1000


class Entrance:
    """Lets people in by name and password. Attempts count as failures until they are known to be none.

    Who has come in from an address before is not kept out of it by others who guess the password elsewhere.
    """

    def __init__(self, door: Door) -> None:
        self._door = door
        self._throttle = Throttle()
        self._known: dict[tuple[str, str], None] = {}
        self._waiting = 0
        self._pool = ThreadPoolExecutor(MOST_AT_ONCE, "port502-login", _step_back)

    async def enter(self, name: str, password: str, host: str) -> tuple[str, Identity]:
        """The secret for a cookie, and who it is; raises ProblemError 401, 429 for who has to wait, 503 for a crowd."""
        place = _network(host)
        known = (place, name) in self._known
        of_host, of_name = f"host {place}", f"name {name} at {place}" if known else f"name {name}"
        wait = self._throttle.wait((of_host, of_name), time.monotonic())
        if wait > 0:
            seconds = str(int(wait) + 1)
            raise ProblemError(429, f"too many failures; try again in {seconds} s", {"Retry-After": seconds})
        if self._waiting >= MOST_WAITING and not known:
            raise ProblemError(503, "too many people log in at once; try again in 5 s", {"Retry-After": "5"})
        self._throttle.failed((of_host, of_name), time.monotonic())
        found = await self._tried(name, password)
        if found is None:
            raise ProblemError(401, "no such name and password")
        self._throttle.succeeded((of_name,))
        self._throttle.take_back(of_host)
        self._remember(place, name)
        return self._door.sessions.begin(found.name, found.role, "password", time.monotonic(), host)

    def close(self) -> None:
        """Try no more passwords."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    async def _tried(self, name: str, password: str) -> Identity | None:
        self._waiting += 1
        try:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._pool, self._door.users.with_password, name, password)
        finally:
            self._waiting -= 1

    def _remember(self, place: str, name: str) -> None:
        self._known.pop((place, name), None)
        self._known[place, name] = None
        if len(self._known) > MOST_KNOWN:
            del self._known[next(iter(self._known))]


def _network(host: str) -> str:
    """What one person has of addresses: of IPv6 a whole network, out of which they may take any."""
    with suppress(ValueError):
        address = ip_address(host.partition("%")[0])
        if isinstance(address, IPv6Address):
            return str(address.ipv4_mapped or IPv6Address(int(address) >> 64 << 64))
    return host


def _step_back() -> None:
    """Let this thread, and those that it makes, run where nothing else wants to: polling goes first."""
    if sys.platform == "linux":
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), 10)
