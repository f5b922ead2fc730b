"""A table between its device and its clients."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from port502.errors import IllegalDataValueError
from port502.registers.maps.model import MapPoint, WriteRule
from port502.registers.meaning import Meaning
from port502.registers.reference import Table
from port502.registers.values import Value
from port502.service.register_table import RegisterTable
from port502.simulate.served import ServedTable
from port502.simulate.source import Setting, Source
from tests.simulate.maps import meter_map, point


class Life:
    """A device of which everything is counted."""

    def __init__(self, *points: MapPoint) -> None:
        setting = Setting(meter_map(), 1, {}, {})
        self.sources: Sequence[Source] = [Source(one, {}, setting) for one in points]
        self.asked: list[str] = []
        self.told: list[tuple[str, Value]] = []
        self.next = 0

    def look(self) -> None:
        self.next += 1

    def raw(self, source: Source) -> Value:
        self.asked.append(source.point.name)
        return self.next

    def wrote(self, source: Source, value: Value) -> None:
        self.told.append((source.point.name, value))


def serve(*points: MapPoint) -> tuple[Life, RegisterTable, ServedTable]:
    life = Life(*points)
    table = RegisterTable({range(20): 0}, name="holding")
    served = ServedTable(table, Table.HOLDING, life)
    served.start()
    life.asked.clear()
    return life, table, served


MOVING = [point(f"u{at}", "voltage", at=at, unit="V") for at in range(0, 10, 2)]


def test_only_what_is_asked_for_is_computed_and_once_per_moment() -> None:
    life, table, served = serve(*MOVING)
    served.refresh(2, 3)
    assert life.asked == ["u2", "u4"]
    served.refresh(0, 20)
    assert life.asked == ["u2", "u4", "u0", "u6", "u8"]
    served.forget()
    served.refresh(8, 1)
    assert life.asked[-1] == "u8"
    assert table.read(0, 9) == [2, 0, 1, 0, 1, 0, 2, 0, 3]


def test_wide_points_are_found_from_their_middle() -> None:
    life, _, served = serve(
        point("wide", "voltage", at=0, type="float64", unit="V"), point("u", "voltage", at=6, unit="V")
    )
    served.refresh(3, 1)
    assert life.asked == ["wide"]


def test_masks_leave_the_other_bits_alone() -> None:
    life, table, served = serve(
        point("low", "load", at=0, meaning=Meaning(mask=0x000F)),
        point("high", "load", at=0, meaning=Meaning(mask=0xF000)),
    )
    life.next = 4
    served.refresh(0, 1)
    assert table.read(0) == [0x5005]


def test_writes_are_checked_and_told() -> None:
    life, _, served = serve(point("set", "setpoint", at=3, scale=0.1, write=WriteRule(0, 50)))
    served.written(3, [420])
    assert life.told == [("set", 42.0)]
    with pytest.raises(IllegalDataValueError):
        served.written(3, [501])
    assert len(life.told) == 1


def test_a_write_of_several_points_is_told_whole_or_not_at_all() -> None:
    life, _, served = serve(point("a", "setpoint", at=3), point("b", "setpoint", at=4, write=WriteRule(0, 5)))
    with pytest.raises(IllegalDataValueError):
        served.written(3, [1, 6])
    assert life.told == []
    served.written(3, [1, 5])
    assert life.told == [("a", 1), ("b", 5)]


def test_a_point_written_in_part_stays_as_it_was_written() -> None:
    life, _, served = serve(point("wide", "voltage", at=3, type="uint32", unit="V"))
    served.written(4, [9])
    assert life.told == []
    assert life.sources[0].held
