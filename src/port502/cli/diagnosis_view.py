"""A diagnosis on a terminal: the verdict first, in one sentence; then what it rests on, and what to do."""

from __future__ import annotations

import os
import sys
import textwrap
from collections.abc import Iterable, Iterator

from port502.cli.output import printable
from port502.discover.doctor.findings import Level
from port502.discover.doctor.judge import Judged, Signal
from port502.discover.doctor.report import Report, StepDone

NARROW, WIDE = 60, 110
_SIGNAL = 32
_COLOURS = {Level.FAULT: "31", Level.NOTICE: "33", Level.FINE: "32"}
_FEW_CHECKS = 3


def diagnosis_lines(report: Report, *, verbose: int, colour: bool, width: int) -> Iterator[str]:
    """The lines of a report; without ``verbose`` a few checks by hand for this system only."""
    width = min(WIDE, max(NARROW, width))
    main = report.verdict.main
    yield from _wrapped(_painted(main, colour), main.sentence, width)
    yield f"{main.code}, {main.confidence}"
    if main.signals:
        yield ""
        yield from _signals(main.signals, width)
    if main.finding.level is not Level.FINE:
        yield ""
        yield from _wrapped("Do: ", main.fix, width)
    yield from _further(report.verdict.further, width)
    yield from _by_hand(report, verbose, width)
    if report.untested:
        yield ""
        yield "Not tested"
        for one in report.untested:
            yield from _row(one.what, one.why, width)


def step_line(step: StepDone) -> str:
    """One step as it is done."""
    return f"{step.name:<10} {step.took_ms:7.0f} ms  {step.result}"


def _painted(main: Judged, colour: bool) -> str:
    word = {Level.FAULT: "Fault: ", Level.NOTICE: "Note: ", Level.FINE: ""}[main.finding.level]
    if not colour or not word or os.environ.get("NO_COLOR"):
        return word
    return f"\x1b[1;{_COLOURS[main.finding.level]}m{word}\x1b[0m"


def _signals(signals: Iterable[Signal], width: int) -> Iterator[str]:
    for one in signals:
        yield from _row(one.signal, one.value + (" (inferred)" if one.kind == "inferred" else ""), width)


def _further(further: Iterable[Judged], width: int) -> Iterator[str]:
    for one in further:
        yield ""
        yield from _wrapped("Also: ", f"{one.sentence} ({one.code}, {one.confidence})", width)


def _by_hand(report: Report, verbose: int, width: int) -> Iterator[str]:
    windows = sys.platform == "win32"
    checks = list(report.verdict.main.checks)
    if not verbose:
        checks = checks[:_FEW_CHECKS]
    else:
        checks = list(dict.fromkeys([*checks, *(one for step in report.steps for one in step.checks)]))
    if not checks:
        return
    yield ""
    yield "See for yourself"
    for one in checks:
        yield from _row(one.shows, one.windows if windows else one.linux, width)
        if verbose and one.windows != one.linux:
            yield from _row(
                "", f"{'Linux' if windows else 'Windows'}: {one.linux if windows else one.windows}", width
            )


def _row(left: str, right: str, width: int) -> Iterator[str]:
    """Two columns, each wrapped within its own."""
    lefts = textwrap.wrap(printable(left), _SIGNAL) or [""]
    rights = textwrap.wrap(printable(right), width - _SIGNAL - 4, break_on_hyphens=False) or [""]
    for at in range(max(len(lefts), len(rights))):
        one = lefts[at] if at < len(lefts) else ""
        other = rights[at] if at < len(rights) else ""
        yield f"  {one:<{_SIGNAL}}  {other}".rstrip()


def _wrapped(head: str, text: str, width: int) -> Iterator[str]:
    lines = textwrap.wrap(printable(text), width - 6, break_on_hyphens=False)
    yield head + lines[0]
    yield from lines[1:]
