from __future__ import annotations

from port502.guard.budgets import Budgets


def test_a_key_has_its_own_budget() -> None:
    budgets = Budgets()
    first, second = budgets.bucket("a", 1, 2, 0), budgets.bucket("b", 1, 2, 0)
    assert first is not None
    assert second is not None
    assert first.take(0, 2)
    assert not first.take(0)
    assert second.take(0)
    assert budgets.bucket("a", 1, 2, 0) is first


def test_where_there_are_too_many_a_new_key_has_nothing_to_spend() -> None:
    budgets = Budgets(most=2)
    for key in "ab":
        bucket = budgets.bucket(key, 1, 2, 0)
        assert bucket is not None
        bucket.take(0)
    assert budgets.bucket("c", 1, 2, 0) is None


def test_those_that_nothing_is_missing_from_make_room() -> None:
    budgets = Budgets(most=2)
    for key in "ab":
        bucket = budgets.bucket(key, 1, 2, 0)
        assert bucket is not None
        bucket.take(0)
    assert budgets.bucket("c", 1, 2, 5.0) is not None
