"""The types of SunSpec points: how wide they are, how they are decoded, and which value means "not implemented".

SunSpec Device Information Model Specification, clause 4.2 and 4.3: every type has one value that says that the
device does not have the point. Byte order is big-endian throughout.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

from port502.registers.values import FLOATS, decoder


class Role(StrEnum):
    """What the raw value of a type is about."""

    NUMBER = "number"
    COUNTER = "counter"
    ENUM = "enum"
    FLAGS = "flags"
    TEXT = "text"
    ADDRESS = "address"
    SCALE = "scale"
    PAD = "pad"


@dataclass(frozen=True, slots=True)
class Kind:
    """A SunSpec type: its ``registers`` (0: as many as the point says) and the value type they hold.

    ``missing`` is the value, as the registers hold it, that means "not implemented". ``rollover`` is how many
    steps a counter takes until it begins again.
    """

    name: str
    registers: int
    type: str
    role: Role
    missing: bytes = b""
    rollover: int = 0

    @property
    def is_scalable(self) -> bool:
        """Whether a scale factor may apply to it."""
        return self.role in (Role.NUMBER, Role.COUNTER)

    @property
    def missing_values(self) -> tuple[int | float | str, ...]:
        """The decoded values, before any scale, that mean "not implemented"."""
        if self.role is Role.TEXT:
            return ("",)
        if self.type in FLOATS:
            return (math.nan,)
        return (decoder(self.type)(self.missing, 0),) if self.missing else ()  # type: ignore[return-value]


_ONES = b"\xff"
_LOWEST = b"\x80"

KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind("int16", 1, "int16", Role.NUMBER, _LOWEST + bytes(1)),
        Kind("int32", 2, "int32", Role.NUMBER, _LOWEST + bytes(3)),
        Kind("int64", 4, "int64", Role.NUMBER, _LOWEST + bytes(7)),
        Kind("uint16", 1, "uint16", Role.NUMBER, 2 * _ONES),
        Kind("uint32", 2, "uint32", Role.NUMBER, 4 * _ONES),
        Kind("uint64", 4, "uint64", Role.NUMBER, 8 * _ONES),
        Kind("raw16", 1, "uint16", Role.NUMBER),
        Kind("count", 1, "uint16", Role.NUMBER, 2 * _ONES),
        Kind("acc16", 1, "uint16", Role.COUNTER, bytes(2), 1 << 16),
        Kind("acc32", 2, "uint32", Role.COUNTER, bytes(4), 1 << 32),
        Kind("acc64", 4, "uint64", Role.COUNTER, bytes(8), 1 << 63),
        Kind("float32", 2, "float32", Role.NUMBER),
        Kind("float64", 4, "float64", Role.NUMBER),
        Kind("enum16", 1, "uint16", Role.ENUM, 2 * _ONES),
        Kind("enum32", 2, "uint32", Role.ENUM, 4 * _ONES),
        Kind("bitfield16", 1, "uint16", Role.FLAGS, 2 * _ONES),
        Kind("bitfield32", 2, "uint32", Role.FLAGS, 4 * _ONES),
        Kind("bitfield64", 4, "uint64", Role.FLAGS, 8 * _ONES),
        Kind("string", 0, "string", Role.TEXT),
        Kind("sunssf", 1, "int16", Role.SCALE, _LOWEST + bytes(1)),
        Kind("pad", 1, "uint16", Role.PAD),
        Kind("ipaddr", 2, "uint32", Role.ADDRESS, bytes(4)),
        Kind("ipv6addr", 8, "string", Role.ADDRESS, bytes(16)),
        Kind("eui48", 4, "uint64", Role.ADDRESS, bytes(2) + 6 * _ONES),
    )
}
"""Every type by its SunSpec name."""

SCALES = range(-10, 11)
"""The exponents that a scale factor may have."""


def counter_increase(kind: Kind, before: int, after: int) -> int:
    """How far a counter went between two raw values, over its roll-over where ``after`` is the smaller."""
    return (after - before) % kind.rollover if kind.rollover else after - before
