"""The hostile client of the demo: it wants to overspeed the pump, and is refused each time."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from port502.client import Client
from port502.errors import DeviceError, Port502Error

log = logging.getLogger("port502.demo")

EVERY = 20.0
FIRST = 2.0
LOOK = 0.1
"""Seconds between looks whether the guard listens already."""

ADDRESS, VALUE = 100, 9999
"""What it writes: the speed setpoint of the PLC, far above what the pump bears."""


class Intruder:
    """Writes to the PLC through its guard every ``every`` seconds, from the address ``source`` if it has one.

    ``where`` tells where the guard listens, empty while it does not. ``attempts`` counts its tries, ``refused`` those
    that were turned away.
    """

    def __init__(
        self,
        where: Callable[[], str],
        *,
        source: str | None = None,
        first: float = FIRST,
        every: float = EVERY,
    ) -> None:
        self.attempts = 0
        self.refused = 0
        self._where = where
        self._source = source
        self._first = first
        self._every = every

    async def run(self) -> None:
        """Try until cancelled."""
        pause = self._first
        while True:
            await asyncio.sleep(pause)
            pause = self._every if await self.attempt() else LOOK

    async def attempt(self) -> bool:
        """One forbidden write, if the guard listens; returns whether it does."""
        url = self._where()
        if not url:
            return False
        self.attempts += 1
        try:
            async with Client(url, source=self._source, retries=0) as client:
                await client.write_register(ADDRESS, VALUE)
        except DeviceError as error:
            self.refused += 1
            log.debug("the hostile client was refused: %s", error)
        except Port502Error as error:
            log.debug("the hostile client did not get through: %s", error)
        return True
