"""Which reading belongs to a point."""

from __future__ import annotations

import pytest

from port502.simulate.keys import candidates, direction, is_of_today, key_of, number_of, unit_of
from tests.simulate.maps import point


def test_phases_come_before_totals() -> None:
    assert candidates(point("voltage_l2", "voltage", unit="V", phase="l2"))[:2] == ["voltage@l2", "voltage"]
    assert (
        candidates(point("active_power_total", "active_power", unit="W", phase="total"))[0] == "active_power"
    )


def test_numbers_and_today() -> None:
    assert candidates(point("pv_power_2", "pv_power", unit="W"))[:2] == ["pv_power#2", "pv_power"]
    assert candidates(point("energy_today", "active_energy", unit="kW.h"))[0] == "active_energy~day"
    assert is_of_today(point("daily_yield"))
    assert not is_of_today(point("yesterday"))


def test_what_is_alike_comes_last() -> None:
    assert candidates(point("output", "output_power", unit="W")) == [
        "output_power",
        "active_power",
        "heat_power",
    ]
    assert candidates(point("x")) == []


def test_numbers_in_names_and_groups() -> None:
    assert number_of(point("string_3_voltage")) == 3
    assert number_of(point("input_12")) == 12
    assert number_of(point("voltage_l1")) == 0
    assert number_of(point("string_3_voltage", group="string", index=5)) == 5


def test_a_dimension_that_is_not_the_usual_one_is_part_of_the_key() -> None:
    assert key_of(point("speed", "speed", unit="{rpm}")) == "speed"
    assert key_of(point("speed", "speed", unit="%")) == "speed/ratio"
    assert key_of(point("limit", "active_power_limit", unit="%")) == "active_power_limit/ratio"
    assert key_of(point("any", "measurement", unit="%")) == "measurement"


def test_units_that_a_map_leaves_out() -> None:
    assert unit_of(point("u", "voltage")).code == "V"
    assert unit_of(point("u", "voltage", unit="kV")).code == "kV"
    assert unit_of(point("charge", "state_of_charge")).code == "%"
    assert unit_of(point("charge", "state_of_charge", scale=0.01)).code == "1"
    assert unit_of(point("pf", "power_factor", scale=0.001)).code == "1"
    assert unit_of(point("x", "measurement")) is None


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("", 0),
        ("import positive", 1),
        ("positive charging", 1),
        ("discharge positive", -1),
        ("positive means export", -1),
        ("positive = discharging", -1),
        ("two's complement", 0),
    ],
)
def test_signs(words: str, expected: int) -> None:
    assert direction(words) == expected
