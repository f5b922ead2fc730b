"""The block that decoding programs take apart: 100 points in the 125 registers that one read can fetch."""

from __future__ import annotations

import struct
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Field:
    """One point: its register, whether it is ``int16``, ``uint16`` or ``float32``, and its scale (1: none)."""

    address: int
    type: str
    scale: float

    @property
    def registers(self) -> int:
        """How many registers it takes."""
        return 2 if self.type == "float32" else 1


def fields() -> list[Field]:
    """A meter as many are: of four points one is a float, one a plain number, two are scaled by a tenth."""
    kinds = (("float32", 1.0), ("uint16", 1.0), ("int16", 0.1), ("uint16", 0.1))
    found: list[Field] = []
    address = 0
    for number in range(100):
        found.append(Field(address, *kinds[number % len(kinds)]))
        address += found[-1].registers
    return found


def data_of(made: list[Field]) -> bytes:
    """What a device would answer: every point another value, negative ones among the signed."""
    form = {"float32": ">f", "int16": ">h", "uint16": ">H"}
    parts = []
    for number, field in enumerate(made):
        value = 230.25 + number if field.type == "float32" else 2300 + number
        parts.append(struct.pack(form[field.type], -value if field.type == "int16" else value))
    return b"".join(parts)
