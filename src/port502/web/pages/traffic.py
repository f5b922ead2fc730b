"""What passes on a connection, live: each request with its answer, in words, and byte by byte when asked for."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from urllib.parse import quote, urlencode

from nicegui import ui

from port502.collect.reads import point_of
from port502.collect.settings import ConnectionSettings
from port502.errors import UsageError
from port502.protocol.codes import FUNCTION_NAMES
from port502.registers.point import Point
from port502.site.overheard import answer_of, is_wrong
from port502.site.traffic import Exchange, Tap
from port502.traffic.decoding.decoded import Decoded
from port502.traffic.decoding.decoding import Hint, decode
from port502.traffic.decoding.saying import meanings, title
from port502.traffic.hextext.piece import REQUEST, RESPONSE, Piece
from port502.traffic.moment import clock_text
from port502.traffic.words import said
from port502.web.pages.frame import Visit, card
from port502.web.pages.frame_view import show_frame
from port502.web.pages.spread import duration_text
from port502.web.sieve import Sieve
from port502.web.tools.frames import Explained

REFRESH = 0.5
ROWS = 40
ANY = ""
HEADS = ("time", "unit", "request", "answer", "took")


def traffic(visit: Visit, connection: str, *, unit: str, function: str, errors: bool, text: str) -> None:
    """The card with the traffic of a connection; what is wanted of it comes from the url and goes there."""
    view = _View(visit, connection, unit, function, errors, text)
    view.sift()
    view.refresh()
    ui.timer(REFRESH, view.refresh)


class _View:
    """The newest exchanges that are wanted, in rows that are used again and again."""

    def __init__(
        self, visit: Visit, connection: str, unit: str, function: str, errors: bool, text: str
    ) -> None:
        self._visit = visit
        self._connection = connection
        settings = visit.station.settings_of(connection)
        self._patience = settings.response_timeout
        self._sieve = Sieve()
        units = {ANY: "any unit"} | {
            str(one.unit): f"unit {one.unit}, {one.name}" for one in reversed(settings.devices)
        }
        functions = {ANY: "any function"} | {
            str(code): f"{code} {name}" for code, name in FUNCTION_NAMES.items()
        }
        with card("Traffic"):
            with ui.row().classes("p5-tools"):
                self._text = _input("Find: words, bytes, or a filter such as modbus.func_code == 6", text)
                self._text.on_value_change(self._wish)
                self._unit = _choice("Unit", units, unit).on_value_change(self._wish)
                self._function = _choice("Function", functions, function).on_value_change(self._wish)
                self._errors = ui.switch("Only what went wrong", value=errors, on_change=self._wish)
                self._freeze = ui.switch("Freeze")
                ui.link("Save as pcap", f"/api/v1/connections/{quote(connection)}/traffic?seconds=0").props(
                    "download"
                ).classes("p5-quiet")
            self._fault = ui.label().classes("p5-mark is-critical").props('role="alert"')
            self._count = ui.label().classes("p5-quiet p5-small").props('role="status"')
            with ui.element("div").classes("p5-row p5-head p5-exchange-head"):
                for head in HEADS:
                    ui.label(head)
            with ui.element("div").classes("p5-rows p5-log"):
                points = _points(settings)
                self._rows = [_Row(points) for _ in range(ROWS)]

    def _wish(self) -> None:
        wanted = {
            "unit": self._unit.value,
            "function": self._function.value,
            "errors": "true" if self._errors.value else "",
            "text": self._text.value,
        }
        query = urlencode({key: value for key, value in wanted.items() if value})
        path = f"/connection/{quote(self._connection)}"
        ui.navigate.history.replace(f"{path}?{query}" if query else path)
        self.sift()
        self.refresh()

    def sift(self) -> None:
        """Let those through from now on that are wanted."""
        try:
            self._sieve = Sieve(
                unit=int(self._unit.value) if self._unit.value else None,
                function=int(self._function.value) if self._function.value else None,
                errors=bool(self._errors.value),
                text=str(self._text.value or "")[:200],
                patience=self._patience,
            )
        except UsageError as error:
            self._say(str(error))
        else:
            self._say("")

    def _say(self, fault: str) -> None:
        self._fault.set_text(f"■ {fault}" if fault else "")
        self._fault.set_visibility(bool(fault))

    def refresh(self) -> None:
        """Show what has passed; a frozen view stays as it is, and goes on to listen."""
        try:
            tap = self._visit.station.listen(self._connection)
        except UsageError as error:
            self._say(str(error))
            return
        if self._freeze.value:
            return
        now = time.time_ns()
        wanted = list(islice(self._wanted(tap), ROWS))
        for row, exchange in zip(self._rows, [*wanted, *[None] * (ROWS - len(wanted))], strict=True):
            row.show(exchange, self._patience, now)
        self._count.set_text(_count(tap, len(wanted)))

    def _wanted(self, tap: Tap) -> Iterator[Exchange]:
        sieve = self._sieve
        return (one for one in reversed(tap.exchanges) if sieve(one))


class _Row:
    """One exchange; it is sent anew only when another stands in its place, or its answer has come."""

    def __init__(self, points: Mapping[int, Sequence[Point]]) -> None:
        self._points = points
        self._exchange: Exchange | None = None
        with ui.element("div").classes("p5-row p5-exchange").props('role="button" tabindex="0"') as self._box:
            self._time = ui.label().classes("p5-quiet p5-mono p5-small")
            self._unit = ui.label().classes("p5-quiet p5-mono")
            self._asked = ui.label()
            self._answer = ui.label()
            self._took = ui.label().classes("p5-quiet p5-mono p5-small")
        self._box.set_visibility(False)
        self._box.on("click", self._open)
        self._box.on("keydown.enter", self._open)

    def show(self, exchange: Exchange | None, patience: float, now: int) -> None:
        """Show an exchange, or nothing."""
        is_new = exchange is not self._exchange
        self._exchange = exchange
        self._box.set_visibility(exchange is not None)
        if exchange is None:
            return
        if is_new:
            first = exchange.first
            self._time.set_text(clock_text(first.time)[:12])
            self._unit.set_text("" if first.unit_id is None else f"{first.unit_id}")
            self._asked.set_text("(not heard)" if exchange.request is None else said(exchange.request))
        ill = is_wrong(exchange, patience, now)
        answer = answer_of(exchange, patience, now)
        text = f"■ {answer}" if ill else answer
        if self._answer.text != text:
            self._answer.set_text(text)
            self._answer.classes(replace="p5-mark is-critical" if ill else "")
        waited = None if exchange.response is None else exchange.response.response_time_ms
        self._took.set_text("" if waited is None else duration_text(waited / 1000))

    def _open(self) -> None:
        if self._exchange is not None:
            _look_at(self._exchange, self._points.get(self._exchange.first.unit_id or 0, ()))


def _look_at(exchange: Exchange, points: Sequence[Point]) -> None:
    """Both messages, byte by byte, and what the site's points say of their values."""
    with ui.dialog() as dialog, ui.card().classes("p5-dialog p5-closely"):
        ui.label(f"Exchange {exchange.number}, {clock_text(exchange.first.time)} UTC").classes("p5-title")
        for decoded in _decoded(exchange):
            likely, named = meanings(decoded, points)
            show_frame(Explained(decoded, title(decoded), () if named else likely, named, decoded.notes))
        if exchange.response is None:
            ui.label("No answer was heard.").classes("p5-quiet")
        ui.button("Close", on_click=dialog.close).props("flat no-caps autofocus")
    dialog.on("hide", dialog.delete)
    dialog.open()


def _points(settings: ConnectionSettings) -> dict[int, list[Point]]:
    """The points of each unit."""
    found: dict[int, list[Point]] = {}
    for device in settings.devices:
        found.setdefault(device.unit, []).extend(point_of(one) for one in device.points)
    return found


def _decoded(exchange: Exchange) -> list[Decoded]:
    pieces = [
        Piece((message.adu,), said=word)
        for message, word in ((exchange.request, REQUEST), (exchange.response, RESPONSE))
        if message is not None
    ]
    return decode(pieces, Hint(framing=exchange.first.way.framing))


def _count(tap: Tap, shown: int) -> str:
    if not tap.exchanges:
        return "Nothing has passed since you look."
    missed = f"; {tap.missed:,} frames passed too fast to be shown" if tap.missed else ""
    return f"{shown} of the last {len(tap.exchanges)} exchanges, newest first, times in UTC{missed}"


def _input(label: str, value: str) -> ui.input:
    return ui.input(label, value=value).props("outlined dense clearable debounce=250").classes("p5-find")


def _choice(label: str, options: dict[str, str], value: str) -> ui.select:
    return (
        ui.select(options, value=value if value in options else ANY, label=label)
        .props("outlined dense options-dense")
        .classes("p5-choice")
    )
