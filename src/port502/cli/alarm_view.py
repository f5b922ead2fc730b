"""Alarms on the terminal and in JSON."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rich.table import Table
from rich.text import Text

from port502.cli.output import printable, table
from port502.collect.alarms import AlarmState
from port502.history import format_time

_COLOURS = {"critical": "bold red", "high": "red", "medium": "yellow", "low": "cyan"}


def alarms_table(states: Iterable[AlarmState]) -> Table:
    """A line per alarm: how much it matters, what it says, how it stands and since when."""
    made = table("priority", "alarm", "state", "since", "text")
    for state in states:
        loud = state.active and not state.silent
        priority = Text(state.priority, style=_COLOURS[state.priority] if loud else "dim")
        word = (
            "shelved"
            if state.shelved_until is not None
            else "suppressed"
            if state.suppressed
            else state.state
        )
        since = format_time(state.since)[11:19]
        made.add_row(priority, printable(state.alarm), word, since, printable(state.text))
    return made


def alarm_json(state: AlarmState) -> dict[str, Any]:
    """An alarm by its field names in JSON; what has nothing to say is left out."""
    values: dict[str, Any] = {
        "alarm": state.alarm,
        "state": state.state,
        "active": state.active,
        "priority": state.priority,
        "since": format_time(state.since),
        "text": state.text,
        "value": state.value,
        "limit": state.limit,
        "raised": None if state.raised is None else format_time(state.raised),
        "acknowledged_by": state.acknowledged_by,
        "comment": state.comment,
        "shelved_until": None if state.shelved_until is None else format_time(state.shelved_until),
        "shelved_by": state.shelved_by,
        "suppressed": state.suppressed,
        "known": state.known,
        "device": state.device,
        "points": list(state.points),
    }
    return {name: value for name, value in values.items() if value not in (None, "", [])}
