"""Values of a device: scaled, labelled, or with the reason why there is none."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from port502.errors import UsageError
from port502.registers.sunspec.compose import Part
from port502.registers.sunspec.discovery import discover
from port502.registers.sunspec.reading import SunSpecValue, read_device
from port502.registers.values import Value
from tests.registers.sunspec.chains import Wire, placed


def wire_of(model_id: int, values: Mapping[str, Value]) -> Wire:
    return Wire(placed([Part(1, {"Mn": "Acme"}), Part(model_id, values)]))


def read(wire: Wire, *names: str) -> dict[str, SunSpecValue]:
    return {one.sunspec: one for one in wire.run(read_device(wire.run(discover()), names))}


def test_a_value_has_its_scale_its_unit_and_its_registers() -> None:
    value = read(wire_of(103, {"W": 1234.5, "W_SF": -1}), "active_power_total")["103.W"]
    assert (value.value, value.unit, value.registers, value.reason) == (1234.5, "W", (12345,), "")
    assert str(value) == "active_power_total = 1234.5 W"


def test_states_and_flags_are_labels() -> None:
    values = read(wire_of(103, {"St": "MPPT", "Evt1": ("GROUND_FAULT", "MANUAL_SHUTDOWN")}), "103.*")
    assert values["103.St"].value == "MPPT"
    assert values["103.Evt1"].value == ("GROUND_FAULT", "MANUAL_SHUTDOWN")


def test_a_state_without_a_label_is_not_guessed() -> None:
    wire = wire_of(103, {"St": "MPPT"})
    wire.registers[40070 + 38] = 77
    assert read(wire, "103.St")["103.St"].value == "unknown (77)"


def test_what_is_not_implemented_is_not_available() -> None:
    value = read(wire_of(103, {}), "active_power_total")["103.W"]
    assert (value.value, value.registers, value.reason) == (None, (0x8000,), "not available")
    assert str(value) == "active_power_total: not available"


def test_a_value_without_scale_factor_is_not_available() -> None:
    wire = wire_of(103, {"W": 5})
    wire.registers[40085] = 0x8000
    assert read(wire, "103.W")["103.W"].reason == "not available"
    wire.registers[40085] = 11
    value = read(wire, "103.W")["103.W"]
    assert value.value is None
    assert "not a power of ten" in value.reason


def test_a_scale_factor_that_changes_is_followed() -> None:
    wire = wire_of(103, {"W": 5})
    device = wire.run(discover())
    wire.registers[40085] = 2
    (value,) = wire.run(read_device(device, ("103.W",)))
    assert value.value == 500


def test_an_infinite_float_is_no_value() -> None:
    wire = wire_of(113, {"W": 1.5})
    device = wire.run(discover())
    address = device.points["active_power_total"].point.address
    wire.registers[address] = 0x7F80
    wire.registers[address + 1] = 0
    (value,) = wire.run(read_device(device, ("113.W",)))
    assert (value.value, value.reason) == (None, "infinite")


def test_what_is_refused_says_so_and_the_rest_is_read() -> None:
    wire = wire_of(103, {"W": 5, "A": 3, "Hz": 50})
    device = wire.run(discover())
    wire.refused = {40084}
    values = {one.sunspec: one for one in wire.run(read_device(device, ("103.W", "103.A", "103.Hz")))}
    assert "refused with exception 2" in values["103.W"].reason
    assert (values["103.A"].value, values["103.Hz"].value) == (3, 50)


def test_a_refused_scale_factor_leaves_no_value() -> None:
    wire = wire_of(103, {"W": 5, "A": 3})
    device = wire.run(discover())
    wire.refused = {40085}
    values = {one.sunspec: one for one in wire.run(read_device(device, ("103.W", "103.A")))}
    assert "its scale factor was refused" in values["103.W"].reason
    assert values["103.A"].value == 3


def test_only_what_is_asked_for_is_read() -> None:
    wire = wire_of(103, {"W": 5})
    device = wire.run(discover())
    wire.requests.clear()
    wire.run(read_device(device, ("103.W",)))
    assert wire.requests == [(40084, 2)]
    with pytest.raises(UsageError, match="no point"):
        wire.run(read_device(device, ("nothing",)))


def test_addresses_are_texts() -> None:
    values = read(wire_of(11, {"MAC": "00:1b:44:11:3a:b7"}), "11.MAC")
    assert values["11.MAC"].value == "00:1b:44:11:3a:b7"
    assert read(wire_of(11, {}), "11.MAC")["11.MAC"].reason == "not available"
