"""How long a command goes on: ``--for``, the same for all that do."""

from __future__ import annotations

from typing import Annotated, TypeAlias

import typer

from port502.errors import UsageError
from port502.history.when import parse_duration

For: TypeAlias = Annotated[
    str | None,
    typer.Option("--for", metavar="S", help="End after so many seconds, or 5m, 2h.", show_default=False),
]


def seconds_of(text: str | None, option: str = "--for") -> float | None:
    """Seconds of ``10``, ``2.5``, ``5m``; raises UsageError for anything else and for nothing at all."""
    if text is None:
        return None
    try:
        seconds = float(text)
    except ValueError:
        seconds = parse_duration(text)
    if not 0 < seconds < 1e9:
        raise UsageError(f"{option} takes a number of seconds above 0, got {text}")
    return seconds
