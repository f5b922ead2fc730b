"""Which registers there are, whose they are, and who may write them."""

from __future__ import annotations

from port502.registers.maps.model import DeviceMap, Repeat, WriteRule
from port502.registers.meaning import Meaning
from port502.registers.planner import Limits
from port502.registers.reference import Table
from port502.simulate.layout import extent, identity_of, protected, sources_of
from tests.simulate.maps import meter_map, point, scaled_map


def test_gaps_that_a_read_may_bridge_exist() -> None:
    points = [point("a", at=0), point("b", at=10), point("c", at=40, type="uint32")]
    assert extent(points, Table.HOLDING, Limits(gap=16)) == [(0, 11), (40, 42)]
    assert extent(points, Table.HOLDING, Limits(gap=0)) == [(0, 1), (10, 11), (40, 42)]
    assert extent(points, Table.INPUT, Limits()) == []


def test_only_what_the_map_lets_write_can_be_written() -> None:
    points = [point("a", at=0), point("b", at=2, type="uint32", write=WriteRule()), point("c", at=6)]
    spans = extent(points, Table.HOLDING, Limits())
    locked = {address for one in protected(points, spans, Table.HOLDING) for address in one}
    assert locked == {0, 1, 4, 5, 6}
    assert all(len(one) for one in protected(points, spans, Table.HOLDING))


def names(device_map: DeviceMap) -> list[str]:
    found = sources_of(device_map, list(device_map.points.values()), {}, 1, None)
    return [one.point.name for one in found]


def test_a_register_belongs_to_one_point_or_to_masks_that_do_not_meet() -> None:
    taken = DeviceMap.of(
        "tried/overlap",
        [
            point("whole", at=0, type="uint32"),
            point("half", at=1),
            point("low", at=5, meaning=Meaning(mask=0x00FF)),
            point("high", at=5, meaning=Meaning(mask=0xFF00)),
            point("middle", at=5, meaning=Meaning(mask=0x0FF0)),
            point("elsewhere", at=0, table=Table.INPUT),
        ],
    )
    assert names(taken) == ["whole", "low", "high", "elsewhere"]


def test_scale_registers_and_counts_of_repeats_are_fixed() -> None:
    device_map = scaled_map()
    found = sources_of(device_map, list(device_map.points.values()), {"active_power": 9000.0}, 1, None)
    (scale,) = [one for one in found if one.point.name == "power_sf"]
    assert not scale.moves
    repeated = DeviceMap(
        "tried/repeat", {"n": point("n", "configuration")}, repeats=(Repeat("string", 4, 10, "n"),)
    )
    (count,) = sources_of(repeated, list(repeated.points.values()), {}, 1, None)
    assert count.raw({}, 0.0) == 4


def test_it_says_who_it_is() -> None:
    identity = identity_of(meter_map())
    assert (identity.vendor, identity.product) == ("Tried", "T1")
    assert identity_of(scaled_map()).product == "scaled"
