"""How a check ends."""

from __future__ import annotations

from port502.commission.audit.outcome import (
    Outcome,
    doubtful,
    failed,
    fine,
    unknown,
    worst,
    worst_first,
)


def test_the_worst_decides_and_nothing_is_a_pass() -> None:
    assert worst([]) is Outcome.PASS
    assert worst([fine("a"), unknown("b")]) is Outcome.NOT_TESTABLE
    assert worst([unknown("b"), doubtful("c"), fine("a")]) is Outcome.WARN
    assert worst([doubtful("c"), failed("d"), unknown("b")]) is Outcome.FAIL


def test_the_worst_stands_first_and_equals_keep_their_order() -> None:
    found = [fine("a"), doubtful("b"), failed("c"), doubtful("d"), unknown("e")]
    assert [one.text for one in worst_first(found)] == ["c", "b", "d", "e", "a"]
