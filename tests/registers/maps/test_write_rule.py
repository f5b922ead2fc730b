"""Limits of what may be written."""

from __future__ import annotations

import math

import pytest

from port502.errors import UsageError
from port502.registers.maps.write_rule import WriteRule
from port502.registers.values import Value

LIMITED = WriteRule(6, 32, 0.5)


@pytest.mark.parametrize("value", [6, 32, 6.5, 10.0, True, "label", (6, 7), ("a", "b")])
def test_what_may_be_written(value: Value) -> None:
    LIMITED.check("p", value)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (5.9, "p: 5.9 is outside its limits, 6 to 32; nothing was sent"),
        (33, "outside its limits"),
        (math.nan, "outside its limits"),
        (math.inf, "outside its limits"),
        ((7, 99), "99 is outside its limits"),
        (6.25, "no multiple of 0.5"),
    ],
)
def test_what_may_not(value: Value, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        LIMITED.check("p", value)


def test_a_side_without_limit() -> None:
    WriteRule(maximum=5).check("p", -1e9)
    with pytest.raises(UsageError, match="any to 5"):
        WriteRule(maximum=5).check("p", 6)
    with pytest.raises(UsageError, match="any to any"):
        WriteRule().check("p", math.nan)
