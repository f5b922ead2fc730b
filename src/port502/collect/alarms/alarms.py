"""All alarms of a site: judged together, a few times a second, on the newest values."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence

from port502.collect.alarms.alarm import WAITING, Alarm, AlarmEvent, AlarmState
from port502.collect.alarms.conditions import Judge, Judgement, View, holds, judge_of, points_of
from port502.collect.alarms.settings import PRIORITIES, AlarmSettings
from port502.collect.expression import Expression
from port502.collect.sample import Value
from port502.errors import UsageError

BRACES = re.compile(r"\{([^{}]+)\}")
LONGEST_TEXT = 500


class Alarms:
    """The alarms of a site, at work on what ``view`` knows; every change comes back as an event.

    Call ``tick`` regularly. Raises ConfigError for expressions that are none.
    """

    def __init__(
        self, settings: Iterable[AlarmSettings], known: Collection[str], view: View, time: float
    ) -> None:
        self._view = view
        self._known = known
        self._alarms: dict[str, _Working] = {}
        self.apply(settings, known, time)

    def apply(self, settings: Iterable[AlarmSettings], known: Collection[str], time: float) -> None:
        """Go on with other alarms; one that did not change keeps its state."""
        working: dict[str, _Working] = {}
        for one in settings:
            old = self._alarms.get(one.name)
            working[one.name] = (
                old if old is not None and old.alarm.settings == one else _Working(one, known, time)
            )
        self._alarms = working
        self._known = known

    def restore(self, states: Iterable[AlarmState]) -> None:
        """Go on where the alarms stood before a restart."""
        for state in states:
            if state.alarm in self._alarms:
                self._alarms[state.alarm].alarm.restore(state)

    def tick(self, now: float, time: float) -> list[AlarmEvent]:
        """Judge every alarm at monotonic ``now``, Unix ``time``; what changed."""
        events: list[AlarmEvent] = []
        for one in self._alarms.values():
            alarm = one.alarm
            if alarm.overdue(time):
                events.append(alarm.unshelve("", time))
            if one.suppressing is not None:
                alarm.suppress(bool(holds(one.suppressing, self._view)))
            judgement = one.judge.judge(self._view, now, alarm.active)
            if alarm.turning(judgement, now):
                events.append(alarm.turn(judgement, self._text(alarm.settings, judgement), time))
        return events

    def states(self) -> list[AlarmState]:
        """How all alarms stand: active ones first, the more important before the less, the newer before the older."""
        return sorted((one.alarm.state for one in self._alarms.values()), key=_importance)

    def state(self, name: str) -> AlarmState:
        """How one alarm stands; raises UsageError for a name that is none."""
        return self._find(name).state

    def acknowledge(self, names: Sequence[str], by: str, comment: str, time: float) -> list[AlarmEvent]:
        """Somebody has seen these alarms; raises UsageError, and changes nothing, where one cannot be acknowledged."""
        alarms = [self._find(name) for name in names]
        waiting = [alarm for alarm in alarms if alarm.state.state in WAITING]
        if len(alarms) == 1 or not waiting:
            waiting = alarms
        return [alarm.acknowledge(by, comment, time) for alarm in waiting]

    def shelve(self, name: str, until: float, by: str, comment: str, time: float) -> AlarmEvent:
        """Keep an alarm silent until Unix time ``until``, a week away at most."""
        return self._find(name).shelve(until, by, comment, time)

    def unshelve(self, name: str, by: str, time: float) -> AlarmEvent:
        """Let a shelved alarm be heard again."""
        return self._find(name).unshelve(by, time)

    def _find(self, name: str) -> Alarm:
        if name not in self._alarms:
            raise UsageError(f"no alarm {name!r}; there are {', '.join(sorted(self._alarms)) or 'none'}")
        return self._alarms[name].alarm

    def _text(self, settings: AlarmSettings, judgement: Judgement) -> str:
        if not settings.say:
            return judgement.text
        return BRACES.sub(lambda match: self._shown(match[1]), settings.say)[:LONGEST_TEXT]

    def _shown(self, point: str) -> str:
        current = self._view.current(point)
        return "?" if current is None or current.sample.value is None else shown(current.sample.value)


class _Working:
    """An alarm with its judge."""

    def __init__(self, settings: AlarmSettings, known: Collection[str], time: float) -> None:
        self.judge: Judge = judge_of(settings.condition, known)
        self.suppressing = Expression.compile(settings.suppress, known) if settings.suppress else None
        self.alarm = Alarm(settings, points_of(settings.condition, known), time)


def shown(value: Value) -> str:
    """A value as it stands in an alarm's text."""
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _importance(state: AlarmState) -> tuple[bool, bool, bool, int, float, str]:
    waiting = state.state in WAITING
    return (
        state.silent,
        not (state.active or waiting),
        not waiting,
        -PRIORITIES.index(state.priority),
        -state.since,
        state.alarm,
    )
