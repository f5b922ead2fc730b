"""Times in registers: counted from an epoch, or spelled out as a calendar date.

Counted times are UTC and read as RFC 3339 text with ``Z``. Calendar times are the clock of the device, whose zone
nobody knows, and read without one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from port502.errors import UsageError
from port502.registers.values import DecodeError, Value, shown


@dataclass(frozen=True, slots=True)
class Epoch:
    """A way to write a time: ``registers`` is how many uint16 it takes, 0 for one integer of any size."""

    meaning: str
    registers: int
    text: Callable[[Value], Value]
    number: Callable[[str], Value]


def _counted(start: datetime, seconds: float) -> tuple[Callable[[Value], Value], Callable[[str], Value]]:
    def text(raw: Value) -> Value:
        if not isinstance(raw, int | float) or isinstance(raw, bool):
            raise DecodeError(f"{shown(raw)} is no time")
        try:
            time = start + timedelta(seconds=raw * seconds)
        except OverflowError:
            raise DecodeError(f"{raw} is no time of a calendar") from None
        fine = "milliseconds" if seconds < 1 else "seconds"
        return time.isoformat(timespec=fine).replace("+00:00", "Z")

    def number(value: str) -> Value:
        time = _parsed(value)
        if time.tzinfo is None:
            raise UsageError(f"a time needs its zone, such as {value}Z")
        return round((time - start) / timedelta(seconds=seconds))

    return text, number


def _parsed(value: str) -> datetime:
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        raise UsageError(f"a time such as 2026-01-31T12:00:00 is needed, got {shown(value)}") from None


def _calendar(
    fields: Callable[[Sequence[int]], Sequence[int]],
    registers: Callable[[datetime], Sequence[int]],
    count: int,
) -> tuple[Callable[[Value], Value], Callable[[str], Value]]:
    def text(raw: Value) -> Value:
        if not isinstance(raw, tuple) or len(raw) != count:
            raise DecodeError(f"a date takes {count} registers")
        year, month, day, hour, minute, second, millisecond = fields(raw)  # type: ignore[arg-type]
        try:
            time = datetime(year, month, day, hour, minute, second, millisecond * 1000)
        except (ValueError, OverflowError):
            raise DecodeError(f"{raw} is no date") from None
        return time.isoformat(timespec="milliseconds" if millisecond else "seconds")

    def number(value: str) -> Value:
        return tuple(registers(_parsed(value)))

    return text, number


def _full_year(year: int) -> int:
    return year if year >= 100 else 2000 + year


def _bytes(raw: Sequence[int]) -> Sequence[int]:
    high, middle, low = raw
    return [_full_year(high >> 8), high & 255, middle >> 8, middle & 255, low >> 8, low & 255, 0]


def _to_bytes(time: datetime) -> Sequence[int]:
    return [
        (time.year - 2000 & 255) << 8 | time.month,
        time.day << 8 | time.hour,
        time.minute << 8 | time.second,
    ]


def _iec870(raw: Sequence[int]) -> Sequence[int]:
    year, date, clock, millisecond = raw
    return [
        2000 + (year & 127), date >> 8 & 15, date & 31, clock >> 8 & 31, clock & 63,
        millisecond // 1000, millisecond % 1000,
    ]  # fmt: skip


def _to_iec870(time: datetime) -> Sequence[int]:
    return [
        time.year - 2000 & 127,
        time.month << 8 | time.isoweekday() << 5 | time.day,
        time.hour << 8 | time.minute,
        time.second * 1000 + time.microsecond // 1000,
    ]


_UNIX = datetime(1970, 1, 1, tzinfo=UTC)
_Y2000 = datetime(2000, 1, 1, tzinfo=UTC)

EPOCHS: dict[str, Epoch] = {
    "unix": Epoch("seconds since 1970-01-01", 0, *_counted(_UNIX, 1)),
    "unix_ms": Epoch("milliseconds since 1970-01-01", 0, *_counted(_UNIX, 0.001)),
    "y2000": Epoch("seconds since 2000-01-01", 0, *_counted(_Y2000, 1)),
    "ymdhms": Epoch(
        "six registers: year, month, day, hour, minute, second",
        6,
        *_calendar(
            lambda raw: [_full_year(raw[0]), *raw[1:], 0],
            lambda time: [time.year, time.month, time.day, time.hour, time.minute, time.second],
            6,
        ),
    ),
    "ymdhms_bytes": Epoch(
        "three registers: year since 2000 and month, day and hour, minute and second, a byte each",
        3,
        *_calendar(_bytes, _to_bytes, 3),
    ),
    "iec870": Epoch(
        "four registers (IEC 870-5-4): year, month and day, hour and minute, milliseconds",
        4,
        *_calendar(_iec870, _to_iec870, 4),
    ),
}
"""The ways to write a time, by name."""
