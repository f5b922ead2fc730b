from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator

import pytest

from port502.cli.settling import THRESHOLDS, settle, stay

pytestmark = pytest.mark.slow


class Ring:
    def __init__(self) -> None:
        self.me = self


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    before = gc.get_threshold()
    yield
    gc.unfreeze()
    gc.set_threshold(*before)


def test_what_stays_is_not_looked_through_again_but_goes_when_it_was_replaced() -> None:
    ring = Ring()
    settle()
    assert gc.get_freeze_count() > 1000
    assert gc.get_threshold() == THRESHOLDS
    gone = weakref.ref(ring)
    del ring
    gc.collect()
    assert gone() is not None, "it is frozen"
    settle()
    assert gone() is None


def test_what_a_start_adds_stays_too() -> None:
    settle()
    before = gc.get_freeze_count()
    added = [Ring() for _ in range(100)]
    stay()
    assert gc.get_freeze_count() >= before + len(added)
