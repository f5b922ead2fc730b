"""Chance that repeats itself."""

from __future__ import annotations

from port502.simulate.chance import chance, share


def test_equal_seeds_and_names_give_equal_numbers() -> None:
    assert [chance(7, "meter", 3).random() for _ in range(2)] == [chance(7, "meter", 3).random()] * 2
    assert share(7, "meter") == share(7, "meter")


def test_other_names_give_other_numbers() -> None:
    assert chance(7, "a", "bc").random() != chance(7, "ab", "c").random()
    assert len({share(7, number) for number in range(1000)}) == 1000


def test_shares_fill_their_range_evenly() -> None:
    shares = [share("seed", number) for number in range(4000)]
    assert min(shares) >= 0
    assert max(shares) < 1
    assert abs(sum(shares) / len(shares) - 0.5) < 0.02


def test_the_numbers_are_the_same_on_every_machine() -> None:
    assert round(share(7, "meter", 1), 9) == 0.446729864
