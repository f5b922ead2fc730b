"""All findings so far: the same thing between the same parties is one finding, however often it happens."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, Final

from port502.traffic.findings.finding import Finding

MOST: Final = 2_000
"""Findings that are told apart; further ones are counted in ``left_out``."""

QUIET: Final = 3_600_000_000_000
"""Nanoseconds after which a lasting ledger tells of a finding again."""


class Ledger:
    """Keeps findings; ``on_new`` hears of each when it is seen first. ``noted`` counts all that was noted.

    A ``lasting`` one goes on for ever: the finding that was not seen for longest makes room for a new one, and what was
    not seen for an hour is heard of again.
    """

    def __init__(self, on_new: Callable[[Finding], None] | None = None, *, lasting: bool = False) -> None:
        self.left_out = 0
        self.noted = 0
        self._findings: dict[Hashable, Finding] = {}
        self._on_new = on_new
        self._lasting = lasting
        self._numbered = 0

    @property
    def findings(self) -> list[Finding]:
        """All of them in the order in which they were first seen."""
        return list(self._findings.values())

    def serious_first(self) -> list[Finding]:
        """The most serious first, and of those the earliest."""
        return sorted(self._findings.values(), key=lambda one: (-one.severity.rank, one.number))

    def note(
        self,
        code: str,
        client: str,
        server: str,
        time: int,
        frame: int,
        *,
        unit: int | None = None,
        about: Hashable = None,
        **places: Any,
    ) -> None:
        """Something was detected; ``about`` tells apart what is told of the same parties."""
        self.noted += 1
        key = code, client, server, unit, about
        finding = self._findings.get(key)
        if finding is not None:
            quiet = time - finding.last
            finding.places = places
            finding.again(time, frame)
            if self._lasting and quiet > QUIET and self._on_new is not None:
                self._on_new(finding)
            return
        if len(self._findings) >= MOST:
            self.left_out += 1
            if not self._lasting:
                return
            del self._findings[min(self._findings, key=lambda one: self._findings[one].last)]
        self._numbered += 1
        finding = Finding(self._numbered, code, client, server, time, time, places, unit)
        finding.again(time, frame)
        self._findings[key] = finding
        if self._on_new is not None:
            self._on_new(finding)
