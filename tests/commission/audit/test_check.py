"""One check."""

from __future__ import annotations

from pathlib import Path

from port502.commission.audit.check import Check
from port502.commission.audit.outcome import Outcome, doubtful, fine
from tests.commission.audit.sites import facts


def test_a_check_ends_with_the_worst_that_was_seen_first(tmp_path: Path) -> None:
    check = Check("A.B", "title", "all", "do", lambda _: [fine("a"), doubtful("b")])
    done = check.of(facts(tmp_path, ""))
    assert (done.outcome, done.applies) == (Outcome.WARN, True)
    assert [one.text for one in done.seen] == ["b", "a"]


def test_a_check_that_sees_nothing_does_not_apply(tmp_path: Path) -> None:
    done = Check("A.B", "title", "all", "do", lambda _: []).of(facts(tmp_path, ""))
    assert (done.outcome, done.applies) == (Outcome.PASS, False)
