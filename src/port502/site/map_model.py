"""The map file as models: every key of a device map, and what it may hold."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Annotated, Any, Self

from pydantic import ConfigDict, Field, model_validator
from pydantic.json_schema import JsonSchemaValue

from port502.protocol.tolerances import TOLERANCES
from port502.registers.epochs import EPOCHS
from port502.registers.maps.categories import CATEGORIES
from port502.registers.maps.conditions import Condition
from port502.registers.maps.fingerprint import KINDS
from port502.registers.maps.model import INTERVALS, PHASES, STATUSES
from port502.registers.maps.naming import MAP_NAME_PATTERN, check_map_name
from port502.registers.maps.quantities import QUANTITIES, quantity_of
from port502.registers.maps.units import parse_unit
from port502.registers.maps.write_rule import FUNCTIONS
from port502.registers.meaning import ENCODINGS
from port502.registers.reference import HIGHEST_ADDRESS, Table
from port502.registers.values import ORDERS, TYPES
from port502.site.faults import KeyPath
from port502.site.kinds import Duration, Kind, Line, Name, OneOf, Ref, Section, Text
from port502.site.scalars import shown, written

_NUMBER = re.compile(r"[-+]?(?:0[xX][0-9a-fA-F]{1,16}|0[bB][01]{1,64}|[0-9]{1,20})")

HIGHEST_COUNT = 1000


@dataclass(frozen=True)
class NumberKey(Kind):
    """A whole number as a key, decimal, hexadecimal or binary."""

    lowest: int = -(1 << 63)
    highest: int = (1 << 64) - 1

    def check(self, value: Any) -> int:
        text = value if isinstance(value, str) else written(value)
        if not _NUMBER.fullmatch(text):
            raise ValueError(f"a whole number expected, got {shown(value)}")
        number = int(text, 0) if "x" in text.lower() or "b" in text.lower() else int(text)
        if not self.lowest <= number <= self.highest:
            raise ValueError(f"a number from {self.lowest} to {self.highest} expected, got {shown(value)}")
        return number

    def schema(self) -> JsonSchemaValue:
        return {"type": "string", "pattern": "^-?(0x[0-9a-fA-F]+|0b[01]+|[0-9]+)$"}


@dataclass(frozen=True)
class LabelKind(Kind):
    """A label; a number or a truth value stands for the text that it is."""

    def check(self, value: Any) -> str:
        if isinstance(value, bool):
            return "true" if value else "false"
        return str(Text(120).check(written(value) if isinstance(value, int | float) else value))

    def schema(self) -> JsonSchemaValue:
        return {"type": ["string", "integer", "number", "boolean"]}


@dataclass(frozen=True)
class SentinelKind(Kind):
    """A raw value that says "not available": a number, ``nan`` for floats, a text for strings."""

    def check(self, value: Any) -> int | float | str:
        if isinstance(value, str):
            return math.nan if value.lower() in ("nan", ".nan") else value
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise ValueError(f"a raw value expected, got {shown(value)}")
        return int(value) if isinstance(value, int) else value

    def schema(self) -> JsonSchemaValue:
        return {"type": ["integer", "number", "string"], "examples": [0x8000, "nan"]}


@dataclass(frozen=True)
class Understood(Kind):
    """A text that something else understands; ``known`` are spellings for editors."""

    understood: Any
    known: tuple[str, ...] = ()

    def check(self, value: Any) -> str:
        text = str(Text().check(written(value) if isinstance(value, int) else value))
        self.understood(text)
        return text

    def schema(self) -> JsonSchemaValue:
        return {"enum": list(self.known)} if self.known else {"type": "string"}


@dataclass(frozen=True)
class MapNameKind(Kind):
    """``maker/family`` in small letters."""

    def check(self, value: Any) -> str:
        if not isinstance(value, str):
            raise ValueError(f"a name such as eastron/sdm630 expected, got {shown(value)}")
        return check_map_name(value)

    def schema(self) -> JsonSchemaValue:
        return {"type": "string", "pattern": f"^{MAP_NAME_PATTERN}$"}


@dataclass(frozen=True)
class FunctionKind(Kind):
    """A function code that writes."""

    def check(self, value: Any) -> int:
        if isinstance(value, bool) or value not in FUNCTIONS:
            raise ValueError(
                f"a function that writes expected: {', '.join(map(str, FUNCTIONS))}; got {shown(value)}"
            )
        return int(value)

    def schema(self) -> JsonSchemaValue:
        return {"enum": list(FUNCTIONS)}


def _regex(text: str) -> None:
    try:
        re.compile(text)
    except re.error as error:
        raise ValueError(f"{shown(text)} is no regular expression: {error}") from None


Address = Annotated[int, Field(ge=0, le=HIGHEST_ADDRESS)]
Bit = Annotated[int, NumberKey(0, 63)]
Label = Annotated[str, LabelKind()]
Labels = Annotated[dict[Annotated[int, NumberKey()], Label], Field(min_length=1)]
Flags = Annotated[dict[Bit, Label], Field(min_length=1)]
Sentinel = Annotated[int | float | str, SentinelKind()]
Type = Annotated[str, OneOf("type", TYPES)]
Order = Annotated[str, OneOf("order", ORDERS)]
Words = Annotated[str, Text(1000)]


class WriteSection(Section):
    """What may be written to a point, and how."""

    min: float | None = None
    max: float | None = None
    step: Annotated[float, Field(gt=0)] | None = None
    function: Annotated[int, FunctionKind()] | None = None
    note: Words | None = None

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.min is not None and self.max is not None and self.min > self.max:
            raise ValueError(f"'min' {self.min:g} is above 'max' {self.max:g}")
        return self


class WhenSection(Section):
    """The models and firmware versions that have a point."""

    models: list[Line] = Field(default_factory=list)
    firmware: Annotated[str, Understood(lambda text: Condition(firmware=text))] | None = None


class CounterSection(Section):
    """A counter that starts again behind its highest value."""

    rollover: Annotated[float, Field(gt=0)] | None = None


class MapPointEntry(Section):
    """One point of a map: where it lies, how it is decoded, what it means."""

    ref: Ref
    type: Type | None = None
    order: Order | None = None
    length: Annotated[int, Field(ge=1, le=125)] | None = None
    scale: float = 1.0
    offset: float = 0.0
    scale_register: Name | None = None
    unit: Annotated[str, Understood(parse_unit)] | None = None
    quantity: Annotated[str, Understood(quantity_of, tuple(QUANTITIES))] | None = None
    phase: Annotated[str, OneOf("phase", PHASES)] | None = None
    poll: Annotated[str, OneOf("poll class", tuple(INTERVALS))] | None = None
    enum: Labels | None = None
    flags: Flags | None = None
    mask: Annotated[int, NumberKey(1)] | None = None
    nan: list[Sentinel] | None = None
    epoch: Annotated[str, OneOf("epoch", tuple(EPOCHS))] | None = None
    encoding: Annotated[str, OneOf("encoding", tuple(ENCODINGS))] | None = None
    counter: CounterSection | None = None
    sign: Words | None = None
    note: Words | None = None
    side_effect: bool = False
    write: WriteSection | None = None
    when: WhenSection | None = None


class RepeatEntry(Section):
    """Points that come several times, ``stride`` registers apart."""

    count: Annotated[int, Field(ge=1, le=HIGHEST_COUNT)]
    count_register: Name | None = None
    stride: Annotated[int, Field(ge=1, le=HIGHEST_ADDRESS)]
    points: Annotated[dict[Name, MapPointEntry], Field(min_length=1)]
    when: WhenSection | None = None


class CapabilitiesSection(Section):
    """What the device can take."""

    max_connections: Annotated[int, Field(ge=1, le=1000)] | None = None
    idle_close: Annotated[float, Duration(1, 86_400)] | None = None
    max_registers: Annotated[int, Field(ge=1, le=125)] | None = None
    max_bits: Annotated[int, Field(ge=1, le=2000)] | None = None
    gap: Annotated[int, Field(ge=0, le=124)] | None = None
    pause: Annotated[float, Duration(0, 5)] | None = None
    settle: Annotated[float, Duration(0, 10)] | None = None
    response_timeout: Annotated[float, Duration(0.05, 60)] | None = None
    window: Annotated[int, Field(ge=1, le=64)] | None = None
    tolerate: list[Annotated[str, OneOf("tolerance", TOLERANCES)]] = Field(default_factory=list)


class ProvenanceEntry(Section):
    """Where facts come from."""

    source: Line
    licence: Line | None = None
    page: Annotated[str, LabelKind()] | None = None


class FingerprintEntry(Section):
    """One rule by which the product is recognised; those under ``also`` must fit too."""

    model_config = ConfigDict(populate_by_name=True)

    kind: Annotated[str, OneOf("kind of rule", (*KINDS, "register_equals"))]
    vendor: Line | None = None
    product: Line | None = None
    product_contains: Line | None = None
    product_name_contains: Line | None = None
    model_contains: Line | None = None
    ref: Ref | None = None
    table: Annotated[str, OneOf("table", tuple(map(str, Table)))] | None = None
    address: Address | None = None
    type: Type | None = None
    order: Order | None = None
    length: Annotated[int, Field(ge=1, le=125)] | None = None
    value: Annotated[int, NumberKey()] | None = None
    values: list[Annotated[int, NumberKey()]] = Field(default_factory=list)
    values_ascii: list[Annotated[str, LabelKind()]] = Field(default_factory=list)
    equals: Line | None = None
    contains: Line | None = None
    one_of: list[Line] = Field(default_factory=list, alias="in")
    regex: Annotated[str, Understood(_regex)] | None = None
    bases: list[Address] = Field(default_factory=list)
    models: list[Annotated[int, Field(ge=1, le=65535)]] = Field(default_factory=list)
    also: list[FingerprintEntry] = Field(default_factory=list)


class MapFile(Section):
    """A whole device map; addresses are zero-based."""

    map: Annotated[str, MapNameKind()]
    manufacturer: Line
    models: list[Line] = Field(default_factory=list)
    category: Annotated[str, OneOf("category", CATEGORIES)]
    status: Annotated[str, OneOf("status", STATUSES)] = "single-source"
    byte_order: Order = "abcd"
    default_unit: Annotated[int, Field(ge=0, le=255)] = 1
    default_port: Annotated[int, Field(ge=1, le=65535)] = 502
    capabilities: CapabilitiesSection = CapabilitiesSection()
    provenance: list[ProvenanceEntry] = Field(default_factory=list)
    notes: list[Words] = Field(default_factory=list)
    fingerprint: list[FingerprintEntry] = Field(default_factory=list)
    nan: dict[Type, list[Sentinel]] = Field(default_factory=dict)
    points: dict[Name, MapPointEntry] = Field(default_factory=dict)
    repeats: dict[Name, RepeatEntry] = Field(default_factory=dict)


def entry_of(path: KeyPath) -> KeyPath:
    """What is left out when something at a path is faulty: a point, a repeat, a rule, else a key."""
    if path[:1] == ("repeats",) and path[2:3] == ("points",):
        return path[:4]
    return path[: 2 if path[:1] in (("points",), ("repeats",)) else 1]
