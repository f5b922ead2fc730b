"""All alarms of a site: judged together, a few times a second, on the newest values."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence

from port502.collect.alarms.alarm import LONGEST_SHELF, NORMAL, WAITING, Alarm, AlarmEvent, AlarmState
from port502.collect.alarms.conditions import Judge, Judgement, View, holds, judge_of, points_of
from port502.collect.alarms.settings import PRIORITIES, AlarmSettings, Offline
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
        self._shelves: dict[str, float] = {}
        """The seconds that shelved alarms stay silent yet, whatever becomes of the clock on the wall."""
        self._ticked: float | None = None
        self.apply(settings, known, time)

    def apply(
        self, settings: Iterable[AlarmSettings], known: Collection[str], time: float
    ) -> list[AlarmEvent]:
        """Go on with other alarms; what that ended.

        One that watches the same goes on where it stands, with its new limits, delays and words. One that is gone,
        or watches something else now, is over; nobody is to take what was said of the old one for the new one's.
        """
        before = self._alarms
        working: dict[str, _Working] = {}
        for one in settings:
            old = before.get(one.name)
            if old is None or old.alarm.settings != one:
                working[one.name] = new = _Working(one, known, time)
                if old is not None and old.watches_as(new):
                    new.alarm.restore(old.alarm.state)
            else:
                working[one.name] = old
        self._alarms = working
        self._known = known
        for name in list(self._shelves):
            if name not in working or working[name].alarm.state.shelved_until is None:
                del self._shelves[name]
        return [
            _ended(old.alarm.state, time)
            for name, old in before.items()
            if old.alarm.active and (name not in working or not old.watches_as(working[name]))
        ]

    def restore(self, states: Iterable[AlarmState], time: float) -> None:
        """Go on where the alarms stood before a restart, those that still watch the same."""
        for state in states:
            one = self._alarms.get(state.alarm)
            if one is None or one.watched != (state.device, state.points):
                continue
            one.alarm.restore(state)
            if state.shelved_until is not None:
                self._shelves[state.alarm] = min(state.shelved_until - time, LONGEST_SHELF)

    def tick(self, now: float, time: float) -> list[AlarmEvent]:
        """Judge every alarm at monotonic ``now``, Unix ``time``; what changed."""
        events = self._unshelved(now, time)
        for one in self._alarms.values():
            alarm = one.alarm
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
        event = self._find(name).shelve(until, by, comment, time)
        self._shelves[name] = until - time
        return event

    def unshelve(self, name: str, by: str, time: float) -> AlarmEvent:
        """Let a shelved alarm be heard again."""
        event = self._find(name).unshelve(by, time)
        self._shelves.pop(name, None)
        return event

    def _unshelved(self, now: float, time: float) -> list[AlarmEvent]:
        """The alarms whose time on the shelf is over: by the clock, or because so much time has passed."""
        passed = now - self._ticked if self._ticked is not None else 0.0
        self._ticked = now
        events = []
        for name in list(self._shelves):
            self._shelves[name] -= passed
            if self._shelves[name] <= 0 or self._alarms[name].alarm.overdue(time):
                events.append(self.unshelve(name, "", time))
        return events

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
        points = points_of(settings.condition, known)
        self.alarm = Alarm(settings, points, time)
        self.watched = (settings.device, points)

    def watches_as(self, other: _Working) -> bool:
        """Whether both watch the same points in the same way."""
        mine, others = self.alarm.settings.condition, other.alarm.settings.condition
        if isinstance(mine, Offline):
            return mine == others
        return self.watched == other.watched and type(mine) is type(others)


def _ended(state: AlarmState, time: float) -> AlarmEvent:
    return AlarmEvent(
        time=time,
        alarm=state.alarm,
        what="cleared",
        state=NORMAL,
        priority=state.priority,
        text=state.text,
        value=state.value,
        limit=state.limit,
        comment="the site file does not ask for it any more",
        silent=state.silent,
    )


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
