"""The part of a chart's time that is looked at closely."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

LEAST = 1e-4
"""The smallest part that is looked at: ten seconds of a day."""


@dataclass(frozen=True, slots=True)
class Zoom:
    """From which part of a time to which, each between 0 and 1."""

    begin: float = 0.0
    end: float = 1.0

    @property
    def is_whole(self) -> bool:
        """Whether all of it is looked at."""
        return self.begin <= 0.0 and self.end >= 1.0

    def times(self, since: float, until: float) -> tuple[float, float]:
        """This part of the time from ``since`` to ``until``."""
        return since + (until - since) * self.begin, since + (until - since) * self.end

    def __str__(self) -> str:
        return (
            f"{100 * self.begin:.2f}".rstrip("0").rstrip(".")
            + "-"
            + f"{100 * self.end:.2f}".rstrip("0").rstrip(".")
        )


WHOLE = Zoom()


def zoom_in(text: str) -> Zoom:
    """The zoom that ``25-50`` stands for, in percent as in an address; the whole for what is none."""
    begin, _, end = text.partition("-")
    try:
        return _zoom(float(begin), float(end))
    except ValueError:
        return WHOLE


def zoom_of(event: Any) -> Zoom:
    """The zoom that a chart tells of; the whole where it tells of none."""
    told = event.get("batch") if isinstance(event, Mapping) else None
    one = told[0] if isinstance(told, list) and told else event
    if not isinstance(one, Mapping):
        return WHOLE
    begin, end = one.get("start"), one.get("end")
    known = isinstance(begin, int | float) and isinstance(end, int | float)
    return _zoom(float(begin), float(end)) if known else WHOLE  # type: ignore[arg-type]


def _zoom(begin: float, end: float) -> Zoom:
    if not (math.isfinite(begin) and math.isfinite(end)):
        return WHOLE
    begin, end = (min(max(one / 100, 0.0), 1.0) for one in (begin, end))
    return Zoom(begin, end) if end - begin >= LEAST else WHOLE
