"""Follows the values that are written: out of the usual range, by unusual steps, to and fro."""

from __future__ import annotations

from typing import Final

from port502.traffic.findings.access import accesses, place_text
from port502.traffic.findings.baseline import Usual
from port502.traffic.findings.ledger import Ledger
from port502.traffic.findings.notes import Noting
from port502.traffic.findings.talk import Talk
from port502.traffic.findings.window import SECOND, Times
from port502.traffic.message import Message

MOST_PLACES: Final = 20_000
CHANGES: Final = 20
WITHIN: Final = 10 * SECOND


class _Place:
    __slots__ = ("before", "switches", "value")

    def __init__(self, value: int) -> None:
        self.value = value
        self.before: int | None = None
        self.switches: Times | None = None


class Written(Noting):
    """Looks at requests that write values."""

    def __init__(self, ledger: Ledger) -> None:
        super().__init__(ledger)
        self._places: dict[tuple[str, int, int, str, int], _Place] = {}

    def look(self, talk: Talk, message: Message) -> None:
        """One request; one that writes no values says nothing."""
        unit = message.unit_id or 0
        conversation = talk.known.get(unit) if talk.known else None
        for access in accesses(message):
            if not access.writes:
                continue
            for at, value in enumerate(access.values or ()):
                address = access.address + at
                usual = conversation.values.get((access.table, address)) if conversation else None
                self._value(talk, message, access.table, address, int(value), usual)

    def _value(
        self, talk: Talk, message: Message, table: str, address: int, value: int, usual: Usual | None
    ) -> None:
        key = talk.server, talk.port, message.unit_id or 0, table, address
        place = self._places.get(key)
        before = place.value if place is not None else None
        what = place_text(table, address)
        if usual is not None and not usual.holds(value):
            self.note(
                "VALUE.RANGE", talk, message, about=what,
                what=what, value=value, least=usual.least, most=usual.most,
            )  # fmt: skip
        elif usual is not None and before is not None and not usual.allows_step(before, value):
            self.note(
                "VALUE.STEP", talk, message, about=what,
                what=what, value=value, before=before, step=usual.step,
            )  # fmt: skip
        if place is None:
            if len(self._places) >= MOST_PLACES:
                del self._places[next(iter(self._places))]
            self._places[key] = _Place(value)
        elif value != place.value:
            self._switched(talk, message, place, value, what)

    def _switched(self, talk: Talk, message: Message, place: _Place, value: int, what: str) -> None:
        if value == place.before:
            place.switches = place.switches or Times(WITHIN, 4 * CHANGES)
            changes = place.switches.add(message.time)
            if changes >= CHANGES:
                self.note("VALUE.TOGGLING", talk, message, about=what, what=what, changes=changes)
        place.before, place.value = place.value, value
