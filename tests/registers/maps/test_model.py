"""A map in memory: its points, chosen and made concrete."""

from __future__ import annotations

import pytest

from port502.errors import UsageError
from port502.registers.maps.model import DeviceMap, MapPoint
from port502.registers.planner import plan
from port502.registers.point import Point
from port502.registers.reference import Table
from tests.registers.maps.samples import everything, measured


def test_points_by_name_and_glob_in_the_order_of_the_map() -> None:
    known = everything()
    assert known.point("voltage_l1").unit == "V"
    assert [one.name for one in known.select("state", "voltage_*", "voltage_l1")] == [
        "voltage_l1",
        "voltage_l2",
        "state",
    ]
    assert len(known.select()) == len(known.points)


@pytest.mark.parametrize(
    ("pattern", "hint"),
    [("voltage_l3", "did you mean voltage_l2 or voltage_l1"), ("zz*", "; it has voltage_l1, voltage_l2")],
)
def test_what_means_no_point_is_refused_with_a_hint(pattern: str, hint: str) -> None:
    for ask in (everything().select, everything().point):
        with pytest.raises(UsageError) as raised:
            ask(pattern)
        assert hint in str(raised.value)


def test_conditions_and_counts_choose_what_a_device_has() -> None:
    known = everything()
    names = {one.name for one in known.concrete()}
    assert names == set(known.points)
    assert "spare" not in {one.name for one in known.concrete(model="M1")}
    assert "spare" in {one.name for one in known.concrete(model="m2-x", firmware="2.1")}
    assert "spare" not in {one.name for one in known.concrete(model="M2", firmware="1.9")}
    strings = [one.name for one in known.concrete(counts={"string": 2}) if one.name.startswith("string_")]
    assert strings == ["string_1_voltage", "string_2_voltage"]


def test_what_the_category_lets_expect_fills_up_what_the_map_says() -> None:
    bare = DeviceMap.of("a/b", [Point("p", Table.INPUT, 0)], category="plc")
    assert bare.capabilities.max_connections == 8
    assert everything().capabilities.max_connections == 2
    assert everything().limits.max_registers == 50
    assert bare.point("p") == MapPoint(Point("p", Table.INPUT, 0))


def test_reading_a_map_takes_the_fewest_requests_that_its_gaps_allow() -> None:
    points = [measured(f"v{index}", 10 * index) for index in range(10)]
    wide = DeviceMap.of("a/b", points)
    assert len(plan(wide.concrete(), wide.limits)) == 1
    assert len(plan(everything().concrete(), everything().limits)) > 5


def test_contradictions_are_refused() -> None:
    with pytest.raises(UsageError, match="no category 'toaster'"):
        DeviceMap("a/b", {}, category="toaster")
    with pytest.raises(UsageError, match="no status 'guessed'"):
        DeviceMap("a/b", {}, status="guessed")
    with pytest.raises(UsageError, match="two points are called 'p'"):
        DeviceMap.of("a/b", [measured("p", 0), measured("p", 1)])


def test_small_things() -> None:
    known = everything()
    assert known.renamed("x/y").name == "x/y"
    assert "active_power" in known.quantities()
    assert known.point("voltage_l1").interval == 1.0
    assert known.point("mode").writable
    assert not known.point("state").writable
