"""What is suspicious at a listener of a running site: found as traffic passes, logged, audited, kept for screens."""

from __future__ import annotations

import logging

from port502.guard.auditor import Auditor
from port502.guard.record import FINDING, Record
from port502.service.call import Layer, Session
from port502.site.status import FindingStatus
from port502.traffic.findings.attack import own_attack
from port502.traffic.findings.baseline import Baseline
from port502.traffic.findings.finding import Finding
from port502.traffic.findings.live import LiveFindings
from port502.traffic.findings.severity import Severity
from port502.traffic.moment import time_text
from port502.transport.url import parse_url

log = logging.getLogger("port502.findings")

_SECOND = 1_000_000_000


class ListenerFindings:
    """Looks at one listener, and writes down each finding when it is new, or was not seen for an hour."""

    def __init__(self, listener: str, url: str, auditor: Auditor, baseline: Baseline | None = None) -> None:
        target = parse_url(url)
        self._listener = listener
        self._auditor = auditor
        self._live = LiveFindings(target.host, target.port, self._found, baseline=baseline)

    @property
    def layer(self) -> Layer:
        """Puts a service behind ears; it stands outside of everything else, so that it also hears what is refused."""
        return self._live.layer

    def connection(self, cause: str, session: Session, text: str) -> None:
        """The listener refused or closed a connection, or doubts who it is."""
        self._live.connection(cause, session, text)

    def sweep(self, sessions: list[Session]) -> None:
        """Some time passed, and these are still connected."""
        self._live.closed(frozenset(sessions))
        self._live.tick()

    def newest(self, most: int) -> tuple[FindingStatus, ...]:
        """Those that were seen last, newest first; of what one request showed, the most serious first."""
        found = sorted(self._live.findings, key=lambda one: (one.last, one.severity.rank), reverse=True)
        return tuple(_status(self._listener, one) for one in found[:most])

    def worst(self, since: float) -> FindingStatus | None:
        """The most serious of those that were seen after a time in Unix seconds, and of equals the last."""
        fresh = (one for one in self._live.findings if one.last > since * _SECOND)
        found = max(fresh, key=lambda one: (one.severity.rank, one.last), default=None)
        return None if found is None else _status(self._listener, found)

    def _found(self, one: Finding) -> None:
        level = logging.WARNING if one.severity.reaches(Severity.MEDIUM) else logging.INFO
        log.log(level, "%s: %s finding %s: %s", self._listener, one.severity, one.code, one.sentence)
        self._auditor.take(
            Record(
                event=FINDING,
                listener=self._listener,
                client=one.client,
                unit=one.unit,
                cause=one.code,
                severity=str(one.severity),
                reason=one.sentence,
            )
        )


def _status(listener: str, one: Finding) -> FindingStatus:
    return FindingStatus(
        listener,
        one.code,
        str(one.severity),
        one.detection.title,
        one.sentence,
        one.fix,
        one.client,
        one.unit,
        one.count,
        time_text(one.first),
        time_text(one.last),
        tuple(str(technique) for technique in own_attack().techniques(one.code)),
    )
