"""Plain scalars by the core schema of YAML 1.2 (clause 10.3.2), without losing how they were written.

``no`` and ``on`` are words here, ``0x1F`` and ``00001`` are integers, and nothing else is guessed.
"""

from __future__ import annotations

import math
import re
from typing import TypeAlias

Scalar: TypeAlias = "bool | int | float | str | None"

NOTHING = ("", "~", "null", "Null", "NULL")
"""The spellings of no value at all."""

_WORDS: dict[str, bool | None] = {
    **dict.fromkeys(NOTHING),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_INTEGER = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", re.ASCII)
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", re.ASCII)
_SPECIAL = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)", re.ASCII)


class WrittenInt(int):
    """An integer whose spelling says more than its value: ``00001`` is a reference to a coil."""

    written: str

    def __new__(cls, value: int, written: str) -> WrittenInt:
        number = super().__new__(cls, value)
        number.written = written
        return number


def written(value: object) -> str:
    """How a scalar stood in the file."""
    return value.written if isinstance(value, WrittenInt) else str(value)


def resolve(text: str) -> Scalar:
    """The value of a plain scalar; raises ValueError for a number that no number can hold."""
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        value = _integer(text)
        return value if str(value) == text else WrittenInt(value, text)
    if _FLOAT.fullmatch(text):
        number = float(text)
        if math.isinf(number):
            raise ValueError(f"{shown(text)} is larger than a number can be")
        return number
    if _SPECIAL.fullmatch(text):
        raise ValueError(f"{text} is no number that can be used here")
    return text


def shown(value: object, limit: int = 60) -> str:
    """A value for a message: escaped, and cut when it is long."""
    text = repr(written(value)) if isinstance(value, (str, WrittenInt)) else str(value)
    return text if len(text) <= limit else f"{text[:limit]}… ({len(text)} characters)"


def _integer(text: str) -> int:
    if len(text) > 40:
        raise ValueError(f"{shown(text)} is larger than a number can be")
    if text.startswith("0o"):
        return int(text[2:], 8)
    return int(text, 16) if text.startswith("0x") else int(text)
