"""Devices on loopback for whoever looks for devices."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping

from port502.discover.line import Line
from port502.discover.settings import ScanSettings
from port502.errors import GatewayTargetError
from port502.server import Server
from port502.service.call import Call, Reply, Service
from port502.service.device import Device
from port502.service.identity import Identity
from port502.service.units import Units
from port502.transport.url import parse_url

QUICK = ScanSettings(
    rate=None,
    pause=0.0,
    connect_timeout=2.0,
    first_timeout=0.3,
    response_timeout=0.3,
    least_timeout=0.1,
    names=False,
)
"""Nothing is waited for longer than a loaded test machine needs."""


def meter(vendor: str = "Schneider Electric", product: str = "PM5110", **more: object) -> Device:
    """A device that says who it is, in its identification objects and in its registers."""
    name = b"Schneider Electric".ljust(40, b"\0")
    words = [int.from_bytes(name[at : at + 2], "big") for at in range(0, 40, 2)]
    return Device(
        holding={range(10): 7, 69: words}, input={0: [1]}, identity=Identity(vendor, product, "1.4")
    )


@contextlib.asynccontextmanager
async def serving(service: Service, host: str = "127.0.0.1", port: int = 0) -> AsyncIterator[int]:
    """Serve on an address; gives the port."""
    async with Server(service, f"tcp://{host}:{port}") as server:
        yield parse_url(server.url).port


@contextlib.asynccontextmanager
async def line_to(port: int, host: str = "127.0.0.1", **settings: object) -> AsyncIterator[Line]:
    """An open line to a port."""
    line = Line(parse_url(f"tcp://{host}:{port}"), **settings)  # type: ignore[arg-type]
    await line.open(timeout=2.0)
    try:
        yield line
    finally:
        line.close()
        await asyncio.sleep(0)


class Gateway:
    """A gateway to one wire: one request at a time, ``wait`` seconds until it gives up on a unit that is not there.

    ``tells`` False keeps silent about such units, as gateways may be set to.
    """

    def __init__(self, units: Mapping[int, Service], wait: float, tells: bool = True) -> None:
        self._units = Units(units)
        self._known = frozenset(units)
        self._wait = wait
        self._tells = tells
        self._wire = asyncio.Lock()

    async def __call__(self, call: Call) -> Reply:
        async with self._wire:
            if call.unit in self._known:
                reply = self._units(call)
                return reply if not asyncio.iscoroutine(reply) else await reply  # type: ignore[return-value]
            await asyncio.sleep(self._wait)
        if not self._tells:
            return None
        raise GatewayTargetError(call.request.function)
