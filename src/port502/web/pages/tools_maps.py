"""The library of device maps: makers, models, points, and what their registers mean."""

from __future__ import annotations

from nicegui import ui
from starlette.requests import Request

from port502.errors import UsageError
from port502.registers.maps.index import MapSummary
from port502.registers.maps.library import Library
from port502.registers.maps.model import DeviceMap
from port502.web.pages.frame import Visit, card, visit_of
from port502.web.pages.frame_view import table, wide
from port502.web.pages.tooling import complaint, keep_in_url, tool
from port502.web.tools.library import csv_of, map_of, rows_of

MOST_MAPS = 100
MOST_ROWS = 400


@ui.page("/tools/maps")
def maps(request: Request) -> None:
    """Maps to search, and the points of the one that was chosen."""
    said = request.query_params
    _Maps(visit_of(request), said.get("q", "")[:200], said.get("map", "")[:200], said.get("points", "")[:200])


class _Maps:
    def __init__(self, visit: Visit, words: str, name: str, points: str) -> None:
        self._visit = visit
        self._name = name
        self._points: ui.input | None = None
        with (
            tool(visit, "Device maps"),
            ui.element("div").classes("p5-two" + (" has-choice" if name else "")),
        ):
            with card("Device maps"):
                self._words = ui.input("Search", value=words, placeholder="three phase meter eastron")
                self._words.props("outlined dense clearable debounce=200").classes("w-full")
                self._list = ui.element("div").classes("p5-list")
            with ui.column().classes("p5-found"):
                self._show(points)
        self._words.on_value_change(self._search)
        self._fill()

    def _search(self) -> None:
        self._keep()
        self._fill()

    def _keep(self) -> None:
        points = self._points.value if self._points is not None else ""
        said = {"q": self._words.value or "", "map": self._name, "points": points or ""}
        keep_in_url(self._visit.path, said)

    def _fill(self) -> None:
        library = Library.default()
        words = (self._words.value or "").strip()
        found = library.search(words) if words else library.list()
        self._list.clear()
        with self._list:
            for one in found[:MOST_MAPS]:
                self._item(one)
            many = f"{len(found)} maps" if len(found) <= MOST_MAPS else f"{MOST_MAPS} of {len(found)} maps"
            ui.label(many if found else "No map fits.").classes("p5-quiet")

    def _item(self, one: MapSummary) -> None:
        with ui.link(target=f"{self._visit.path}?map={one.name}").classes("p5-item") as link:
            ui.label(f"{one.manufacturer} {', '.join(one.models[:3])}".strip())
            ui.label(f"{one.name}, {one.category}, {one.points} points").classes("p5-quiet p5-small")
        if one.name == self._name:
            link.props('aria-current="true"')

    def _show(self, points: str) -> None:
        if not self._name:
            with card("Points"):
                ui.label("Choose a map to see its points.").classes("p5-quiet")
            return
        try:
            known = map_of(self._name)
        except UsageError as error:
            complaint(error)
            return
        with card(f"{known.manufacturer} {', '.join(known.models[:6])}"):
            ui.label(_facts(known)).classes("p5-quiet")
            for note in known.notes:
                ui.label(note).style("overflow-wrap: anywhere")
            for one in known.provenance:
                licence = f" ({one.licence})" if one.licence else ""
                ui.label(f"From {one.source}{licence}").classes("p5-quiet p5-small")
            with ui.row().classes("p5-tools"):
                self._points = ui.input("Find a point", value=points, placeholder="voltage, 30001, kWh")
                self._points.props("outlined dense clearable debounce=200").classes("p5-find")
                ui.button("CSV", on_click=lambda: self._download(known)).props("flat no-caps")
            rows = wide("", "Points")
            count = ui.label().classes("p5-quiet")

        def fill() -> None:
            found = rows_of(known, (self._points.value if self._points is not None else "") or "")
            cells = [
                (row.point, row.ref, row.reference, row.type, row.unit, row.quantity, row.remarks)
                for row in found[:MOST_ROWS]
            ]
            rows.set_content(
                table(("point", "address", "reference", "type", "unit", "quantity", ""), cells)
                if cells
                else ""
            )
            count.set_text(f"{min(len(found), MOST_ROWS)} of {len(known.points)} points")

        def search() -> None:
            self._keep()
            fill()

        self._points.on_value_change(search)
        fill()

    def _download(self, known: DeviceMap) -> None:
        ui.download.content(csv_of(known), f"{known.name.replace('/', '-')}.csv", "text/csv")


def _facts(known: DeviceMap) -> str:
    return (
        f"{known.name}: {known.category}, {known.status}, {len(known.points)} points;"
        f" unit {known.default_unit}, port {known.default_port} as delivered"
    )
