"""What a finding is: a stable code, a sentence with places for what was measured, and what to do."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Confidence(StrEnum):
    """How sure a verdict is."""

    SURE = "sure"
    LIKELY = "likely"
    POSSIBLE = "possible"


class Level(StrEnum):
    """Whether something is wrong (``fault``) or only worth knowing (``notice``)."""

    FAULT = "fault"
    NOTICE = "notice"
    FINE = "fine"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the table.

    ``code`` is stable and never renamed. ``sentence`` and ``fix`` have ``{name}`` places, filled by the judge.
    ``seen_by`` says what proves it, ``checks`` are the keys of the checks that show it by hand.
    """

    code: str
    title: str
    sentence: str
    seen_by: str
    fix: str
    checks: tuple[str, ...] = ()
    level: Level = Level.FAULT
