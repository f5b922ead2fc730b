"""The figures of a site for machines that watch, in Prometheus's families."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from port502.collect.response_times import Spread
from port502.collect.status import ConnectionStatus
from port502.gateway.status import BusStatus
from port502.site.status import ListenerStatus
from port502.web.station import Station

_STATES = ("online", "suspect", "offline", "not yet asked")
_LIMITS = (0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
"""The buckets of response times, in seconds: from a neighbour on the same machine to a radio link."""


class SiteFigures(Collector):
    """The figures of a site, made when somebody asks."""

    def __init__(self, station: Station) -> None:
        self._station = station

    def collect(self) -> Iterator[Metric]:
        """All of them."""
        status = self._station.status()
        collector = status.collector
        for name, value, help_ in (
            ("polls", collector.polls, "Reads of one block each"),
            ("overruns", collector.overruns, "Poll slots that were skipped because the last cycle still ran"),
            ("writes", collector.writes, "Writes to devices"),
            ("lost_samples", status.history.lost, "Samples that could not be kept"),
        ):
            yield CounterMetricFamily(f"port502_{name}", help_, value=value)
        samples = CounterMetricFamily("port502_samples", "Samples by quality", labels=["quality"])
        for quality in ("good", "uncertain", "bad"):
            samples.add_metric([quality], getattr(collector, quality))
        yield samples
        yield GaugeMetricFamily(
            "port502_history_backlog", "Samples that wait for the disk", value=status.history.backlog
        )
        alarms = GaugeMetricFamily("port502_alarms_active", "Active alarms by priority", labels=["priority"])
        active = [alarm.priority for alarm in self._station.alarms() if alarm.active and not alarm.silent]
        for priority in ("low", "medium", "high", "critical"):
            alarms.add_metric([priority], active.count(priority))
        yield alarms
        yield from _connections(collector.connections)
        yield _responses(self._station.response_times())
        yield from _listeners(status.listeners)
        yield from _lines(status.lines)


def _connections(connections: tuple[ConnectionStatus, ...]) -> Iterator[Metric]:
    counters = {
        name: CounterMetricFamily(f"port502_connection_{name}", help_, labels=["connection"])
        for name, help_ in (
            ("requests", "Requests sent"),
            ("replies", "Replies that came"),
            ("timeouts", "Requests without a reply"),
            ("exceptions", "Replies that were exceptions"),
            ("failures", "Failed connections"),
            ("connects", "Connections made"),
        )
    }
    up = GaugeMetricFamily("port502_connection_up", "Whether the connection stands", labels=["connection"])
    load = GaugeMetricFamily(
        "port502_connection_load", "Part of the time in which a reply is awaited", labels=["connection"]
    )
    units = GaugeMetricFamily(
        "port502_unit_state", "1 for the state a unit is in", labels=["device", "state"]
    )
    for one in connections:
        for name, family in counters.items():
            family.add_metric([one.name], getattr(one, name))
        up.add_metric([one.name], one.state == "ready")
        load.add_metric([one.name], one.load)
        for unit in one.units:
            for state in _STATES:
                units.add_metric([unit.device, state], unit.state == state)
    yield from (*counters.values(), up, load, units)


def _responses(found: Mapping[str, Spread]) -> Metric:
    family = HistogramMetricFamily(
        "port502_response_seconds", "How long replies took, refusals among them", labels=["connection"]
    )
    for name, spread in found.items():
        passed = zip(_LIMITS, spread.at_most(*_LIMITS), strict=True)
        buckets = [(str(limit), count) for limit, count in passed]
        family.add_metric([name], [*buckets, ("+Inf", spread.count)], spread.total)
    return family


def _listeners(listeners: Iterable[ListenerStatus]) -> Iterator[Metric]:
    clients = GaugeMetricFamily("port502_listener_clients", "Clients connected now", labels=["listener"])
    requests = CounterMetricFamily("port502_listener_requests", "Requests that came", labels=["listener"])
    refused = CounterMetricFamily(
        "port502_listener_refused", "Requests that its policy turned away", labels=["listener"]
    )
    locked = GaugeMetricFamily(
        "port502_listener_locked", "Whether all its writes are stopped", labels=["listener"]
    )
    findings = GaugeMetricFamily(
        "port502_listener_findings", "Suspicious things seen lately", labels=["listener"]
    )
    joined = CounterMetricFamily(
        "port502_share_joined", "Reads answered by one on its way", labels=["listener"]
    )
    cached = CounterMetricFamily(
        "port502_share_cached", "Reads answered by what was read before", labels=["listener"]
    )
    for one in listeners:
        clients.add_metric([one.name], one.clients)
        requests.add_metric([one.name], one.requests)
        refused.add_metric([one.name], one.refused)
        locked.add_metric([one.name], bool(one.locked))
        findings.add_metric([one.name], len(one.findings))
        if one.share is not None:
            joined.add_metric([one.name], one.share.joining.joined)
            cached.add_metric([one.name], one.share.cache.hits)
    yield from (clients, requests, refused, locked, findings, joined, cached)


def _lines(lines: Iterable[BusStatus]) -> Iterator[Metric]:
    counters = {
        name: CounterMetricFamily(f"port502_line_{name}", help_, labels=["line"])
        for name, help_ in (
            ("requests", "Requests for units on the line"),
            ("replies", "Replies that came"),
            ("no_answer", "Requests that nobody answered"),
            ("refused", "Requests refused because too much waited"),
            ("spared", "Requests spared because the unit is known to be dead"),
        )
    }
    waiting = GaugeMetricFamily("port502_line_waiting", "Requests that wait", labels=["line"])
    load = GaugeMetricFamily(
        "port502_line_load", "Part of the time in which the wire is in use", labels=["line"]
    )
    timeout = GaugeMetricFamily(
        "port502_line_unit_timeout_seconds",
        "How long a unit is waited for, as learned",
        labels=["line", "unit"],
    )
    for one in lines:
        for name, family in counters.items():
            family.add_metric([one.name], getattr(one, name))
        waiting.add_metric([one.name], one.waiting)
        load.add_metric([one.name], one.load)
        for unit in one.units:
            timeout.add_metric([one.name, str(unit.unit)], unit.timeout)
    yield from (*counters.values(), waiting, load, timeout)
