"""Alarms: how they stand, what happened, and what somebody does about them."""

from __future__ import annotations

import time
from typing import Annotated

from fastapi import APIRouter, Query

from port502.history import parse_when
from port502.web.api.models import Acknowledge, Alarm, Alarms, Event, Events, Shelve
from port502.web.api.problems import ProblemError
from port502.web.api.who import Operator, Site, Viewer
from port502.web.station import Station

router = APIRouter(tags=["alarms"])


@router.get("/alarms")
async def alarms(site: Site, who: Viewer, active: bool = False) -> Alarms:
    """All alarms, the important ones first; with ``active`` those only that are not normal."""
    states = site.alarms()
    if active:
        states = [state for state in states if state.state != "normal"]
    return Alarms(alarms=[Alarm.of(state) for state in states])


@router.get("/alarms/events")
async def events(
    site: Site,
    who: Viewer,
    alarm: Annotated[str, Query(max_length=300)] = "",
    since: Annotated[str, Query(max_length=60)] = "",
    before: Annotated[int | None, Query(ge=1, le=2**62)] = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> Events:
    """What happened to the alarms, newest first."""
    found = await site.alarm_history(alarm, parse_when(since, time.time()) if since else 0.0, before, limit)
    return Events(events=[Event.of(number, event) for number, event in found])


@router.post("/alarms/acknowledge")
async def acknowledge(order: Acknowledge, site: Site, who: Operator) -> Alarms:
    """Say that somebody has seen these alarms."""
    for name in order.alarms:
        _known(site, name)
    site.acknowledge(order.alarms, who, order.comment)
    return Alarms(alarms=[Alarm.of(state) for state in site.alarms() if state.alarm in order.alarms])


@router.post("/alarms/{name:path}/shelve")
async def shelve(name: str, order: Shelve, site: Site, who: Operator) -> Alarm:
    """Keep an alarm silent for a while."""
    _known(site, name)
    site.shelve(name, order.seconds, who, order.comment)
    return _alarm(site, name)


@router.post("/alarms/{name:path}/unshelve")
async def unshelve(name: str, site: Site, who: Operator) -> Alarm:
    """Let an alarm be heard again."""
    _known(site, name)
    site.unshelve(name, who)
    return _alarm(site, name)


def _known(site: Station, name: str) -> None:
    if all(state.alarm != name for state in site.alarms()):
        raise ProblemError(404, f"no alarm {name!r}")


def _alarm(site: Station, name: str) -> Alarm:
    return next(Alarm.of(state) for state in site.alarms() if state.alarm == name)
