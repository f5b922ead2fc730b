"""All findings so far: the same thing between the same parties is one finding, however often it happens."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, Final

from port502.traffic.findings.finding import Finding

MOST: Final = 2_000
"""Findings that are told apart; further ones are counted in ``left_out``."""


class Ledger:
    """Keeps findings; ``on_new`` hears of each when it is seen first. ``noted`` counts all that was noted."""

    def __init__(self, on_new: Callable[[Finding], None] | None = None) -> None:
        self.left_out = 0
        self.noted = 0
        self._findings: dict[Hashable, Finding] = {}
        self._on_new = on_new

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
            finding.places = places
            finding.again(time, frame)
            return
        if len(self._findings) >= MOST:
            self.left_out += 1
            return
        finding = Finding(len(self._findings) + 1, code, client, server, time, time, places, unit)
        finding.again(time, frame)
        self._findings[key] = finding
        if self._on_new is not None:
            self._on_new(finding)
