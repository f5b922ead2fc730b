"""Connections: how each of them fares, closely looked at, and what passes on it."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Query
from fastapi.responses import Response
from pydantic import Field

from port502.collect.response_times import Spread
from port502.collect.status import BlockStatus, ConnectionDetail, ConnectionStatus
from port502.errors import UsageError
from port502.protocol.codes import exception_name
from port502.web.api.models import Model
from port502.web.api.problems import ProblemError
from port502.web.api.who import Site, Viewer
from port502.web.station import Station

router = APIRouter(tags=["connections"])

PCAP = "application/vnd.tcpdump.pcap"
LOOK_AGAIN = 0.5


class Stay(Model):
    """How long a connection has been in a state, in all, and how often it came to it."""

    state: str
    seconds: float
    times: int


class Bar(Model):
    """How many response times were longer than ``least_s`` and at most ``most_s`` seconds."""

    least_s: float
    most_s: float
    count: int


class ResponseTimes(Model):
    """How long replies took, refusals among them: percentiles to within a seventh, and how all are spread."""

    replies: int
    p50_s: float | None
    p95_s: float | None
    p99_s: float | None
    bars: list[Bar]

    @classmethod
    def of(cls, spread: Spread) -> ResponseTimes:
        """The model of a spread."""
        p50, p95, p99 = spread.percentiles(0.5, 0.95, 0.99)
        bars = [Bar(least_s=one.least, most_s=one.most, count=one.count) for one in spread.bars()]
        return cls(replies=spread.count, p50_s=p50, p95_s=p95, p99_s=p99, bars=bars)


class Exceptions(Model):
    """How often an exception came."""

    code: int
    name: str
    count: int


class Gap(Model):
    """Addresses in a block that no point asked for."""

    address: int
    count: int


class Block(Model):
    """A planned read: ``count`` registers or bits from the zero-based ``address`` on."""

    device: str
    interval_s: float
    table: str
    address: int
    count: int
    points: int
    gaps: list[Gap] = Field(default_factory=list)

    @classmethod
    def of(cls, block: BlockStatus) -> Block:
        """The model of a block."""
        return cls(
            device=block.device,
            interval_s=block.interval,
            table=block.table,
            address=block.address,
            count=block.count,
            points=block.points,
            gaps=[Gap(address=address, count=count) for address, count in block.gaps],
        )


class ConnectionSummary(Model):
    """A connection in a line: ``load`` is the fraction of time in which a reply was awaited."""

    name: str
    url: str
    state: str
    since_s: float
    last_error: str = ""
    load: float
    requests: int
    replies: int
    timeouts: int
    exceptions: int
    connects: int
    devices: list[str]

    @classmethod
    def of(cls, status: ConnectionStatus, **more: Any) -> Any:
        """The model of a status."""
        return cls(
            name=status.name,
            url=status.url,
            state=status.state,
            since_s=round(status.since, 3),
            last_error=status.last_error,
            load=round(status.load, 4),
            requests=status.requests,
            replies=status.replies,
            timeouts=status.timeouts,
            exceptions=status.exceptions,
            connects=status.connects,
            devices=[unit.device for unit in status.units],
            **more,
        )


class Connection(ConnectionSummary):
    """A connection, closely looked at."""

    response_last_5_minutes: ResponseTimes
    response_since_start: ResponseTimes
    stays: list[Stay]
    refusals: list[Exceptions]
    blocks: list[Block]


class Connections(Model):
    """All connections."""

    connections: list[ConnectionSummary]


@router.get("/connections")
async def connections(site: Site, who: Viewer) -> Connections:
    """All connections, each in a line."""
    found = site.status().collector.connections
    return Connections(connections=[ConnectionSummary.of(one) for one in found])


@router.get("/connections/{name}")
async def connection(name: str, site: Site, who: Viewer) -> Connection:
    """One connection: its states, how it is answered, what is read through it."""
    detail = _detail(site, name)
    status = detail.status
    found: Connection = Connection.of(
        status,
        response_last_5_minutes=ResponseTimes.of(detail.lately),
        response_since_start=ResponseTimes.of(detail.ever),
        stays=[Stay(state=one.state, seconds=round(one.seconds, 3), times=one.times) for one in detail.stays],
        refusals=[
            Exceptions(code=code, name=exception_name(code), count=count) for code, count in detail.refusals
        ],
        blocks=[Block.of(one) for one in detail.blocks],
    )
    return found


@router.get(
    "/connections/{name}/traffic",
    response_class=Response,
    responses={200: {"content": {PCAP: {}}, "description": "A capture file."}},
)
async def traffic(
    name: str, site: Site, who: Viewer, seconds: Annotated[float, Query(ge=0, le=30)] = 2.0
) -> Response:
    """What passes on a connection as a pcap file: what is remembered because somebody looks, and ``seconds`` more."""
    _detail(site, name)
    loop = asyncio.get_running_loop()
    until = loop.time() + seconds
    tap = site.listen(name)
    while (left := until - loop.time()) > 0:
        await asyncio.sleep(min(left, LOOK_AGAIN))
        tap = site.listen(name)
    attached = f"attachment; filename*=UTF-8''{quote(name)}.pcap"
    return Response(tap.capture(), media_type=PCAP, headers={"Content-Disposition": attached})


def _detail(site: Station, name: str) -> ConnectionDetail:
    try:
        return site.connection(name)
    except UsageError as error:
        raise ProblemError(404, str(error)) from error
