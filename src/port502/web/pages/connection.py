"""A connection and its devices: where it stands, how it is answered, what is read through it, and what passes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import groupby
from urllib.parse import quote

from nicegui import ui
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from port502.collect.health import OFFLINE
from port502.collect.status import BlockStatus, ConnectionDetail, ConnectionStatus, GroupStatus
from port502.errors import UsageError
from port502.protocol.codes import exception_name
from port502.web.pages import spread, state_machine, strip
from port502.web.pages.frame import Visit, card, framed, visit_of
from port502.web.pages.rows import Rows
from port502.web.pages.traffic import traffic
from port502.web.pages.words import age_text, counted, link_mark, listed, percent_text, unit_mark

REFRESH = 1.0
MOST_DEVICES = 60
"""Devices of a connection that are shown; a chosen one is always among them."""

FULL = 0.9


@ui.page("/device/{name}")
def device(request: Request, name: str) -> Response | None:
    """Leads to the connection of a device."""
    visit = visit_of(request)
    try:
        connection = visit.station.connection_of(name)
    except UsageError as error:
        _none(visit, str(error))
        return None
    return RedirectResponse(f"/connection/{quote(connection)}?device={quote(name)}", 303)


@ui.page("/connection/{name}")
def connection(
    request: Request,
    name: str,
    device: str = "",
    unit: str = "",
    function: str = "",
    errors: bool = False,
    text: str = "",
) -> None:
    """The page; the chosen device and what of the traffic is wanted stand in the url."""
    visit = visit_of(request)
    try:
        detail = visit.station.connection(name)
    except UsageError as error:
        _none(visit, str(error))
        return
    with framed(visit, name):
        page = _Connection(visit, detail, device)
        traffic(visit, name, unit=unit, function=function, errors=errors, text=text[:200])
    page.refresh()
    ui.timer(REFRESH, page.refresh)
    if device in page.devices:
        ui.timer(
            0.3,
            lambda: ui.run_javascript(f"getHtmlElement({page.devices[device]}).scrollIntoView()"),
            once=True,
        )


def _none(visit: Visit, why: str) -> None:
    with framed(visit, "Nothing there"), card("Nothing there"):
        ui.label(f"{why[:1].upper()}{why[1:]}.")
        ui.link("All devices", "/devices")


class _Connection:
    """The page of a connection; each part is sent anew only when it changes."""

    def __init__(self, visit: Visit, detail: ConnectionDetail, device: str) -> None:
        self._visit = visit
        self._name = detail.status.name
        self._chosen = device
        self.devices: dict[str, int] = {}
        self._parts: list[Callable[[ConnectionDetail], None]] = []
        self._gone = ui.label("■ The site file has this connection no more: what stands here is old.")
        self._gone.classes("p5-banner").props('role="alert"').set_visibility(False)
        self._parts.append(_heading(detail.status))
        self._parts.append(_tiles())
        with card("State"):
            self._parts.append(_picture(lambda now: state_machine.drawn(now.stays, now.status.state)))
        with ui.element("div").classes("p5-pair"):
            with card("Response time"):
                self._parts.append(_response())
            with ui.element("div").classes("p5-stack"):
                with card("What the devices refused"):
                    self._parts.append(_refusals())
                with card("Points that the devices refuse"):
                    self._parts.append(_faulty())
        with card("Devices, and what is read of them"):
            self._body = ui.element("div").classes("w-full")
        self._shown: object = None
        self._rows: list[Callable[[ConnectionDetail], None]] = []

    def refresh(self) -> None:
        """Show what has changed."""
        try:
            now = self._visit.station.connection(self._name)
        except UsageError:
            self._gone.set_visibility(True)
            return
        self._gone.set_visibility(False)
        for part in self._parts:
            part(now)
        names = [unit.device for unit in now.status.units]
        if names != self._shown:
            self._shown = names
            self._fill(now)
        for row in self._rows:
            row(now)

    def _fill(self, now: ConnectionDetail) -> None:
        self._body.clear()
        self._rows = []
        units = sorted(now.status.units, key=lambda unit: unit.device != self._chosen)
        with self._body:
            for unit in units[:MOST_DEVICES]:
                self._rows.append(self._device(unit.device))
            if len(units) > MOST_DEVICES:
                ui.link(f"and {len(units) - MOST_DEVICES} more", "/devices")
            if not units:
                ui.label("Nothing is read through it.").classes("p5-quiet")

    def _device(self, name: str) -> Callable[[ConnectionDetail], None]:
        chosen = " is-chosen" if name == self._chosen else ""
        with ui.element("section").classes(f"p5-part{chosen}") as box:
            box.props["aria-label"] = name
            with ui.element("div").classes("p5-unit"):
                ui.link(name, f"/points?device={quote(name)}").classes("p5-name")
                mark = ui.label().classes("p5-mark")
                said = ui.label().classes("p5-quiet p5-small")
            groups = ui.label().classes("p5-quiet p5-small p5-lines")
            strips = ui.element("div").classes("w-full")
        self.devices[name] = box.id
        shown: tuple[BlockStatus, ...] = ()

        def refresh(now: ConnectionDetail) -> None:
            nonlocal shown
            unit = next((one for one in now.status.units if one.device == name), None)
            if unit is None:
                return
            state = unit_mark(unit.state)
            if mark.text != str(state):
                mark.set_text(str(state))
                mark.classes(replace=state.classes)
            probe = f"; asked again in {age_text(unit.next_probe)}" if unit.next_probe is not None else ""
            error = f": {unit.last_error}" if unit.last_error and state.tone else ""
            said.set_text(f"unit {unit.unit}, for {age_text(unit.since)}{error}{probe}")
            groups.set_text("\n".join(_group(one) for one in now.status.groups if one.device == name))
            blocks = tuple(block for block in now.blocks if block.device == name)
            if blocks != shown:
                shown = blocks
                strips.clear()
                with strips:
                    _strips(blocks)

        return refresh


def _heading(status: ConnectionStatus) -> Callable[[ConnectionDetail], None]:
    with ui.element("div").classes("p5-heading"):
        ui.label(status.name).classes("p5-number")
        mark = ui.label().classes("p5-mark")
        where = ui.label().classes("p5-quiet p5-mono p5-small")
    banner = ui.label().classes("p5-banner").props('role="alert"')
    last = ui.label().classes("p5-quiet p5-small")

    def refresh(now: ConnectionDetail) -> None:
        one = now.status
        state = link_mark(one.state)
        if mark.text != str(state):
            mark.set_text(str(state))
            mark.classes(replace=state.classes)
        where.set_text(f"for {age_text(one.since)}, {one.url}")
        ill = one.last_error if state.tone else silent_text(one)
        banner.set_visibility(bool(ill))
        banner.set_text(f"■ {ill}")
        last.set_visibility(bool(one.last_error) and not state.tone)
        last.set_text(f"The last that went wrong: {one.last_error}")

    return refresh


def silent_text(status: ConnectionStatus) -> str:
    """Which of its devices do not answer, in words; empty when all do."""
    silent = [unit for unit in status.units if unit.state == OFFLINE]
    if not silent:
        return ""
    if len(silent) == 1:
        return f"{silent[0].device}: {silent[0].last_error or silent[0].state}"
    names = listed([unit.device for unit in silent])
    return f"{len(silent)} of {len(status.units)} devices do not answer: {names}"


def _tiles() -> Callable[[ConnectionDetail], None]:
    def tile(word: str) -> tuple[ui.element, ui.label]:
        with ui.element("div").classes("p5-tile") as box:
            number = ui.label("-").classes("p5-number")
            ui.label(word).classes("p5-quiet")
        return box, number

    with ui.element("div").classes("p5-tiles"):
        load_box, load = tile("of the time busy")
        with load_box:
            bar = ui.element("div").classes("p5-load").props('role="presentation"')
            with bar:
                fill = ui.element("div")
        words = ("requests", "time-outs", "exceptions", "reconnects", "failed attempts")
        numbers = [tile(word)[1] for word in words]

    def refresh(now: ConnectionDetail) -> None:
        one = now.status
        load.set_text(percent_text(one.load))
        fill.style(f"width: {one.load:.0%}")
        _tone(load_box, "medium" if one.load > FULL else "")
        counts = (one.requests, one.timeouts, one.exceptions, max(one.connects - 1, 0), one.failures)
        for label, count in zip(numbers, counts, strict=True):
            label.set_text(f"{count:,}")

    return refresh


def _tone(box: ui.element, tone: str) -> None:
    wanted = f"p5-tile is-{tone}" if tone else "p5-tile"
    if " ".join(box.classes) != wanted:
        box.classes(replace=wanted)


def _picture(drawn: Callable[[ConnectionDetail], str]) -> Callable[[ConnectionDetail], None]:
    """A picture that is made anew when it changes."""
    picture = ui.html("", sanitize=False).classes("w-full")

    def refresh(now: ConnectionDetail) -> None:
        made = drawn(now)
        if picture.content != made:
            picture.set_content(made)

    return refresh


def _response() -> Callable[[ConnectionDetail], None]:
    table = _picture(lambda now: spread.table(now.lately, now.ever))
    bars = _picture(lambda now: spread.drawn(now.lately, now.ever))

    def refresh(now: ConnectionDetail) -> None:
        table(now)
        bars(now)

    return refresh


def _refusals() -> Callable[[ConnectionDetail], None]:
    rows = Rows("p5-refusal", "No exception has come.")
    return lambda now: rows.show(
        [(f"{count:,} ×", f"exception {code}", exception_name(code)) for code, count in now.refusals]
    )


def _faulty() -> Callable[[ConnectionDetail], None]:
    rows = Rows("p5-faulty", "None.")
    return lambda now: rows.show(
        [(one.point, one.reason, f"tried again in {age_text(one.retry)}") for one in now.status.faulty]
    )


def _strips(blocks: Sequence[BlockStatus]) -> None:
    """A strip for each table, and the reads in words behind a fold."""
    by_table = sorted(blocks, key=lambda block: (block.table, block.address))
    for table, found in groupby(by_table, key=lambda block: block.table):
        mine = list(found)
        with ui.element("div").classes("p5-striped"):
            ui.label(table).classes("p5-quiet p5-small")
            ui.html(strip.drawn(mine), sanitize=False)
    if blocks:
        with (
            ui.expansion(f"{counted(len(blocks), 'read')} in words")
            .props("dense")
            .classes("p5-small p5-quiet")
        ):
            ui.label("\n".join(strip.place_text(block) for block in by_table[: strip.MOST])).classes(
                "p5-lines"
            )


def _group(group: GroupStatus) -> str:
    took = f", takes {spread.duration_text(group.took)}" if group.took is not None else ""
    late = f", {counted(group.overruns, 'overrun')}" if group.overruns else ""
    read = f"{counted(group.points, 'point')} in {counted(len(group.blocks), 'read')}"
    return f"every {group.interval:g} s: {read}, {counted(group.cycles, 'cycle')}{took}{late}"
