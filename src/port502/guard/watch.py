"""What is worth an event beside the requests themselves: who comes, who is turned away, what is new."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Hashable

from port502.guard.auditor import Auditor
from port502.guard.parts import Part
from port502.guard.record import CONNECTION, NEW_WRITE, UNEXPECTED_CLIENT, Record
from port502.service.access import plain_host
from port502.service.call import Session

log = logging.getLogger("port502.guard")

MOST_KNOWN = 16_384
"""So many clients and writes are remembered as seen; beyond it all are taken as seen."""

TURNED_AWAY = "turned away"

ORDINARY = frozenset({"idle", "stopped"})
"""Causes for which a connection is closed that nobody has to look into."""


class Watch:
    """Counts events by their kind, and writes each new one down.

    ``counters`` are by kind: ``unexpected client``, ``new write``, ``turned away`` (requests), and the causes of a
    listener, such as ``refused``, ``made room``, ``frame``, ``no certificate`` and ``bad certificate``.
    ``last_refusal`` is the record of the request that was turned away last.
    """

    def __init__(self, auditor: Auditor | None = None) -> None:
        self.counters: Counter[str] = Counter()
        self.last_refusal: Record | None = None
        self._auditor = auditor
        self._seen: set[Hashable] = set()

    def connection(self, cause: str, session: Session, text: str) -> None:
        """A listener refused or closed a connection, or doubts who it is."""
        self.counters[cause] += 1
        if cause not in ORDINARY and self._auditor is not None:
            record = Record(event=CONNECTION, cause=cause, reason=text).about(session)
            self._auditor.take(record, (CONNECTION, cause, record.client))

    def stranger(self, session: Session) -> None:
        """Somebody asked whom the policy does not know."""
        self.counters[UNEXPECTED_CLIENT] += 1
        if self._is_new((UNEXPECTED_CLIENT, plain_host(session.host), session.role, session.fingerprint)):
            log.warning("%s: %s is not among the clients of the policy", session.listener, session)
            if self._auditor is not None:
                self._auditor.take(Record(event=UNEXPECTED_CLIENT).about(session))

    def turned_away(self, record: Record) -> None:
        """A request was not let through, for the reason that its record tells."""
        self.counters[TURNED_AWAY] += 1
        self.last_refusal = record

    def wrote(self, session: Session, unit: int, part: Part) -> None:
        """Somebody wrote; the first time at each place is an event."""
        key = (
            NEW_WRITE,
            plain_host(session.host),
            session.role,
            unit,
            part.operation,
            part.table,
            part.first,
        )
        if self._is_new(key):
            self.counters[NEW_WRITE] += 1
            if self._auditor is not None:
                record = Record(
                    event=NEW_WRITE,
                    unit=unit,
                    operation=part.operation,
                    table=part.table,
                    address=part.first if part.table else None,
                    quantity=part.count or None,
                )
                self._auditor.take(record.about(session))

    def _is_new(self, key: Hashable) -> bool:
        if key in self._seen or len(self._seen) >= MOST_KNOWN:
            return False
        self._seen.add(key)
        return True
