"""The last things that gates wrote down, in memory: what a screen shows without reading the audit logs."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection
from dataclasses import dataclass

from port502.guard.auditor import Auditor
from port502.guard.record import WRITE, Record

MOST = 500
"""Records that are remembered."""


@dataclass(frozen=True, slots=True)
class Recalled:
    """A record, numbered from 1 in the order in which they came, and the listener it comes from."""

    number: int
    listener: str
    record: Record


class Recall:
    """Hears auditors, and remembers the last ``most`` records of all of them together.

    Writes that were carried out as asked are not among them, unless wanted: they stand in the audit logs, and a client
    that writes all the time would drive out what matters more.
    """

    def __init__(self, most: int = MOST) -> None:
        self._kept: deque[Recalled] = deque(maxlen=most)
        self._count = 0

    def hear(self, auditor: Auditor, listener: str, *, writes: bool = False) -> None:
        """Remember what an auditor takes from now on."""

        def taken(record: Record) -> None:
            if writes or record.event != WRITE or record.outcome != "done":
                self._count += 1
                self._kept.append(Recalled(self._count, listener, record))

        auditor.listen(taken)

    def newest(
        self, most: int = MOST, *, before: int | None = None, events: Collection[str] = ()
    ) -> list[Recalled]:
        """The newest records first; ``before`` a number goes on from there, ``events`` are kinds of them."""
        found = [
            one
            for one in reversed(self._kept)
            if (before is None or one.number < before) and (not events or one.record.event in events)
        ]
        return found[:most]
