"""Trends: several points over time, as they were kept; the view stands in the url."""

from __future__ import annotations

import io
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Query
from nicegui import ui
from nicegui.events import GenericEventArguments
from starlette.requests import Request

from port502.collect.sample import BAD, Sample
from port502.history import export_csv, parse_when
from port502.transport.clock import utc
from port502.web.pages.curves import COLOURS, MOST_CURVES, Curve, chart, curve_of, joined
from port502.web.pages.frame import Visit, card, framed, visit_of
from port502.web.pages.zoom import WHOLE, Zoom, zoom_in, zoom_of
from port502.web.points import searched
from port502.web.station import MOST_SAMPLES

REFRESH = 2.0
MOST_DOTS = 1000
"""Dots of one curve; a longer time is reduced to so many."""

RANGES = {
    "5m": "5 minutes",
    "30m": "30 minutes",
    "2h": "2 hours",
    "8h": "8 hours",
    "1d": "1 day",
    "7d": "7 days",
    "30d": "30 days",
}
AROUND = 600.0
MOST_OFFERED = 200


@ui.page("/trends")
async def trends(
    request: Request,
    point: Annotated[list[str] | None, Query()] = None,
    range_: Annotated[str, Query(alias="range")] = "5m",
    around: float = 0.0,
    zoom: str = "",
) -> None:
    """The page; with ``around`` it shows ten minutes before and after that Unix time, with ``zoom`` a part closely."""
    visit = visit_of(request)
    with framed(visit, "Trends"):
        known = [name for name in point or () if name in visit.station.points][:MOST_CURVES]
        span = range_ if range_ in RANGES else "5m"
        view = _View(visit, known, span, around if 0 < around < 1e11 else 0.0, zoom_in(zoom[:40]))
    await view.load(zoomed=True)


@dataclass(frozen=True, slots=True)
class _Kept:
    """What was kept of a time: samples as they came, or where there are too many, sums of ``every`` seconds."""

    begin: float
    end: float
    every: float = 0.0
    samples: list[Sample] = field(default_factory=list)


class _View:
    def __init__(self, visit: Visit, points: Sequence[str], span: str, around: float, zoom: Zoom) -> None:
        self._visit = visit
        self._points = list(points)
        self._span = span
        self._around = around
        self._zoom = zoom
        self._samples: list[Sample] = []
        self._names = sorted(visit.station.points)
        with ui.row().classes("p5-tools"):
            self._choice = ui.select(
                self._offered(""),
                value=self._points,
                multiple=True,
                with_input=True,
                label=f"Points, {MOST_CURVES} at most",
            )
            self._choice.props(f"outlined dense use-chips options-dense max-values={MOST_CURVES}").classes(
                "p5-find"
            )
            self._choice.on_value_change(self._choose)
            if len(self._names) > MOST_OFFERED:
                self._choice.on("input-value", self._search)
            self._range = ui.select(RANGES, value=span, label="The last").props(
                "outlined dense options-dense"
            )
            self._range.classes("p5-choice").on_value_change(self._choose_range)
            self._live = ui.switch("Live", value=not around).tooltip("Goes on with what comes")
            self._live.on_value_change(self._go_live)
            self._on = ui.button("Go to now", on_click=self._go_to_now).props("flat no-caps")
            self._on.set_visibility(bool(around))
            ui.button("CSV", on_click=self._download).props("flat no-caps").tooltip("Download what is shown")
        with card("").classes("p5-points"):
            self._said = ui.label().classes("p5-quiet")
            self._chart = ui.echart({}).classes("p5-chart")
            self._chart.on(
                "chart:datazoom", self._zoom_to, ["start", "end", "batch"], throttle=0.4, leading_events=False
            )
        ui.timer(REFRESH, self._tick)

    def _offered(self, text: str) -> list[str]:
        """The points to choose from: what is chosen, and the first that fit; a browser takes no ten thousand."""
        fits = searched(text)
        points = self._visit.station.points
        fitting = (name for name in self._names if fits(points[name]))
        return list(dict.fromkeys([*self._points, *islice(fitting, MOST_OFFERED)]))

    def _search(self, event: GenericEventArguments) -> None:
        self._choice.set_options(self._offered(str(event.args or "")[:200]))

    async def load(self, *, zoomed: bool = False) -> None:
        """Read what was kept, and draw it, what is looked at closely as fine as it was kept; ``zoomed`` shows that."""
        begin, end = self._times()
        near = self._zoom.times(begin, end)
        whole = await self._read(begin, end)
        fine = await self._read(*near) if whole.every and not self._zoom.is_whole else whole
        self._samples = [one for one in fine.samples if near[0] <= one.time <= near[1]]
        curves = [self._curve(place, name, whole, fine) for place, name in enumerate(self._points)]
        self._said.set_text(self._words(*near, fine.every))
        self._chart.options.clear()
        self._chart.options.update(chart(curves, begin, end, self._zoom, zoomed=zoomed, moment=self._around))
        self._chart.update()
        self._chart.set_visibility(bool(self._points))

    async def _read(self, begin: float, end: float) -> _Kept:
        if not self._points:
            return _Kept(begin, end)
        every = max((end - begin) / MOST_DOTS, 0.001)
        raw = every < min(self._interval(name) for name in self._points)
        found = await self._visit.station.history(
            self._points, begin, end, every=None if raw else every, most=MOST_SAMPLES
        )
        return _Kept(begin, end, 0.0 if raw else every, found)

    def _curve(self, place: int, name: str, whole: _Kept, fine: _Kept) -> Curve:
        info = self._visit.station.points[name]

        def curve(kept: _Kept, begin: float, end: float) -> Curve:
            mine = [one for one in kept.samples if one.point == name and begin <= one.time < end]
            usual = max(kept.every, self._interval(name))
            return curve_of(name, info.unit_of_measure, COLOURS[place % len(COLOURS)], mine, usual)

        if fine is whole:
            return curve(whole, float("-inf"), float("inf"))
        return joined(
            curve(whole, float("-inf"), fine.begin),
            curve(fine, fine.begin, fine.end),
            curve(whole, fine.end, float("inf")),
        )

    def _interval(self, name: str) -> float:
        info = self._visit.station.points.get(name)
        return max(info.interval, 0.05) if info is not None else 1.0

    def _times(self) -> tuple[float, float]:
        if self._around:
            return self._around - AROUND, self._around + AROUND
        now = time.time()
        return parse_when(self._span, now), now

    def _words(self, begin: float, end: float, every: float) -> str:
        if not self._points:
            return "Choose one or more points."
        bad = sum(sample.quality == BAD for sample in self._samples)
        times = " to ".join(utc(one)[:19].replace("T", " ") for one in (begin, end))
        said = f"{times} UTC, {len(self._samples):,} samples"
        if every:
            said += f", each the mean of {every:.3g} s"
        return said + (f", {bad:,} bad" if bad else "")

    async def _tick(self) -> None:
        if self._live.value and not self._around and self._points:
            await self.load()

    async def _choose(self) -> None:
        self._points = [str(one) for one in self._choice.value or []][:MOST_CURVES]
        await self._moved()

    async def _choose_range(self) -> None:
        self._span = str(self._range.value)
        await self._go_to_now()

    async def _go_to_now(self) -> None:
        was_elsewhere = bool(self._around)
        self._around, self._zoom = 0.0, WHOLE
        if was_elsewhere:
            self._live.set_value(True)
        self._on.set_visibility(False)
        await self._moved(zoomed=True)

    async def _go_live(self) -> None:
        if self._live.value and self._around:
            await self._go_to_now()

    async def _zoom_to(self, event: GenericEventArguments) -> None:
        zoom = zoom_of(event.args)
        if str(zoom) != str(self._zoom):
            self._zoom = zoom
            await self._moved()

    async def _moved(self, *, zoomed: bool = False) -> None:
        said: list[tuple[str, str]] = [("point", name) for name in self._points]
        if self._span != "5m":
            said.append(("range", self._span))
        if self._around:
            said.append(("around", f"{self._around:.0f}"))
        if not self._zoom.is_whole:
            said.append(("zoom", str(self._zoom)))
        ui.navigate.history.replace(f"/trends?{urlencode(said)}" if said else "/trends")
        await self.load(zoomed=zoomed)

    def _download(self) -> None:
        ui.download.content(csv_of(self._samples), "trend.csv", "text/csv")


def csv_of(samples: Iterable[Sample]) -> str:
    """Samples as CSV, with numbers that read back exactly."""
    out = io.StringIO()
    export_csv(out, samples)
    return out.getvalue()
