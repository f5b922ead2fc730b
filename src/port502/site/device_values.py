"""What stands in the tables of a device file: addresses and ranges, and the values that fill them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic.json_schema import JsonSchemaValue

from port502.errors import UsageError
from port502.protocol.words import registers_of
from port502.registers.values import ORDERS, TYPES, Value, encode_value
from port502.site.faults import nearest
from port502.site.kinds import Kind
from port502.site.scalars import shown

HIGHEST = 0xFFFF
HIGHEST_RECORD = 9999
REGISTER_VALUES = 1 << 16

_NUMBER = r"(?:0[xX][0-9a-fA-F]{1,4}|[0-9]{1,5})"
_ADDRESSES = re.compile(rf"({_NUMBER})(?:\s*-\s*({_NUMBER}))?")

EXAMPLES = [{"float32": 21.5, "order": "cdab"}, {"string": "BOILER 7", "length": 8}, [10, 20, 30], 0]


@dataclass(frozen=True, slots=True)
class Addresses:
    """A first address, or a range with its last one, as the key of a table's entry; ``text`` as it is written."""

    first: int
    last: int | None
    text: str

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class Filling:
    """Values for consecutive addresses; ``repeats`` when they may fill a longer range again and again."""

    values: Sequence[int]
    repeats: bool

    def placed(self, at: Addresses, highest: int = HIGHEST) -> tuple[int, Sequence[int]]:
        """First address and values; raises ValueError where the values do not fit the range."""
        if at.last is None:
            end = at.first + len(self.values) - 1
            if end > highest:
                raise ValueError(
                    f"{len(self.values)} values from {at.first} on end at {end}, beyond {highest}"
                )
            return at.first, self.values
        size, given = at.last - at.first + 1, len(self.values)
        if given == size:
            return at.first, self.values
        if self.repeats and size % given == 0:
            return at.first, list(self.values) * (size // given)
        what = "a multiple of" if self.repeats else "as many as"
        raise ValueError(f"{at} is {size} addresses, but {given} are given; the range must hold {what} these")


@dataclass(frozen=True)
class AddressKind(Kind):
    """``100``, ``0x64`` or ``100-199``; both ends belong to the range. A ``single`` one is no range."""

    what: str = "address"
    lowest: int = 0
    highest: int = HIGHEST
    single: bool = False

    def check(self, value: Any) -> Addresses:
        match = _ADDRESSES.fullmatch(value) if isinstance(value, str) else None
        if match is None:
            raise ValueError(f"{shown(value)} is no {self.what}; write {self._examples}")
        first, last = _number(match[1]), _number(match[2]) if match[2] is not None else None
        if not self.lowest <= first <= self.highest or (last or 0) > self.highest:
            raise ValueError(f"{shown(value)} is not within {self.lowest} to {self.highest}")
        if last is not None and last < first:
            raise ValueError(f"{shown(value)} ends before it begins; write {last}-{first}")
        if self.single and last is not None:
            raise ValueError(f"{shown(value)} is a range; write {self._examples}")
        return Addresses(first, last, value)

    @property
    def _examples(self) -> str:
        return "a number such as 1" if self.single else "100, 0x64 or 100-199"

    def schema(self) -> JsonSchemaValue:
        return {"type": "string", "pattern": rf"^{_NUMBER}(\s*-\s*{_NUMBER})?$"}


@dataclass(frozen=True)
class RegisterKind(Kind):
    """One register, a list of them, or ``{TYPE: value}`` with ``order``, and ``length`` for a string."""

    def check(self, value: Any) -> Filling:
        if isinstance(value, dict):
            return _typed(value)
        if isinstance(value, list):
            return Filling(
                [_register(one, f"value {index}: ") for index, one in enumerate(_some(value), 1)], False
            )
        return Filling([_register(value, "")], True)

    def schema(self) -> JsonSchemaValue:
        register = {"type": "integer", "minimum": 0, "maximum": HIGHEST}
        typed = {
            "type": "object",
            "properties": {kind: {} for kind in TYPES}
            | {"order": {"enum": list(ORDERS)}, "length": {"type": "integer", "minimum": 1}},
            "additionalProperties": False,
        }
        return {
            "anyOf": [register, {"type": "array", "items": register, "minItems": 1}, typed],
            "examples": EXAMPLES,
        }


@dataclass(frozen=True)
class BitKind(Kind):
    """One bit, or a list of them, as true and false or 1 and 0."""

    def check(self, value: Any) -> Filling:
        if isinstance(value, list):
            return Filling(
                [_bit(one, f"value {index}: ") for index, one in enumerate(_some(value), 1)], False
            )
        return Filling([_bit(value, "")], True)

    def schema(self) -> JsonSchemaValue:
        bit = {"anyOf": [{"type": "boolean"}, {"enum": [0, 1]}]}
        return {"anyOf": [bit, {"type": "array", "items": bit, "minItems": 1}]}


def _number(text: str) -> int:
    return int(text, 16) if text[:2] in ("0x", "0X") else int(text)


def _some(values: list[Any]) -> list[Any]:
    if not values:
        raise ValueError("an empty list fills nothing; write values, or remove it")
    if len(values) > REGISTER_VALUES:
        raise ValueError(f"{len(values)} values; a table holds {REGISTER_VALUES}")
    return values


def _register(value: Any, which: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        hint = "; write {float32: …}" if isinstance(value, float) else ""
        raise ValueError(f"{which}a register holds a whole number, got {shown(value)}{hint}")
    if -0x8000 <= value < 0:
        raise ValueError(f"{which}a register holds 0 to {HIGHEST}, got {value}; write {{int16: {value}}}")
    if not 0 <= value <= HIGHEST:
        raise ValueError(f"{which}a register holds 0 to {HIGHEST}, got {shown(value)}; write {{uint32: …}}")
    return int(value)


def _bit(value: Any, which: str) -> int:
    if not isinstance(value, int) or value not in (0, 1):
        raise ValueError(f"{which}true or false expected, got {shown(value)}")
    return int(value)


def _typed(value: dict[str, Any]) -> Filling:
    """The registers of ``{float32: 21.5, order: cdab}``; several values may stand in a list."""
    kinds = [key for key in value if key not in ("order", "length")]
    if len(kinds) != 1 or kinds[0] not in TYPES:
        unknown = next((key for key in kinds if key not in TYPES), None)
        if unknown is None:
            raise ValueError("one type with its value expected, such as {float32: 21.5}")
        raise ValueError(f"unknown type {shown(unknown)}; {nearest(unknown, TYPES) or ', '.join(TYPES)}")
    kind, order, length = kinds[0], value.get("order", "abcd"), value.get("length")
    if order not in ORDERS:
        raise ValueError(f"unknown order {shown(order)}; orders are {', '.join(ORDERS)}")
    if "length" in value and (kind != "string" or type(length) is not int or not 1 <= length <= HIGHEST):
        raise ValueError("'length' is the number of registers of a string")
    given = value[kind]
    several = _some(given) if isinstance(given, list) and kind != "bits" else [given]
    registers: list[int] = []
    for one in several:
        try:
            registers += registers_of(_encoded(kind, order, one, length))
        except UsageError as error:
            raise ValueError(str(error)) from None
    return Filling(registers, repeats=not isinstance(given, list) or kind == "bits")


def _encoded(kind: str, order: str, value: Any, length: int | None) -> bytes:
    if not isinstance(value, bool | int | float | str | list) or isinstance(value, str) != (kind == "string"):
        raise ValueError(f"{kind} expected, got {shown(value)}")
    if kind == "string" and length is None and isinstance(value, str):
        length = max(1, (len(value.encode()) + 1) // 2)
    final: Value = tuple(value) if isinstance(value, list) else value
    return encode_value(kind, order, final, length)


TableKey = Annotated[Addresses, AddressKind()]
RecordKey = Annotated[Addresses, AddressKind("record", highest=HIGHEST_RECORD)]
Registers = Annotated[Filling, RegisterKind()]
Bits = Annotated[Filling, BitKind()]
