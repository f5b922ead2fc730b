"""The status of a collector, put together when somebody asks."""

from __future__ import annotations

from collections.abc import Iterable

from port502.collect.bus import SinkStatus
from port502.collect.health import OFFLINE, ONLINE, UNKNOWN
from port502.collect.poller import Poller, Workshop
from port502.collect.status import (
    BlockStatus,
    CollectorStatus,
    ConnectionDetail,
    ConnectionStatus,
    FaultyPoint,
    GroupStatus,
    Stay,
    UnitStatus,
)
from port502.transport.states import LinkState


def report(
    shop: Workshop, pollers: Iterable[Poller], sinks: tuple[SinkStatus, ...], uptime: float
) -> CollectorStatus:
    """Everything there is to say at this moment."""
    tally, counters, late = shop.tally, shop.outlet.counters, shop.schedule.late
    return CollectorStatus(
        uptime=uptime,
        polls=tally.polls,
        cycles=tally.cycles,
        samples=counters.good + counters.uncertain + counters.bad,
        good=counters.good,
        uncertain=counters.uncertain,
        bad=counters.bad,
        overruns=tally.overruns,
        writes=tally.writes,
        failures=tally.failures,
        late_p50=late.percentile(0.5),
        late_p99=late.percentile(0.99),
        sinks=sinks,
        connections=tuple(_connection(poller) for poller in pollers),
    )


def silent_devices(pollers: Iterable[Poller]) -> dict[str, bool | None]:
    """Of each device, whether it does not answer, or its connection cannot be made; None: nobody asked it yet."""
    found: dict[str, bool | None] = {}
    for poller in pollers:
        trying = poller.wire.state in (LinkState.CONNECTING, LinkState.BACKING_OFF)
        away = trying and bool(poller.wire.counters.last_error)
        for device in poller.settings.devices:
            state = poller.unit_of(device).health.state
            found[device.name] = True if away else None if state == UNKNOWN else state == OFFLINE
    return found


def detail(poller: Poller) -> ConnectionDetail:
    """Everything there is to say of one connection."""
    now, standing = poller.time(), poller.standing
    return ConnectionDetail(
        _connection(poller),
        stays=tuple(
            Stay(str(state), standing.spent(state, now), standing.entered(state)) for state in LinkState
        ),
        blocks=tuple(_blocks(poller)),
        lately=poller.response.lately(),
        ever=poller.response.ever(),
        refusals=tuple(sorted(poller.refusals.items())),
    )


def _blocks(poller: Poller) -> Iterable[BlockStatus]:
    for group in poller.groups.values():
        for live in group.reads.live:
            block = live.block
            yield BlockStatus(
                device=group.device,
                interval=group.interval,
                table=str(block.table),
                address=block.address,
                count=block.quantity,
                points=len(block.points),
                gaps=tuple((gap.address, gap.end - gap.address) for gap in block.gaps),
            )


def _connection(poller: Poller) -> ConnectionStatus:
    now, time = poller.time(), poller.wall()
    counters = poller.wire.counters
    p50, p95, p99 = poller.response.lately().percentiles(0.5, 0.95, 0.99)
    return ConnectionStatus(
        name=poller.settings.name,
        url=poller.settings.url,
        state=str(poller.wire.state),
        since=now - poller.standing.since,
        last_error=counters.last_error,
        requests=counters.requests,
        replies=counters.replies,
        timeouts=counters.timeouts,
        exceptions=sum(poller.refusals.values()),
        failures=counters.failures,
        connects=counters.connects,
        restarts=poller.restarts,
        fallbacks=counters.fallbacks,
        response_p50=p50,
        response_p95=p95,
        response_p99=p99,
        load=poller.load,
        units=tuple(_units(poller, now)),
        groups=tuple(_groups(poller)),
        faulty=tuple(_faulty(poller, time)),
    )


def _units(poller: Poller, now: float) -> Iterable[UnitStatus]:
    for device in poller.settings.devices:
        health = poller.unit_of(device).health
        online = health.state == ONLINE
        yield UnitStatus(
            device=device.name,
            unit=device.unit,
            state=health.state,
            since=now - health.since,
            failures=health.failures,
            last_error=health.reason,
            next_probe=None if online else max(0.0, health.next_test - now),
        )


def _groups(poller: Poller) -> Iterable[GroupStatus]:
    for group in poller.groups.values():
        yield GroupStatus(
            device=group.device,
            interval=group.interval,
            points=len(group.reads.names),
            blocks=tuple(str(live.block) for live in group.reads.live),
            cycles=group.cycles,
            overruns=group.overruns,
            took=group.took,
        )


def _faulty(poller: Poller, time: float) -> Iterable[FaultyPoint]:
    for device in poller.settings.devices:
        for name, refusal in sorted(poller.shop.knowledge.of(device.name).refused.items()):
            yield FaultyPoint(f"{device.name}.{name}", refusal.reason, max(0.0, refusal.retry_at - time))
