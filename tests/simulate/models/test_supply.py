"""A power supply."""

from __future__ import annotations

import pytest

from port502.simulate.models.supply import Supply
from tests.simulate.maps import NOON


def test_what_comes_out_goes_in_and_a_little_more() -> None:
    for second in range(0, 600, 7):
        found = Supply(1).at(NOON + second)
        out = found["output_voltage"] * found["output_current"]
        assert out == pytest.approx(found["output_power"])
        assert found["input_power"] * found["efficiency"] == pytest.approx(out)
        assert found["output_voltage"] == pytest.approx(54.0, rel=0.01)
