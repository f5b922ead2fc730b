"""Devices: the site as a tree, the state of the worst part shown at every level above it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from urllib.parse import quote, urlencode

from nicegui import ui
from starlette.requests import Request

from port502.collect.sample import BAD, GOOD
from port502.collect.status import ConnectionStatus, GroupStatus, UnitStatus
from port502.web.pages.frame import Visit, card, framed, visit_of
from port502.web.pages.words import (
    Mark,
    age_text,
    link_mark,
    listed,
    now_text,
    percent_text,
    quality_mark,
    unit_mark,
)
from port502.web.points import PointInfo, searched

REFRESH = 1.0
MOST_POINTS = 200
_ORDER = {"critical": 0, "high": 1, "medium": 2, "low": 3, "": 4}


@ui.page("/devices")
def devices(request: Request, q: str = "") -> None:
    """The page; what is looked for stands in the url."""
    visit = visit_of(request)
    with framed(visit, "Devices"):
        tree = _Tree(visit, q[:200])
    ui.timer(REFRESH, tree.refresh)


def worst(marks: list[Mark]) -> Mark | None:
    """The mark that matters most; None of no marks."""
    return min(marks, key=lambda mark: _ORDER[mark.tone], default=None)


class _Tree:
    """Connections with their devices; a device's groups and points come when it is opened."""

    def __init__(self, visit: Visit, q: str) -> None:
        self._visit = visit
        self._q = q
        self._refreshing: list[Callable[[], None]] = []
        self._now: dict[str, ConnectionStatus] = {}
        self._units: dict[tuple[str, str], UnitStatus] = {}
        with ui.row().classes("p5-tools"):
            ui.input("Find: name, quantity, 40108, 0x6B", value=q, on_change=self._look_for).props(
                "outlined dense clearable debounce=250"
            ).classes("p5-find")
        with card("The site"):
            self._top = ui.label().classes("p5-mark")
            self._body = ui.element("div").classes("w-full")
        self._fill()

    def refresh(self) -> None:
        """Show what has changed in what is open."""
        self._look()
        for one in self._refreshing:
            one()

    def _look(self) -> None:
        status = self._visit.station.status().collector
        self._now = {one.name: one for one in status.connections}
        self._units = {(one.name, unit.device): unit for one in status.connections for unit in one.units}

    def _look_for(self, event: object) -> None:
        self._q = str(getattr(event, "value", "") or "")[:200]
        query = urlencode({"q": self._q}) if self._q else ""
        ui.navigate.history.replace(f"/devices?{query}" if query else "/devices")
        self._fill()

    def _fill(self) -> None:
        self._look()
        self._body.clear()
        self._refreshing = [self._roll_up]
        fits = searched(self._q)
        fitting = {info.device for info in self._visit.station.points.values() if fits(info)}
        shown = 0
        with self._body:
            for one in sorted(self._now.values(), key=_gravity):
                named = self._q and self._q.lower() in one.name.lower()
                units = [unit for unit in one.units if not self._q or named or unit.device in fitting]
                if units or named or not self._q:
                    shown += 1
                    self._connection(one, units)
            if not shown:
                ui.label("Nothing fits.").classes("p5-quiet")
        self.refresh()

    def _roll_up(self) -> None:
        marks = [mark for one in self._now.values() for mark in _marks(one)]
        mark = worst(marks)
        if mark is not None:
            ill = [name for one in self._now.values() for name, its in _marked(one) if its.tone]
            self._top.set_text(f"{mark.shape} {len(ill)} not well: {listed(ill)}" if ill else "● all is well")
            self._top.classes(replace=mark.classes if ill else "p5-mark")

    def _connection(self, one: ConnectionStatus, units: list[UnitStatus]) -> None:
        with ui.element("div").classes("p5-branch"):
            with ui.element("div").classes("p5-row p5-leaf"):
                ui.link(one.name, f"/connection/{quote(one.name)}").classes("p5-name")
                mark = ui.label().classes("p5-mark")
                detail = ui.label().classes("p5-quiet p5-small")
            with ui.element("div").classes("p5-twigs"):
                for unit in units:
                    self._device(one.name, unit)

        def refresh() -> None:
            now = self._now.get(one.name)
            if now is not None:
                _set(mark, worst(_marks(now)) or link_mark(now.state))
                said = now.last_error if link_mark(now.state).tone else f"{percent_text(now.load)} busy"
                detail.set_text(f"{now.url}, {said}")

        self._refreshing.append(refresh)

    def _device(self, connection: str, unit: UnitStatus) -> None:
        with ui.expansion().props("dense").classes("p5-device") as box:
            with box.add_slot("header"), ui.element("div").classes("p5-leaf p5-header-leaf"):
                ui.label(unit.device).style("font-weight: 600")
                mark = ui.label().classes("p5-mark")
                detail = ui.label().classes("p5-quiet p5-small")
            inside = ui.element("div").classes("p5-twigs")
        filled = False

        def open_() -> None:
            nonlocal filled
            if box.value and not filled:
                filled = True
                with inside:
                    self._inside(connection, unit.device)

        box.on_value_change(open_)
        if self._q and self._q.lower() not in unit.device.lower():
            box.set_value(True)
            open_()

        def refresh() -> None:
            mine = self._units.get((connection, unit.device))
            if mine is not None:
                _set(mark, unit_mark(mine.state))
                said = f"unit {mine.unit}, for {age_text(mine.since)}"
                detail.set_text(f"{said}: {mine.last_error}" if mine.last_error else said)

        self._refreshing.append(refresh)

    def _inside(self, connection: str, device: str) -> None:
        """The groups of a device, and its points."""
        now = self._now.get(connection)
        for group in now.groups if now is not None else ():
            if group.device == device:
                ui.label(_group_text(group)).classes("p5-quiet p5-small")
        infos = [info for info in self._visit.station.points.values() if info.device == device]
        shown = [info for info in infos if not self._q or info.fits(self._q)] or infos
        for info in shown[:MOST_POINTS]:
            self._point(info)
        ui.link("State, plan and traffic", f"/device/{quote(device)}").classes("p5-quiet")
        ui.link(f"All {len(infos)} points of {device}", f"/points?{urlencode({'device': device})}").classes(
            "p5-quiet"
        )
        self.refresh()

    def _point(self, info: PointInfo) -> None:
        with ui.element("div").classes("p5-row p5-leaf"):
            ui.link(info.name.partition(".")[2], f"/trends?{urlencode({'point': info.name})}").classes(
                "p5-name"
            )
            mark = ui.label().classes("p5-mark")
            value = ui.label().classes("p5-mono")

        def refresh() -> None:
            now = self._visit.station.now(info.name)
            _set(mark, quality_mark(now.quality))
            text = now_text(now, info.unit_of_measure)
            value.set_text(text if now.quality == GOOD or not now.reason else f"{text}   {now.reason}")
            value.classes(
                add="p5-bad" if now.quality == BAD else "", remove="" if now.quality == BAD else "p5-bad"
            )

        self._refreshing.append(refresh)


def _marked(one: ConnectionStatus) -> list[tuple[str, Mark]]:
    """How a connection and its units fare; units behind a connection that is down say nothing of their own."""
    link = link_mark(one.state)
    units = [] if link.tone else [(unit.device, unit_mark(unit.state)) for unit in one.units]
    return [(one.name, link), *units]


def _marks(one: ConnectionStatus) -> list[Mark]:
    return [mark for _, mark in _marked(one)]


def _gravity(one: ConnectionStatus) -> int:
    """What is not well comes first, the rest as in the site file."""
    return min(_ORDER[mark.tone] for mark in _marks(one))


def _set(label: ui.label, mark: Mark) -> None:
    if label.text != str(mark):
        label.set_text(str(mark))
        label.classes(replace=mark.classes)


def _group_text(group: GroupStatus) -> str:
    kinds = Counter(block.partition(":")[0] for block in group.blocks)
    reads = ", ".join(f"{count} × {kind}" for kind, count in kinds.items())
    took = f", takes {group.took * 1000:.0f} ms" if group.took is not None else ""
    late = f", {group.overruns} overruns" if group.overruns else ""
    return f"every {group.interval:g} s: {group.points} points in {len(group.blocks)} reads ({reads}){took}{late}"
