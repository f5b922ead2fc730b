"""What the devices of a site say now: one connection to each, one read for each device, nothing written."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from ipaddress import IPv4Address, ip_address
from typing import Any

from port502.collect.reading import request_for
from port502.collect.reads import limits_of, point_of
from port502.collect.settings import ConnectionSettings, DeviceSettings
from port502.discover.line import Line
from port502.errors import (
    DeviceError,
    GatewayPathUnavailableError,
    GatewayTargetError,
    NoReplyError,
    Port502Error,
)
from port502.protocol.message import Request
from port502.protocol.register_access import ReadHoldingRegistersRequest
from port502.registers.block import Block
from port502.registers.planner import plan
from port502.transport.probe.arp import claimants
from port502.transport.probe.attempt import Outcome, Place, attempt, places_of
from port502.transport.probe.hello import tls_hello
from port502.transport.probe.routes import route_to
from port502.transport.url import Target, parse_url

MODBUS, SECURE = 502, 802
SERVICES = {
    21: "FTP",
    22: "SSH",
    23: "Telnet",
    80: "a web page (HTTP)",
    443: "a web page (HTTPS)",
    3389: "remote desktop",
    5900: "VNC",
    8080: "a web page (HTTP)",
}
"""Ports on which devices often leave something open; each is connected to once, and nothing is said."""

NO_SUCH_ADDRESS = "exception 2"
"""What a device says that has not the address of its first read."""

AT_ONCE = 8
SERVICE_TIMEOUT = 1.0


@dataclass(frozen=True, slots=True)
class Asked:
    """What a device answered to one read; ``refused`` is an exception, which proves that somebody is there."""

    device: str
    unit: int
    answered: bool
    text: str
    took: float = 0.0
    refused: bool = False


@dataclass(frozen=True, slots=True)
class Probe:
    """What was seen of a connection: whether it is open, in words too.

    ``plain_beside`` and ``tls_beside`` tell of port 502 beside TLS and of TLS on port 802 beside plain Modbus (None:
    not looked at), ``services`` of other open ports, ``macs`` who claims the address (None: needs CAP_NET_RAW).
    """

    connection: str
    host: str
    is_open: bool
    text: str
    asked: tuple[Asked, ...] = ()
    plain_beside: bool | None = None
    tls_beside: bool | None = None
    services: tuple[int, ...] | None = None
    macs: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Live:
    """All that was seen; ``left_out`` are connections that were not touched, with the reason."""

    probes: tuple[Probe, ...] = ()
    left_out: tuple[tuple[str, str], ...] = ()
    services: bool = False

    def of(self, connection: str) -> Probe | None:
        """What was seen of one connection."""
        return next((one for one in self.probes if one.connection == connection), None)


@dataclass(slots=True)
class Visit:
    """How the connections are looked at: other ports only where somebody asked for them.

    ``modbus`` and ``secure`` are the ports of Modbus, each looked at beside the other, ``ports`` those of services.
    """

    services: bool = False
    told: Callable[[str], None] = lambda _: None
    modbus: int = MODBUS
    secure: int = SECURE
    ports: Iterable[int] = tuple(SERVICES)
    done: list[Probe] = field(default_factory=list)
    _left: dict[str, str] = field(default_factory=dict)
    _gate: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))

    async def look(
        self, connections: Iterable[ConnectionSettings], leave: Iterable[tuple[str, str]] = ()
    ) -> Live:
        """Look at all connections that lead over a network, except those to be left alone (with the reason)."""
        self._left = dict(leave)
        chosen = []
        for one in connections:
            if parse_url(one.url).is_serial:
                self._left.setdefault(one.name, "a serial line takes one master at a time")
            elif one.name not in self._left:
                chosen.append(one)
        async with asyncio.TaskGroup() as group:
            for one in chosen:
                group.create_task(self._one(one))
        return self.seen()

    def seen(self, unseen: Iterable[tuple[str, str]] = ()) -> Live:
        """What is known by now; ``unseen`` are connections that were not reached, with the reason."""
        return Live(tuple(self.done), (*self._left.items(), *unseen), self.services)

    async def _one(self, settings: ConnectionSettings) -> None:
        async with self._gate:
            self.told(settings.name)
            target = parse_url(settings.url)
            probe = await self._opened(settings, target)
            if probe.is_open:
                probe = await self._beside(probe, settings, target)
            self.done.append(replace(probe, macs=await _claimants(target.host)))

    async def _opened(self, settings: ConnectionSettings, target: Target) -> Probe:
        line = Line(target, pause=settings.pause, tolerate=settings.tolerate)
        try:
            tls = settings.tls.context(server_side=False) if settings.tls is not None else None
            await line.open(timeout=settings.connect_timeout, source=settings.source, tls=tls)
        except Port502Error as error:
            return Probe(settings.name, target.host, False, str(error))
        try:
            if settings.settle:
                await asyncio.sleep(settings.settle)
            asked = [await _ask(line, settings, one) for one in settings.devices]
        finally:
            line.close()
        text = f"opened in {line.connect_time * 1000:.3g} ms"
        return Probe(settings.name, target.host, True, text, tuple(asked))

    async def _beside(self, probe: Probe, settings: ConnectionSettings, target: Target) -> Probe:
        """What else the same host has open: the other port of Modbus, and where it was asked for, a few services."""
        try:
            (place, *_) = await places_of(target.host, self.modbus)
        except (OSError, ValueError):
            return probe
        if target.scheme == "tls":
            probe = replace(probe, plain_beside=await _is_open(place, settings))
        elif target.scheme == "tcp" and target.port == self.modbus:
            heard = await tls_hello(replace(place, port=self.secure), settings.source)
            probe = replace(probe, tls_beside=bool(heard))
        if self.services:
            found = [port for port in self.ports if await _is_open(replace(place, port=port), settings)]
            probe = replace(probe, services=tuple(found))
        return probe


async def _ask(line: Line, settings: ConnectionSettings, device: DeviceSettings) -> Asked:
    """One read of a device: the first block of its points, else one holding register."""
    request = first_read(device)
    began = line.time()
    try:
        await line.ask(device.unit, request, settings.response_timeout)
    except (GatewayPathUnavailableError, GatewayTargetError) as error:
        return Asked(device.name, device.unit, False, f"exception {error.code}: a gateway finds nobody there")
    except DeviceError as error:
        took = line.time() - began
        return Asked(device.name, device.unit, True, f"exception {error.code}", took, refused=True)
    except NoReplyError:
        return Asked(device.name, device.unit, False, f"no answer within {settings.response_timeout:g} s")
    except Port502Error as error:
        return Asked(device.name, device.unit, False, str(error))
    return Asked(device.name, device.unit, True, "answers", line.time() - began)


def first_read(device: DeviceSettings) -> Request[Any]:
    """The request that shows whether a device is there."""
    blocks: list[Block] = plan([point_of(one) for one in device.points], limits_of(device))
    return request_for(blocks[0]) if blocks else ReadHoldingRegistersRequest(0, 1)


async def _claimants(host: str) -> tuple[str, ...] | None:
    """Who claims an IPv4 address on a network of ours; None where that cannot be asked."""
    try:
        address = ip_address(host)
        way = route_to(address) if isinstance(address, IPv4Address) else None
        if way is None or way.is_local or not way.on_link or way.interface is None or way.source is None:
            return None
        source = way.source.ip
        if not (isinstance(address, IPv4Address) and isinstance(source, IPv4Address)):
            return None
        return await claimants(address, way.interface.name, source)
    except (OSError, ValueError):
        return None


async def _is_open(place: Place, settings: ConnectionSettings) -> bool:
    seen, sock = await attempt(place, SERVICE_TIMEOUT, source=settings.source)
    if sock is not None:
        sock.close()
    return seen.outcome is Outcome.OPEN
