"""How a site fares, drawn for a terminal: calm where all is well, coloured only where it is not."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.text import Text

from port502.cli.output import printable, table
from port502.collect.latest import Current
from port502.collect.sample import BAD, GOOD
from port502.collect.settings import ConnectionSettings, DeviceSettings
from port502.collect.status import CollectorStatus, ConnectionStatus, UnitStatus
from port502.guard.operations import operation_name
from port502.registers.text import format_value
from port502.registers.values import Value
from port502.site.status import Refusal, SiteStatus

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table

WELL = "ready"
ONLINE = "online"
QUIET = "not yet asked"
FAULTY = "faulty points"
LONGEST_NAME = 24
Find = Callable[[str], Current | None]


@dataclass(frozen=True, slots=True)
class Rates:
    """What happened per second lately."""

    polls: float = 0.0


def duration(seconds: float) -> str:
    """A time span in the one or two units that matter: ``0.4 s``, ``12 s``, ``3 min 20 s``, ``2 h 5 min``."""
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    left = round(seconds)
    parts: list[str] = []
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min"), (1, "s")):
        if left >= size and len(parts) < 2:
            parts.append(f"{left // size} {unit}")
        elif parts:
            break
        left %= size
    return " ".join(parts)


def milliseconds(seconds: float | None) -> str:
    """A response time."""
    if seconds is None:
        return "-"
    value = seconds * 1000
    digits = 2 if value < 1 else 1 if value < 10 else 0
    return f"{value:.{digits}f} ms"


def headline(status: SiteStatus, rates: Rates | None = None) -> list[Text]:
    """Two lines about the whole site."""
    collector = status.collector
    devices = sum(len(connection.units) for connection in collector.connections)
    first = Text.assemble(
        (printable(status.site), "bold"),
        f"   {count(len(collector.connections), 'connection')}, {count(devices, 'device')}",
        f"   running {duration(collector.uptime)}",
    )
    if rates is not None:
        first.append(f"   {rates.polls:.1f} polls/s")
    second = Text.assemble(
        f"polls {collector.polls:,}   good {collector.good:,}   ",
        _figure("uncertain", collector.uncertain, "yellow"),
        "   ",
        _figure("bad", collector.bad, "red"),
        "   ",
        _figure("overruns", collector.overruns, "yellow"),
        "   ",
        _figure("lost", status.history.lost, "red"),
        style="dim",
    )
    if status.listeners:
        second.append("   ").append(*_figure("refused", status.refused, "yellow"))
    for line in (first, second):
        line.no_wrap, line.overflow = True, "ellipsis"
    return [first, second]


def refusal_text(refusal: Refusal) -> str:
    """A refusal in words: when, who, what, why."""
    place = "" if refusal.address is None else f" at {refusal.table}:{refusal.address}"
    what = (operation_name(refusal.operation) if refusal.operation else "a malformed request") + place
    how = f"exception {refusal.exception:02d}" if refusal.exception is not None else refusal.action
    clock = refusal.time.partition("T")[2].partition(".")[0]
    why = f" ({refusal.reason})" if refusal.reason else ""
    return printable(f"{clock} UTC {refusal.listener}: {refusal.client}: {what}: {how}{why}")


def count(number: int, what: str) -> str:
    """``1 device``, ``2 devices``."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def _figure(name: str, value: int, colour: str) -> tuple[str, str]:
    return f"{name} {value:,}", f"not dim {colour}" if value else ""


def trouble(connection: ConnectionStatus, unit: UnitStatus | None) -> str:
    """What is wrong with a device or its connection, in one word or two; empty when nothing is."""
    if connection.state not in (WELL, "idle"):
        return connection.state
    if unit is not None and unit.state not in (ONLINE, QUIET):
        return unit.state
    return FAULTY if unit is not None and _faulty(connection, unit) else ""


def _faulty(connection: ConnectionStatus, unit: UnitStatus) -> list[str]:
    prefix = f"{unit.device}."
    return [one.point for one in connection.faulty if one.point.startswith(prefix)]


def why(connection: ConnectionStatus, unit: UnitStatus | None) -> str:
    """The words that belong to a trouble."""
    word = trouble(connection, unit)
    if not word:
        return ""
    if word == connection.state:
        return connection.last_error
    if unit is not None and word == FAULTY:
        return ", ".join(
            f"{one.point}: {one.reason}"
            for one in connection.faulty
            if one.point in _faulty(connection, unit)
        )
    return unit.last_error if unit is not None else ""


def connections_table(collector: CollectorStatus) -> Table:
    """Every connection with its devices: state and since when, response time, load, time-outs."""
    made = table(
        "connection",
        "device",
        "state",
        "for",
        "response",
        "load",
        "time-outs",
        right={"for", "response", "load", "time-outs"},
    )
    for connection in collector.connections:
        units: Sequence[UnitStatus | None] = connection.units or (None,)
        for place, unit in enumerate(units):
            word = trouble(connection, unit)
            state = word or (unit.state if unit is not None else connection.state)
            since = unit.since if unit is not None and word != connection.state else connection.since
            own = place == 0
            made.add_row(
                Text(printable(connection.name) if own else ""),
                Text(printable(unit.device) if unit is not None else "-"),
                Text(state, _colour(word)),
                Text(duration(since)),
                Text(milliseconds(connection.response_p50) if own else ""),
                Text(f"{connection.load:.0%}" if own else "", "yellow" if connection.load > 0.8 else ""),
                Text(f"{connection.timeouts:,}" if own else "", "yellow" if connection.timeouts else ""),
            )
    return made


def troubles(collector: CollectorStatus) -> list[Text]:
    """A line for everything that is not well, with the reason."""
    return [
        Text.assemble(
            (printable(unit.device if unit is not None else connection.name), "bold"),
            f": {word}: {printable(why(connection, unit))}",
        )
        for connection in collector.connections
        for unit in connection.units or (None,)
        if (word := trouble(connection, unit))
    ]


def _colour(word: str) -> str:
    if not word:
        return "dim"
    return "yellow" if word in ("suspect", "connecting", "settling", FAULTY) else "red"


def devices_board(
    status: SiteStatus, settings: Iterable[ConnectionSettings], find: Find, *, rows: int, width: int
) -> list[RenderableType]:
    """One line per device with its newest values, at most ``rows`` lines: what is not well comes first."""
    described = {device.name: device for connection in settings for device in connection.devices}
    lines = [(connection, unit) for connection in status.collector.connections for unit in connection.units]
    lines.sort(key=lambda line: not trouble(*line))
    room = max(rows - 1, 1)  # the heading has one
    shown, hidden = (lines, []) if len(lines) <= room else (lines[: room - 1], lines[room - 1 :])
    names = min(max((len(unit.device) for _, unit in lines), default=0), LONGEST_NAME)
    states = max((len(trouble(*line) or line[1].state) for line in shown), default=0)
    made = table("device", "state", "response", "age", "values", right={"response", "age"})
    for column, least in zip(made.columns, (names, states, 8, 6, 0), strict=True):
        column.no_wrap, column.overflow = True, "ellipsis"
        column.min_width = least or None
        column.max_width = least or None
    left = max(20, width - names - states - 8 - 6 - 12)
    for connection, unit in shown:
        device = described.get(unit.device)
        found = _current(device, find) if device is not None else []
        word = trouble(connection, unit)
        age = min((current.age for _, current, _ in found if current.sample.value is not None), default=None)
        made.add_row(
            Text(printable(unit.device)),
            Text(word or unit.state, _colour(word)),
            Text(milliseconds(connection.response_p50), "dim"),
            Text("-" if age is None else duration(age), "dim"),
            _last_column(connection, unit, found, left),
        )
    if not hidden:
        return [made]
    ill = sum(bool(trouble(*line)) for line in hidden)
    words = f"{ill} of them not well" if ill else "all well"
    return [made, Text(f"and {count(len(hidden), 'more device')}, {words}", "red" if ill else "dim")]


def _last_column(
    connection: ConnectionStatus,
    unit: UnitStatus,
    found: Sequence[tuple[str, Current, tuple[str, str]]],
    width: int,
) -> Text:
    """The values, and what is wrong; where nothing can be read, only that."""
    word = trouble(connection, unit)
    line = Text() if word and word != FAULTY else _values(found, width)
    if word:
        line.append("   " if line else "")
        line.append(printable(why(connection, unit)), _colour(word))
    line.truncate(width, overflow="ellipsis")
    return line


def _current(device: DeviceSettings, find: Find) -> list[tuple[str, Current, tuple[str, str]]]:
    """The newest sample of each point of a device, with the type and unit to show it with."""
    points = [(one.name, (one.point.type, one.point.unit)) for one in device.points]
    points += [(one.name, ("", "")) for one in device.expressions]
    found = [(name, find(f"{device.name}.{name}"), shown) for name, shown in points]
    return [(name, current, shown) for name, current, shown in found if current is not None]


def _values(found: Sequence[tuple[str, Current, tuple[str, str]]], width: int) -> Text:
    """As many values as have room, the names grey, what is not good in colour."""
    line = Text()
    for name, current, (kind, unit) in found:
        sample = current.sample
        value = "?" if sample.value is None else format_value(_tidy(sample.value), kind)
        text = printable(f"{value} {unit}".rstrip())
        length = len(name) + 1 + len(text) + (3 if line else 0)
        if len(line) + length > width and line:
            break
        line.append("   " if line else "")
        line.append(f"{printable(name)} ", "dim")
        line.append(
            text, {GOOD: "", BAD: "red"}.get(sample.quality, "" if sample.value is None else "yellow")
        )
    return line


def _tidy(value: Value) -> Value:
    """A number without digits that nobody reads on a screen."""
    return float(f"{value:.5g}") if isinstance(value, float) else value
