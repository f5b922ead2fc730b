"""A small line of the last minutes, drawn as SVG."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

SPAN = 300.0
MOST = 150
WIDTH, HEIGHT = 120, 24

Points = deque[tuple[float, float | None]]


def remembered(samples: Iterable[tuple[float, float | None]] = ()) -> Points:
    """Values by their Unix times, as many as a small line can show."""
    return deque(samples, maxlen=MOST)


def note(seen: Points, time: float, value: float | None) -> None:
    """Add a value that is newer than the last; once the clock was set back, what lies in its future goes."""
    while seen and seen[-1][0] > time:
        seen.pop()
    if not seen or seen[-1][0] < time:
        seen.append((time, value))


def line(points: Iterable[tuple[float, float | None]], until: float) -> str:
    """The SVG path of values in the five minutes before ``until``; a value that is missing makes a gap."""
    kept = [(time, value) for time, value in points if time >= until - SPAN]
    values = [value for _, value in kept if value is not None]
    if not values:
        return ""
    low, high = min(values), max(values)
    room = high - low
    parts: list[str] = []
    pen = "M"
    for time, value in kept:
        if value is None:
            pen = "M"
            continue
        x = WIDTH * (1.0 - (until - time) / SPAN)
        y = HEIGHT / 2 if not room else 2 + (HEIGHT - 4) * (high - value) / room
        parts.append(f"{pen}{x:.1f} {y:.1f}")
        pen = "L"
    return "".join(parts)


def drawn(path: str) -> str:
    """The picture of a path."""
    return (
        f'<svg width="{WIDTH}" height="{HEIGHT}" viewBox="0 0 {WIDTH} {HEIGHT}" role="img"'
        ' aria-label="last five minutes">'
        f'<path d="{path}" fill="none" stroke="currentColor" stroke-width="1.5"/></svg>'
    )
