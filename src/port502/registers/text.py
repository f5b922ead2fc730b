"""Values as people write and read them: what stands behind ``REF=``, and what a table shows."""

from __future__ import annotations

import re
from struct import Struct

from port502.errors import UsageError
from port502.registers.meaning import Meaning
from port502.registers.point import BOOL, Point
from port502.registers.values import Value

LONGEST_TEXT = 10_000
NO_FLAG = "none"

_SIX_DIGITS = 999_999.5
"""From here on six digits do not say a number to its last whole one."""
_ALL_DIGITS = 1e15

_WORDS = {"1": True, "true": True, "on": True, "0": False, "false": False, "off": False}
_NUMBER = re.compile(r"[+-]?(0[xX][0-9a-fA-F]{1,32}|0[bB][01]{1,128}|[0-9]{1,40})")
_DECIMAL = re.compile(r"[+-]?([0-9]{1,40}(\.[0-9]{0,40})?|\.[0-9]{1,40})([eE][+-]?[0-9]{1,4})?")
_FLOAT32 = Struct(">f")


def short_text(number: float) -> str:
    """A number as it stands on a screen: six digits, of a larger one those before the point: a meter counts far."""
    if abs(number) < _SIX_DIGITS:
        return f"{number:,.6g}"
    return f"{number:,.0f}" if abs(number) < _ALL_DIGITS else f"{number:.6g}"


def parse_value(text: str, point: Point) -> Value:
    """The value that a text means for a point: on, off, true, false, 1, 0 for a bit.

    Numbers are decimal or hexadecimal, ``bits`` take a number such as 0b101, several values stand between
    commas, and so do flags. A label or a time is taken as it is. Whether the value fits is for ``Point.encode`` to
    say. Raises UsageError for any other text.
    """
    if len(text) > LONGEST_TEXT:
        raise UsageError(f"{point.name}: a value has at most {LONGEST_TEXT} characters, got {len(text)}")
    if point.meaning is not None:
        meant = _meant(text.strip(), point.meaning)
        if meant is not None:
            return meant
    if point.count == 1:
        return _one(text, point)
    parts = text.split(",")
    if len(parts) != point.count:
        raise UsageError(f"{point.name} takes {point.count} values between commas, got {len(parts)}")
    values: list[bool | int | float | str] = []
    for part in parts:
        value = _one(part, point)
        if isinstance(value, tuple):
            values += value
        else:
            values.append(value)
    return tuple(values)


def _meant(text: str, meaning: Meaning) -> Value | None:
    """Labels and times, which are texts where registers hold numbers; None for anything else."""
    if meaning.epoch:
        return text
    if not (meaning.enum or meaning.flags) or _NUMBER.fullmatch(text):
        return None
    if not meaning.flags:
        return text
    if text == NO_FLAG and NO_FLAG not in (label for _, label in meaning.flags):
        return ()
    return tuple(filter(None, map(str.strip, text.split(","))))


def _one(text: str, point: Point) -> Value:
    if point.type == "string":
        return text
    text = text.strip()
    if point.type == BOOL:
        if text.lower() not in _WORDS:
            raise UsageError(f"{point.name} is a single bit: on, off, true, false, 1 or 0, got {text[:60]!r}")
        return _WORDS[text.lower()]
    if _NUMBER.fullmatch(text):
        return _bits(int(text, _base(text)), point) if point.type == "bits" else int(text, _base(text))
    if point.type != "bits" and _DECIMAL.fullmatch(text):
        return float(text)
    raise UsageError(f"{point.name} takes a number, decimal or hexadecimal, got {text[:60]!r}")


def _base(text: str) -> int:
    return {"x": 16, "b": 2}.get(text.lstrip("+-")[1:2].lower(), 10)


def _bits(number: int, point: Point) -> Value:
    if not 0 <= number <= 0xFFFF:
        raise UsageError(f"{point.name} holds 16 bits, 0..65535, got {number}")
    return tuple(bool(number >> bit & 1) for bit in range(16))


def format_value(value: Value, type: str = "") -> str:  # noqa: A002
    """A value for people: a float32 with the digits that it has, bits highest first, coils as on and off.

    Flags of which none is set are ``none``: nothing at all would look like a value that is missing.
    """
    if value == ():
        return NO_FLAG
    if isinstance(value, tuple):
        if type == "bits":
            rows = [value[start : start + 16] for start in range(0, len(value), 16)]
            return ", ".join("".join("1" if bit else "0" for bit in reversed(row)) for row in rows)
        return ", ".join(format_value(one, type) for one in value)
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, float):
        return _shortest(value) if type == "float32" else repr(value)
    return str(value)


def _shortest(value: float) -> str:
    """The fewest digits that still name this single precision number."""
    for digits in range(6, 10):
        shorter = float(f"{value:.{digits}g}")
        try:
            if _FLOAT32.pack(shorter) == _FLOAT32.pack(value):
                return repr(shorter)
        except OverflowError:
            continue
    return repr(value)
