"""From a model's reading to the raw value that says it."""

from __future__ import annotations

from typing import Any

import pytest

from port502.registers.maps.model import MapPoint, WriteRule
from port502.registers.meaning import Meaning
from port502.registers.reference import Table
from port502.simulate.models.model import Readings, Status
from port502.simulate.source import Setting, Source, chosen, raw_range
from tests.simulate.maps import NOON, meter_map, point

SETTING = Setting(meter_map(), 7, {}, {})


def source(one: MapPoint, readings: Readings | None = None, **rest: Any) -> Source:
    return Source(one, readings or {}, Setting(meter_map(), 7, {}, rest.pop("fixed", {}), **rest))


def raw(one: MapPoint, readings: Readings, **rest: Any) -> Any:
    return source(one, readings, **rest).raw(readings, NOON)


def test_numbers_are_converted_scaled_and_rounded() -> None:
    assert raw(point("u", "voltage", scale=0.1, unit="V"), {"voltage": 231.26}) == 2313
    assert raw(point("p", "active_power", type="float32", unit="kW"), {"active_power": 1500.0}) == 1.5
    assert (
        raw(
            point("t", "temperature", type="int16", scale=0.5, offset=-40, unit="Cel"), {"temperature": -10.0}
        )
        == 60
    )
    assert raw(point("t", "temperature", unit="K"), {"temperature": 20.0}) == 293
    assert raw(point("soc", "state_of_charge"), {"state_of_charge": 0.5}) == 50


def test_what_does_not_fit_stays_at_the_end_of_the_range() -> None:
    assert raw(point("u", "voltage", scale=0.001, unit="V"), {"voltage": 230.0}) == 65535
    assert raw(point("t", "temperature", unit="Cel"), {"temperature": -5.0}) == 0


def test_the_direction_is_left_out_where_the_type_has_no_sign() -> None:
    assert raw(point("p", "battery_power", unit="W"), {"battery_power": -900.0}) == 900
    assert raw(point("p", "battery_power", type="int16", unit="W"), {"battery_power": -900.0}) == -900


def test_counters_roll_over() -> None:
    reading = {"active_energy": 70_000.0}
    assert raw(point("e", "active_energy", unit="W.h"), reading) == 70_000 - 65_536
    assert raw(point("e", "active_energy", type="uint32", unit="W.h", rollover=50_000.0), reading) == 20_000


def test_a_value_is_never_a_sentinel() -> None:
    assert raw(point("u", "voltage", unit="V", meaning=Meaning(nan=(230,))), {"voltage": 230.0}) == 229
    assert raw(point("u", "voltage", unit="V", meaning=Meaning(nan=(0,))), {"voltage": 0.0}) == 1


def test_signs_turn_where_the_map_says_so() -> None:
    outward = point("p", "active_power", type="int16", unit="W", sign="positive export")
    assert raw(outward, {"active_power": 100.0}) == -100
    assert raw(outward, {"active_power": 100.0}, outward=True) == 100


def test_states_find_their_label() -> None:
    labels = ((0, "Standby"), (3, "Grid-tied"), (9, "Fault"))
    assert chosen(labels, Status(("mppt", "grid-tied"), 4)) == 3
    assert chosen(labels, Status(("flying",), 9)) == 9
    assert chosen(labels, Status(("flying",), 77)) == 0
    assert chosen(labels, 3.0) == 3
    assert chosen(((1, "Not connected"), (2, "Connected")), Status(("connected",))) == 2


def test_states_without_labels_are_numbers() -> None:
    assert raw(point("s", "state"), {"state": Status(("x",), 5)}) == 5
    assert raw(point("b", "state", table=Table.COIL), {"state": Status(("x",), 1)}) is True
    bits = raw(point("w", "status_word", type="bits"), {"status_word": Status((), 0x8001)})
    assert [place for place, bit in enumerate(bits) if bit] == [0, 15]


def test_troubles_are_none() -> None:
    assert raw(point("a", "alarm", meaning=Meaning(flags=((0, "hot"),))), {}) == 0
    assert raw(point("f", "fault_code", meaning=Meaning(enum=((1, "short"), (4, "No fault")))), {}) == 4


def test_times_and_texts() -> None:
    assert raw(point("clock", "clock", type="uint32", meaning=Meaning(epoch="unix")), {}) == NOON
    assert raw(point("m", "manufacturer", type="string", length=2), {}) == "Trie"


def test_settings_lie_within_their_limits() -> None:
    assert raw(point("s", "temperature_setpoint", unit="Cel", write=WriteRule(30, 60)), {}) == 30
    assert raw(point("s", "temperature_setpoint", unit="Cel", write=WriteRule(5, 30)), {}) == 21
    assert raw(point("s", "setting", write=WriteRule(None, 0)), {}) == 0
    assert raw(point("s", "temperature_setpoint", unit="Cel", write=WriteRule(5, 30, 5)), {}) == 20


def test_fixed_numbers_win() -> None:
    assert raw(point("n", "active_power", unit="W"), {"active_power": 9.0}, fixed={"n": 4}) == 4


def test_analog_channels_without_a_unit_fill_their_range() -> None:
    channel = source(point("analog_input_1", "analog_input"), {"analog_input#1": 0.5})
    assert channel.raw({"analog_input#1": 0.5}, NOON) == 32768
    assert channel.base_value(65535) == 1.0


def test_what_moves_and_what_does_not() -> None:
    assert source(point("u", "voltage", unit="V")).moves
    assert source(point("e", "active_energy", unit="W.h")).moves
    assert not source(point("s", "serial_number", type="string", length=4)).moves
    held = source(point("u", "voltage", unit="V"))
    held.held = True
    assert not held.moves


def test_what_a_client_writes_in_base_units() -> None:
    assert source(point("s", "speed_setpoint", unit="%")).base_value(50) == 0.5
    assert source(point("s", "speed_setpoint", unit="%")).written_as == "speed_setpoint/ratio"
    assert source(point("c", "command")).base_value("start") == "start"
    assert source(point("c", "command")).base_value((1, 2)) is None


@pytest.mark.parametrize(
    ("kind", "expected"),
    [("uint16", (0, 65535)), ("int16", (-32768, 32767)), ("bcd16", (0, 9999)), ("uint32", (0, 2**32 - 1))],
)
def test_ranges(kind: str, expected: tuple[int, int]) -> None:
    assert raw_range(point("x", type=kind)) == expected


def test_a_mask_has_a_range_of_its_own() -> None:
    assert raw_range(point("x", meaning=Meaning(mask=0x0FF0))) == (0, 255)
