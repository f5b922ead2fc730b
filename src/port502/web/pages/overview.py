"""The overview: is all well, and if not, what and where."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

from nicegui import ui
from starlette.requests import Request

from port502.collect.status import ConnectionStatus
from port502.site.status import FindingStatus, ListenerStatus
from port502.web.pages.decisions import FRESH
from port502.web.pages.frame import Visit, card, framed, visit_of
from port502.web.pages.suspicions import grave_mark
from port502.web.pages.words import age_text, alarm_mark, counted, link_mark, unit_mark
from port502.web.station import Station

REFRESH = 1.0
RATE_OVER = 10
LATE_OVER = 60
"""Overruns of so many refreshes ago are over."""

MOST_ALARMS = 8


@ui.page("/")
def overview(request: Request) -> None:
    """Counts, alarms, and the site as a map."""
    visit = visit_of(request)
    with framed(visit, "Overview"):
        refreshing = [_tiles(visit.station), _alarms(visit), _map(visit.station)]
    for refresh in refreshing:
        refresh()
        ui.timer(REFRESH, refresh)


class _Tile:
    """A number with a word below; coloured only while something is wrong."""

    def __init__(self, word: str, path: str = "") -> None:
        with (
            ui.link(target=path)
            .classes("p5-tile")
            .style("text-decoration: none; color: inherit") as self._box
        ):
            self._number = ui.label("-").classes("p5-number")
            ui.label(word).classes("p5-quiet")
        self._tone = ""

    def show(self, text: str, tone: str = "") -> None:
        self._number.set_text(text)
        if tone != self._tone:
            self._box.classes(remove=f"is-{self._tone}", add=f"is-{tone}" if tone else "")
            self._tone = tone


def _tiles(station: Station) -> Callable[[], None]:
    past: deque[tuple[float, int]] = deque(maxlen=RATE_OVER)
    late: deque[int] = deque(maxlen=LATE_OVER)
    with ui.element("div").classes("p5-tiles is-eight"):
        good = _Tile("points good", "/points")
        uncertain = _Tile("points stale or uncertain", "/points?quality=uncertain")
        bad = _Tile("points bad", "/points?quality=bad")
        offline = _Tile("devices offline", "/devices")
        alarms = _Tile("alarms active", "/alarms")
        rate = _Tile("requests per second", "/devices")
        overruns = _Tile("overruns", "/devices")
        backlog = _Tile("samples wait for the disk", "/devices")

    def refresh() -> None:
        counts, status = station.counts(), station.status()
        past.append((status.collector.uptime, status.collector.polls))
        (began, polls), (now, more) = past[0], past[-1]
        good.show(f"{counts.good:,}")
        uncertain.show(f"{counts.uncertain:,}", "medium" if counts.uncertain else "")
        bad.show(f"{counts.bad:,}", "critical" if counts.bad else "")
        offline.show(f"{counts.offline:,}", "critical" if counts.offline else "")
        active = [one.priority for one in station.alarms() if one.active and not one.silent]
        alarms.show(f"{len(active):,}", active[0] if active else "")
        rate.show(f"{(more - polls) / (now - began):.1f}" if now > began else "-")
        late.append(status.collector.overruns)
        overruns.show(f"{late[-1]:,}", "medium" if late[-1] > late[0] else "")
        lost = status.history.lost
        backlog.show(f"{status.history.backlog:,}", "critical" if lost or status.history.last_error else "")

    return refresh


def _alarms(visit: Visit) -> Callable[[], None]:
    with card("Alarms"):
        rows = ui.element("div").classes("p5-rows")
    shown: list[tuple[str, str, str, str]] = []

    def refresh() -> None:
        nonlocal shown
        states = [one for one in visit.station.alarms() if one.state != "normal" and not one.silent]
        now = [(one.priority, one.text or one.alarm, one.state, one.alarm) for one in states[:MOST_ALARMS]]
        if now == shown and rows.default_slot.children:
            return
        shown = now
        rows.clear()
        with rows:
            for priority, text, state, alarm in now:
                mark = alarm_mark(priority, quiet=state == "returned")
                with ui.element("div").classes("p5-row p5-news"):
                    ui.label(str(mark)).classes(mark.classes)
                    ui.link(text, "/alarms").classes("p5-name").tooltip(alarm)
                    ui.label(state).classes("p5-quiet")
            if not now:
                ui.label("No alarm is active or waits for somebody.").classes("p5-quiet")
            elif len(states) > MOST_ALARMS:
                ui.link(f"and {len(states) - MOST_ALARMS} more", "/alarms")

    return refresh


def _map(station: Station) -> Callable[[], None]:
    """Connections with their devices, listeners with their clients: what is not well comes first."""
    with card("The site"):
        grid = ui.element("div").classes("p5-grid")
    shown: object = None

    def refresh() -> None:
        nonlocal shown
        status = station.status()
        worst = station.worst_findings(time.time() - FRESH)
        nodes = [(f"/connection/{one.name}", *_node(one)) for one in status.collector.connections]
        nodes += [("/security", *listener_node(one, worst.get(one.name))) for one in status.listeners]
        nodes.sort(key=lambda node: node[1] == "")
        if nodes == shown:
            return
        shown = nodes
        grid.clear()
        with grid:
            for target, tone, name, mark, detail in nodes:
                with ui.link(target=target).classes("p5-node" + (f" is-{tone}" if tone else "")):
                    ui.label(name).style("font-weight: 600")
                    ui.label(mark).classes(f"p5-mark is-{tone}" if tone else "p5-mark")
                    ui.label(detail).classes("p5-quiet").style("font-size: 0.85rem; overflow-wrap: anywhere")

    return refresh


def listener_node(one: ListenerStatus, worst: FindingStatus | None) -> tuple[str, str, str, str]:
    """The tone, the name, the mark and a detail of a listener, and ``worst`` of what looked like an attack there."""
    grave = grave_mark(worst)
    if grave is None or worst is None:
        return "", one.name, f"◀ listener, {counted(one.clients, 'client')}", one.url
    return grave.tone, one.name, f"{grave} finding", f"{worst.title}: {worst.client}".rstrip(": ")


def _node(one: ConnectionStatus) -> tuple[str, str, str, str]:
    """The tone, the name, the mark and a detail of a connection."""
    link = link_mark(one.state)
    if link.tone:
        return link.tone, one.name, str(link), one.last_error or one.url
    ill = [unit for unit in one.units if unit.state in ("suspect", "offline")]
    if ill:
        mark = unit_mark(ill[0].state)
        names = ", ".join(unit.device for unit in ill)
        return mark.tone, one.name, f"{mark} for {age_text(ill[0].since)}", f"{names}: {ill[0].last_error}"
    count = len(one.units)
    return "", one.name, str(link), one.url if count == 1 else f"{count} devices at {one.url}"
