"""The plant file as a model: every key and what it may hold."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import ConfigDict, Field
from pydantic.json_schema import JsonSchemaValue

from port502.registers.reference import Table
from port502.service.access import Networks
from port502.simulate.libmodbus import NAME as LIBMODBUS
from port502.simulate.personality import PERSONALITIES
from port502.site.device_model import HIGHEST_UNIT, Units
from port502.site.kinds import Duration, Kind, Line, Name, OneOf, Ref, Section, Text
from port502.site.model import DAY, Interval
from port502.site.plant_effects import Effects
from port502.site.scalars import shown, written

MOST_COPIES = 1000
FUNCTIONS: dict[str, frozenset[int]] = {
    "read": frozenset({1, 2, 3, 4, 20, 24}),
    "write": frozenset({5, 6, 15, 16, 21, 22, 23}),
}
OF_TABLE: dict[Table, frozenset[int]] = {
    Table.COIL: frozenset({1, 5, 15}),
    Table.DISCRETE: frozenset({2}),
    Table.INPUT: frozenset({4}),
    Table.HOLDING: frozenset({3, 6, 16, 22, 23}),
}
CHARACTERS = (*PERSONALITIES, LIBMODBUS)

_SPAN = re.compile(r"(?:([a-z]+):)?([0-9]{1,5}|0x[0-9a-fA-F]{1,4})(?:-([0-9]{1,5}|0x[0-9a-fA-F]{1,4}))?")
_HOUR = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])")


@dataclass(frozen=True, slots=True)
class Where:
    """Addresses of a fault: a range, and the functions of the table it names (None: of any)."""

    addresses: range
    functions: frozenset[int] | None


@dataclass(frozen=True)
class WhereKind(Kind):
    """``100``, ``100-110`` or ``holding:100-110``."""

    def check(self, value: Any) -> Where:
        text = written(value)
        match = (
            _SPAN.fullmatch(text) if isinstance(value, str | int) and not isinstance(value, bool) else None
        )
        tables = {str(table): table for table in Table}
        if match is None or (match[1] is not None and match[1] not in tables):
            raise ValueError(f"addresses such as 100-110 or holding:100-110 expected, got {shown(value)}")
        first, last = int(match[2], 0), int(match[3] or match[2], 0)
        if not 0 <= first <= last <= 0xFFFF:
            raise ValueError(f"addresses go up, from 0 to 65535, got {text}")
        return Where(range(first, last + 1), OF_TABLE[tables[match[1]]] if match[1] else None)

    def schema(self) -> JsonSchemaValue:
        return {
            "anyOf": [{"type": "string"}, {"type": "integer"}],
            "examples": [100, "100-110", "holding:100-110"],
        }


@dataclass(frozen=True)
class SpanKind(Kind):
    """A count or a range of counts, such as ``65-125``."""

    def check(self, value: Any) -> range:
        match = _SPAN.fullmatch(written(value)) if not isinstance(value, bool) else None
        if match is None or match[1] is not None:
            raise ValueError(f"a number or a range such as 65-125 expected, got {shown(value)}")
        return range(int(match[2], 0), int(match[3] or match[2], 0) + 1)

    def schema(self) -> JsonSchemaValue:
        return {"anyOf": [{"type": "string"}, {"type": "integer"}], "examples": [2, "65-125"]}


@dataclass(frozen=True)
class FunctionsKind(Kind):
    """A function code, a list of them, ``read`` or ``write``."""

    def check(self, value: Any) -> frozenset[int]:
        found: set[int] = set()
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, str) and one in FUNCTIONS:
                found |= FUNCTIONS[one]
            elif isinstance(one, int) and not isinstance(one, bool) and 0 <= one <= 255:
                found.add(int(one))
            else:
                raise ValueError(f"function codes from 0 to 255, read or write expected, got {shown(one)}")
        return frozenset(found)

    def schema(self) -> JsonSchemaValue:
        one = {"anyOf": [{"enum": sorted(FUNCTIONS)}, {"type": "integer", "minimum": 0, "maximum": 255}]}
        return {"anyOf": [one, {"type": "array", "items": one}]}


@dataclass(frozen=True)
class ClientsKind(Kind):
    """An address or a network, or a list of them."""

    def check(self, value: Any) -> Networks:
        entries = value if isinstance(value, list) else [value]
        if not all(isinstance(one, str) for one in entries):
            raise ValueError(f"addresses such as 127.0.0.9 or 10.0.0.0/8 expected, got {shown(value)}")
        return Networks(entries)

    def schema(self) -> JsonSchemaValue:
        one = {"type": "string", "examples": ["127.0.0.9", "10.0.0.0/8"]}
        return {"anyOf": [one, {"type": "array", "items": one}]}


@dataclass(frozen=True)
class UnitKeyKind(Kind):
    """A unit id as a key."""

    def check(self, value: Any) -> int:
        text = written(value)
        if not text.isascii() or not text.isdigit() or int(text) > HIGHEST_UNIT:
            raise ValueError(f"a unit id from 0 to {HIGHEST_UNIT} expected, got {shown(value)}")
        return int(text)

    def schema(self) -> JsonSchemaValue:
        return {"type": "string", "pattern": r"^[0-9]{1,3}$"}


@dataclass(frozen=True)
class HourKind(Kind):
    """A time of day, such as ``10:30``, in seconds since midnight."""

    def check(self, value: Any) -> float:
        match = _HOUR.fullmatch(value) if isinstance(value, str) else None
        if match is None:
            raise ValueError(f'a time of day such as "10:30" expected, got {shown(value)}')
        return int(match[1]) * 3600.0 + int(match[2]) * 60.0

    def schema(self) -> JsonSchemaValue:
        return {"type": "string", "pattern": r"^([01]?[0-9]|2[0-3]):[0-5][0-9]$"}


class Clock(Section):
    """The plant's own time: when its day begins (UTC), and how fast it goes."""

    begin: Annotated[float, HourKind()] | None = None
    speed: Annotated[float, Field(gt=0, le=10_000)] = 1.0


class PollEntry(Section):
    """What a device of the plant polls from another one, and where it keeps it."""

    device: Line
    points: Annotated[list[Line], Field(min_length=1)]
    to: Ref
    interval: Interval = 1.0
    unit: Annotated[int, Field(ge=0, le=255)] | None = None


class DeviceEntry(Section):
    """A device of the plant, so many times, or a gateway with a serial bus behind it.

    ``units`` without a gateway are several devices at one place, told apart by their unit ids alone. A ``gateway``
    with a serial url is the line itself, with its units on it; ``pty`` is a line that is made for them, whose other
    end gets that name.
    """

    map: Line | None = None
    file: Line | None = None
    listen: Annotated[str, Text(1024)] | None = None
    unit: Units | None = None
    copies: Annotated[int, Field(ge=1, le=MOST_COPIES)] = 1
    personality: Annotated[str, OneOf("personality", CHARACTERS)] | None = None
    gateway: Annotated[str, Text(1024)] | None = None
    pty: Line | None = None
    baud: Annotated[int, Field(ge=300, le=4_000_000)] = 19_200
    timeout: Annotated[float, Duration(0.01, 60)] = 0.5
    units: dict[Annotated[int, UnitKeyKind()], Line] = Field(default_factory=dict)
    polls: list[PollEntry] = Field(default_factory=list)

    @property
    def is_bus(self) -> bool:
        """Whether it is several units on one line."""
        return self.gateway is not None or self.pty is not None


class FaultEntry(Section):
    """A fault: of which device, when, and what happens."""

    model_config = ConfigDict(validate_by_alias=True, validate_by_name=False)

    device: Line
    effect: Effects
    client: Annotated[Networks, ClientsKind()] | None = None
    unit: Units | None = None
    function: Annotated[frozenset[int], FunctionsKind()] | None = None
    address: Annotated[Where, WhereKind()] | None = None
    quantity: Annotated[range, SpanKind()] | None = None
    probability: Annotated[float, Field(ge=0, le=1)] = 1.0
    nth: Annotated[int, Field(ge=1)] = 1
    times: Annotated[int, Field(ge=1)] | None = None
    begin: Annotated[float, Duration(0, 365 * DAY)] = Field(default=0.0, alias="from")
    duration: Annotated[float, Duration(0, 365 * DAY)] | None = Field(default=None, alias="for")
    every: Annotated[float, Duration(0.001, 365 * DAY)] | None = None
    pipelined: bool = False


class PlantFile(Section):
    """A whole plant file."""

    plant: Name
    seed: int = 0
    clock: Clock = Clock()
    devices: dict[Name, DeviceEntry] = Field(default_factory=dict)
    faults: list[FaultEntry] = Field(default_factory=list)
