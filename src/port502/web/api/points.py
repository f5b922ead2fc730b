"""Points: what they are, what they are now, what they were, and writing them."""

from __future__ import annotations

import time
from typing import Annotated

from fastapi import APIRouter, Query

from port502.errors import UsageError
from port502.history import parse_duration, parse_when
from port502.web.api.models import (
    MOST_NAMES,
    Kept,
    Now,
    Point,
    Points,
    PointWithValue,
    Preview,
    Series,
    WriteOrder,
    Written,
)
from port502.web.api.problems import ProblemError
from port502.web.api.who import Host, Operator, Site, Viewer
from port502.web.points import PointInfo, searched
from port502.web.station import MOST_SAMPLES, Station

router = APIRouter(tags=["points"])

Limit = Annotated[int, Query(ge=1, le=1000)]
Offset = Annotated[int, Query(ge=0)]


@router.get("/points")
async def points(
    site: Site,
    who: Viewer,
    q: Annotated[str, Query(max_length=200)] = "",
    device: Annotated[str, Query(max_length=200)] = "",
    quality: Annotated[str, Query(pattern="^(good|uncertain|bad|)$")] = "",
    limit: Limit = 100,
    offset: Offset = 0,
) -> Points:
    """Points with their values: those that fit ``q`` (a part of the name, a quantity, 40108, holding:107, 0x6B)."""
    fits = searched(q)
    found = [info for info in site.points.values() if fits(info) and device in ("", info.device)]
    if quality:
        found = [info for info in found if site.now(info.name).quality == quality]
    shown = found[offset : offset + limit]
    after = offset + limit
    return Points(
        total=len(found),
        next=after if after < len(found) else None,
        points=[_with_value(site, info) for info in shown],
    )


@router.get("/points/{name}")
async def point(name: str, site: Site, who: Viewer) -> PointWithValue:
    """One point with its value."""
    return _with_value(site, _known(site, name))


@router.post("/points/{name}/write")
async def write(name: str, order: WriteOrder, site: Site, who: Operator, host: Host) -> Written:
    """Write a point that the site file opens for it: sent once, read back, and written down with its author."""
    if _known(site, name).critical and order.confirm != name:
        raise UsageError(f"{name} is critical: 'confirm' must be its name")
    return Written.of(await site.write(name, order.value, who, host))


@router.post("/points/{name}/preview")
async def preview(name: str, order: WriteOrder, site: Site, who: Operator) -> Preview:
    """What a write would send: its request, address and registers. Nothing is sent."""
    _known(site, name)
    return Preview.model_validate(site.preview(name, order.value))


@router.get("/history")
async def history(
    site: Site,
    who: Viewer,
    point: Annotated[list[str], Query(min_length=1, max_length=MOST_NAMES)],
    since: Annotated[str, Query(max_length=60)] = "1h",
    until: Annotated[str, Query(max_length=60)] = "",
    every: Annotated[str, Query(max_length=20)] = "",
    limit: Annotated[int, Query(ge=1, le=MOST_SAMPLES)] = MOST_SAMPLES,
) -> Series:
    """What was kept of some points: ``since`` and ``until`` are times or spans back (5m), ``every`` sums up."""
    for name in point:
        _known(site, name)
    step = parse_duration(every) if every else None
    if step is not None and step < 0.001:
        raise UsageError("the shortest step is 1ms")
    now = time.time()
    begin = parse_when(since, now) if since else None
    end = parse_when(until, now) if until else None
    samples = await site.history(point, begin, end, every=step, most=limit)
    return Series(
        points=point, samples=[Kept.of(sample) for sample in samples], complete=len(samples) < limit
    )


def _known(site: Station, name: str) -> PointInfo:
    if name not in site.points:
        raise ProblemError(404, f"no point {name!r} is collected here")
    return site.point(name)


def _with_value(site: Station, info: PointInfo) -> PointWithValue:
    return PointWithValue(**Point.of(info).model_dump(), now=Now.of(site.now(info.name)))
