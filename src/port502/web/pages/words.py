"""How things are said on every page: marks of shape, word and colour; ages, numbers and values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from port502.collect.sample import BAD, GOOD, Value
from port502.registers.text import short_text
from port502.web.station import PointNow

MOST_LISTED = 5


@dataclass(frozen=True, slots=True)
class Mark:
    """A shape, a word, and the class that colours them: nothing is told by colour alone."""

    shape: str
    word: str
    tone: str = ""

    @property
    def classes(self) -> str:
        """Its CSS classes."""
        return f"p5-mark is-{self.tone}" if self.tone else "p5-mark"

    def __str__(self) -> str:
        return f"{self.shape} {self.word}"


_UNITS = {
    "online": Mark("●", "online"),
    "suspect": Mark("◆", "suspect", "medium"),
    "offline": Mark("■", "offline", "critical"),
    "not yet asked": Mark("○", "not yet asked"),
}
_LINKS = {
    "ready": Mark("●", "connected"),
    "idle": Mark("○", "idle"),
    "connecting": Mark("◆", "connecting", "medium"),
    "settling": Mark("◆", "settling", "medium"),
    "backing off": Mark("■", "not connected", "critical"),
    "closed": Mark("○", "closed"),
}
_SPANS = ((86_400.0, 172_800.0, "d"), (3600.0, 7200.0, "h"), (60.0, 120.0, "min"))
_ALARMS = {"critical": "⬣", "high": "▲", "medium": "◆", "low": "▼"}


def unit_mark(state: str) -> Mark:
    """How a unit fares."""
    return _UNITS.get(state, Mark("○", state))


def link_mark(state: str) -> Mark:
    """How a connection fares."""
    return _LINKS.get(state, Mark("○", state))


def alarm_mark(priority: str, *, quiet: bool = False) -> Mark:
    """How much an alarm matters."""
    return Mark(_ALARMS.get(priority, "◆"), priority, "" if quiet else priority)


def quality_mark(quality: str) -> Mark:
    """What a value is worth."""
    if quality == GOOD:
        return Mark("●", "good")
    return Mark("■", "bad", "critical") if quality == BAD else Mark("◆", "uncertain", "medium")


def age_text(seconds: float) -> str:
    """How long ago, in the largest unit that says it: ``0.4 s``, ``12 s``, ``3 min``, ``2 h``, ``5 d``."""
    if seconds < 9.95:
        return f"{max(seconds, 0.0):.1f} s"
    for size, least, unit in _SPANS:
        if seconds >= least:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} s"


def percent_text(part: float) -> str:
    """A part of one in percent: ``12 %``."""
    return f"{part * 100:.0f} %"


def listed(names: Sequence[str]) -> str:
    """The first five names, and how many more there are."""
    more = f" and {len(names) - MOST_LISTED} more" if len(names) > MOST_LISTED else ""
    return ", ".join(names[:MOST_LISTED]) + more


def counted(count: int, thing: str) -> str:
    """A count with its noun: ``1 read``, ``1,200 reads``."""
    return f"{count:,} {thing}{'' if count == 1 else 's'}"


def value_text(value: Value) -> str:
    """A value as it stands on a screen."""
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, float):
        return short_text(value)
    if isinstance(value, tuple):
        return ", ".join(value_text(one) for one in value)
    return str(value)


def now_text(now: PointNow, unit: str) -> str:
    """A value with its unit; the last known one where there is none."""
    value = now.value if now.value is not None else now.known
    text = value_text(value)
    return f"{text} {unit}" if unit and value is not None else text
