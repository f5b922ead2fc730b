"""Curves made of characters: a sparkline in one line, a chart of dots in many; gaps stay gaps."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

Times: TypeAlias = "Sequence[tuple[float, float | None]]"

BARS: Final = "▁▂▃▄▅▆▇█"
GAP: Final = "·"
MIDDLE: Final = BARS[3]

_BRAILLE = 0x2800
_DOTS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))


def sparkline(values: Sequence[float | None], width: int) -> str:
    """The newest values as bars between the least and the most of them; a value that is missing is a small dot."""
    kept = values[-width:] if width > 0 else ()
    known = [one for one in kept if one is not None]
    if not known:
        return GAP * len(kept)
    low, room = min(known), max(known) - min(known)
    top = len(BARS) - 1
    bars = (
        GAP if one is None else MIDDLE if not room else BARS[round((one - low) / room * top)] for one in kept
    )
    return "".join(bars)


@dataclass(frozen=True, slots=True)
class Chart:
    """Dots in ``rows`` of characters, each with the number of the curve it belongs to (-1: none), and the bounds."""

    rows: tuple[tuple[tuple[str, int], ...], ...]
    low: float
    high: float


def chart(curves: Sequence[Times], since: float, until: float, width: int, height: int) -> Chart:
    """Curves from ``since`` to ``until`` on one scale, in ``width`` * ``height`` characters of 2 * 4 dots."""
    width, height = max(1, width), max(1, height)
    seen = [
        value for curve in curves for time, value in curve if value is not None and since <= time <= until
    ]
    low, high = _bounds(seen)
    bits = [[0] * width for _ in range(height)]
    owner = [[-1] * width for _ in range(height)]
    span = (until - since) or 1.0
    for index, curve in enumerate(curves):
        places = [
            None
            if value is None
            else (
                round((time - since) / span * (2 * width - 1)),
                round((high - value) / (high - low) * (4 * height - 1)),
            )
            for time, value in curve
            if since <= time <= until
        ]
        for x, y in _lines(places):
            if 0 <= x < 2 * width and 0 <= y < 4 * height:
                bits[y // 4][x // 2] |= _DOTS[y % 4][x % 2]
                owner[y // 4][x // 2] = index
    rows = tuple(
        tuple((chr(_BRAILLE + dot) if dot else " ", who) for dot, who in zip(line, owners, strict=True))
        for line, owners in zip(bits, owner, strict=True)
    )
    return Chart(rows, low, high)


def _bounds(seen: Sequence[float]) -> tuple[float, float]:
    """A little more than the values take, so that a flat curve lies in the middle."""
    if not seen:
        return 0.0, 1.0
    low, high = min(seen), max(seen)
    if low == high:
        room = abs(low) * 0.1 or 1.0
        return low - room, high + room
    return low, high


def _lines(places: Sequence[tuple[int, int] | None]) -> Iterator[tuple[int, int]]:
    """All dots on the way from each place to the next; None breaks the line."""
    before: tuple[int, int] | None = None
    for place in places:
        if place is not None and before is not None:
            yield from _line(before, place)
        elif place is not None:
            yield place
        before = place


def _line(start: tuple[int, int], end: tuple[int, int]) -> Iterator[tuple[int, int]]:
    steps = max(abs(end[0] - start[0]), abs(end[1] - start[1]), 1)
    for step in range(steps + 1):
        part = step / steps
        yield round(start[0] + (end[0] - start[0]) * part), round(start[1] + (end[1] - start[1]) * part)
