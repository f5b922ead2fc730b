"""An explained frame on the terminal: its bytes in colours, its fields with offsets, its values, its faults."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from port502.cli.exits import exception_hint
from port502.cli.output import console, printable, put, table
from port502.registers.text import format_value
from port502.traffic.decoding.decoded import Decoded
from port502.traffic.decoding.layout import (
    CHECK,
    COUNT,
    DATA,
    EXTRA,
    FUNCTION,
    HEADER,
    PLACE,
    UNIT,
    both_ways,
)
from port502.traffic.decoding.readings import Named, Reading
from port502.traffic.decoding.saying import FRAMINGS, title

if TYPE_CHECKING:
    from rich.table import Table
    from rich.text import Text

STYLES = {
    HEADER: "cyan",
    UNIT: "magenta",
    FUNCTION: "bold yellow",
    PLACE: "green",
    COUNT: "blue",
    DATA: "default",
    CHECK: "cyan",
    EXTRA: "red",
}
_ROW = 16
_MOST_BYTES = 7


@dataclass(frozen=True, slots=True)
class Shown:
    """A frame with what its values may mean."""

    decoded: Decoded
    readings: Sequence[Reading] = ()
    named: Sequence[Named] = ()


def show(shown: Shown, *, quiet: bool) -> None:
    """Print one frame; ``quiet`` is one line."""
    one = shown.decoded
    if quiet:
        problems = "".join(f"; {problem}" for problem in one.problems)
        put(printable(f"{title(one)}{problems}"))
        return
    from rich.padding import Padding
    from rich.text import Text

    out = console()
    with out.capture() as capture:
        out.print(Text(title(one), style="bold"))
        for line in bytes_in_colour(one):
            out.print(Padding(line, (0, 0, 0, 2), expand=False))
        out.print(Padding(_fields(one), (0, 0, 0, 2), expand=False))
        if shown.readings:
            out.print(Padding(_readings(shown.readings), (0, 0, 0, 2), expand=False))
        if shown.named:
            out.print(Padding(_named(shown.named), (0, 0, 0, 2), expand=False))
        for problem in one.problems:
            place = "" if problem.at is None else f"byte {problem.at}: "
            out.print(Text(f"  ! {place}{printable(str(problem))}", style="red"))
        for note in doubts(one):
            out.print(Text(f"  note: {printable(note)}", style="yellow"))
    put("\n".join(line.rstrip() for line in capture.get().splitlines()) + "\n")


def doubts(one: Decoded) -> list[str]:
    """What may be otherwise, and what else is worth a word."""
    notes = list(one.notes)
    if one.exception is not None and one.function is not None:
        notes.append(exception_hint(one.function, one.exception))
    if one.others and one.score < 1:
        others = ", ".join(f"{FRAMINGS[name]} ({score:.0%})" for name, score in one.others)
        notes.append(
            f"taken for {FRAMINGS[one.framing]} with {one.score:.0%}; it may be {others}: --framing says so"
        )
    if not one.sure and one.pdu:
        other = "request" if one.is_response else "response"
        notes.append(f"its bytes fit a {other} too: --{other} says so")
    return notes


def bytes_in_colour(one: Decoded) -> list[Text]:
    """The bytes in rows of 16 with their offsets, each field in its colour, what is wrong underlined."""
    from rich.text import Text

    styles = _styles(one)
    step = _ROW if one.framing != "ascii" else 4 * _ROW
    lines = []
    for start in range(0, len(one.raw), step):
        line = Text()
        line.append(f"{start:4}  ", "dim")
        for at in range(start, min(start + step, len(one.raw))):
            byte = one.raw[at]
            if one.framing == "ascii":
                line.append(chr(byte) if 0x20 <= byte < 0x7F else f"\\x{byte:02x}", styles[at])
            else:
                line.append(f"{byte:02x}", styles[at])
                line.append("  " if at % 8 == 7 else " ")
        lines.append(line)
    return lines


def _styles(one: Decoded) -> list[str]:
    """The style of each byte: the colour of its field, underlined where that is wrong."""
    styles = ["default"] * len(one.raw)
    wrong = {problem.at for problem in one.problems}
    for field in one.fields:
        places = range(field.start, field.start + field.size)
        style = STYLES[field.kind]
        if any(at is not None and at in places for at in wrong):
            style += " underline"
        for at in places:
            styles[at] = style
    return styles


def _fields(one: Decoded) -> Table:
    from rich.text import Text

    rows = table("byte", "hex", "field", "value", "", right=("byte", "value"))
    for field in one.fields:
        raw = one.raw[field.start : field.start + field.size]
        shown = raw.decode("latin-1").strip() if one.framing == "ascii" else raw.hex(" ")
        if len(raw) > _MOST_BYTES:
            shown = f"{raw[: _MOST_BYTES - 1].hex(' ')} ... ({len(raw)} bytes)"
        value = str(field.value) if isinstance(field.value, int) else ""
        style = STYLES[field.kind]
        rows.add_row(
            str(field.start),
            Text(printable(shown), style=style),
            field.name,
            value,
            printable(field.text),
        )
    return rows


def _readings(found: Sequence[Reading]) -> Table:
    rows = table("read as", "likely", "values", right=("likely",))
    for reading in found:
        rows.add_row(reading.name, f"{reading.score:.0%}", printable(reading.text))
    return rows


def _named(found: Sequence[Named]) -> Table:
    rows = table("point", "value", "unit", "", right=("value",))
    for one in found:
        value = one.fault if one.value is None else format_value(one.value, one.point.type)
        place = both_ways(one.point.table, one.point.address)
        rows.add_row(one.point.name, printable(value), one.point.unit, f"{place} {one.point.type}")
    return rows
