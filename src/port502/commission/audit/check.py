"""One check: what it asks, what it looks at, and what to do when it does not pass."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeAlias

from port502.commission.audit.facts import Facts
from port502.commission.audit.outcome import Outcome, Seen, worst, worst_first

Judge: TypeAlias = Callable[[Facts], Iterable[Seen]]


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the checklist.

    ``code`` is stable: none is renamed or removed. ``title`` is how it should be, ``looks_at`` what the check can see,
    ``do`` what to do otherwise, ``answers`` the rows of guides and of the security checklist (A01-A19) that it answers,
    and ``judge`` tells what is seen.
    """

    code: str
    title: str
    looks_at: str
    do: str
    judge: Judge
    answers: tuple[str, ...] = ()

    def of(self, facts: Facts) -> Checked:
        """How it ends for a site."""
        return Checked(self, tuple(worst_first(self.judge(facts))))


@dataclass(frozen=True, slots=True)
class Checked:
    """How a check ended; ``seen`` has the worst first, and is empty where the site has nothing of the kind."""

    check: Check
    seen: tuple[Seen, ...]

    @property
    def applies(self) -> bool:
        """Whether there was anything to look at."""
        return bool(self.seen)

    @property
    def outcome(self) -> Outcome:
        """The worst of what was seen."""
        return worst(self.seen)
