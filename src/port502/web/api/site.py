"""The site as a whole: how it fares, and the emergency stop of all writes."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from pydantic import TypeAdapter

from port502.site.status import SiteStatus
from port502.web.api.models import Listeners, Lock, Overview
from port502.web.api.who import Engineer, Operator, Site, Viewer

router = APIRouter(tags=["site"])

_STATUS = TypeAdapter(SiteStatus)


@router.get("/overview")
async def overview(site: Site, who: Viewer) -> Overview:
    """How many of everything there are, and how the site fares."""
    status = site.status()
    collector = status.collector
    return Overview.of(
        site.name,
        site.counts(),
        uptime_s=round(collector.uptime, 3),
        polls=collector.polls,
        overruns=collector.overruns,
        backlog=status.history.backlog,
        lost=status.history.lost,
        locked=site.running.listeners.locked,
    )


@router.get("/status")
async def status(site: Site, who: Viewer) -> dict[str, Any]:
    """Everything there is to say of connections, units, groups, listeners and the history; times in seconds."""
    found: dict[str, Any] = _STATUS.dump_python(site.status(), mode="json")
    return found


@router.post("/lock")
async def lock(order: Lock, site: Site, who: Operator) -> Listeners:
    """Stop all writes at once: of the listeners' clients, of the command line, and of the dashboard."""
    return Listeners(listeners=list(site.lock(order.why, who)))


@router.post("/unlock")
async def unlock(site: Site, who: Engineer) -> Listeners:
    """Let writes through again."""
    return Listeners(listeners=list(site.unlock(who)))
