"""The connections of a running site as buses: each has one owner and one queue, whoever asks its devices."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from port502.collect import wire as collecting
from port502.collect.settings import ConnectionSettings
from port502.collect.wire import OnState, Wire
from port502.errors import UsageError
from port502.gateway.bus import Bus, BusSettings, Wish
from port502.gateway.line import Line, LineSettings
from port502.gateway.patience import Patience
from port502.gateway.remote import Remote
from port502.gateway.status import BusStatus, status_of_bus
from port502.gateway.wire import BusWire
from port502.protocol.codes import GATEWAY_PATH_UNAVAILABLE
from port502.protocol.message import ExceptionResponse
from port502.service.access import Networks
from port502.service.call import Call, Reply
from port502.service.lately import Lately
from port502.service.maybe import Later
from port502.transport.link_settings import LinkCounters
from port502.transport.states import LinkState
from port502.transport.url import parse_url

FLOOR = 0.05
"""Seconds that a unit is waited for at least."""

BUSY = "busy"
"""What the time is called in which a line was in use, beside its name."""

OnConnection = Callable[[str, LinkState, str], None]
"""Hears how a connection fares: its name, its state, and why."""


@dataclass(frozen=True, slots=True)
class _Known:
    settings: ConnectionSettings
    wire: Wire
    bus: Bus | Remote


class Buses:
    """Makes the connections of a site for its collector, and finds them again for whoever else wants to ask.

    A serial line that a gateway leads to is a bus, and the collector is one of its clients. Every other connection is
    the collector's own, which others ask in turns through a ``Remote``. ``on_state`` hears of all of them.
    """

    def __init__(self) -> None:
        self.on_state: OnConnection = _unheard
        self._known: dict[str, _Known] = {}
        self._lately = Lately()

    def connect(self, settings: ConnectionSettings, on_state: OnState) -> Wire:
        """The wire of a connection, not opened yet; raises ConfigError for unusable certificates."""
        name = settings.name

        def heard(state: LinkState, why: str) -> None:
            on_state(state, why)
            known = self._known.get(name)
            if known is None or known.wire is not wire:
                return
            if state is LinkState.BACKING_OFF and isinstance(known.bus, Remote):
                known.bus.lost()
            self.on_state(name, state, why)

        bus: Bus | Remote
        wire: Wire
        if settings.in_turns:
            bus = bus_of(settings)
            old = self._known[name].wire if name in self._known else None
            wire = BusWire(bus, on_state=heard, before=old if isinstance(old, BusWire) else None)
        else:
            wire = collecting.connect(settings, heard)
            bus = Remote(
                name,
                lambda: wire,
                timeout=settings.response_timeout,
                window=settings.window,
                url=str(parse_url(settings.url)),
            )
        self._known[name] = _Known(settings, wire, bus)
        return wire

    def find(self, name: str) -> Bus | Remote | None:
        """The bus that a connection is now; None for a name that there is not."""
        known = self._known.get(name)
        return None if known is None else known.bus

    def state(self, name: str) -> LinkState:
        """How a connection fares; one that there is not is closed."""
        known = self._known.get(name)
        return LinkState.CLOSED if known is None else known.wire.state

    def wire(self, name: str) -> Wire:
        """A connection itself; raises UsageError for a name that there is not."""
        known = self._known.get(name)
        if known is None:
            raise UsageError(f"no connection {name!r} is at work")
        return known.wire

    def counters(self, name: str) -> LinkCounters:
        """What happened on a connection."""
        known = self._known.get(name)
        return LinkCounters() if known is None else known.wire.counters

    def status(self, names: Iterable[str]) -> tuple[BusStatus, ...]:
        """How the buses of these connections fare."""
        return tuple(
            replace(
                status_of_bus(known.bus),
                per_second=self._lately.of(name),
                load=self._lately.of((BUSY, name)),
            )
            for name, known in ((name, self._known[name]) for name in names if name in self._known)
        )

    def look(self, names: Iterable[str], now: float) -> None:
        """Look at what passes there, now and then, so that rates can be told."""
        for name in names:
            bus = self.find(name)
            if bus is not None:
                self._lately.note(name, bus.counters.requests, now)
            if isinstance(bus, Bus):
                self._lately.note((BUSY, name), bus.line.counters.busy_seconds, now)


class SiteBus:
    """A connection of a site as a service, found anew for each call: a reload may have made another one of it."""

    def __init__(self, buses: Buses, name: str, within: float, first: Networks | None = None) -> None:
        self._buses = buses
        self._name = name
        self._within = within
        self._first = first

    def __call__(self, call: Call) -> Reply | Later[Reply]:
        """Let the call wait for its turn."""
        bus = self._buses.find(self._name)
        if bus is None:
            return ExceptionResponse(call.request.function, GATEWAY_PATH_UNAVAILABLE)
        urgent = self._first is not None and call.session.host in self._first
        return bus.take(call, Wish(within=self._within, urgent=urgent))


def bus_of(settings: ConnectionSettings) -> Bus:
    """The bus that a connection to a serial line describes."""
    line = LineSettings(
        pause=settings.pause,
        memory=settings.response_timeout,
        connect_timeout=settings.connect_timeout,
        reopen_first=settings.reconnect_first,
        reopen_max=settings.reconnect_max,
    )
    timeout = settings.response_timeout
    patience = Patience(maximum=timeout, floor=min(FLOOR, timeout))
    made = BusSettings(patience=patience, retries=settings.retries)
    return Bus(settings.name, Line(parse_url(settings.url), line), made)


def _unheard(name: str, state: LinkState, why: str) -> None:
    """Nobody wants to know."""
