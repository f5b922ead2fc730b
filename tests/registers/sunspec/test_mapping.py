"""A SunSpec device as a device map."""

from __future__ import annotations

import pytest

from port502.protocol.words import data_of
from port502.registers.maps.naming import check_map_name
from port502.registers.maps.quantities import quantity_of
from port502.registers.planner import plan
from port502.registers.sunspec.compose import Part
from port502.registers.sunspec.device import Common
from port502.registers.sunspec.discovery import discover
from port502.registers.sunspec.mapping import file_name, map_of
from port502.registers.sunspec.reading import read_device
from port502.registers.sunspec.shelf import known_models
from port502.registers.values import DecodeError
from tests.registers.sunspec.chains import Wire, example, placed

INVERTER = [
    Part(1, {"Mn": "Acme", "Md": "Sun 10"}),
    Part(103, {"W": 1234.5, "W_SF": -1, "WH": 50, "WH_SF": 1, "St": "MPPT"}),
    Part(126, {"V_SF": -1, "curve.4.V3": 10.5}, 4),
]


def test_the_map_says_what_the_device_is() -> None:
    made = map_of(Wire(placed(INVERTER)).run(discover()))
    assert (made.name, made.manufacturer, made.models, made.category) == (
        "sunspec",
        "Acme",
        ("Sun 10",),
        "inverter",
    )
    power = made.point("active_power_total")
    assert (power.quantity, power.unit, power.note) == ("active_power", "W", "SunSpec 103.W: Watts")
    assert made.point("manufacturer").poll == "static"
    assert made.point("active_energy_export").rollover == 0xFFFF_FFFF * 10
    assert made.point("volt_var_mod_ena").writable
    assert not power.writable


def test_a_far_scale_factor_stands_as_it_was_found() -> None:
    made = map_of(Wire(placed(INVERTER)).run(discover()))
    point = made.point("volt_var_curve_4_v3").point
    assert point.scale == 0.1
    assert point.stop - point.start == 1


def test_a_device_that_takes_little_is_asked_little() -> None:
    wire = Wire(placed(INVERTER), 20)
    made = map_of(wire.run(discover(20)), 20)
    assert made.limits.max_registers == 20
    assert max(block.quantity for block in plan(made.concrete(), made.limits)) <= 20
    assert made.point("active_power_total").point.meaning is not None


@pytest.mark.parametrize("model_id", known_models())
def test_the_map_reads_what_the_device_says(model_id: int) -> None:
    wire = Wire(placed([Part(1), example(model_id)] if model_id != 1 else [example(1)]))
    device = wire.run(discover())
    made = map_of(device)
    wanted = {one.name: one.value for one in wire.run(read_device(device))}
    left_out = [note for note in made.notes if "cannot be polled" in note]
    assert len(made.points) == len(wanted) or left_out
    for block in plan(made.concrete(), made.limits):
        data = data_of([wire.registers[address] for address in range(block.address, block.end)])
        for point, value in block.values(data):
            assert (None if isinstance(value, DecodeError) else value) == wanted[point.name]
    for one in made.points.values():
        if one.quantity:
            quantity_of(one.quantity)


@pytest.mark.parametrize(
    ("common", "name"),
    [
        (Common("Acme GmbH", "SUN 5000/3"), "sunspec/acme-gmbh-sun-5000-3"),
        (Common("Ünit", ""), "sunspec/nit"),
        (Common("../..", "\n"), "sunspec/device"),
        (Common("x" * 32, "y" * 32), f"sunspec/{'x' * 32}-{'y' * 32}"),
        (None, "sunspec/device"),
    ],
)
def test_a_kept_map_is_called_by_maker_and_model(common: Common | None, name: str) -> None:
    assert check_map_name(file_name(common)) == name
