"""An audit on a terminal: the verdict, then what fails, what to look at, what could not be tested; the rest counted."""

from __future__ import annotations

import os
import textwrap
from collections.abc import Iterator

from port502.cli.output import printable
from port502.commission.audit.audit import Report
from port502.commission.audit.check import Checked
from port502.commission.audit.outcome import Outcome, Seen

NARROW, WIDE = 60, 110
MOST_LINES = 6
"""Sentences of one check that are shown without -v."""

_WORDS = {
    Outcome.FAIL: "Fail",
    Outcome.WARN: "Warn",
    Outcome.NOT_TESTABLE: "Not testable",
    Outcome.PASS: "Pass",
}
_COLOURS = {Outcome.FAIL: "31", Outcome.WARN: "33", Outcome.NOT_TESTABLE: "36", Outcome.PASS: "32"}
_CODE = 18


def report_lines(report: Report, *, verbose: bool, colour: bool, width: int) -> Iterator[str]:
    """The lines of a report; without ``verbose`` what passes is only counted."""
    width = min(WIDE, max(NARROW, width))
    colour = colour and not os.environ.get("NO_COLOR")
    yield f"{printable(report.site)}: {report.verdict}"
    for outcome in (Outcome.FAIL, Outcome.WARN):
        for one in report.of(outcome):
            yield ""
            yield from _check(one, width, colour=colour, verbose=verbose)
    yield from _untested(report, width, colour=colour, verbose=verbose)
    passed = report.of(Outcome.PASS)
    if verbose:
        for one in passed:
            yield ""
            yield from _check(one, width, colour=colour, verbose=True)
        names = ", ".join(one.check.code for one in report.idle)
        if names:
            yield ""
            yield from _wrapped(f"Nothing of the kind in this site: {names}", width, "")
    yield ""
    more = "" if verbose or not passed else "; -v shows what passes"
    yield from _wrapped(f"{len(report.checked)} checks: {report.counted}{more}", width, "")


def _check(one: Checked, width: int, *, colour: bool, verbose: bool) -> Iterator[str]:
    yield f"{_painted(one.outcome, colour)}  {one.check.code}  {one.check.title}"
    seen = [said for said in one.seen if verbose or said.outcome is one.outcome]
    most = len(seen) if verbose else MOST_LINES
    for said in seen[:most]:
        yield from _wrapped(_sentence(said, one.outcome), width)
    if len(seen) > most:
        yield f"    and {len(seen) - most} more: -v"
    if one.outcome in (Outcome.FAIL, Outcome.WARN):
        yield from _wrapped(f"Do: {one.check.do}", width)


def _untested(report: Report, width: int, *, colour: bool, verbose: bool) -> Iterator[str]:
    """What could not be tested: a line for each check, as nothing is wrong with it."""
    found = report.of(Outcome.NOT_TESTABLE)
    if not found:
        return
    yield ""
    yield _painted(Outcome.NOT_TESTABLE, colour)
    for one in found:
        said = [one for one in one.seen if one.outcome is Outcome.NOT_TESTABLE]
        most = len(said) if verbose else 1
        for number, line in enumerate(said[:most]):
            text = line.text + (f" (and {len(said) - most} more)" if len(said) > most else "")
            head = one.check.code if not number else ""
            yield from _row(head, text, width)


def _sentence(said: Seen, outcome: Outcome) -> str:
    """What was seen; where it is not what the check ended with, its own word before it."""
    return said.text if said.outcome is outcome else f"({_WORDS[said.outcome].lower()}) {said.text}"


def _painted(outcome: Outcome, colour: bool) -> str:
    word = _WORDS[outcome]
    return f"\x1b[1;{_COLOURS[outcome]}m{word}\x1b[0m" if colour else word


def _row(head: str, text: str, width: int) -> Iterator[str]:
    for number, line in enumerate(textwrap.wrap(printable(text), width - _CODE - 6, break_on_hyphens=False)):
        yield f"    {head if not number else '':<{_CODE}}{line}"


def _wrapped(text: str, width: int, margin: str = "    ") -> Iterator[str]:
    lines = textwrap.wrap(printable(text), width - len(margin) - 2, break_on_hyphens=False)
    for number, line in enumerate(lines):
        yield f"{margin}{'' if not number else '  '}{line}"
