"""What commands know of a value and of a write."""

from __future__ import annotations

from port502.cli.peer import Wanted, Written
from port502.registers.point import Point
from port502.registers.reference import Table

POINT = Point("speed", Table.HOLDING, 0)


def test_a_point_of_a_site_has_a_name_and_a_reference_has_none() -> None:
    assert Wanted("speed", "speed", POINT, "pump.speed").named
    assert not Wanted("holding:0", "holding:0", POINT).named


def test_a_write_that_nobody_looked_at_is_neither_verified_nor_not() -> None:
    assert Written((1,)).verified is None
