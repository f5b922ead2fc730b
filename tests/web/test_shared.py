from __future__ import annotations

from itertools import count

from port502.web.shared import LIFE, Shared


def test_all_share_a_look_until_it_is_old() -> None:
    now = 10.0
    numbers = count()
    shared = Shared(lambda: next(numbers), lambda: now)
    assert [shared(), shared()] == [0, 0]
    now += LIFE - 0.01
    assert shared() == 0
    now += 0.02
    assert [shared(), shared()] == [1, 1]
    shared.forget()
    assert shared() == 2
