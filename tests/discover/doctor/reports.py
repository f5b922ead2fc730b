"""A report made by hand."""

from __future__ import annotations

from datetime import UTC, datetime

from port502.discover.doctor.by_step import checks_of
from port502.discover.doctor.evidence import Evidence, Untested
from port502.discover.doctor.exchange import Answer
from port502.discover.doctor.judge import judge
from port502.discover.doctor.report import Report, StepDone
from tests.discover.doctor.cases import TAKEN, evidence, exchange

HOSTILE = "<script>alert(1)</script> | \x1b[2J `x` ≈ ä"
"""What a device may say of itself."""

NOT_TESTED = (Untested("duplicate address", "needs CAP_NET_RAW"),)


def report(
    seen: Evidence | None = None,
    *,
    step_result: str = "silence after 5003 ms",
    untested: tuple[Untested, ...] = NOT_TESTED,
) -> Report:
    """The report on a device that ignores what it is asked, or on other evidence."""
    seen = seen or evidence(first=exchange(Answer.SILENT, info=TAKEN))
    step = StepDone("modbus", step_result, 5003.2, checks_of("connect", seen))
    return Report(
        seen.question, judge(seen), (step,), untested, datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC), 5.25
    )
