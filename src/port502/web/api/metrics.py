"""For machines that watch: Prometheus metrics, and whether the site is alive and ready."""

from __future__ import annotations

from collections.abc import Iterator

from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from port502.collect.status import ConnectionStatus
from port502.web.api.problems import problem
from port502.web.api.who import Site, Viewer
from port502.web.station import Station

router = APIRouter(tags=["monitoring"])

_STATES = ("online", "suspect", "offline", "not yet asked")


class _Site(Collector):
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
    response = GaugeMetricFamily(
        "port502_response_seconds", "Response time over the last minute", labels=["connection", "quantile"]
    )
    units = GaugeMetricFamily(
        "port502_unit_state", "1 for the state a unit is in", labels=["device", "state"]
    )
    for one in connections:
        for name, family in counters.items():
            family.add_metric([one.name], getattr(one, name))
        up.add_metric([one.name], one.state == "ready")
        load.add_metric([one.name], one.load)
        for quantile, value in (
            ("0.5", one.response_p50),
            ("0.95", one.response_p95),
            ("0.99", one.response_p99),
        ):
            if value is not None:
                response.add_metric([one.name, quantile], value)
        for unit in one.units:
            for state in _STATES:
                units.add_metric([unit.device, state], unit.state == state)
    yield from (*counters.values(), up, load, response, units)


@router.get("/metrics", response_class=Response)
async def metrics(site: Site, who: Viewer) -> Response:
    """Everything that can be counted, for Prometheus."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Site(site))
    return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)


@router.get("/healthz")
async def healthz() -> dict[str, str]:
    """Whether the process answers at all."""
    return {"status": "alive"}


@router.get("/readyz", response_model=dict[str, str])
async def readyz(site: Site) -> Response | dict[str, str]:
    """Whether the site collects: 503 while no connection stands."""
    connections = site.status().collector.connections
    if connections and not any(one.state == "ready" for one in connections):
        return problem(503, "no connection stands")
    return {"status": "ready"}
