from __future__ import annotations

from typing import Any

from port502.collect.unit import Unit


class Waiter:
    """A group as far as a unit knows it."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def resume(self, now: float) -> None:
        self.told.append("resume")

    def fail(self, reason: str, now: float) -> None:
        self.told.append(reason)


def under_test(*waiting: Waiter) -> tuple[Unit, Any]:
    unit = Unit(5, 100.0)
    tester: Any = Waiter()
    unit.tester = tester
    unit.waiting += waiting  # type: ignore[arg-type]
    return unit, tester


def test_an_answer_lets_all_go_on_who_waited_for_it() -> None:
    one, two = Waiter(), Waiter()
    unit, _ = under_test(one, two)
    assert unit.answered(101.0)
    assert one.told == two.told == ["resume"]
    assert unit.tester is None
    assert unit.waiting == []
    assert not unit.answered(102.0)


def test_silence_is_the_answer_for_all_who_waited() -> None:
    one = Waiter()
    unit, _ = under_test(one)
    assert unit.failed(101.0, "timeout", 1.0, shared=True)
    assert one.told == ["timeout"]
    assert unit.tester is None


def test_when_the_tester_gives_up_the_next_in_line_may_test() -> None:
    one = Waiter()
    unit, tester = under_test(one)
    unit.leave(tester, 101.0)
    assert one.told == ["resume"]


def test_one_who_waits_may_leave() -> None:
    one, two = Waiter(), Waiter()
    unit, _ = under_test(one, two)
    unit.leave(one, 101.0)  # type: ignore[arg-type]
    unit.answered(102.0)
    assert (one.told, two.told) == ([], ["resume"])
