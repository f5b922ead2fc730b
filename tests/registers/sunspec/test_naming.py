"""Names of points."""

from __future__ import annotations

import pytest

from port502.registers.sunspec.naming import Namer, snake
from port502.registers.sunspec.shelf import find_model


def namer(*ids: int) -> Namer:
    return Namer([(model_id, find_model(model_id)) for model_id in ids])


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("VRefAutoEna", "v_ref_auto_ena"),
        ("DCWH_SF", "dcwh_sf"),
        ("StrSoC", "str_soc"),
        ("Evt1", "evt1"),
        ("VArAval", "var_aval"),
        ("lithium-ion-module-cell", "lithium_ion_module_cell"),
    ],
)
def test_names_in_small_letters(name: str, words: str) -> None:
    assert snake(name) == words


def test_the_chief_model_needs_no_prefix() -> None:
    chain = namer(1, 203, 103, 160)
    assert chain.name(2, "W").name == "active_power_total"
    assert chain.name(1, "W").name == "meter_active_power_total"
    assert chain.name(3, "module.2.DCA").name == "mppt_module_2_dc_current"
    assert chain.name(0, "SN").name == "serial_number"
    assert chain.category == "inverter"
    assert namer(1, 203).name(1, "PhVphB").name == "voltage_l2"
    assert namer(1, 203).category == "energy_meter"
    assert namer(1, 12).category == "other"


def test_what_is_not_harmonised_carries_the_name_of_its_model() -> None:
    assert namer(1, 103).name(1, "EvtVnd1").name == "inverter_three_phase_evt_vnd1"
    assert namer(1, 705).name(1, "Crv.1.Pt.3.V").name == "der_volt_var_crv_1_pt_3_v"
    assert Namer([(64999, None)]).name(0, "A").name == "model_64999_a"


def test_equal_models_are_numbered() -> None:
    chain = namer(1, 203, 203, 1, 103, 103)
    assert chain.name(1, "W").name == "meter_active_power_total"
    assert chain.name(2, "W").name == "meter_2_active_power_total"
    assert chain.name(2, "Evt").name == "ac_meter_abcn_2_evt"
    assert chain.name(3, "Md").name == "common_2_model"
    assert chain.name(5, "W").name == "inverter_2_active_power_total"


def test_a_prefix_is_not_said_twice() -> None:
    assert namer(103, 802).name(1, "V").name == "battery_voltage"
    assert namer(103, 802).name(1, "SoC").name == "battery_state_of_charge"


def test_a_name_that_is_taken_gets_a_number() -> None:
    chain = namer(103)
    assert [chain.name(0, "W").name for _ in range(3)] == [
        "active_power_total",
        "active_power_total_2",
        "active_power_total_3",
    ]
