"""Whether an alarm's condition holds now, from what is known of its points."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection
from dataclasses import dataclass
from typing import Protocol

from port502.collect.alarms.settings import (
    Condition,
    Deviation,
    Limit,
    Offline,
    Quality,
    Rate,
    State,
    WhenTrue,
)
from port502.collect.expression import Expression, NoValueError
from port502.collect.latest import Current
from port502.collect.operations import condition
from port502.collect.sample import BAD, GOOD, UNCERTAIN, Value

MOST_REMEMBERED = 600
"""Values a rate remembers at most; a longer time is looked at more coarsely."""


class View(Protocol):
    """What can be known of the site now."""

    def current(self, point: str) -> Current | None:
        """The newest sample of a point, stale or not; None for a point that is not collected."""

    def offline(self, device: str) -> bool | None:
        """Whether a device does not answer; None as long as nobody asked it."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """Whether a condition holds (None: it cannot be told now), the value it was judged by, and the limit."""

    active: bool | None
    value: Value = None
    limit: float | None = None
    text: str = ""


UNKNOWN = Judgement(None)


class Judge(Protocol):
    """A condition, ready to be asked again and again; ``was`` is whether its alarm is active so far."""

    def judge(self, view: View, now: float, was: bool) -> Judgement:
        """Whether it holds at monotonic ``now``."""


def judge_of(settings: Condition, known: Collection[str]) -> Judge:
    """The judge of a condition; raises ConfigError for an expression that is none."""
    match settings:
        case WhenTrue():
            return _Expressions(settings, known)
        case Limit():
            return _Limits(settings)
        case Rate():
            return _Rates(settings)
        case Deviation():
            return _Deviations(settings)
        case State():
            return _States(settings)
        case Quality():
            return _Qualities(settings)
        case Offline():
            return _Offlines(settings)


def points_of(settings: Condition, known: Collection[str]) -> tuple[str, ...]:
    """The full names of the points a condition looks at."""
    match settings:
        case WhenTrue(when=when, clear=clear):
            texts = [text for text in (when, clear) if text]
            names = [name for text in texts for name in Expression.compile(text, known).names]
            return tuple(dict.fromkeys(names))
        case Deviation(point=point, target=target):
            return (point, target)
        case Offline():
            return ()
        case _:
            return (settings.point,)


def holds(expression: Expression, view: View) -> bool | None:
    """Whether an expression is true; None where one of its points has no good value."""
    values: dict[str, Value] = {}
    for name in expression.names:
        values[name] = good_value(view, name)
        if values[name] is None:
            return None
    try:
        return condition(expression.value(values.__getitem__))
    except (NoValueError, TypeError):
        return None


def good_value(view: View, point: str) -> Value:
    """The value of a point that is fresh and good, else None."""
    current = view.current(point)
    return current.sample.value if current is not None and current.sample.quality == GOOD else None


def _number(view: View, point: str) -> float | None:
    value = good_value(view, point)
    return float(value) if isinstance(value, int | float) else None


class _Expressions:
    def __init__(self, settings: WhenTrue, known: Collection[str]) -> None:
        self._when = Expression.compile(settings.when, known)
        self._clear = Expression.compile(settings.clear, known) if settings.clear else None

    def judge(self, view: View, now: float, was: bool) -> Judgement:
        value = good_value(view, self._when.names[0]) if self._when.names else None
        if was and self._clear is not None:
            over = holds(self._clear, view)
            return Judgement(None if over is None else not over, value, text=self._when.text)
        return Judgement(holds(self._when, view), value, text=self._when.text)


class _Limits:
    def __init__(self, settings: Limit) -> None:
        self._point = settings.point
        self._hysteresis = settings.hysteresis
        limit, self._sign, side = settings.high, 1.0, "above"
        if limit is None:
            limit, self._sign, side = settings.low, -1.0, "below"
        assert limit is not None
        self._limit = limit
        self._text = f"{settings.point} is {side} {limit:g}"

    def judge(self, view: View, now: float, was: bool) -> Judgement:
        value = _number(view, self._point)
        if value is None:
            return UNKNOWN
        bar = self._limit * self._sign - (self._hysteresis if was else 0.0)
        return Judgement(value * self._sign > bar, value, self._limit, self._text)


class _Rates:
    """Remembers the lowest values of the time it looks back on: for a fall, of the values turned round.

    Each is above all before it, so the oldest is the lowest; what is closer together than a share of the time is
    taken for one, so that a long time does not remember without bound.
    """

    def __init__(self, settings: Rate) -> None:
        self._point, self._per = settings.point, settings.per
        by, self._sign, did = settings.rise, 1.0, "rose"
        if by is None:
            by, self._sign, did = settings.fall, -1.0, "fell"
        assert by is not None
        self._by = by
        self._seen: deque[tuple[float, float]] = deque()
        self._apart = settings.per / MOST_REMEMBERED
        self._text = f"{settings.point} {did} by {by:g} within {settings.per:g} s"

    def judge(self, view: View, now: float, was: bool) -> Judgement:
        value = _number(view, self._point)
        seen = self._seen
        if value is None:
            seen.clear()
            return UNKNOWN
        height = value * self._sign
        while seen and seen[0][0] < now - self._per:
            seen.popleft()
        while seen and seen[-1][1] >= height:
            seen.pop()
        if not seen or now - seen[-1][0] >= self._apart:
            seen.append((now, height))
        return Judgement(height - seen[0][1] >= self._by, value, self._by, self._text)


class _Deviations:
    def __init__(self, settings: Deviation) -> None:
        self._settings = settings
        self._text = f"{settings.point} is more than {settings.by:g} away from {settings.target}"

    def judge(self, view: View, now: float, was: bool) -> Judgement:
        settings = self._settings
        value, target = _number(view, settings.point), _number(view, settings.target)
        if value is None or target is None:
            return UNKNOWN
        limit = settings.by - (settings.hysteresis if was else 0.0)
        return Judgement(abs(value - target) > limit, value, target, self._text)


class _States:
    def __init__(self, settings: State) -> None:
        self._settings = settings
        words = " or ".join(str(one) for one in settings.values)
        self._text = f"{settings.point} is {'not ' if settings.other else ''}{words}"

    def judge(self, view: View, now: float, was: bool) -> Judgement:
        settings = self._settings
        value = good_value(view, settings.point)
        if value is None:
            return UNKNOWN
        return Judgement((value in settings.values) != settings.other, value, text=self._text)


class _Qualities:
    """One dead unit must not raise an alarm for each of its points: its own alarm says it."""

    def __init__(self, settings: Quality) -> None:
        self._settings = settings
        self._device = settings.point.partition(".")[0]

    def judge(self, view: View, now: float, was: bool) -> Judgement:
        current = view.current(self._settings.point)
        if current is None:
            return UNKNOWN
        sample = current.sample
        if not was and (sample.reason == "not yet read" or view.offline(self._device)):
            return UNKNOWN
        wanted = (BAD,) if self._settings.quality == BAD else (BAD, UNCERTAIN)
        text = f"{self._settings.point}: {sample.reason}"
        return Judgement(sample.quality in wanted, sample.value, text=text)


class _Offlines:
    def __init__(self, settings: Offline) -> None:
        self._device = settings.device

    def judge(self, view: View, now: float, was: bool) -> Judgement:
        return Judgement(view.offline(self._device), text=f"{self._device} does not answer")
