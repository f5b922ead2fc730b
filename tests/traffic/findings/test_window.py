from __future__ import annotations

from port502.traffic.findings.window import MINUTE, MOST, SECOND, Different, Times, Tried


def test_different_things_of_the_last_minute() -> None:
    seen = Different()
    assert [seen.add(thing, time * SECOND) for time, thing in enumerate("abac")] == [1, 2, 2, 3]
    assert seen.add("d", MINUTE + 2 * SECOND) == 3  # b is a minute old by now
    seen.drop("d")
    assert seen.add("a", MINUTE + 2 * SECOND) == 2


def test_times_of_the_last_seconds() -> None:
    times = Times(10 * SECOND)
    assert [times.add(second * SECOND) for second in (0, 5, 10, 11)] == [1, 2, 3, 3]
    times.clear()
    assert times.add(12 * SECOND) == 1


def test_what_was_tried_counts_once_it_had_time_to_answer_or_was_refused() -> None:
    tried = Tried()
    assert [tried.tries(unit, 0) for unit in (1, 2, 3)] == [0, 0, 0]
    assert tried.silent(2 * SECOND) == 3
    tried.answers(2)
    assert tried.silent(2 * SECOND) == 2
    assert tried.tries(4, 2 * SECOND) == 2
    assert tried.refuses(4, 2 * SECOND) == 3
    assert tried.refuses(9, 2 * SECOND) == 3
    assert tried.silent(2 * MINUTE) == 0


def test_all_of_them_are_bounded() -> None:
    seen, times, tried = Different(), Times(), Tried()
    for number in range(2 * MOST):
        assert seen.add(number, number) <= MOST
        assert times.add(number) <= MOST
        tried.tries(number, number)
    assert tried.silent(10 * SECOND) <= MOST
