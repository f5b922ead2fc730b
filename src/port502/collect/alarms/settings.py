"""What an alarm is told by its user: when it is active, how long that must last, and how much it matters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from port502.collect.sample import Value

PRIORITIES = ("low", "medium", "high", "critical")
ON_DELAY = 2.0
OFF_DELAY = 5.0
HYSTERESIS = 0.01
"""The part of a limit by which a value must come back before its alarm clears, unless the alarm says another."""


@dataclass(frozen=True, slots=True)
class WhenTrue:
    """An expression that is true; ``clear`` is the one that must be true for the end, by default its opposite.

    Both are canonical: full names only.
    """

    when: str
    clear: str = ""


@dataclass(frozen=True, slots=True)
class Limit:
    """A point above ``high`` or below ``low``, exactly one of them; it clears ``hysteresis`` inside the limit."""

    point: str
    high: float | None = None
    low: float | None = None
    hysteresis: float = 0.0


@dataclass(frozen=True, slots=True)
class Rate:
    """A point that rises or falls by at least so much within ``per`` seconds."""

    point: str
    rise: float | None = None
    fall: float | None = None
    per: float = 60.0


@dataclass(frozen=True, slots=True)
class Deviation:
    """A point that is more than ``by`` away from another point."""

    point: str
    target: str
    by: float
    hysteresis: float = 0.0


@dataclass(frozen=True, slots=True)
class State:
    """A point that has one of these values, or with ``other`` none of them."""

    point: str
    values: tuple[Value, ...]
    other: bool = False


@dataclass(frozen=True, slots=True)
class Quality:
    """A point that is stale (``uncertain``), or bad; not while its whole device is offline."""

    point: str
    quality: str


@dataclass(frozen=True, slots=True)
class Offline:
    """A device that does not answer."""

    device: str


Condition: TypeAlias = WhenTrue | Limit | Rate | Deviation | State | Quality | Offline


@dataclass(frozen=True, slots=True)
class AlarmSettings:
    """One alarm: its condition must hold ``on_delay`` seconds to raise it, and be over ``off_delay`` to clear it.

    ``say`` is its text, with points in braces; ``suppress`` an expression that keeps it silent while true;
    ``device`` the device it belongs to, if any.
    """

    name: str
    condition: Condition
    on_delay: float = ON_DELAY
    off_delay: float = OFF_DELAY
    priority: str = "medium"
    say: str = ""
    suppress: str = ""
    device: str = ""
