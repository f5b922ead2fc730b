"""A map as the text of a map file: what is written is read as the same map."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from port502.registers.maps.exchange.yaml_text import flow, map_text, yaml_of
from port502.registers.maps.library import Library
from port502.registers.maps.model import DeviceMap, MapPoint
from port502.registers.meaning import Meaning, ScaleRegister
from port502.registers.point import Point
from port502.registers.reference import Table
from port502.site.document import Document
from port502.site.map_file import understand_map
from port502.site.tree import parse_tree
from tests.registers.maps.samples import everything


def read(text: str) -> DeviceMap:
    known, faults = understand_map(Document(Path("m.yaml"), text, {}))
    assert known is not None, [str(fault) for fault in faults]
    return known


def alone(one: MapPoint) -> MapPoint:
    """A point without what a text does not repeat: its repeat, and an exponent that was seen once."""
    point = one.point
    if point.meaning is not None and point.meaning.scale_register is not None:
        scale = replace(point.meaning.scale_register, exponent=None)
        point = replace(point, meaning=replace(point.meaning, scale_register=scale))
    return replace(one, point=point, group="", index=0)


def test_everything_is_read_again() -> None:
    again = read(yaml_of(everything()))
    assert {name: alone(one) for name, one in everything().points.items()} == dict(again.points)
    assert again.capabilities == everything().capabilities
    assert (again.name, again.models, again.notes) == ("acme/m1", ("M1", "M2"), ("a note",))


def test_a_scale_register_without_a_point_of_its_own_becomes_one_for_all() -> None:
    scaled = Meaning(scale_register=ScaleRegister(2))
    known = DeviceMap.of(
        "a/b",
        [
            Point("current", Table.HOLDING, 0, meaning=scaled),
            Point("voltage", Table.HOLDING, 1, meaning=scaled),
            Point("current_scale", Table.HOLDING, 9),
        ],
        manufacturer="A",
    )
    again = read(yaml_of(known))
    assert list(again.points) == ["current", "current_scale_factor", "voltage", "current_scale"]
    assert again.point("current_scale_factor").quantity == "scale_factor"
    assert {name: again.point(name).point for name in known.points} == {
        name: one.point for name, one in known.points.items()
    }


@pytest.mark.parametrize("name", ["eastron/sdm630", "solaredge/inverter", "victron/gx-system"])
def test_maps_of_the_library_are_read_again(name: str) -> None:
    known = Library.default().load(name)
    assert {key: alone(one) for key, one in known.points.items()} == dict(read(yaml_of(known)).points)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("plain", "plain"),
        ("two words", "two words"),
        ("yes", '"yes"'),
        ("no", '"no"'),
        ("12", '"12"'),
        ("a: b", '"a: b"'),
        ('say "x"', '"say \\"x\\""'),
        ("", '""'),
        ("[x]", '"[x]"'),
        ("holding:5*2", "holding:5*2"),
        ("%", '"%"'),
        (True, "true"),
        (0.1, "0.1"),
        (-5, "-5"),
        ({"a": [1, "b"], 3: "c"}, "{a: [1, b], 3: c}"),
    ],
)
def test_values_in_flow_style(value: object, text: str) -> None:
    assert flow(value) == text
    parse_tree(f"k: {text}", lambda *_: None)


def test_the_head_leaves_out_what_says_nothing() -> None:
    assert map_text({"map": "a/b", "models": [], "notes": None}, {}) == "map: a/b\npoints:\n"
