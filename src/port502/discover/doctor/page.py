"""A diagnosis as a page that one can send to whoever makes or looks after the device."""

from __future__ import annotations

from port502 import __version__
from port502.discover.doctor.judge import Judged
from port502.discover.doctor.report import Report
from port502.discover.pages.page import Page, Section


def page(report: Report) -> Page:
    """The parts of a report's page."""
    main = report.verdict.main
    sections = [
        Section("What was seen", columns=("signal", "value", ""), rows=_evidence(main)),
        *(
            Section(f"Also: {one.code}", f"{one.sentence} {one.fix}", ("signal", "value", ""), _evidence(one))
            for one in report.verdict.further
        ),
        Section(
            "What was done",
            columns=("step", "result", "took"),
            rows=tuple((one.name, one.result, f"{one.took_ms:.0f} ms") for one in report.steps),
        ),
        Section("The same by hand", columns=("shows", "Linux", "Windows"), rows=_checks(report)),
        Section(
            "Not tested", columns=("what", "why"), rows=tuple((one.what, one.why) for one in report.untested)
        ),
    ]
    when = report.started.strftime("%Y-%m-%d %H:%M:%S UTC")
    return Page(
        f"{report.question.target}, unit {report.question.unit}",
        main.sentence,
        main.code,
        str(main.confidence),
        str(main.finding.level),
        main.fix,
        tuple(one for one in sections if one.text or one.rows),
        f"port502 {__version__} doctor, {when}, {report.took_s:.1f} s. Nothing was written to the device.",
    )


def _evidence(one: Judged) -> tuple[tuple[str, ...], ...]:
    return tuple((signal.signal, signal.value, signal.kind) for signal in one.signals)


def _checks(report: Report) -> tuple[tuple[str, ...], ...]:
    checks = dict.fromkeys(report.verdict.main.checks)
    for step in report.steps:
        checks |= dict.fromkeys(step.checks)
    return tuple((one.shows, one.linux, one.windows) for one in checks)
