"""Parts of a field's bytes: ``[2:4]`` four from the third on, ``[2-4]`` the third to the fifth, ``[2]``, ``[:4]``."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from port502.traffic.filter.error import FilterError
from port502.traffic.filter.fields import Kind

_PART = re.compile(r"\s*(?:(?P<one>-?\d{1,6})|(?P<at>-?\d{1,6})?\s*(?P<sign>[:-])\s*(?P<to>-?\d{1,6})?)\s*")
_MOST_PARTS = 32
_SIZES = {"ipv4": 4, "ipv6": 16}


def slicer(text: str, kind: Kind, column: int) -> Callable[[Any], bytes]:
    """The function that gives the part of a value's bytes; raises FilterError for what is no slice."""
    if kind in ("number", "seconds"):
        raise FilterError(column, "only bytes, texts and addresses have slices")
    parts = text.split(",")
    if len(parts) > _MOST_PARTS:
        raise FilterError(column, f"a slice has at most {_MOST_PARTS} parts")
    ranges = [_range(part, column) for part in parts]

    def sliced(value: Any) -> bytes:
        data = as_bytes(value, kind)
        return b"".join(_taken(data, start, stop, length) for start, stop, length in ranges)

    return sliced


def as_bytes(value: Any, kind: Kind) -> bytes:
    """The bytes of a value: an address as sent, a text in UTF-8."""
    if isinstance(value, str):
        return value.encode()
    if isinstance(value, int):
        return value.to_bytes(_SIZES.get(kind, 8), "big")
    return bytes(value)


def _range(part: str, column: int) -> tuple[int, int | None, int | None]:
    """Start, the last byte (included), and length, of which one at most is given."""
    found = _PART.fullmatch(part)
    if found is None or (found["one"] is None and found["at"] is None and found["to"] is None):
        raise FilterError(column, f"[{part[:40]}] is no slice: write [0:2], [0-1], [0], [:2] or [2:]")
    if found["one"] is not None:
        return int(found["one"]), None, 1
    start = int(found["at"] or 0)
    if found["to"] is None:
        return start, None, None
    to = int(found["to"])
    if found["sign"] == ":":
        if to < 1:
            raise FilterError(column, f"[{part}]: behind the colon stands how many bytes, 1 or more")
        return start, None, to
    return start, to, None


def _taken(data: bytes, start: int, stop: int | None, length: int | None) -> bytes:
    size = len(data)
    first = start if start >= 0 else size + start
    if first < 0 or first >= size:
        return b""
    if length is not None:
        return data[first : first + length]
    if stop is None:
        return data[first:]
    last = stop if stop >= 0 else size + stop
    return data[first : last + 1]
