"""Several listeners and several buses in one process: the gateway as it runs."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from port502.errors import UsageError
from port502.gateway.bus import Bus, BusSettings
from port502.gateway.gateway import Gateway
from port502.gateway.line import Line, LineSettings
from port502.gateway.own_units import OwnUnits
from port502.gateway.record import LINES, Recorder, RecordingWire, device_side, listener_side
from port502.gateway.remote import WITHIN, Remote
from port502.gateway.routing import Route, RoutingTable
from port502.gateway.status import GatewayStatus, clients_of, status_of_bus
from port502.gateway.time_outs import attempts_take
from port502.server import Server
from port502.service.admission import Limits
from port502.service.call import Layer, Service
from port502.service.layers import read_only
from port502.transport.clock import clock_of
from port502.transport.link import Link
from port502.transport.link_settings import LinkSettings
from port502.transport.listener import Watch
from port502.transport.tls import Tls
from port502.transport.url import parse_url

log = logging.getLogger("port502.gateway")

GRACE = 0.2


@dataclass(frozen=True, slots=True)
class BusPlan:
    """One bus to be: serial for ``rtu``, ``ascii`` and ``rtu+tcp``, else a TCP device."""

    name: str
    url: str
    line: LineSettings = field(default_factory=LineSettings)
    settings: BusSettings = field(default_factory=BusSettings)
    link: LinkSettings = field(default_factory=LinkSettings)
    within: float = WITHIN


@dataclass(frozen=True, slots=True)
class ListenPlan:
    """One listener to be, and where its unit ids lead.

    ``rights`` is a layer that judges requests before they go anywhere; ``watch`` hears of refused connections.
    """

    url: str
    routes: tuple[Route, ...]
    limits: Limits = field(default_factory=Limits)
    allow: tuple[str, ...] | None = None
    tls: Tls | None = None
    rights: Layer | None = None
    watch: Watch | None = None
    read_only: bool = False
    silent: bool = False
    zero: int | None = None


def longest(bus: BusPlan) -> float:
    """The seconds after which every request to this bus has its answer, a refusal at worst."""
    if parse_url(bus.url).scheme not in LINES:
        return bus.within
    return bus.settings.queue.age + needed_by(bus) + bus.line.memory


def needed_by(bus: BusPlan) -> float:
    """The seconds that a request to this bus may take when its turn comes at once."""
    if parse_url(bus.url).scheme not in LINES:
        return bus.within
    return attempts_take(bus.settings.retries, bus.settings.patience.maximum, bus.line.drain)


class Station:
    """Listeners in front of buses; raises UsageError for plans that do not fit together.

    ``async with`` starts all and stops all. A serial port that cannot be opened does not keep it from starting: it is
    tried again and again. ``recorder`` gets both sides of everything.
    """

    def __init__(
        self, listeners: Sequence[ListenPlan], buses: Sequence[BusPlan], *, recorder: Recorder | None = None
    ) -> None:
        names = [bus.name for bus in buses]
        if len(set(names)) != len(names):
            raise UsageError("two buses have the same name")
        self._plans = tuple(listeners), tuple(buses)
        self._tables = [RoutingTable(listener.routes) for listener in listeners]
        for table in self._tables:
            for name in table.buses:
                if name not in names:
                    raise UsageError(f"a route leads to the bus {name!r}, which is not there")
        self._recorder = recorder
        self._running = AsyncExitStack()
        self.buses: dict[str, Bus | Remote] = {}
        self.gateways: list[Gateway] = []
        self.servers: list[Server] = []

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    async def start(self) -> None:
        """Open the buses, then listen; raises ConnectError for an address that cannot be listened on."""
        listeners, buses = self._plans
        self._time = clock_of(asyncio.get_running_loop())
        self._began = self._time()
        async with AsyncExitStack() as starting:
            for plan in buses:
                bus = self._bus(plan)
                starting.push_async_callback(bus.stop)
                await bus.start()
                self.buses[plan.name] = bus
            for listener, table in zip(listeners, self._tables, strict=True):
                server, wire = self._server(listener, table)
                await server.start()
                if wire is not None:
                    wire.server = server.target.host, server.port
                starting.push_async_callback(server.stop, GRACE)
                self.servers.append(server)
            self._running = starting.pop_all()

    async def stop(self) -> None:
        """Accept nobody any more, answer what can be answered at once, and close the buses."""
        await self._running.aclose()

    def status(self) -> GatewayStatus:
        """How all of it fares."""
        return GatewayStatus(
            seconds=self._time() - self._began,
            listening=tuple(server.url for server in self.servers),
            buses=tuple(status_of_bus(bus) for bus in self.buses.values()),
            clients=clients_of(self.gateways),
            unmapped=sum(gateway.unmapped for gateway in self.gateways),
        )

    def _bus(self, plan: BusPlan) -> Bus | Remote:
        target = parse_url(plan.url)
        traffic = device_side(self._recorder, target)
        if target.scheme in LINES:
            return Bus(plan.name, Line(target, plan.line, on_traffic=traffic), plan.settings)
        return Remote.over(plan.name, Link(target, plan.link, on_traffic=traffic), within=plan.within)

    def _server(self, plan: ListenPlan, table: RoutingTable) -> tuple[Server, RecordingWire | None]:
        """The stack of a gateway: limits and access at the listener, then rights, then the route to the bus."""
        gateway = Gateway(table, self.buses, silent=plan.silent, zero=plan.zero)
        self.gateways.append(gateway)
        service: Service = gateway if plan.rights is None else plan.rights(gateway)
        if plan.read_only:
            service = read_only(service)
        service, wire = listener_side(self._recorder, parse_url(plan.url), service)
        server = Server(
            OwnUnits(service, gateway),
            plan.url,
            limits=plan.limits,
            allow=plan.allow,
            tls=plan.tls,
            answer_within=1.0 + max(longest(bus) for bus in self._plans[1]),
            wire=wire,
            watch=plan.watch,
        )
        return server, wire
