"""A value that somebody reads off the device's display, and the search for the registers that hold it."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from port502.errors import Port502Error, UsageError
from port502.registers.reference import Reference, Table, parse_reference
from port502.registers.values import ORDERS, decoder, width_of

_EXPECTED = re.compile(
    r"(?P<ref>.+?)\s*[~≈=]\s*(?P<number>[-+]?\d+(?:\.\d*)?(?:[eE][-+]?\d+)?)\s*(?P<unit>[^\d\s].{0,20})?\Z"
)
TOLERANCE = 0.01
"""A display rounds, and the value has moved on since somebody looked at it."""

SCALES = (1.0, 0.1, 10.0, 0.01, 100.0, 0.001, 1000.0)
"""What one register step may be worth, the likeliest first."""

SEARCHED = ("uint16", "int16", "float32", "uint32", "int32", "float64", "uint64", "int64")
AROUND = 10
"""How far from the named address a value is searched."""

MOST_CANDIDATES = 12
_ROUNDED = 3


@dataclass(frozen=True, slots=True)
class Expected:
    """A known value: the registers that should hold it, and the number on the display, with its decimal digits."""

    reference: Reference
    value: float
    text: str
    digits: int = 0

    def fits_well(self, found: float) -> bool:
        """Whether a number is that value to the last digit that was given."""
        return abs(found - self.value) <= 0.5 * 10.0**-self.digits

    def fits(self, found: float, *, within: float = TOLERANCE) -> bool:
        """Whether a number is that value, as far as a display can tell."""
        if not math.isfinite(found):
            return False
        return abs(found - self.value) <= max(within * abs(self.value), 1e-9)


@dataclass(frozen=True, slots=True)
class Candidate:
    """One way to read registers that gives the value: ``distance`` counts what differs from what was asked."""

    reference: Reference
    scale: float
    value: float
    distance: int

    @property
    def text(self) -> str:
        """The reference, the scale where there is one, and the value so read."""
        scaled = "" if self.scale == 1.0 else f" × {self.scale:g}"
        return f"{self.reference}{scaled} = {self.value:g}"


def parse_expected(text: str) -> Expected:
    """``holding:0/float32 ~ 231`` or ``40001 = 50.0 Hz``; raises UsageError."""
    found = _EXPECTED.match(text.strip())
    if found is None:
        raise UsageError(
            f'not an expected value: {text!r} (write REF ~ VALUE, such as "holding:0/float32 ~ 231")'
        )
    reference = parse_reference(found["ref"])
    if reference.table.is_bits or reference.type in ("string", "bits") or reference.count != 1:
        raise UsageError(f"{text}: one number in registers can be expected, such as holding:0/float32 ~ 231")
    value = float(found["number"])
    if not math.isfinite(value):
        raise UsageError(f"{text}: {found['number']} is too large")
    digits = len(found["number"].partition("e")[0].partition(".")[2])
    return Expected(reference, value, text.strip(), digits)


def read_as(registers: Mapping[int, int], address: int, kind: str, order: str) -> float | None:
    """The number that registers hold at an address, or None where one of them is not known."""
    width = width_of(kind)
    if any(address + place not in registers for place in range(width)):
        return None
    data = b"".join(registers[address + place].to_bytes(2, "big") for place in range(width))
    try:
        value = decoder(kind, order)(data, 0)
    except Port502Error:
        return None
    return float(value) if isinstance(value, int | float) else None


def search(expected: Expected, tables: Mapping[Table, Mapping[int, int]]) -> tuple[Candidate, ...]:
    """The ways to read the known registers that give the expected value, the closest to what was asked first."""
    found = [
        candidate
        for table, registers in tables.items()
        for address in sorted(registers)
        for candidate in _at(expected, table, address, registers)
    ]
    found.sort(key=lambda one: (one.distance, SCALES.index(one.scale)))
    return tuple(found[:MOST_CANDIDATES])


def _at(expected: Expected, table: Table, address: int, registers: Mapping[int, int]) -> Iterable[Candidate]:
    for kind in SEARCHED:
        for order in ORDERS:
            if kind.endswith("16") and order not in ("abcd", "badc"):
                continue
            raw = read_as(registers, address, kind, order)
            if raw is None or raw == 0:
                continue
            for scale in SCALES if not kind.startswith("float") else SCALES[:1]:
                if expected.fits(raw * scale):
                    reference = Reference(table, address, type=kind, order=order)
                    steps = distance(expected, reference, scale) + _ROUNDED * (
                        not expected.fits_well(raw * scale)
                    )
                    yield Candidate(reference, scale, raw * scale, steps)


def distance(expected: Expected, found: Reference, scale: float) -> int:
    """How much a way to read differs from what was asked, in steps of which each is less likely."""
    asked = expected.reference
    steps = min(abs(found.address - asked.address), AROUND) * 3
    steps += 4 * (found.table != asked.table)
    steps += 2 * (found.order != asked.order)
    steps += 5 * (found.type != (asked.type or "uint16"))
    return steps + (3 + SCALES.index(scale) if scale != 1.0 else 0)


def plausibility(value: float | None) -> int:
    """How much a number looks like a measured one, 0 (not at all) to 3: no NaN, no denormal, an everyday size."""
    if value is None or not math.isfinite(value):
        return 0
    size = abs(value)
    if size == 0:
        return 1
    if size < 1e-6 or size > 1e9:
        return 0
    return 3 if 0.01 <= size <= 1e6 else 2
