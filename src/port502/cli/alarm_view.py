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
    return {name: value for name, value in state.fields().items() if value not in (None, "", [])}
