"""Samples as the curves of a chart: gaps stay gaps, and what is not good is told below the curve."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from port502.collect.sample import BAD, GOOD, Sample
from port502.web.pages.zoom import WHOLE, Zoom

COLOURS = ("#4382bd", "#c8683a", "#4b9560", "#9a68ad", "#9a7b16", "#43929a", "#c05a7c", "#7a858f")
"""A chart is told its colours by the server, which knows not whether a browser is dark: all are legible on both."""
QUIET, LINE = "#7a858f", "rgba(122, 133, 143, 0.35)"

MOST_CURVES = len(COLOURS)
TONES = {GOOD: "#9aa5af", "uncertain": "#d1a200", BAD: "#c0392b"}
SLIDER = {
    "borderColor": LINE,
    "fillerColor": "rgba(122, 133, 143, 0.15)",
    "dataBackground": {"lineStyle": {"color": LINE}, "areaStyle": {"color": LINE}},
    "selectedDataBackground": {"lineStyle": {"color": QUIET}, "areaStyle": {"color": LINE}},
    "moveHandleStyle": {"color": QUIET, "opacity": 0.5},
    "handleStyle": {"borderColor": QUIET},
    "emphasis": {"handleStyle": {"borderColor": QUIET}, "moveHandleStyle": {"color": QUIET}},
}
"""The chart's own slider is blue: a colour that would mean nothing here."""
EXACTLY = {"outerBoundsMode": "none"}
"""Else each of the two makes room for its own names, and the qualities stand beside their curves."""
AXIS = 55
"""Pixels that the numbers of an axis need."""
GAP = 3.0
"""A silence of so many usual distances is a gap."""


@dataclass(slots=True)
class Curve:
    """One point's values by their times in milliseconds, with None where there is a gap; and its qualities' spans."""

    name: str
    unit: str
    colour: str
    values: list[list[float | None]] = field(default_factory=list)
    spans: list[tuple[float, float, str, str]] = field(default_factory=list)


def curve_of(name: str, unit: str, colour: str, samples: Sequence[Sample], usual: float) -> Curve:
    """The curve of samples in order of time that come ``usual`` seconds apart."""
    curve = Curve(name, unit, colour)
    before: Sample | None = None
    for sample in samples:
        moment = sample.time * 1000
        if before is not None and sample.time - before.time > GAP * usual:
            curve.values.append([before.time * 1000 + 1, None])
        value = sample.value
        number = float(value) if isinstance(value, bool | int | float) and sample.quality != BAD else None
        curve.values.append([moment, number])
        _span(curve, before, sample, usual)
        before = sample
    return curve


def joined(*parts: Curve) -> Curve:
    """Curves of one point, one after the other."""
    first = parts[0]
    values = [one for part in parts for one in part.values]
    return Curve(first.name, first.unit, first.colour, values, [one for part in parts for one in part.spans])


def _span(curve: Curve, before: Sample | None, sample: Sample, usual: float) -> None:
    """Lengthen the last span of quality, or begin another."""
    moment = sample.time * 1000
    near = before is not None and sample.time - before.time <= GAP * usual
    if curve.spans and near:
        begin, _, quality, reason = curve.spans[-1]
        if quality == sample.quality:
            curve.spans[-1] = (begin, moment, quality, sample.reason or reason)
            return
        curve.spans[-1] = (begin, moment, quality, reason)
    curve.spans.append((moment, moment + usual * 1000, sample.quality, sample.reason))


def chart(
    curves: Sequence[Curve],
    begin: float,
    end: float,
    zoom: Zoom = WHOLE,
    *,
    zoomed: bool = False,
    moment: float = 0.0,
) -> dict[str, Any]:
    """The options of an ECharts chart of curves from Unix time ``begin`` to ``end``, of which ``zoom`` is in sight.

    With ``zoomed`` the chart is told to show that part. A line stands at ``moment``, a Unix time, where there is one.
    """
    part = {"start": 100 * zoom.begin, "end": 100 * zoom.end} if zoomed else {}
    near = zoom.times(begin * 1000, end * 1000)
    units = list(dict.fromkeys(curve.unit for curve in curves)) or [""]
    strip = 14 * max(len(curves), 1)
    left, right = _margins(len(units))
    axis = {"axisLabel": {"color": QUIET}, "axisLine": {"lineStyle": {"color": LINE}}}
    times = {"type": "time", "min": begin * 1000, "max": end * 1000, **axis}
    values = [
        {
            "type": "value",
            "name": unit,
            "nameTextStyle": {"color": QUIET},
            "scale": True,
            "position": "left" if place % 2 == 0 else "right",
            "offset": AXIS * (place // 2),
            "splitLine": {"show": place == 0, "lineStyle": {"color": LINE}},
            **axis,
        }
        for place, unit in enumerate(units)
    ]
    names = {
        "type": "category",
        "gridIndex": 1,
        "data": [curve.name for curve in curves],
        "inverse": True,
        "name": "quality",
        "nameLocation": "middle",
        "nameRotate": 0,
        "nameGap": 8,
        "nameTextStyle": {"color": QUIET, "fontSize": 11},
        "axisLabel": {"show": False},
        "axisTick": {"show": False},
        "axisLine": {"show": False},
    }
    return {
        "animation": False,
        "useUTC": True,
        "textStyle": {"fontFamily": "inherit"},
        "legend": {"top": 0, "type": "scroll", "textStyle": {"color": QUIET}, "data": names["data"]},
        "tooltip": {"trigger": "axis", "confine": True, "axisPointer": {"type": "cross"}},
        "axisPointer": {"link": [{"xAxisIndex": "all"}]},
        "grid": [
            {"left": left, "right": right, "top": 56, "bottom": 92 + strip, **EXACTLY},
            {"left": left, "right": right, "height": strip, "bottom": 52, **EXACTLY},
        ],
        "xAxis": [times, {**times, "gridIndex": 1, "show": False}],
        "yAxis": [*values, names],
        "dataZoom": [
            {"type": "inside", "xAxisIndex": [0, 1], **part},
            {
                "type": "slider",
                "xAxisIndex": [0, 1],
                "bottom": 8,
                "height": 22,
                "textStyle": {"color": QUIET},
                **SLIDER,
                **part,
            },
        ],
        "series": [
            *(_line(curve, units.index(curve.unit), moment) for curve in curves),
            *(_quality(curve, place, len(units), near) for place, curve in enumerate(curves)),
        ],
    }


def _margins(axes: int) -> tuple[int, int]:
    """The room to the left and to the right of the curves, in pixels; every other axis stands on the right."""
    return AXIS * max(1, (axes + 1) // 2), max(24, AXIS * (axes // 2))


def _line(curve: Curve, axis: int, moment: float) -> dict[str, Any]:
    return {
        "name": curve.name,
        "type": "line",
        "yAxisIndex": axis,
        "data": curve.values,
        "showSymbol": len(curve.values) < 3,
        "connectNulls": False,
        "lineStyle": {"width": 1.5, "color": curve.colour},
        "itemStyle": {"color": curve.colour},
        "markLine": {
            "silent": True,
            "symbol": "none",
            "label": {"show": False},
            "lineStyle": {"type": "dashed", "color": QUIET, "width": 1.5},
            "data": [{"xAxis": moment * 1000}] if moment else [],
        },
    }


def _quality(curve: Curve, place: int, axes: int, near: tuple[float, float]) -> dict[str, Any]:
    """The strip below the curve: grey where it is good, broader and coloured where it is not.

    Spans are cut to what is in sight: the chart leaves out those that reach beyond.
    """
    since, until = near
    parts = [
        [
            {
                "xAxis": max(begin, since),
                "yAxis": place,
                "lineStyle": {"color": TONES.get(quality, TONES[BAD]), "width": 2 if quality == GOOD else 9},
            },
            {"xAxis": min(end, until), "yAxis": place},
        ]
        for begin, end, quality, _ in curve.spans
        if begin <= until and end >= since
    ]
    return {
        "type": "line",
        "xAxisIndex": 1,
        "yAxisIndex": axes,
        "data": [],
        "tooltip": {"show": False},
        "markLine": {
            "silent": True,
            "symbol": "none",
            "label": {"show": False},
            "lineStyle": {"type": "solid"},
            "data": parts,
        },
    }
