"""``port502 status``: how a running site fares."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from port502.cli import options
from port502.cli.alarm_view import alarm_json, alarms_table
from port502.cli.board import connections_table, headline, refusal_text, troubles
from port502.cli.expecting import site_of
from port502.cli.listeners_board import listeners_tables
from port502.cli.output import console, printable, put, put_json, put_table
from port502.cli.target import site_path
from port502.collect.alarms import AlarmState
from port502.errors import ConnectError
from port502.site.control import ask_status, control_path, is_answered
from port502.site.status import HistoryStatus, SiteStatus

app = typer.Typer(rich_markup_mode=None, add_completion=False)

MOST_FINDINGS = 5
"""So many findings are told, those that were seen last; JSON tells more."""

_SECONDS = ("uptime", "since", "took", "retry", "interval", "next_probe", "oldest")
_MILLISECONDS = (
    *("response_p50", "response_p95", "response_p99", "late_p50", "late_p99"),
    *("timeout", "p50", "p95", "p99", "median"),
)
_RATES = ("per_second", "load", "busy_seconds")


@app.command()
def status(
    site: Annotated[
        Path | None,
        typer.Argument(
            metavar="[SITE]", help="The site file (else $PORT502_SITE, else ./site.yaml).", show_default=False
        ),
    ] = None,
    json: options.Json = False,
) -> None:
    """Show how a running site fares: connections, devices, listeners, response times, and what is wrong.

    Example:

        port502 status site.yaml

        port502 status --json
    """
    path = site_path(site)
    control = control_path(site_of(path).history.path)
    if not is_answered(control):
        raise ConnectError(f"{path} is not running; start it with: port502 run {path}")
    found = ask_status(control)
    if json:
        put_json(named(found))
    else:
        _show(found)


def named(thing: Any) -> Any:
    """The status by its field names in JSON: durations end in ``_s`` or ``_ms``."""
    if isinstance(thing, AlarmState):
        return alarm_json(thing)
    if is_dataclass(thing) and not isinstance(thing, type):
        return {_name(one.name): named(_scaled(one.name, getattr(thing, one.name))) for one in fields(thing)}
    if isinstance(thing, dict):
        return {_name(key): named(_scaled(key, value)) for key, value in thing.items()}
    if isinstance(thing, list | tuple):
        return [named(one) for one in thing]
    return thing


def _name(key: str) -> str:
    if key in _MILLISECONDS:
        return f"{key}_ms"
    return f"{key}_s" if key in _SECONDS else key


def _scaled(key: str, value: Any) -> Any:
    if not isinstance(value, float):
        return value
    if key in _MILLISECONDS:
        return round(value * 1000, 3)
    return round(value, 3) if key in _SECONDS or key in _RATES else value


def _show(found: SiteStatus) -> None:
    out = console()
    for line in headline(found):
        out.print(line)
    put("")
    put_table(connections_table(found.collector))
    ill = troubles(found.collector)
    if ill:
        put("")
    for line in ill:
        out.print(line)
    if found.alarms:
        put("")
        put_table(alarms_table(found.alarms))
    for part in listeners_tables(found):
        put("")
        put_table(part)
    for finding in found.findings[:MOST_FINDINGS]:
        put(printable(f"{finding.severity} finding {finding.code}: {finding.text}"))
    if found.last_refusal is not None:
        put(f"last refusal: {refusal_text(found.last_refusal)}")
    if found.history.last_error:
        put(printable(history_line(found.history)))


def history_line(history: HistoryStatus) -> str:
    """What the disk did to the history; the reason outlives the trouble, so it is told as that of the loss."""
    loss = f"{history.lost:,} samples lost, last because: " if history.lost else ""
    return f"history: {loss}{history.last_error}"
