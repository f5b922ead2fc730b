"""Doubts about maps."""

from __future__ import annotations

import pytest

from port502.registers.maps.conditions import Condition
from port502.registers.maps.lints import highest_raw, lint
from port502.registers.maps.model import DeviceMap, MapPoint
from port502.registers.maps.write_rule import WriteRule
from port502.registers.meaning import Meaning
from port502.registers.point import Point
from port502.registers.reference import Table
from tests.registers.maps.samples import everything, measured


def doubts(*points: MapPoint) -> list[str]:
    return [str(one) for one in lint(DeviceMap.of("a/b", points))]


def test_a_sound_map_raises_no_doubts() -> None:
    assert lint(everything()) == []


@pytest.mark.parametrize(
    ("point", "doubt"),
    [
        (measured("VoltageL1", 0), "not in snake_case"),
        (measured("v", 0, ""), "says nothing of its quantity"),
        (measured("v", 0, "voltage", "A"), "voltage is in V, µV, mV, kV, and it says A"),
        (measured("v", 0, "active_power", ""), "active_power is in W, mW, kW, MW, and it says nothing"),
        (measured("v", 0, "state", "V", meaning=Meaning(enum=((0, "a"),))), "labels have no unit"),
        (measured("v", 0, scale=0.0001), "it reaches 6.5535 V at most"),
        (measured("v", 0, scale=1000), "in steps of 1000 V"),
        (measured("v", 0, "frequency", "Hz", scale=0.0005), "reaches"),
        (measured("v", 0, "state_of_charge", "%", type="int16", scale=0.001), "reaches"),
        (measured("v", 0, "state", "", meaning=Meaning(enum=((70000, "a"),))), "70000 (a) is no number"),
        (measured("v", 0, "state", "", meaning=Meaning(mask=3, enum=((4, "a"),))), "4 (a) is no number"),
        (measured("v", 0, "state", "", meaning=Meaning(enum=((-1, "a"),))), "-1 (a) is no number"),
        (
            measured("v", 0, "alarm", "", meaning=Meaning(flags=((16, "a"),))),
            "bit 16 (a) is not among its bits",
        ),
        (
            measured("v", 0, table=Table.HOLDING, scale=0.1, write=WriteRule(0, 7000)),
            "limit 7000 lies beyond",
        ),
        (measured("v", 0, "active_energy", "kW.h", rollover=99999999.0), "as far as its rollover"),
    ],
)
def test_doubts_about_one_point(point: MapPoint, doubt: str) -> None:
    found = doubts(point)
    assert len(found) == 1
    assert doubt in found[0]


def test_points_that_share_registers() -> None:
    wide = measured("a", 0, type="uint32")
    assert doubts(wide, measured("b", 1, type="uint32")) == ["b: overlaps the registers of 'a' (input:0-1)"]
    assert doubts(wide, measured("b", 0, type="uint32")) == [
        "b: has the same registers as 'a', read in the same way"
    ]
    assert doubts(wide, measured("b", 1)) == []
    assert doubts(wide, measured("b", 0, type="int32")) == []
    assert doubts(wide, measured("b", 1, type="uint32", table=Table.HOLDING)) == []
    assert doubts(wide, measured("b", 1, type="uint32", when=Condition(("M1",)))) == []
    fields = [
        measured(name, 9, "state", "", meaning=Meaning(mask=mask)) for name, mask in (("x", 1), ("y", 2))
    ]
    assert doubts(*fields) == []


def test_names_that_differ_in_spelling_only() -> None:
    assert doubts(measured("voltage_l1", 0), measured("voltage_l_1", 1)) == [
        "voltage_l_1: its name is 'voltage_l1', written otherwise"
    ]


def test_a_wide_value_at_the_odd_address_among_even_ones() -> None:
    even = [measured(f"v{index}", 2 * index, type="float32") for index in range(8)]
    assert doubts(*even) == []
    assert "lies at the odd address 101" in doubts(*even, measured("odd", 101, type="float32"))[0]
    assert doubts(*even, measured("a", 101, type="float32"), measured("b", 103, type="float32")) == []


def test_repeats_are_looked_at_in_their_first_turns() -> None:
    points = [
        measured(f"s_{index}_v", 10 * index, "voltage", "A", group="s", index=index) for index in range(1, 9)
    ]
    assert [one.partition(":")[0] for one in doubts(*points)] == ["s_1_v", "s_2_v"]


@pytest.mark.parametrize(
    ("kind", "highest"),
    [("uint16", 65535), ("int16", 32767), ("uint32", 2**32 - 1), ("bcd16", 9999), ("float32", None)],
)
def test_the_largest_number_of_a_type(kind: str, highest: int | None) -> None:
    assert highest_raw(Point("p", Table.INPUT, 0, kind)) == highest
