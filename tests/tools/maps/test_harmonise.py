"""Names of points: the same thing is called the same, whoever described it."""

from __future__ import annotations

import pytest

from tools.maps.harmonise import harmonise


@pytest.mark.parametrize(
    ("name", "unit", "expected", "kind", "phase"),
    [
        ("voltage_l1_volts", "V", "voltage_l1", "voltage", "l1"),
        ("voltage_of_a_phase", "", "voltage_l1", "voltage", "l1"),
        ("huawei_phase_b_grid_voltage", "", "grid_voltage_l2", "voltage", "l2"),
        ("v_l2_n", "V", "voltage_l2", "voltage", "l2"),
        ("line_1_to_line_2_volts", "V", "voltage_l1_l2", "voltage", "l1_l2"),
        ("voltage_ab", "V", "voltage_l1_l2", "voltage", "l1_l2"),
        ("voltage_l3_l1_volts", "V", "voltage_l3_l1", "voltage", "l3_l1"),
        ("currents_2", "A", "current_l2", "current", "l2"),
        ("current_a", "A", "current_l1", "current", "l1"),
        ("current_n_amps", "A", "neutral_current", "current", ""),
        ("r_grid_curr", "", "grid_current_l1", "current", "l1"),
        ("power_l1_kva", "kVA", "apparent_power_l1", "apparent_power", "l1"),
        ("cosphi_l3", "", "power_factor_l3", "power_factor", "l3"),
        ("vpv3", "V", "pv_voltage_3", "voltage", ""),
        ("pv1_voltage", "V", "pv_voltage_1", "voltage", ""),
        ("pv_power_2", "W", "pv_power_2", "power", ""),
        ("ppv", "W", "pv_power", "power", ""),
        ("vgrid2", "V", "grid_voltage_l2", "voltage", "l2"),
        ("ac_active_in_l1_v", "V", "ac_active_in_voltage_l1", "voltage", "l1"),
        ("import", "kWh", "active_energy_import", "active_energy_import", ""),
        ("energy_exp_total_kvarh", "kvarh", "reactive_energy_export", "reactive_energy_export", ""),
        ("total_battery_charge", "kWh", "battery_charge_energy_total", "active_energy", ""),
        ("today_energy_import", "kWh", "active_energy_import_today", "active_energy_import", ""),
        ("import_t2", "kWh", "active_energy_import_t2", "active_energy_import", ""),
        ("battery_soc", "%", "state_of_charge", "state_of_charge", ""),
        ("battery2_soc", "%", "battery_state_of_charge_2", "state_of_charge", ""),
        ("temp", "Cel", "temperature", "temperature", ""),
        ("frequency_hz", "Hz", "frequency", "frequency", ""),
    ],
)
def test_what_sources_write_becomes_the_librarys_name(
    name: str, unit: str, expected: str, kind: str, phase: str
) -> None:
    meaning = harmonise(name, unit)
    assert (meaning.name, meaning.kind, meaning.phase) == (expected, kind, phase)


@pytest.mark.parametrize(
    ("name", "unit", "expected"),
    [
        ("power", "W", "active_power_total"),
        ("power_sum_total_kw", "kW", "active_power_total"),
        ("reactive_power", "var", "reactive_power_total"),
        ("sum", "kWh", "active_energy_total"),
        ("power_l1", "W", "active_power_l1"),
        ("sum_l1", "kWh", "active_energy_l1"),
    ],
)
def test_a_meters_power_without_phase_is_the_total(name: str, unit: str, expected: str) -> None:
    assert harmonise(name, unit, meter=True).name == expected


@pytest.mark.parametrize(
    ("name", "address", "expected"),
    [
        ("grid_frequency_609", 609, "grid_frequency"),
        ("grid_frequency_609", 610, "grid_frequency_609"),
        ("reference_1", 1, "reference_1"),
        ("battery_power_w_positive_discharging_neg", None, "battery_power"),
        ("phase_a_current_unsigned_value_da", None, "current_l1"),
        ("register_8155_total_active_power", 8154, "active_power_total"),
    ],
)
def test_addresses_types_and_torn_remarks_are_no_part_of_a_name(
    name: str, address: int | None, expected: str
) -> None:
    unit = {"grid": "Hz", "battery": "W", "phase": "", "register": "W"}.get(name.split("_")[0], "")
    assert harmonise(name, unit, address).name == expected


@pytest.mark.parametrize("name", ["alarms_l1_overload", "work_mode", "enable_mix_valve_1", "phases"])
def test_what_is_not_understood_keeps_its_words_and_measures_nothing(name: str) -> None:
    meaning = harmonise(name, "")
    assert meaning.kind == ""
    assert not meaning.regular
    assert set(meaning.name.split("_")) == set(name.replace("l1", "").split("_")) - {""} | (
        {"l1"} if "l1" in name else set()
    )
