"""One alarm's life, after ISA-18.2: raised, acknowledged, cleared, shelved; time comes in as an argument."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

from port502.collect.alarms.conditions import Judgement
from port502.collect.alarms.settings import AlarmSettings
from port502.collect.sample import Value
from port502.errors import UsageError
from port502.transport.clock import utc

NORMAL = "normal"
UNACKNOWLEDGED = "unacknowledged"
ACKNOWLEDGED = "acknowledged"
RETURNED = "returned"
"""Over again, but nobody has acknowledged it yet."""

ACTIVE = frozenset({UNACKNOWLEDGED, ACKNOWLEDGED})
WAITING = frozenset({UNACKNOWLEDGED, RETURNED})
"""Somebody has to acknowledge these."""
LONGEST_SHELF = 7 * 86_400.0
LONGEST_COMMENT = 500

_TIMES = frozenset({"time", "until", "since", "raised", "shelved_until"})


@dataclass(frozen=True, slots=True)
class AlarmEvent:
    """Something happened to an alarm: ``what`` is raised, cleared, acknowledged, shelved or unshelved.

    ``time`` and ``until`` are Unix seconds; ``value`` and ``limit`` are those at the event; ``silent`` tells that
    nobody is to be bothered with it, because the alarm is shelved or suppressed.
    """

    time: float
    alarm: str
    what: str
    state: str
    priority: str
    text: str = ""
    value: Value = None
    limit: float | None = None
    by: str = ""
    comment: str = ""
    until: float | None = None
    silent: bool = False

    def fields(self) -> dict[str, Any]:
        """The event by its field names in JSON."""
        return _named(self)


@dataclass(frozen=True, slots=True)
class AlarmState:
    """How an alarm stands, complete enough to go on with after a restart; times are Unix seconds."""

    alarm: str
    state: str
    priority: str
    since: float
    text: str = ""
    value: Value = None
    limit: float | None = None
    raised: float | None = None
    acknowledged_by: str = ""
    comment: str = ""
    shelved_until: float | None = None
    shelved_by: str = ""
    suppressed: bool = False
    known: bool = True
    device: str = ""
    points: tuple[str, ...] = ()

    @property
    def active(self) -> bool:
        """Whether its condition holds."""
        return self.state in ACTIVE

    @property
    def silent(self) -> bool:
        """Whether nobody is to be bothered with it."""
        return self.suppressed or self.shelved_until is not None

    def fields(self) -> dict[str, Any]:
        """The state by its field names in JSON."""
        return {**_named(self), "active": self.active}


class Alarm:
    """An alarm at work."""

    def __init__(self, settings: AlarmSettings, points: tuple[str, ...], time: float) -> None:
        self.settings = settings
        self._points = points
        self._state = NORMAL
        self._since = time
        self._text = ""
        self._value: Value = None
        self._limit: float | None = None
        self._raised: float | None = None
        self._by = ""
        self._comment = ""
        self._shelved_until: float | None = None
        self._shelved_by = ""
        self._suppressed = False
        self._known = False
        self._turning: float | None = None

    @property
    def active(self) -> bool:
        """Whether its condition holds, delays included."""
        return self._state in ACTIVE

    @property
    def state(self) -> AlarmState:
        """How it stands."""
        return AlarmState(
            alarm=self.settings.name,
            state=self._state,
            priority=self.settings.priority,
            since=self._since,
            text=self._text,
            value=self._value,
            limit=self._limit,
            raised=self._raised,
            acknowledged_by=self._by,
            comment=self._comment,
            shelved_until=self._shelved_until,
            shelved_by=self._shelved_by,
            suppressed=self._suppressed,
            known=self._known,
            device=self.settings.device,
            points=self._points,
        )

    def restore(self, state: AlarmState) -> None:
        """Go on where it stood before a restart."""
        self._state = state.state
        self._since = state.since
        self._text = state.text
        self._value = state.value
        self._limit = state.limit
        self._raised = state.raised
        self._by = state.acknowledged_by
        self._comment = state.comment
        self._shelved_until = state.shelved_until
        self._shelved_by = state.shelved_by

    def turning(self, judgement: Judgement, now: float) -> bool:
        """Whether it is to be raised or cleared at monotonic ``now``: the condition has lasted long enough."""
        self._known = judgement.active is not None
        if judgement.active is None or judgement.active == self.active:
            self._turning = None
            return False
        if self._turning is None:
            self._turning = now
        delay = self.settings.on_delay if judgement.active else self.settings.off_delay
        return now - self._turning >= delay

    def turn(self, judgement: Judgement, text: str, time: float) -> AlarmEvent:
        """Raise or clear it."""
        self._turning = None
        self._value = judgement.value
        self._limit = judgement.limit
        if judgement.active:
            self._text, self._raised = text, time
            self._by = self._comment = ""
            return self._change("raised", UNACKNOWLEDGED, time)
        if self._state == ACKNOWLEDGED:
            return self._change("cleared", NORMAL, time)
        return self._change("cleared", RETURNED, time)

    def acknowledge(self, by: str, comment: str, time: float) -> AlarmEvent:
        """Somebody has seen it; raises UsageError where there is nothing to acknowledge."""
        if self._state not in WAITING:
            raise UsageError(f"alarm {self.settings.name!r} has nothing to acknowledge: it is {self._state}")
        self._by, self._comment = by, comment[:LONGEST_COMMENT]
        state = ACKNOWLEDGED if self._state == UNACKNOWLEDGED else NORMAL
        return self._change("acknowledged", state, time, by, comment[:LONGEST_COMMENT])

    def shelve(self, until: float, by: str, comment: str, time: float) -> AlarmEvent:
        """Keep it silent until Unix time ``until``; raises UsageError for a time that is past or too far away."""
        if not time < until <= time + LONGEST_SHELF:
            days = int(LONGEST_SHELF // 86_400)
            raise UsageError(f"an alarm is shelved until a time in the next {days} days")
        self._shelved_until, self._shelved_by = until, by
        return self._change("shelved", self._state, time, by, comment[:LONGEST_COMMENT], until)

    def unshelve(self, by: str, time: float) -> AlarmEvent:
        """Let it be heard again; raises UsageError where it is not shelved."""
        if self._shelved_until is None:
            raise UsageError(f"alarm {self.settings.name!r} is not shelved")
        self._shelved_until, self._shelved_by = None, ""
        return self._change("unshelved", self._state, time, by)

    def overdue(self, time: float) -> bool:
        """Whether the time on the shelf is over."""
        return self._shelved_until is not None and time >= self._shelved_until

    def suppress(self, silent: bool) -> None:
        """Keep it silent by design, or not any more."""
        self._suppressed = silent

    def _change(
        self, what: str, state: str, time: float, by: str = "", comment: str = "", until: float | None = None
    ) -> AlarmEvent:
        if state != self._state:
            self._state, self._since = state, time
        return AlarmEvent(
            time=time,
            alarm=self.settings.name,
            what=what,
            state=state,
            priority=self.settings.priority,
            text=self._text,
            value=self._value,
            limit=self._limit,
            by=by,
            comment=comment,
            until=until,
            silent=self._suppressed or self._shelved_until is not None,
        )


def _named(record: AlarmEvent | AlarmState) -> dict[str, Any]:
    """The fields of a record for JSON: times as RFC 3339 text, several values as a list."""
    return {field.name: _plain(field.name, getattr(record, field.name)) for field in fields(record)}


def _plain(name: str, value: Any) -> Any:
    if name in _TIMES and value is not None:
        return utc(value)
    return list(value) if isinstance(value, tuple) else value
