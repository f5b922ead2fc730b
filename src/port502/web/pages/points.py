"""Points: value, quality with its reason, age, raw registers, the last minutes; only what is visible is sent."""

from __future__ import annotations

import csv
import io
import time
from urllib.parse import urlencode

from nicegui import ui
from starlette.requests import Request

from port502.collect.sample import BAD, GOOD
from port502.history.export import field_text, safe_text
from port502.transport.clock import utc
from port502.web.pages.frame import Visit, card, framed, visit_of
from port502.web.pages.sparkline import Points, drawn, line, note, remembered
from port502.web.pages.words import age_text, counted, now_text, quality_mark
from port502.web.pages.writing import write_dialog
from port502.web.points import PointInfo, searched
from port502.web.roles import Role
from port502.web.station import PointNow

REFRESH = 0.1
AGE_REFRESH = 0.5
SPARKLINE_REFRESH = 2.0
ROWS = 40
HEADS = ("point, where it is read", "value", "quality", "age", "registers", "last 5 minutes", "")
QUALITIES = {"": "any quality", "good": "● good", "uncertain": "◆ uncertain", "bad": "■ bad"}


@ui.page("/points")
def points(request: Request, q: str = "", device: str = "", quality: str = "", page: int = 0) -> None:
    """The page; what is looked for stands in the url."""
    visit = visit_of(request)
    with framed(visit, "Points"):
        _Table(visit, q[:200], device[:200], quality if quality in QUALITIES else "", max(page, 0))


class _Table:
    """A page of points: found by the server, shown by rows that change only where something is new."""

    def __init__(self, visit: Visit, q: str, device: str, quality: str, page: int) -> None:
        self._visit = visit
        self._q, self._device, self._quality, self._page = q, device, quality, page
        self._frozen = False
        self._said = ""
        self._lines: dict[str, Points] = {}
        self._rows: dict[str, _Row] = {}
        devices = sorted({info.device for info in visit.station.points.values()})
        with ui.row().classes("p5-tools"):
            ui.input("Find: name, quantity, 40108, 0x6B", value=q, on_change=self._look_for).props(
                "outlined dense clearable debounce=250"
            ).classes("p5-find")
            ui.select(["", *devices], value=device if device in devices else "", label="Device").props(
                "outlined dense options-dense"
            ).classes("p5-choice").on_value_change(self._choose_device)
            ui.select(QUALITIES, value=quality, label="Quality").props(
                "outlined dense options-dense"
            ).classes("p5-choice").on_value_change(self._choose_quality)
            ui.switch("Freeze", on_change=self._freeze)
            ui.button("Copy as CSV", on_click=self._copy).props("flat no-caps")
        with card("") as box:
            self._count = ui.label().classes("p5-quiet")
            with ui.element("div").classes("w-full").props('role="table" aria-label="Points"'):
                with ui.element("div").classes("p5-row p5-head p5-point-head").props('role="row"'):
                    for head in HEADS:
                        ui.label(head).props('role="columnheader"')
                self._body = ui.element("div").classes("p5-rows").props('role="rowgroup"')
            with ui.row().classes("items-center"):
                self._back = ui.button("Previous", on_click=lambda: self._turn(-1)).props(
                    "flat dense no-caps"
                )
                self._on = ui.button("Next", on_click=lambda: self._turn(1)).props("flat dense no-caps")
        box.classes("p5-points")
        self._fill()
        ui.timer(REFRESH, self._refresh)
        ui.timer(AGE_REFRESH, self._age)
        ui.timer(SPARKLINE_REFRESH, self._draw)
        ui.timer(0.1, self._remember, once=True)

    # What is looked for

    def _look_for(self, event: object) -> None:
        self._q = str(getattr(event, "value", "") or "")[:200]
        self._changed()

    def _choose_device(self, event: object) -> None:
        self._device = str(getattr(event, "value", "") or "")
        self._changed()

    def _choose_quality(self, event: object) -> None:
        self._quality = str(getattr(event, "value", "") or "")
        self._changed()

    def _changed(self) -> None:
        self._page = 0
        self._moved()

    def _turn(self, pages: int) -> None:
        self._page = max(0, self._page + pages)
        self._moved()

    def _moved(self) -> None:
        said = {"q": self._q, "device": self._device, "quality": self._quality, "page": self._page}
        query = urlencode({key: value for key, value in said.items() if value})
        ui.navigate.history.replace(f"/points?{query}" if query else "/points")
        self._fill()
        ui.timer(0.1, self._remember, once=True)

    def _found(self) -> list[PointInfo]:
        station = self._visit.station
        fits = searched(self._q)
        found = [one for one in station.points.values() if self._device in ("", one.device) and fits(one)]
        if self._quality:
            found = [one for one in found if station.now(one.name).quality == self._quality]
        return found

    # What is shown

    def _fill(self) -> None:
        found = self._found()
        pages = max(1, -(-len(found) // ROWS))
        self._page = min(self._page, pages - 1)
        shown = found[self._page * ROWS : (self._page + 1) * ROWS]
        self._said = counted(len(found), "point") + (
            f", page {self._page + 1} of {pages}" if pages > 1 else ""
        )
        self._say()
        self._back.set_visibility(pages > 1)
        self._on.set_visibility(pages > 1)
        self._back.set_enabled(self._page > 0)
        self._on.set_enabled(self._page < pages - 1)
        self._body.clear()
        self._rows.clear()
        with self._body:
            for info in shown:
                self._rows[info.name] = _Row(self._visit, info)
            if not shown:
                ui.label("No point fits.").classes("p5-quiet")
        self._lines = {name: self._lines.get(name, remembered()) for name in self._rows}
        self._refresh(even_frozen=True)

    def _refresh(self, *, even_frozen: bool = False) -> None:
        for now in self._visit.station.all_now(self._rows):
            value = now.value
            number = float(value) if isinstance(value, int | float) and now.quality != BAD else None
            note(self._lines[now.name], now.time, number)
            if not self._frozen or even_frozen:
                self._rows[now.name].show(now)
        if even_frozen:
            self._age()

    def _age(self) -> None:
        if not self._frozen:
            for now in self._visit.station.all_now(self._rows):
                self._rows[now.name].age(now)

    def _draw(self) -> None:
        if not self._frozen:
            until = time.time()
            for name, row in self._rows.items():
                row.draw(line(self._lines[name], until))

    async def _remember(self) -> None:
        """Begin the small lines with what was kept."""
        names = [name for name, seen in self._lines.items() if len(seen) < 3]
        if names:
            for sample in await self._visit.station.history(names, time.time() - 300.0, every=5.0):
                value = sample.value
                if sample.point in self._lines and isinstance(value, int | float):
                    self._lines[sample.point].append((sample.time, float(value)))
            for name in names:
                if name in self._lines:
                    self._lines[name] = remembered(sorted(self._lines[name], key=lambda one: one[0]))
        self._draw()

    def _freeze(self, event: object) -> None:
        self._frozen = bool(getattr(event, "value", False))
        self._say()
        if not self._frozen:
            self._refresh(even_frozen=True)

    def _say(self) -> None:
        frozen = f", frozen at {utc(time.time())[11:19]} UTC" if self._frozen else ""
        self._count.set_text(f"{self._said}{frozen}")

    def _copy(self) -> None:
        text = csv_of(
            self._visit.station.all_now([one.name for one in self._found()]), self._visit.station.points
        )
        ui.clipboard.write(text)
        ui.notify("Copied.")


class _Row:
    """One point; each part of it is sent only when it changes."""

    def __init__(self, visit: Visit, info: PointInfo) -> None:
        self._info = info
        self._shown = ""
        self._struck = False
        self._path = ""
        with ui.element("div").classes("p5-row p5-point").props('role="row"'):
            with ui.element("div").style("min-width: 0").props('role="cell"'):
                ui.link(info.name, f"/trends?{urlencode({'point': info.name})}").classes("p5-name")
                ui.label(_place(info)).classes("p5-quiet p5-small")
            self._value = ui.label("-").classes("p5-value p5-mono").props('role="cell"')
            with ui.element("div").style("min-width: 0").props('role="cell"'):
                self._mark = ui.label("").classes("p5-mark")
                self._reason = ui.label("").classes("p5-quiet p5-small")
            self._age = ui.label("").classes("p5-quiet p5-mono").props('role="cell"')
            self._raw = ui.label("").classes("p5-quiet p5-mono p5-small p5-raw").props('role="cell"')
            self._line = ui.html("", sanitize=False).classes("p5-quiet p5-spark").props('role="cell"')
            with ui.element("div").props('role="cell"'):
                if info.writable and visit.may(Role.OPERATOR):
                    ui.button("Write", on_click=lambda: write_dialog(visit, info.name)).props(
                        "flat dense no-caps"
                    )

    def show(self, now: PointNow) -> None:
        """Show what is known now."""
        text = now_text(now, self._info.unit_of_measure)
        mark = quality_mark(now.quality)
        struck = now.quality == BAD
        if text != self._shown or struck != self._struck:
            self._shown, self._struck = text, struck
            self._value.set_text("no value" if text == "-" and struck else text)
            self._value.classes(add="p5-bad" if struck else "", remove="" if struck else "p5-bad")
        if self._mark.text != str(mark):
            self._mark.set_text(str(mark))
            self._mark.classes(replace=mark.classes)
        self._reason.set_text("" if now.quality == GOOD else now.reason)
        self._raw.set_text(" ".join(f"{one:04X}" for one in now.registers[:8]))

    def age(self, now: PointNow) -> None:
        """Show how old it is."""
        self._age.set_text(age_text(now.age))

    def draw(self, path: str) -> None:
        """Show the last minutes."""
        if path != self._path:
            self._path = path
            self._line.set_content(drawn(path) if path else "")


def csv_of(values: list[PointNow], infos: dict[str, PointInfo]) -> str:
    """Values as CSV, with their units and qualities."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["point", "value", "unit", "quality", "reason", "time"])
    for now in values:
        unit = infos[now.name].unit_of_measure
        cells = (
            now.name,
            field_text(now.value),
            safe_text(unit),
            now.quality,
            safe_text(now.reason),
            utc(now.time),
        )
        writer.writerow(cells)
    return out.getvalue()


def _place(info: PointInfo) -> str:
    if info.expression:
        return f"= {info.expression}"
    order = "" if info.order == "abcd" or info.registers < 2 else f" {info.order}"
    return f"{info.reference}  {info.table}:{info.address}  {info.type}{order}  unit {info.unit}"
