"""One value as the command line shows it: in a table, in JSON, in CSV."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from port502.cli.output import printable, table
from port502.registers.text import format_value
from port502.registers.values import Value

if TYPE_CHECKING:
    from rich.table import Table

COLUMNS = (
    "time",
    "ref",
    "name",
    "table",
    "address",
    "type",
    "value",
    "unit_of_measure",
    "registers",
    "quality",
    "reason",
)
GOOD = "good"
BAD = "bad"
_SHOWN_REGISTERS = 8


@dataclass(frozen=True, slots=True)
class Row:
    """One value that was read: ``ref`` as asked, ``name`` of a point, registers as they came, RFC 3339 time.

    ``value`` is None where nothing is known; ``quality`` is then bad and ``reason`` says why.
    """

    ref: str
    table: str
    address: int
    type: str
    value: Value | None
    registers: tuple[int, ...]
    time: str
    name: str = ""
    unit_of_measure: str = ""
    quality: str = GOOD
    reason: str = ""

    @property
    def is_bit(self) -> bool:
        """True for coils and discrete inputs, whose value is all there is to show."""
        return self.table in ("coil", "discrete")

    def json(self) -> dict[str, object]:
        """The value by its field names; what has nothing to say is left out."""
        fields: dict[str, object] = {
            "ref": self.ref,
            "name": self.name,
            "table": self.table,
            "address": self.address,
            "type": self.type,
            "value": self.value,
            "unit_of_measure": self.unit_of_measure,
            "registers": () if self.is_bit else self.registers,
            "quality": self.quality,
            "reason": self.reason,
            "time": self.time,
        }
        return {key: value for key, value in fields.items() if key == "value" or value not in ("", ())}

    def csv(self) -> list[object]:
        """The same fields in the order of ``COLUMNS``."""
        registers = "" if self.is_bit else " ".join(map(str, self.registers))
        known: dict[str, object] = {
            "ref": self.ref,
            "name": self.name,
            "table": self.table,
            "address": self.address,
            "type": self.type,
            "value": "" if self.value is None else self._csv_value(),
            "unit_of_measure": self.unit_of_measure,
            "registers": registers,
            "quality": self.quality,
            "reason": self.reason,
            "time": self.time,
        }
        return [known[column] for column in COLUMNS]

    def _csv_value(self) -> object:
        if isinstance(self.value, bool):
            return "true" if self.value else "false"
        return self.value if isinstance(self.value, int | float | str) else self.text

    @property
    def text(self) -> str:
        """The value for people."""
        return "?" if self.value is None else printable(format_value(self.value, self.type))

    @property
    def raw(self) -> str:
        """The registers in hexadecimal, the first eight of many."""
        if self.is_bit:
            return ""
        shown = " ".join(f"{register:04X}" for register in self.registers[:_SHOWN_REGISTERS])
        return f"{shown} ..." if len(self.registers) > _SHOWN_REGISTERS else shown


def values_table(rows: Sequence[Row], *, header: bool = True, clock: str = "") -> Table:
    """A table of values; ``clock`` puts the same time before each row."""
    units = any(row.unit_of_measure for row in rows)
    headings = [
        *(["time"] if clock else []),
        "ref",
        "value",
        *(["unit"] if units else []),
        "registers",
        "",
    ]
    made = table(*headings, right={"value"}, header=header)
    for row in rows:
        from rich.text import Text

        good = row.quality == GOOD
        cells = [
            *([Text(clock, "dim")] if clock else []),
            Text(printable(row.ref)),
            Text(row.text, "bold" if good else "bold red"),
            *([Text(printable(row.unit_of_measure))] if units else []),
            Text(row.raw, "dim"),
            Text("" if good else printable(f"{row.quality}: {row.reason}"), "red"),
        ]
        made.add_row(*cells)
    return made
