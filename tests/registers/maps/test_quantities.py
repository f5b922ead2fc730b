"""The closed vocabulary of quantities."""

from __future__ import annotations

import pytest

from port502.errors import UsageError
from port502.registers.maps.quantities import COUNTER, GAUGE, QUANTITIES, SETTING, STATE, TEXT, quantity_of
from port502.registers.maps.units import parse_unit, units


def test_every_dimension_that_a_quantity_names_exists() -> None:
    known = {unit.dimension for unit in units().values()}
    for quantity in QUANTITIES.values():
        assert set(quantity.dimensions) <= known, quantity.name
        assert quantity.kind in (GAUGE, COUNTER, STATE, SETTING, TEXT)
        assert quantity.meaning


def test_the_words_that_alarms_and_reports_rely_on_are_there() -> None:
    words = (
        "voltage current active_power reactive_power apparent_power power_factor frequency active_energy_import "
        "active_energy_export active_energy_total state_of_charge state_of_health temperature pressure flow humidity "
        "speed torque position state alarm setting identity counter clock"
    )
    assert set(words.split()) <= set(QUANTITIES)


@pytest.mark.parametrize(
    ("name", "unit", "fits"),
    [
        ("voltage", "V", True),
        ("voltage", "kV", True),
        ("voltage", "A", False),
        ("voltage", "", False),
        ("active_power", "kWh", False),
        ("active_power", "kW", True),
        ("power_factor", "", True),
        ("temperature", "K", True),
        ("state", "", True),
        ("state", "V", False),
        ("starts", "", True),
        ("clock", "", True),
        ("setpoint", "m3/h", True),
        ("setpoint", "", True),
    ],
)
def test_which_units_fit(name: str, unit: str, fits: bool) -> None:
    assert quantity_of(name).takes(parse_unit(unit)) is fits


def test_the_usual_unit_comes_first() -> None:
    assert [unit.code for unit in quantity_of("active_energy_import").units][:1] == ["W.h"]
    assert quantity_of("state").units == ()


def test_an_unknown_quantity_is_refused_with_the_nearest() -> None:
    with pytest.raises(UsageError, match="did you mean 'active_power'"):
        quantity_of("activ_power")
    with pytest.raises(UsageError, match="fit anything"):
        quantity_of("zzzz")
