"""One judgement: a finding of the table with what was measured in its places."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from port502.discover.doctor.evidence import Evidence
from port502.discover.doctor.findings import FINDINGS, Confidence, Finding, HandCheck
from port502.discover.doctor.findings.by_hand import CHECKS

OBSERVED = "observed"
INFERRED = "inferred"


@dataclass(frozen=True, slots=True)
class Signal:
    """One line of evidence: seen (``observed``) or concluded (``inferred``)."""

    kind: str
    signal: str
    value: str


@dataclass(frozen=True, slots=True)
class Judged:
    """A finding in this case: its sentence and its fix, how sure it is, and what it rests on."""

    finding: Finding
    confidence: Confidence
    sentence: str
    fix: str
    signals: tuple[Signal, ...] = ()
    checks: tuple[HandCheck, ...] = ()

    @property
    def code(self) -> str:
        """The stable code."""
        return self.finding.code


@dataclass(frozen=True, slots=True)
class Verdict:
    """The finding that counts, and what else is worth knowing."""

    main: Judged
    further: tuple[Judged, ...] = ()


def found(
    code: str,
    confidence: Confidence,
    evidence: Evidence,
    /,
    *signals: Signal,
    **measured: object,
) -> Judged:
    """A finding with its places filled: the target's own are known, the rest is ``measured``."""
    finding = FINDINGS[code]
    places = {**known_places(evidence), **measured}
    return Judged(
        finding,
        confidence,
        finding.sentence.format_map(places),
        finding.fix.format_map(places),
        signals,
        tuple(_filled(CHECKS[key], places) for key in finding.checks),
    )


def seen(signal: str, value: object) -> Signal:
    """A line of evidence that was observed."""
    return Signal(OBSERVED, signal, str(value))


def concluded(signal: str, value: object) -> Signal:
    """A line of evidence that was inferred."""
    return Signal(INFERRED, signal, str(value))


def known_places(evidence: Evidence) -> dict[str, object]:
    """What every sentence and every check by hand may name."""
    question = evidence.question
    place = evidence.place
    last = evidence.connect.last if evidence.connect is not None else None
    return {
        "host": question.target.host,
        "port": question.target.port,
        "address": place.address if place is not None else question.target.host,
        "unit": question.unit,
        "source": (last.source if last is not None else "") or "this machine",
        "limit": question.pace.timeout,
    }


def _filled(check: HandCheck, places: Mapping[str, object]) -> HandCheck:
    return HandCheck(check.shows, check.linux.format_map(places), check.windows.format_map(places))
