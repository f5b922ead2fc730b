"""The alarms of a site file, checked against its points and devices, and made ready to be judged."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from port502.collect.alarms.alarms import BRACES
from port502.collect.alarms.settings import (
    HYSTERESIS,
    AlarmSettings,
    Condition,
    Deviation,
    Limit,
    Offline,
    Quality,
    Rate,
    State,
    WhenTrue,
)
from port502.collect.expression import Expression
from port502.collect.sample import BAD, UNCERTAIN
from port502.collect.scanner import InvalidExpressionError
from port502.site.alarm_model import Alarm
from port502.site.faults import Fault, KeyPath, nearest
from port502.site.groups import GLOB_SIGNS, matching
from port502.site.scalars import shown
from port502.site.validate import Source

MOST_OF_ONE = 10_000
"""Alarms that one entry may become through a glob."""


def alarm_settings(
    alarms: dict[str, Alarm], points: Collection[str], devices: Collection[str], source: Source
) -> tuple[tuple[AlarmSettings, ...], list[Fault]]:
    """The alarms by their names, and what is wrong with them.

    A glob becomes an alarm for each point or device that fits, called ``ENTRY/POINT`` or ``ENTRY/DEVICE``.
    ``points`` are full names.
    """
    settings: list[AlarmSettings] = []
    faults: list[Fault] = []
    for name, alarm in alarms.items():
        understanding = _Understanding(name, alarm, points, devices, source)
        settings += understanding.settings()
        faults += understanding.faults
    return tuple(settings), faults


class _Understanding:
    def __init__(
        self, name: str, alarm: Alarm, points: Collection[str], devices: Collection[str], source: Source
    ) -> None:
        self._name = name
        self._alarm = alarm
        self._points = points
        self._devices = devices
        self._source = source
        self._path: KeyPath = ("alarms", name)
        self.faults: list[Fault] = []

    def settings(self) -> list[AlarmSettings]:
        alarm = self._alarm
        self._check_text()
        suppress = self._expression("suppress", alarm.suppress)
        found = [
            AlarmSettings(
                name=name,
                condition=condition,
                on_delay=alarm.delay,
                off_delay=alarm.clear_for,
                priority=alarm.priority,
                say=alarm.say or "",
                suppress=suppress,
                device=device,
            )
            for name, device, condition in self._conditions()
        ]
        return found if not self.faults else []

    def _conditions(self) -> Iterator[tuple[str, str, Condition]]:
        """Each alarm this entry becomes: its name, its device and its condition."""
        alarm = self._alarm
        if alarm.when is not None:
            when = self._expression("when", alarm.when)
            condition = WhenTrue(when, self._expression("clear", alarm.clear))
            yield self._name, self._device_of(when), condition
        elif alarm.device is not None:
            for device in self._matching("device", alarm.device, self._devices):
                yield self._called(alarm.device, device), device, Offline(device)
        elif alarm.point is not None:
            for point in self._matching("point", alarm.point, self._points):
                yield self._called(alarm.point, point), point.partition(".")[0], self._of_point(point)

    def _of_point(self, point: str) -> Condition:
        alarm = self._alarm
        if alarm.deviation is not None:
            target = alarm.target or ""
            if target not in self._points:
                self._fault("target", f"no point is called {shown(target)}", nearest(target, self._points))
            room = HYSTERESIS * alarm.deviation if alarm.hysteresis is None else alarm.hysteresis
            return Deviation(point, target, alarm.deviation, room)
        limit = alarm.high if alarm.high is not None else alarm.low
        if limit is not None:
            room = HYSTERESIS * abs(limit) if alarm.hysteresis is None else alarm.hysteresis
            return Limit(point, alarm.high, alarm.low, room)
        if alarm.rise is not None or alarm.fall is not None:
            return Rate(point, alarm.rise, alarm.fall, 60.0 if alarm.per is None else alarm.per)
        if alarm.equal is not None:
            return State(point, alarm.equal)
        if alarm.unequal is not None:
            return State(point, alarm.unequal, other=True)
        return Quality(point, BAD if alarm.bad else UNCERTAIN)

    def _matching(self, key: str, pattern: str, names: Collection[str]) -> Sequence[str]:
        found = matching(pattern, names)
        if not found:
            what = f"no {key} fits" if GLOB_SIGNS & set(pattern) else f"no {key} is called"
            self._fault(key, f"{what} {shown(pattern)}", nearest(pattern, names))
        if len(found) > MOST_OF_ONE:
            self._fault(
                key,
                f"{shown(pattern)} fits {len(found)} names; at most {MOST_OF_ONE} alarms come of one entry",
            )
        return found[:MOST_OF_ONE]

    def _called(self, pattern: str, name: str) -> str:
        return self._name if pattern == name else f"{self._name}/{name}"

    def _expression(self, key: str, text: str | None) -> str:
        """The canonical form of an expression; empty for none and for a faulty one."""
        if text is None:
            return ""
        try:
            expression = Expression.compile(text, self._points)
        except InvalidExpressionError as error:
            at = f" (character {error.column})" if error.column > 1 else ""
            self._fault(key, error.message + at, error.hint)
            return ""
        if not expression.names:
            self._fault(key, "names no point, so it would never change")
        return expression.canonical

    def _device_of(self, when: str) -> str:
        """The device that all points of an expression belong to, if there is one."""
        names = Expression.compile(when, self._points).names if when else ()
        devices = {name.partition(".")[0] for name in names}
        return devices.pop() if len(devices) == 1 else ""

    def _check_text(self) -> None:
        for point in BRACES.findall(self._alarm.say or ""):
            if point not in self._points:
                self._fault("say", f"no point is called {shown(point)}", nearest(point, self._points))

    def _fault(self, key: str, message: str, hint: str = "") -> None:
        self.faults.append(self._source.fault((*self._path, key), message, hint))
