"""Samples as columns of SQLite: plain numbers and text as they are, everything else as JSON in a BLOB.

SQLite holds 64-bit signed integers, IEEE doubles (but no NaN), and text that is valid Unicode. Whatever does
not fit (booleans, larger integers, NaN, tuples) is stored as the bytes of its JSON text, so that every value
comes back exactly as it was and a reader without port502 still sees what it is.
"""

from __future__ import annotations

import json
import marshal
import math
import zlib
from collections.abc import Sequence
from typing import TypeAlias

from port502.collect.sample import Value
from port502.errors import UsageError

Cell: TypeAlias = "int | float | str | bytes | None"

INT64_MIN, INT64_MAX = -(1 << 63), (1 << 63) - 1
_NUMBERS = {int, float}
_FLOATS = {float}
_HEADER = 5  # marshal writes a list as a type byte and a 32-bit length before its items


def encode_value(value: Value) -> Cell:
    """One value as SQLite stores it; raises UsageError for what is no value of a sample."""
    if value is None or (type(value) is float and value == value):
        return value
    if isinstance(value, bool):
        return b"true" if value else b"false"
    if isinstance(value, int):
        return int(value) if INT64_MIN <= value <= INT64_MAX else _json(int(value))
    if isinstance(value, float):
        return float(value) if value == value else b"NaN"
    if isinstance(value, str):
        return str(value) if _is_unicode(value) else _json(value)
    if isinstance(value, tuple) and all(isinstance(part, bool | int | float | str) for part in value):
        return _json(value)
    raise UsageError(f"{type(value).__name__} is no value that a history can keep")


def decode_value(cell: Cell) -> Value:
    """The value that ``encode_value`` made a cell of; raises ValueError when the bytes are none of ours."""
    if not isinstance(cell, bytes):
        return cell
    value = json.loads(cell)
    if isinstance(value, list) and all(isinstance(part, bool | int | float | str) for part in value):
        return tuple(value)
    if isinstance(value, bool | int | float | str):
        return value
    raise ValueError(f"{cell[:40]!r} is no stored value")


def encode_values(values: list[Value]) -> Sequence[Cell]:
    """Many values at once; the usual case, nothing but numbers, costs no call per value."""
    types = set(map(type, values))
    if values and types <= _NUMBERS:
        try:
            total: float = sum(values)  # type: ignore[arg-type]
        except OverflowError:
            total = math.nan
        # A NaN anywhere makes the sum NaN; so does inf - inf, which merely takes the longer way below.
        if total == total and (types == _FLOATS or _fits(values)):
            return values  # type: ignore[return-value]
    return [encode_value(value) for value in values]


def checksum(cells: list[Cell], previous: int = 0) -> int:
    """CRC-32 of the cells of whole rows in order; continues from ``previous``, so batches chain.

    Marshal's format 2 is frozen: numbers, text and bytes always have the same bytes, with no references
    between.
    """
    return zlib.crc32(memoryview(marshal.dumps(cells, 2))[_HEADER:], previous)


def _fits(values: list[Value]) -> bool:
    return min(values) >= INT64_MIN and max(values) <= INT64_MAX  # type: ignore[type-var, operator]


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _json(value: Value) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()
