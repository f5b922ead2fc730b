"""Definitions of models."""

from __future__ import annotations

import pytest

from port502.registers.sunspec.kinds import KINDS
from port502.registers.sunspec.model import Model, ModelGroup, point

PT = ModelGroup("Pt", "NPt", (point("V", "uint16"), point("W", "int32")))
CRV = ModelGroup("Crv", "NCrv", (point("Nam", "string", 8),), (PT,))
MODEL = Model(
    64000,
    "curves",
    "Curves",
    ModelGroup(
        "curves",
        None,
        (point("ID", "uint16"), point("L", "uint16"), point("NPt", "uint16"), point("NCrv", "uint16")),
        (CRV,),
    ),
)


def test_a_point_is_as_wide_as_its_type_or_as_it_says() -> None:
    assert [point("a", name, 5).size for name in ("uint16", "acc64", "string")] == [1, 4, 5]
    assert point("a", "enum16", symbols={"3": "ON"}).symbols == {3: "ON"}
    with pytest.raises(KeyError):
        point("a", "uint8")


def test_groups_are_walked_outside_first() -> None:
    assert [group.name for group in MODEL.group.each()] == ["curves", "Crv", "Pt"]
    assert [group.size for group in MODEL.group.each()] == [4, 8, 3]


def test_the_points_that_count_groups_are_known() -> None:
    assert MODEL.counting == ("NPt", "NCrv")
    counted = ModelGroup("m", None, (point("N", "count"),), (ModelGroup("g", 0, (point("A", "int16"),)),))
    assert Model(1, "m", "M", counted).counting == ("N",)


def test_units_are_ucum_and_shown_prettily() -> None:
    assert point("T", "int16", unit="Cel").pretty_unit == "°C"
    assert point("Q", "int16", unit="V.A{reactive}").pretty_unit == "var"
    assert point("N", "int16").pretty_unit == ""
    assert point("N", "int16").kind is KINDS["int16"]
