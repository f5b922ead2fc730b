"""The kinds of values that stand in a policy file: amounts per time, units, functions, refusals, records of files."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pydantic.json_schema import JsonSchemaValue

from port502.errors import UsageError
from port502.guard.hours import Hours
from port502.guard.operations import WORDS, operations_of
from port502.guard.policy import REFUSALS, FilePlace, Rate, Refusal, Step
from port502.service.access import Networks
from port502.site.device_model import HIGHEST_UNIT
from port502.site.durations import parse_duration
from port502.site.kinds import Kind
from port502.site.scalars import shown, written

_PER = re.compile(r"(?P<amount>[0-9]{1,12}(?:\.[0-9]{1,9})?)\s+per\s+(?P<time>\S+)", re.ASCII)
_UNITS = re.compile(r"([0-9]{1,3})(?:-([0-9]{1,3}))?", re.ASCII)
_RECORDS = re.compile(r"([0-9]{1,5})(?::([0-9]{1,4})(?:-([0-9]{1,4}))?)?", re.ASCII)
_FINGERPRINT = re.compile(r"[0-9a-f]{64}", re.ASCII)
_HIGHEST_RECORD = 9999
_HIGHEST_FILE = 65535


@dataclass(frozen=True)
class OneOrMore(Kind):
    """One text, or a list of them; ``understood`` gives what is kept of each, or raises."""

    what: str
    understood: Callable[[str], Any]
    examples: tuple[Any, ...] = ()

    def check(self, value: Any) -> tuple[Any, ...]:
        entries = value if isinstance(value, list) else [value]
        if not entries:
            raise ValueError(f"at least one {self.what} expected")
        return tuple(self._one(entry) for entry in entries)

    def _one(self, entry: Any) -> Any:
        if isinstance(entry, bool) or not isinstance(entry, str | int) or not written(entry).strip():
            raise ValueError(f"a {self.what} expected, got {shown(entry)}")
        return self.understood(written(entry))

    def schema(self) -> JsonSchemaValue:
        one = {"type": ["string", "integer"], "examples": list(self.examples)}
        return {"anyOf": [one, {"type": "array", "items": one, "minItems": 1}]}


@dataclass(frozen=True)
class PerTime(Kind):
    """An amount per time: ``50 per 1s``; ``made`` makes what is kept of both."""

    made: Callable[[float, float], Any]

    def check(self, value: Any) -> Any:
        match = _PER.fullmatch(value.strip()) if isinstance(value, str) else None
        if match is None:
            raise ValueError(f"an amount per time expected, such as 20 per 1s, got {shown(value)}")
        return self.made(float(match["amount"]), parse_duration(match["time"]))

    def schema(self) -> JsonSchemaValue:
        return {"type": "string", "pattern": r"^[0-9.]+\s+per\s+\S+$", "examples": ["20 per 1s"]}


@dataclass(frozen=True)
class RefusalKind(Kind):
    """How a request is turned away: 01, 02, 03, drop or close."""

    def check(self, value: Any) -> Refusal:
        word = f"{value:02d}" if isinstance(value, int) and not isinstance(value, bool) else value
        if not isinstance(word, str) or word not in REFUSALS:
            raise ValueError(f"a refusal is {', '.join(REFUSALS)}, got {shown(value)}")
        return REFUSALS[word]

    def schema(self) -> JsonSchemaValue:
        return {"enum": [1, 2, 3, *REFUSALS]}


@dataclass(frozen=True)
class HoursKind(Kind):
    """Hours of a week, as text that is understood: ``Mon-Fri 07:00-17:00``."""

    def check(self, value: Any) -> str:
        if not isinstance(value, str):
            raise ValueError(f"hours such as Mon-Fri 07:00-17:00 expected, got {shown(value)}")
        Hours(value)
        return value

    def schema(self) -> JsonSchemaValue:
        return {"type": "string", "examples": ["Mon-Fri 07:00-17:00", "Mon-Fri 07:00-17:00; Sat 08:00-12:00"]}


def rate_of(amount: float, seconds: float) -> Rate:
    """A rate; raises UsageError unless it is a whole number of requests."""
    if amount != int(amount):
        raise UsageError(f"a rate is a whole number of requests, got {amount:g}")
    return Rate(int(amount), seconds)


def step_of(amount: float, seconds: float) -> Step:
    """A step; raises UsageError for none at all."""
    return Step(amount, seconds)


def units_of(text: str) -> frozenset[int]:
    """The unit ids of ``1`` or ``1-16``; raises UsageError."""
    match = _UNITS.fullmatch(text)
    first, last = (int(match[1]), int(match[2] or match[1])) if match else (1, 0)
    if not 0 <= first <= last <= HIGHEST_UNIT:
        raise UsageError(f"unit ids are 0-{HIGHEST_UNIT}, written 1 or 1-16, got {text[:60]!r}")
    return frozenset(range(first, last + 1))


def function_of(text: str) -> str:
    """A word for functions that is understood; raises UsageError."""
    operations_of(text)
    return text


def network_of(text: str) -> str:
    """An address or network that is understood; raises UsageError."""
    Networks((text,))
    return text


def fingerprint_of(text: str) -> str:
    """A SHA-256 fingerprint in lower case without colons; raises UsageError."""
    plain = text.replace(":", "").lower()
    if not _FINGERPRINT.fullmatch(plain):
        raise UsageError(f"a SHA-256 fingerprint has 64 hexadecimal digits, got {text[:80]!r}")
    return plain


def mark_of(text: str) -> str:
    """A role or subject, exactly as it is."""
    return text


def records_of(text: str) -> FilePlace:
    """The records of ``4`` (the whole file), ``4:10`` or ``4:0-99``; raises UsageError."""
    match = _RECORDS.fullmatch(text)
    if match is None:
        raise UsageError(f"a file is written 4, 4:10 or 4:0-99, got {text[:60]!r}")
    file = int(match[1])
    first = int(match[2] or 0)
    last = int(match[3] or match[2] or _HIGHEST_RECORD)
    if not (1 <= file <= _HIGHEST_FILE and first <= last):
        raise UsageError(f"files are 1-{_HIGHEST_FILE}, with records 0-{_HIGHEST_RECORD}, got {text!r}")
    return FilePlace(file, first, last)


FUNCTION_EXAMPLES = (*WORDS, 16, "8/0", "43/14")
