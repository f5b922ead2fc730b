"""Durations and sizes as they stand in files: `250ms`, `5s`, `1m`, `2h`, `7d`, `2y`; `64MiB`."""

from __future__ import annotations

import re

SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0, "w": 604800.0, "y": 31_536_000.0}
BYTES = {
    "B": 1,
    "kB": 1000,
    "MB": 1000**2,
    "GB": 1000**3,
    "TB": 1000**4,
    "KiB": 1 << 10,
    "MiB": 1 << 20,
    "GiB": 1 << 30,
    "TiB": 1 << 40,
}

DURATION_PATTERN = r"^[0-9]{1,9}(\.[0-9]{1,6})?(ms|s|m|h|d|w|y)$"
SIZE_PATTERN = r"^[0-9]{1,9}(\.[0-9]{1,6})?(B|kB|MB|GB|TB|KiB|MiB|GiB|TiB)$"

_QUANTITY = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,6})?)\s?([A-Za-z]+)", re.ASCII)


def parse_duration(value: object) -> float:
    """Seconds of a duration such as ``250ms``; a bare 0 is none; a year has 365 days.

    Raises ValueError with what to write instead, also for a bare number: nobody can know its unit.
    """
    if value == 0 and not isinstance(value, (bool, str)):
        return 0.0
    return _amount(value, SECONDS, "a duration", "5s")


def parse_size(value: object) -> int:
    """Bytes of a size such as ``64MiB`` (powers of 1024) or ``64MB`` (powers of 1000); raises ValueError."""
    return int(_amount(value, BYTES, "a size", "64MiB"))


def duration_text(seconds: float) -> str:
    """The shortest spelling of a duration: ``0.25`` is ``250ms``, ``60`` is ``1m``."""
    for unit, size in (("d", 86400), ("h", 3600), ("m", 60), ("s", 1)):
        if seconds >= size and seconds % size == 0:
            return f"{_decimal(seconds / size)}{unit}"
    return f"{_decimal(seconds)}s" if seconds >= 1 or not seconds else f"{_decimal(seconds * 1000)}ms"


def size_text(size: int) -> str:
    """The shortest spelling of a size in powers of 1024: ``2 << 30`` is ``2GiB``."""
    for unit in ("TiB", "GiB", "MiB", "KiB"):
        if size and size % BYTES[unit] == 0:
            return f"{size // BYTES[unit]}{unit}"
    return f"{size}B"


def _decimal(number: float) -> str:
    return f"{number:.6f}".rstrip("0").rstrip(".")


def _amount(value: object, units: dict[str, float] | dict[str, int], what: str, example: str) -> float:
    spellings = f"{', '.join(list(units)[:-1])} or {list(units)[-1]}"
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        raise ValueError(f"{what} needs its unit ({spellings}), such as {example}")
    if not isinstance(value, str):
        raise ValueError(f"{what} is text such as {example}")
    match = _QUANTITY.fullmatch(value.strip())
    if match is None:
        raise ValueError(f"{what} is a number and a unit ({spellings}), such as {example}")
    number, unit = match.groups()
    if unit not in units:
        alike = [known for known in units if known.lower() == unit.lower()]
        hint = f"did you mean {alike[0]!r}?" if alike else f"units are {spellings}"
        raise ValueError(f"unknown unit {unit!r} of {what}; {hint}")
    return round(float(number) * units[unit], 9)
