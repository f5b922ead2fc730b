"""Quantities of points: always a word of the vocabulary, and always one that fits the unit."""

from __future__ import annotations

import pytest

from tools.maps.harmonise import harmonise
from tools.maps.quantities import fits, quantity_of


def told(name: str, unit: str, *, writable: bool = False, shape: str = "number") -> str:
    meaning = harmonise(name, unit)
    return quantity_of(meaning.kind, meaning.name, unit, meaning.phase, writable=writable, shape=shape)


@pytest.mark.parametrize(
    ("name", "unit", "expected"),
    [
        ("voltage_l1", "V", "voltage"),
        ("voltage_l1_l2_volts", "V", "line_voltage"),
        ("pv1_voltage", "V", "dc_voltage"),
        ("battery_voltage", "V", "battery_voltage"),
        ("battery_max_cell_voltage", "V", "cell_voltage"),
        ("bus_voltage", "V", "bus_voltage"),
        ("current_n_amps", "A", "neutral_current"),
        ("power_l1", "W", "active_power"),
        ("pv_power", "W", "pv_power"),
        ("pv1_power", "W", "dc_power"),
        ("battery_power", "W", "battery_power"),
        ("power_to_grid", "W", "grid_power"),
        ("load_power", "W", "load_power"),
        ("rated_power", "W", "rated_power"),
        ("sum", "kWh", "active_energy_total"),
        ("total_battery_discharge", "kWh", "discharge_energy"),
        ("battery_soh", "%", "state_of_health"),
        ("temp_outside", "Cel", "outdoor_temperature"),
        ("heatsink_temp", "Cel", "heatsink_temperature"),
        ("motor_speed", "{rpm}", "speed"),
        ("thdl1", "%", "voltage_thd"),
        ("current_l1_demand", "A", "current_demand"),
    ],
)
def test_what_is_measured_follows_from_words_and_unit(name: str, unit: str, expected: str) -> None:
    assert told(name, unit) == expected


@pytest.mark.parametrize(
    "name", ["today_production", "import_t1", "monthly_production", "today_energy_import"]
)
def test_a_part_of_an_energy_is_not_counted_as_the_whole(name: str) -> None:
    assert told(name, "kWh") == "measurement"


@pytest.mark.parametrize(
    ("name", "unit", "expected"),
    [
        ("battery_max_charging_current", "A", "current_limit"),
        ("battery_shutdown_soc", "%", "state_of_charge_limit"),
        ("room_temperature_day", "Cel", "temperature_setpoint"),
        ("frequency_setpoint", "Hz", "frequency_setpoint"),
        ("work_mode", "", "mode_setting"),
        ("control_word", "", "control_word"),
        ("reset_all_alarms", "", "command"),
        ("anything_at_all", "min", "setting"),
    ],
)
def test_what_can_be_written_is_a_choice(name: str, unit: str, expected: str) -> None:
    assert told(name, unit, writable=True) == expected


@pytest.mark.parametrize(
    ("name", "shape", "expected"),
    [
        ("serial_number", "text", "serial_number"),
        ("firmware_version", "text", "firmware_version"),
        ("whatever", "text", "identity"),
        ("inverter_status", "labels", "state"),
        ("fault_code", "labels", "fault_code"),
        ("di_3", "bit", "digital_input"),
        ("relay_1", "bit", "digital_output"),
    ],
)
def test_texts_labels_and_bits_tell_and_measure_nothing(name: str, shape: str, expected: str) -> None:
    assert told(name, "", shape=shape) == expected


def test_of_what_nothing_is_known_the_least_is_said() -> None:
    assert told("something", "") == "raw"
    assert told("something", "Ah") == "measurement"


def test_a_quantity_never_contradicts_the_unit() -> None:
    assert fits("voltage", "mV")
    assert not fits("voltage", "A")
    assert not fits("state", "V")
    assert not fits("voltage", "no unit at all")
    for name in ("voltage_l1", "battery_soc", "power", "import", "work_mode"):
        for unit in ("V", "A", "kW", "kWh", "%", "Cel", "h", ""):
            assert fits(told(name, unit), unit)
