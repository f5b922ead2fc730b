"""What came of an examination, for people and for programs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from port502 import __version__
from port502.discover.doctor.evidence import Untested
from port502.discover.doctor.findings import HandCheck, Level
from port502.discover.doctor.judge import Judged, Verdict
from port502.discover.doctor.question import Question


@dataclass(frozen=True, slots=True)
class StepDone:
    """A step, what it brought in a few words, and how long it took."""

    name: str
    result: str
    took_ms: float
    checks: tuple[HandCheck, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """The verdict, what it rests on, what was done, and what was not."""

    question: Question
    verdict: Verdict
    steps: tuple[StepDone, ...]
    untested: tuple[Untested, ...]
    started: datetime
    took_s: float

    @property
    def is_fault(self) -> bool:
        """Whether something is wrong."""
        return self.verdict.main.finding.level is Level.FAULT

    def json(self) -> dict[str, Any]:
        """The report as the command line prints it."""
        main = self.verdict.main
        return {
            "target": str(self.question.target),
            "unit": self.question.unit,
            **_told(main),
            "by_hand": [_check(one) for one in main.checks],
            "further": [_told(one) for one in self.verdict.further],
            "not_tested": [{"what": one.what, "why": one.why} for one in self.untested],
            "steps": [
                {
                    "name": one.name,
                    "result": one.result,
                    "took_ms": round(one.took_ms, 1),
                    "by_hand": [_check(check) for check in one.checks],
                }
                for one in self.steps
            ],
            "started": self.started.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "took_s": round(self.took_s, 3),
            "version": __version__,
        }


def _told(one: Judged) -> dict[str, Any]:
    return {
        "verdict": one.sentence,
        "finding": one.code,
        "level": str(one.finding.level),
        "confidence": str(one.confidence),
        "evidence": [{"kind": s.kind, "signal": s.signal, "value": s.value} for s in one.signals],
        "fix": one.fix,
    }


def _check(one: HandCheck) -> dict[str, str]:
    return {"shows": one.shows, "linux": one.linux, "windows": one.windows}
