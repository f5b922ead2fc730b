"""Values of registers as every type and order that they may have, the most plausible first."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from port502.errors import Port502Error
from port502.registers.point import Point
from port502.registers.text import format_value
from port502.registers.values import ORDERS, Value, decode_value, decoder, width_of
from port502.traffic.decoding.layout import Span

PLAUSIBLE = 0.45
"""From this score on a reading is worth showing unasked."""

_NUMBERS = ("uint16", "int16", "float32", "uint32", "int32", "float64", "uint64", "int64", "bcd16", "bcd32")
_TELLING = 16
_MOST_VALUES = 125
_MOST_SHOWN = 32
_EVERYDAY = 1e7
_SMALLEST = 1e-4


@dataclass(frozen=True, slots=True)
class Reading:
    """All registers as values of one type and order; ``score`` from 0 to 1 says how much they look like values.

    Registers left over at the end, where their number is no multiple of the type's, are not in ``values``.
    """

    type: str
    order: str
    values: tuple[Value, ...]
    score: float

    @property
    def name(self) -> str:
        """As a reference writes it: ``float32:cdab``."""
        return self.type if self.order == "abcd" else f"{self.type}:{self.order}"

    @property
    def text(self) -> str:
        """The values for people, a long row of them cut."""
        shown = ", ".join(format_value(value, self.type) for value in self.values[:_MOST_SHOWN])
        many = len(self.values)
        return f"{shown}, ... ({many} values)" if many > _MOST_SHOWN else shown


@dataclass(frozen=True, slots=True)
class Named:
    """The value of a map's point that lies in the registers; ``fault`` says why there is none."""

    point: Point
    value: Value | None
    fault: str = ""


def readings(data: bytes) -> list[Reading]:
    """Every type and order that registers (whole ones, big-endian) can be read as, best first."""
    found = list(_numbers(data))
    found += _texts(data)
    return sorted(found, key=lambda one: -one.score)


def plausible(data: bytes) -> list[Reading]:
    """The readings worth showing: the registers as they are, then what looks like values, each number once."""
    every = readings(data)
    plain = [one for one in every if one.name in ("uint16", "int16")]
    negative = any(isinstance(value, int) and value < 0 for one in plain for value in one.values)
    shown = [one for one in plain if one.name == "uint16" or negative]
    seen = {one.values for one in shown}
    text = False
    for one in every:
        if one in plain or one.score < PLAUSIBLE or one.values in seen:
            continue
        if one.type.startswith("string"):
            # The other order of the same text is hardly worth a line.
            if text:
                continue
            text = True
        seen.add(one.values)
        shown.append(one)
    return shown


def named_values(points: Sequence[Point], span: Span, data: bytes) -> list[Named]:
    """The points of a map that lie whole in the registers or bits of a message."""
    if span.address is None:
        return []
    found = []
    for point in points:
        inside = span.address <= point.start and point.stop <= span.address + span.quantity
        if point.table is not span.table or not inside:
            continue
        step = point.address - span.address
        try:
            found.append(Named(point, point.decode(data, step if point.table.is_bits else 2 * step)))
        except Port502Error as error:
            found.append(Named(point, None, getattr(error, "fault", str(error))))
    return found


def _numbers(data: bytes) -> Iterator[Reading]:
    for kind in _NUMBERS:
        width = 2 * width_of(kind)
        count = min(len(data) // width, _MOST_VALUES)
        if not count:
            continue
        orders = ORDERS if width > 2 else ("abcd", "badc")
        for order in orders:
            one = decoder(kind, order)
            try:
                values = tuple(one(data, width * at) for at in range(count))
            except Port502Error:
                continue
            yield Reading(kind, order, values, _score(kind, order, values))


def _score(kind: str, order: str, values: tuple[Value, ...]) -> float:
    telling = [one for one in values[:_TELLING] if isinstance(one, int | float)]
    if not any(telling):
        # Zeros say nothing about their type.
        score = 0.2
    elif kind.startswith("float"):
        score = _mean([_float_score(float(one)) for one in telling])
    elif kind.startswith("bcd"):
        score = 0.3
    else:
        score = _mean([_integer_score(int(one), kind) for one in telling])
    if order in ("badc", "dcba"):
        score *= 0.6 if kind.endswith("16") else 0.85
    elif order == "cdab":
        score *= 0.98
    return round(score, 3)


def _float_score(value: float) -> float:
    """Everyday sizes and few decimals speak for a float; NaN, denormals and huge exponents against it."""
    if not math.isfinite(value):
        return 0.0
    size = abs(value)
    if size == 0:
        return 0.5
    if not 1e-9 < size < 1e12:
        return 0.0
    score = 0.7 if _SMALLEST <= size <= _EVERYDAY else 0.3
    short = float(f"{value:.4g}")
    return min(1.0, score + (0.25 if math.isclose(short, value, rel_tol=2e-7) else 0.0))


def _integer_score(value: int, kind: str) -> float:
    if kind.endswith("16"):
        return 0.5
    size = abs(value)
    if size == 0:
        return 0.4
    # A wide integer that uses its upper registers at random is none.
    limit = 1e8 if kind.endswith("32") else 1e14
    if size < 0x10000:
        return 0.55 if value > 0 else 0.5
    return 0.48 if size < limit else 0.1


def _mean(scores: list[float]) -> float:
    return sum(scores) / len(scores) if scores else 0.0


def _texts(data: bytes) -> list[Reading]:
    """Text in either order, where most of it is printable."""
    length = len(data) // 2
    if not length:
        return []
    found = []
    for order in ("abcd", "badc"):
        text = decode_value("string", order, data, length) if order == "abcd" else _swapped_text(data)
        if isinstance(text, str) and text.strip():
            good = sum(char.isascii() and char.isprintable() for char in text)
            letters = sum(char.isalnum() for char in text)
            full = min(1.0, len(text) / max(1, len(data) // 2))
            score = full * (0.9 if good == len(text) and letters * 2 > len(text) > 2 else 0.2)
            if order == "badc":
                score *= 0.9
            found.append(Reading(f"string[{length}]", order, (text,), round(score, 3)))
    return found


def _swapped_text(data: bytes) -> str:
    swapped = b"".join(data[at : at + 2][::-1] for at in range(0, len(data), 2))
    return str(decode_value("string", "abcd", swapped, len(data) // 2))
