"""Findings: what looked like an attack at the listeners, in words, and what to do about it."""

from __future__ import annotations

import time
from datetime import datetime

from nicegui import ui

from port502.site.status import FindingStatus
from port502.web.pages.decisions import FRESH
from port502.web.pages.frame import Visit, card
from port502.web.pages.rows import Cell, Link, Rows
from port502.web.pages.words import Mark, alarm_mark

STEP = 20
GRAVE = ("high", "critical")
"""Severities that are told of on the overview too."""


class Suspicions:
    """The last findings, newest first; more of them when asked for."""

    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        self._most = STEP
        with card("Findings: what looked like an attack"):
            with ui.element("div").classes("w-full") as self._box:
                self._rows = Rows(
                    "p5-finding",
                    "Nothing suspicious was seen since the site was started.",
                    ("last seen (UTC)", "how serious", "what it looks like", "who → whom", "how often"),
                )
            self._more = ui.button("More", on_click=self._show_more).props("flat dense no-caps")
            self._unwatched = ui.label().classes("p5-quiet p5-small")

    def _show_more(self) -> None:
        self._most += STEP
        self.refresh()

    def refresh(self) -> None:
        """Show what was found."""
        station = self._visit.station
        found, now = station.findings(self._most + 1), time.time()
        self._rows.show([finding_row(one, now) for one in found[: self._most]])
        self._more.set_visibility(len(found) > self._most)
        watching = station.watching
        self._box.set_visibility(bool(found) or not watching or any(watching.values()))
        unwatched = [name for name, watched in watching.items() if not watched]
        self._unwatched.set_visibility(bool(unwatched))
        self._unwatched.set_text(unwatched_text(unwatched))


def finding_row(one: FindingStatus, now: float) -> tuple[Cell, ...]:
    """A finding in a line: when, how serious, what, who to whom, how often; below, what happened, and what to do."""
    return (
        _moment(one.last),
        alarm_mark(one.severity, quiet=now - _seconds(one.last) >= FRESH),
        Link(one.title, f"/tools/explain?topic={one.code}"),
        f"{one.client or 'somebody'} → {one.listener}" + ("" if one.unit is None else f", unit {one.unit}"),
        how_often(one),
        one.text,
        f"To do: {one.fix}",
    )


def how_often(one: FindingStatus) -> str:
    """How many times it was seen, and since when."""
    if one.count == 1:
        return "once"
    first, last = _moment(one.first), _moment(one.last)
    return f"{one.count:,} times since {first[11:] if first[:10] == last[:10] else first}"


def unwatched_text(listeners: list[str]) -> str:
    """That nobody looks at these listeners."""
    return f'Nobody looks at {", ".join(listeners)}: "findings: false" in the site file switches it off.'


def grave_mark(one: FindingStatus | None) -> Mark | None:
    """What the overview says of the most serious finding of a listener; nothing where it is not that serious."""
    return alarm_mark(one.severity) if one is not None and one.severity in GRAVE else None


def _moment(text: str) -> str:
    return text[:19].replace("T", " ")


def _seconds(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()
