"""The judge: every rule over the evidence, and the one finding that counts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeAlias

from port502.discover.doctor.evidence import Evidence
from port502.discover.doctor.exchange import Answer
from port502.discover.doctor.findings import HEALTHY, UNKNOWN, Confidence, Level
from port502.discover.doctor.judge import opening, reaching, refusing, steady, talking, values
from port502.discover.doctor.judge.judged import Judged, Signal, Verdict, found, seen
from port502.discover.doctor.naming import identity_in

Rule: TypeAlias = Callable[[Evidence], Iterator[Judged]]

RULES: tuple[Rule, ...] = (
    reaching.name,
    reaching.route,
    reaching.connect,
    opening.opening,
    talking.first,
    refusing.refusals,
    refusing.reads,
    steady.failed_write,
    values.values,
    steady.stability,
    steady.deep,
    steady.any_unit,
)
"""In the order of the way: what stands earlier explains what comes later."""


def judge(evidence: Evidence) -> Verdict:
    """The finding that counts (the first sure fault, else the first one, else what is worth knowing) and the others."""
    judged: dict[str, Judged] = {}
    for rule in RULES:
        for one in rule(evidence):
            judged.setdefault(one.code, one)
    all_found = list(judged.values())
    main = _main(all_found) or _nothing_wrong(evidence)
    return Verdict(main, tuple(one for one in all_found if one is not main))


def is_settled(evidence: Evidence) -> bool:
    """Whether a sure fault is found already, so that nothing more needs to be asked of the device."""
    return any(
        one.confidence is Confidence.SURE and one.finding.level is Level.FAULT
        for rule in RULES
        for one in rule(evidence)
    )


def _main(judged: list[Judged]) -> Judged | None:
    likely = [one for one in judged if one.confidence is not Confidence.POSSIBLE]
    faults = [one for one in judged if one.finding.level is Level.FAULT and one.code != UNKNOWN]
    sure = [one for one in faults if one.confidence is Confidence.SURE]
    probable = [one for one in faults if one in likely]
    notices = [one for one in likely if one.finding.level is Level.NOTICE]
    unknown = [one for one in judged if one.code == UNKNOWN]
    doubtful = [one for one in faults if one.code != "DATA.ZERO"]
    for group in (sure, probable, doubtful, unknown, notices):
        if group:
            return group[0]
    return None


def _nothing_wrong(evidence: Evidence) -> Judged:
    first, steadily = evidence.first, evidence.stability
    if first is None or not first.answered:
        what = "the look was ended before anything was found"
        return found(UNKNOWN, Confidence.POSSIBLE, evidence, what=what)
    times = sorted(steadily.times) if steadily is not None and steadily.times else [first.took]
    signals = list(steady.timing(steadily)) if steadily is not None else []
    works = [one for one in evidence.functions if one.answer is Answer.REPLY]
    signals += talking.answers([first, *works])
    return found(
        HEALTHY,
        Confidence.SURE,
        evidence,
        *signals,
        *_identity(evidence),
        seen("unit", evidence.question.unit),
        median_ms=steady.median(times) * 1000,
        count=len(times),
    )


def _identity(evidence: Evidence) -> tuple[Signal, ...]:
    who = identity_in(evidence.functions)
    return (seen("it says it is", who),) if who else ()
