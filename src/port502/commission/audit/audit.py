"""The audit: every check on one site, and what came of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from port502 import __version__
from port502.commission.audit.check import Checked
from port502.commission.audit.checks import CHECKS
from port502.commission.audit.facts import Facts
from port502.commission.audit.outcome import Outcome
from port502.discover.pages.page import Page, Section


@dataclass(frozen=True, slots=True)
class Report:
    """How all checks of a site ended."""

    site: str
    checked: tuple[Checked, ...]
    when: datetime
    live: bool = False

    def of(self, outcome: Outcome) -> tuple[Checked, ...]:
        """The checks that ended so, of those that have something to look at."""
        return tuple(one for one in self.checked if one.applies and one.outcome is outcome)

    @property
    def idle(self) -> tuple[Checked, ...]:
        """The checks of what the site has not."""
        return tuple(one for one in self.checked if not one.applies)

    @property
    def counts(self) -> dict[str, int]:
        """How many checks ended how."""
        return {str(one): len(self.of(one)) for one in Outcome}

    @property
    def counted(self) -> str:
        """How many checks ended how, in words."""
        told = [f"{number} {outcome}" for outcome, number in self.counts.items() if number]
        if self.idle:
            told.append(f"{len(self.idle)} of what this site has not")
        return ", ".join(told)

    @property
    def is_ready(self) -> bool:
        """Whether nothing fails."""
        return not self.of(Outcome.FAIL)

    @property
    def verdict(self) -> str:
        """All of it in one sentence."""
        counts = self.counts
        if not self.is_ready:
            return f"not ready: {_checks(counts['fail'])} {'fails' if counts['fail'] == 1 else 'fail'}"
        if counts["warn"]:
            return f"nothing fails, {_checks(counts['warn'])} should be looked at"
        return "nothing fails"

    def json(self) -> dict[str, Any]:
        """The report as an object of JSON."""
        return {
            "site": self.site,
            "verdict": self.verdict,
            "counts": {key.replace(" ", "_"): number for key, number in self.counts.items()},
            "checks": [_json(one) for one in self.in_order()],
            "live": self.live,
            "time": self.when.isoformat().replace("+00:00", "Z"),
            "version": __version__,
        }

    def in_order(self) -> Iterator[Checked]:
        """The checks, those that fail first, and last those that have nothing to look at."""
        for outcome in Outcome:
            yield from self.of(outcome)
        yield from self.idle


def audit(facts: Facts) -> Report:
    """Every check on a site; nothing is sent."""
    when = datetime.fromtimestamp(facts.now, UTC)
    return Report(facts.site.name, tuple(one.of(facts) for one in CHECKS), when, facts.live is not None)


def page(report: Report) -> Page:
    """The report as a page that one can send or file."""
    headings = {
        Outcome.FAIL: "Fails",
        Outcome.WARN: "To be looked at",
        Outcome.NOT_TESTABLE: "Not testable from here",
        Outcome.PASS: "Passes",
    }
    sections = tuple(
        Section(
            f"{headings[outcome]} ({len(found)})", columns=_columns(outcome), rows=tuple(map(_row, found))
        )
        for outcome in Outcome
        if (found := report.of(outcome))
    )
    if report.idle:
        names = ", ".join(one.check.code for one in report.idle)
        sections += (Section(f"Nothing of the kind in this site ({len(report.idle)})", names),)
    level = "fault" if not report.is_ready else "notice" if report.of(Outcome.WARN) else "fine"
    first = next(iter(report.in_order()))
    counts = report.counted
    when = report.when.strftime("%Y-%m-%d %H:%M:%S UTC")
    how = "what is configured and what the devices answered" if report.live else "what is configured"
    return Page(
        f"Before going live: {report.site}",
        _sentence(report.verdict),
        "AUDIT",
        counts,
        level,
        _sentence(first.check.do) if first.outcome in (Outcome.FAIL, Outcome.WARN) else "Nothing.",
        sections,
        f"port502 {__version__} audit, {when}, from {how}. Nothing was written to any device.",
    )


def _columns(outcome: Outcome) -> tuple[str, ...]:
    return ("check", "seen", "answers" if outcome is Outcome.PASS else "do")


def _row(one: Checked) -> tuple[str, ...]:
    check = one.check
    seen = "\n".join(
        said.text if said.outcome is one.outcome else f"({said.outcome}) {said.text}" for said in one.seen
    )
    last = "; ".join(check.answers) if one.outcome is Outcome.PASS else check.do
    return (f"{check.code}\n{check.title}", seen, last)


def _json(one: Checked) -> dict[str, Any]:
    check = one.check
    return {
        "code": check.code,
        "title": check.title,
        "applies": one.applies,
        "outcome": str(one.outcome).replace(" ", "_"),
        "seen": [{"outcome": str(said.outcome).replace(" ", "_"), "text": said.text} for said in one.seen],
        "looks_at": check.looks_at,
        "do": check.do,
        "answers": list(check.answers),
    }


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."


def _checks(number: int) -> str:
    return "1 check" if number == 1 else f"{number} checks"
