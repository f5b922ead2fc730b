"""Which models and firmware versions of a product have a point."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fnmatch import fnmatchcase

from port502.errors import UsageError
from port502.registers.values import shown

_TERM = re.compile(r"(>=|<=|==|!=|>|<|=)?\s*[vV]?([0-9]{1,9}(?:\.[0-9]{1,9}){0,5})")


@dataclass(frozen=True, slots=True)
class Condition:
    """A point is there on these ``models`` (globs, case does not matter) with such ``firmware`` (``>=2.0,<3``).

    What is not known does not exclude: a point is left out only where it surely is not there.
    """

    models: tuple[str, ...] = ()
    firmware: str = ""

    def __post_init__(self) -> None:
        _terms(self.firmware)

    def holds(self, model: str | None, firmware: str | None) -> bool:
        """Whether the point can be there on a device of this model and firmware; None is not known."""
        if model is not None and self.models:
            wanted = model.lower()
            if not any(fnmatchcase(wanted, pattern.lower()) for pattern in self.models):
                return False
        version = _version(firmware)
        if version is None:
            return True
        return all(_holds(version, sign, limit) for sign, limit in _terms(self.firmware))


def _terms(text: str) -> list[tuple[str, tuple[int, ...]]]:
    found = []
    for term in text.split(",") if text.strip() else ():
        match = _TERM.fullmatch(term.strip())
        if match is None:
            raise UsageError(f"a firmware condition is like '>=2.0' or '>=1.5,<2', got {shown(text)}")
        found.append((match[1] or ">=", tuple(map(int, match[2].split(".")))))
    return found


def _version(text: str | None) -> tuple[int, ...] | None:
    match = re.search(r"[0-9]{1,9}(?:\.[0-9]{1,9}){0,5}", text or "")
    return tuple(map(int, match[0].split("."))) if match else None


def _holds(version: tuple[int, ...], sign: str, limit: tuple[int, ...]) -> bool:
    size = max(len(version), len(limit))
    one, other = (part + (0,) * (size - len(part)) for part in (version, limit))
    match sign:
        case ">=":
            return one >= other
        case "<=":
            return one <= other
        case ">":
            return one > other
        case "<":
            return one < other
        case "!=":
            return one != other
    return one == other
