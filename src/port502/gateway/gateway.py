"""The gateway: a service that hands each call to the bus behind its unit id."""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass

from port502.errors import DeviceError, UsageError
from port502.gateway.routing import RoutingTable
from port502.protocol.codes import GATEWAY_PATH_UNAVAILABLE
from port502.protocol.message import ExceptionResponse
from port502.service.call import Call, Reply, Service, Session
from port502.service.maybe import must_wait

log = logging.getLogger("port502.gateway")

BROADCAST = 0
MOST_CLIENTS = 256
"""So many clients are remembered; the one that asked longest ago is forgotten for a new one."""

SERIAL_TRANSPORTS = frozenset({"rtu", "ascii"})
"""Where others answer too, so that a unit without a route has to be met with silence."""


@dataclass(slots=True)
class ClientCounters:
    """What one client asked, and what of it was refused at once; ``last`` is the monotonic time of its last request."""

    client: str
    requests: int = 0
    writes: int = 0
    refused: int = 0
    last: float = 0.0


class Gateway:
    """A service of unit ids that are elsewhere.

    ``buses`` are services by the names that the routes of ``table`` use. A unit without a route is answered with
    exception 0A, or not at all with ``silent`` and on serial lines, where it may be another device's. Unit 0 is
    ``zero`` where that is given, else everybody: a write goes to each bus and has no reply, a read is refused with 0A.
    Raises UsageError for a route to a bus that is not there.
    """

    def __init__(
        self,
        table: RoutingTable,
        buses: Mapping[str, Service],
        *,
        silent: bool = False,
        zero: int | None = None,
    ) -> None:
        self.unmapped = 0
        self._clients: OrderedDict[int, tuple[Session, ClientCounters]] = OrderedDict()
        self.change(table, buses, silent=silent, zero=zero)

    def change(
        self,
        table: RoutingTable,
        buses: Mapping[str, Service],
        *,
        silent: bool = False,
        zero: int | None = None,
    ) -> None:
        """Take other routes from the next call on; what is under way ends where it began."""
        missing = [name for name in table.buses if name not in buses]
        if missing:
            raise UsageError(f"a route leads to the bus {missing[0]!r}, which is not there")
        if zero is not None and table.find(zero) is None:
            raise UsageError(f"unit 0 stands for unit {zero}, which has no route")
        self.silent = silent
        self.zero = zero
        self.table = table
        self._buses = dict(buses)

    def __call__(self, call: Call) -> Reply | Awaitable[Reply]:
        """Hand the call to the bus of its unit, under the unit's id there."""
        counters = self._count(call)
        reply = self._route(call)
        if isinstance(reply, ExceptionResponse):
            counters.refused += 1
        return reply

    def malformed(self, unit: int, error: DeviceError, transport: str = "tcp") -> ExceptionResponse | None:
        """The answer to a request that could not be decoded, and so never reaches a bus; None is silence."""
        if not self.knows(unit):
            return self._unknown(error.function, transport)
        return ExceptionResponse(error.function, error.code)

    def knows(self, unit: int) -> bool:
        """Whether a unit id leads anywhere; 0 is everybody, or the unit that it stands for."""
        return unit == BROADCAST or self.table.find(unit) is not None

    @property
    def clients(self) -> list[ClientCounters]:
        """What each client did, the one that asked last at the end."""
        return [counters for _, counters in self._clients.values()]

    def _route(self, call: Call) -> Reply | Awaitable[Reply]:
        unit = call.unit
        if unit == BROADCAST:
            if self.zero is None or call.broadcast:
                return self._broadcast(call)
            unit = self.zero
        place = self.table.find(unit)
        if place is None:
            self.unmapped += 1
            return self._unknown(call.request.function, call.session.transport)
        return self._buses[place.bus](Call(call.session, place.unit, call.request, call.received))

    def _unknown(self, function: int, transport: str) -> ExceptionResponse | None:
        if self.silent or transport in SERIAL_TRANSPORTS:
            return None
        return ExceptionResponse(function, GATEWAY_PATH_UNAVAILABLE)

    def _broadcast(self, call: Call) -> Reply | Awaitable[Reply]:
        if not call.request.writes:
            return self._unknown(call.request.function, call.session.transport)
        replies = [
            self._buses[bus](Call(call.session, BROADCAST, call.request, call.received, broadcast=True))
            for bus in self.table.buses
        ]
        return _all_of([reply for reply in replies if must_wait(reply)])

    def _count(self, call: Call) -> ClientCounters:
        key = id(call.session)
        known = self._clients.get(key)
        if known is None or known[0] is not call.session:
            known = self._clients[key] = (call.session, ClientCounters(str(call.session)))
            if len(self._clients) > MOST_CLIENTS:
                self._clients.popitem(last=False)
        else:
            self._clients.move_to_end(key)
        counters = known[1]
        counters.requests += 1
        counters.writes += call.request.writes
        counters.last = call.received
        return counters


async def _all_of(waiting: list[Awaitable[Reply]]) -> None:
    for reply in waiting:
        try:
            await reply
        except Exception:
            log.exception("a broadcast failed on one bus")
