"""Rates over the last looks."""

from __future__ import annotations

import pytest

from port502.service import lately
from port502.service.lately import Lately


def test_the_rate_is_that_of_the_last_looks() -> None:
    rates = Lately(looks=3)
    assert rates.note("a", 100, 0.0) == 0.0
    assert rates.note("a", 110, 1.0) == 10.0
    assert rates.note("a", 110, 2.0) == 5.0
    assert rates.note("a", 110, 3.0) == 0.0
    assert rates.of("a") == 0.0
    assert rates.of("b") == 0.0


def test_what_is_gone_is_forgotten_and_the_number_of_names_is_bounded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(lately, "MOST", 2)
    rates = Lately()
    for name in ("a", "b"):
        rates.note(name, 0, 0.0)
        rates.note(name, 7, 1.0)
    rates.keep({"a"})
    assert (rates.of("a"), rates.of("b")) == (7.0, 0.0)
    for name in ("b", "c"):
        rates.note(name, 0, 0.0)
    assert rates.of("a") == 0.0
