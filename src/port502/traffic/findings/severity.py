"""How serious a finding is, in four steps that can be compared."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from port502.errors import UsageError


class Severity(StrEnum):
    """Low: worth knowing. Medium: look into it. High: likely an attack or a fault. Critical: act now."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """From 0 for low to 3 for critical."""
        return _ORDER.index(self)

    def reaches(self, other: Severity) -> bool:
        """Whether it is as serious as the other, or more."""
        return self.rank >= other.rank


_ORDER: Final = (Severity.LOW, Severity.MEDIUM, Severity.HIGH, Severity.CRITICAL)


def severity_of(text: str) -> Severity:
    """The severity of that name; raises UsageError."""
    try:
        return Severity(text.strip().lower())
    except ValueError:
        raise UsageError(f"no severity {text!r}: there are {', '.join(_ORDER)}") from None
