"""A device as its chain describes it."""

from __future__ import annotations

import pytest

from port502.errors import UsageError
from port502.registers.sunspec.compose import Part
from port502.registers.sunspec.device import SunSpecDevice
from port502.registers.sunspec.discovery import discover
from tests.registers.sunspec.chains import Wire, placed


@pytest.fixture
def device() -> SunSpecDevice:
    parts = [Part(1, {"Mn": "Acme"}), Part(103, {"W_SF": -1}), Part(160, {"DCA_SF": -2}, 2)]
    return Wire(placed(parts)).run(discover())


def test_points_have_two_names(device: SunSpecDevice) -> None:
    power = device.points["active_power_total"]
    assert (power.sunspec, power.label, power.unit, power.quantity) == ("103.W", "Watts", "W", "active_power")
    assert power.point.address == 40084
    current = device.points["mppt_module_2_dc_current"]
    assert (current.sunspec, current.exponent, current.unit) == ("160.module.2.DCA", -2, "A")


def test_points_are_chosen_by_either_name(device: SunSpecDevice) -> None:
    assert [one.name for one in device.select("103.W")] == ["active_power_total"]
    assert [one.sunspec for one in device.select("mppt_module_*_dc_current")] == [
        "160.module.1.DCA",
        "160.module.2.DCA",
    ]
    assert [one.name for one in device.select("frequency", "103.A", "frequency")] == [
        "current_total",
        "frequency",
    ]
    assert len(device.select()) == len(device.points)
    with pytest.raises(UsageError, match="no point 'wind'; it has manufacturer, model"):
        device.select("wind")
    with pytest.raises(UsageError, match="it has none"):
        SunSpecDevice(0, ()).select("x")


def test_models_are_found_by_id(device: SunSpecDevice) -> None:
    found = device.find(160)
    assert found is not None
    assert str(found) == "160 Multiple MPPT Inverter Extension Model at 40122, 48 registers"
    assert device.find(203) is None
    assert device.category == "inverter"
    assert device.unknown == ()
