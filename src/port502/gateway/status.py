"""What a running gateway tells of itself: buses, units, clients."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from port502.gateway.bus import Bus, Unit
from port502.gateway.gateway import ClientCounters, Gateway
from port502.gateway.remote import Remote
from port502.transport.states import LinkState

_WORDS = {LinkState.READY: "open", LinkState.BACKING_OFF: "closed"}


@dataclass(frozen=True, slots=True)
class UnitStatus:
    """One unit of a bus; times in seconds, percentiles None without replies, ``exceptions`` its own by code."""

    unit: int
    state: str
    timeout: float
    learned: bool
    p50: float | None
    p95: float | None
    p99: float | None
    requests: int
    replies: int
    timeouts: int
    damaged: int
    wrong: int
    exceptions: Mapping[int, int]
    last_error: str


@dataclass(frozen=True, slots=True)
class BusStatus:
    """One bus; ``busy_seconds`` is the time that its wire was in use, ``discarded`` counts by cause.

    ``per_second`` requests came lately, and the wire was in use for ``load`` (0-1) of the time; 0 where nobody looks.
    """

    name: str
    url: str
    state: str
    requests: int
    replies: int
    no_answer: int
    no_path: int
    refused: int
    spared: int
    retries: int
    unknown_writes: int
    waiting: int
    oldest: float
    busy_seconds: float
    discarded: Mapping[str, int]
    units: tuple[UnitStatus, ...]
    last_error: str
    per_second: float = 0.0
    load: float = 0.0


@dataclass(frozen=True, slots=True)
class GatewayStatus:
    """A gateway at a moment; ``seconds`` since it was started, clients with the one that asked last at the end."""

    seconds: float
    listening: tuple[str, ...]
    buses: tuple[BusStatus, ...]
    clients: tuple[ClientCounters, ...]
    unmapped: int


def status_of_unit(number: int, unit: Unit) -> UnitStatus:
    """How one unit fares."""
    times, counters = unit.times, unit.counters
    return UnitStatus(
        number,
        times.state.value,
        times.timeout,
        times.learned,
        times.percentile(0.5),
        times.percentile(0.95),
        times.percentile(0.99),
        counters.requests,
        counters.replies,
        counters.timeouts,
        counters.damaged,
        counters.wrong,
        dict(counters.exceptions),
        counters.last_error,
    )


def status_of_bus(bus: Bus | Remote) -> BusStatus:
    """How one bus fares."""
    return _of_remote(bus) if isinstance(bus, Remote) else _of_serial(bus)


def clients_of(gateways: list[Gateway]) -> tuple[ClientCounters, ...]:
    """The clients of several listeners, the one that asked last at the end."""
    return tuple(sorted((one for gateway in gateways for one in gateway.clients), key=lambda one: one.last))


def _of_serial(bus: Bus) -> BusStatus:
    line, counters = bus.line, bus.counters
    oldest = bus.queue.oldest()
    wire = line.counters
    return BusStatus(
        name=bus.name,
        url=str(line.target),
        state="sick" if line.sick else "open" if line.is_open else "closed",
        requests=counters.requests,
        replies=counters.replies,
        no_answer=counters.no_answer,
        no_path=counters.no_path,
        refused=counters.busy,
        spared=counters.spared,
        retries=counters.retries,
        unknown_writes=counters.unknown_writes,
        waiting=len(bus.queue),
        oldest=max(0.0, line.time() - oldest.since) if oldest is not None else 0.0,
        busy_seconds=wire.busy_seconds,
        discarded={
            "late": wire.late,
            "foreign": wire.foreign,
            "wrong": wire.wrong,
            "damaged": wire.damaged,
            "noise": wire.noise,
        },
        units=tuple(status_of_unit(number, unit) for number, unit in sorted(bus.units.items())),
        last_error=wire.last_error,
    )


def _of_remote(remote: Remote) -> BusStatus:
    counters, state = remote.counters, remote.state
    oldest = remote.queue.oldest()
    return BusStatus(
        name=remote.name,
        url=remote.url,
        state=_WORDS.get(state, state.value),
        requests=counters.requests,
        replies=counters.replies,
        no_answer=counters.no_answer,
        no_path=0,
        refused=counters.busy,
        spared=0,
        retries=0,
        unknown_writes=0,
        waiting=remote.pending,
        oldest=max(0.0, remote.time() - oldest.since) if oldest is not None else 0.0,
        busy_seconds=0.0,
        discarded={"wrong": counters.wrong},
        units=(),
        last_error=counters.last_error,
    )
