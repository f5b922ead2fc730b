"""Who a device is, in words for a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import wrap

from port502.cli.board import milliseconds
from port502.cli.finding_view import notes
from port502.cli.output import printable
from port502.discover.candidates import Candidate
from port502.discover.found import FoundDevice, FoundUnit
from port502.protocol.codes import function_name
from port502.registers.maps.model import MapPoint

WIDTH = 110
_LABEL = 14


def identity_lines(
    device: FoundDevice, unit: FoundUnit, apart: Sequence[tuple[str, MapPoint]], width: int = WIDTH
) -> list[str]:
    """What a unit said of itself, which products fit, and what would tell them apart; lines of at most ``width``."""
    took = "" if unit.response_ms is None else f", answers in {milliseconds(unit.response_ms / 1000)}"
    lines = [f"{device.url}, unit {unit.unit}{took}", ""]
    lines += _said(unit)
    lines += [_line("functions", _functions(unit.functions))] if unit.functions else []
    lines += [_line("refuses", _functions(unit.missing))] if unit.missing else []
    lines += [_line("note", note) for note in notes(device)]
    lines.append("")
    if not unit.candidates:
        lines.append("No product that is known fits.")
        return [part for line in lines for part in _folded(line, width)]
    lines.append("What fits, best first:")
    for one in unit.candidates:
        lines += _candidate(one)
    if apart:
        lines += ["", "What was seen does not tell the first of them apart. Only it answers at:"]
        lines += [f"  {name:<32}  {_place(point)}  {point.name}" for name, point in apart]
    return [part for line in lines for part in _folded(line, width)]


def _folded(line: str, width: int) -> list[str]:
    """A line as several where it is too long, the later ones under the text of the first."""
    start = len(line) - len(line.lstrip()) or _LABEL + 2
    return wrap(line, width, subsequent_indent=" " * start, drop_whitespace=True, break_on_hyphens=False) or [
        ""
    ]


def _said(unit: FoundUnit) -> list[str]:
    lines = [_line(name, value) for name, value in unit.objects.items()]
    if unit.server_id:
        lines.append(_line("server id", unit.server_id))
    if unit.sunspec_base is not None:
        models = ", ".join(map(str, unit.models))
        lines.append(_line("SunSpec", f"models {models or 'none'} from holding:{unit.sunspec_base} on"))
        if unit.serial:
            lines.append(_line("serial number", unit.serial))
        if not unit.objects:
            lines.append(_line("maker, model", f"{unit.vendor} {unit.product} {unit.revision}".strip()))
    return lines or ["It says nothing of itself: neither identification objects, server id nor SunSpec."]


def _candidate(one: Candidate) -> list[str]:
    title = f"{one.manufacturer} {one.product}".strip()
    lines = [f"  {one.confidence:<9} {one.map or '(no map)':<32}  {printable(title)}".rstrip()]
    return lines + [f"            {printable(evidence)}" for evidence in one.evidence]


def _line(label: str, text: str) -> str:
    return f"{label:<{_LABEL}}  {printable(text)}"


def _functions(numbers: Sequence[int]) -> str:
    return ", ".join(f"{number} {function_name(number)}" for number in numbers)


def _place(point: MapPoint) -> str:
    return f"{point.point.table}:{point.point.address}".ljust(16)
