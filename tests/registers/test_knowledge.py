"""Knowledge about a device: kept as text, and forgotten when the device's description changes."""

from __future__ import annotations

import json

import pytest

from port502.errors import ConfigError
from port502.registers.block import Span
from port502.registers.knowledge import Knowledge, Refusal, Size
from port502.registers.point import Point
from port502.registers.reference import Table


def known() -> Knowledge:
    return Knowledge(
        {"speed": Refusal(Table.HOLDING, 7, 2, "exception 2 at holding:7", 3, 1_700_000_000.5)},
        {Span(Table.HOLDING, 20, 24), Span(Table.INPUT, 0, 3)},
        {(Table.HOLDING, 100), (Table.COIL, 8)},
        Size(48, 60),
        Size(1920, None),
    )


def test_knowledge_survives_a_restart() -> None:
    assert Knowledge.loads(known().dumps()) == known()
    assert Knowledge.loads(Knowledge().dumps()) == Knowledge()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "null",
        "{}",
        "[" * 100_000,
        '{"version": 2}',
        known().dumps()[:-5],
        known().dumps().replace("holding", "helding"),
        known().dumps().replace("[", "{").replace("]", "}"),
        json.dumps(json.loads(known().dumps()) | {"holes": [["holding", 1]]}),
        json.dumps(json.loads(known().dumps()) | {"refused": {"speed": []}}),
        json.dumps(json.loads(known().dumps()) | {"bits": {"works": "many", "refused": None}}),
    ],
    ids=range(12),
)
def test_a_damaged_file_is_said_to_be_none(text: str) -> None:
    with pytest.raises(ConfigError, match="no knowledge about a device"):
        Knowledge.loads(text)


@pytest.mark.parametrize(
    ("size", "allowed"),
    [
        (Size(), 120),
        (Size(80, None), 120),
        (Size(0, 120), 60),
        (Size(30, 60), 45),
        (Size(50, 51), 50),
        (Size(0, 1), 1),
        (Size(115, 130), 120),
    ],
)
def test_the_size_to_read_with_closes_in_on_the_device_s_own(size: Size, allowed: int) -> None:
    assert size.allowed(120) == allowed


def test_what_no_longer_concerns_a_point_is_forgotten() -> None:
    knowledge = known()
    before = knowledge.revision
    speed = Point("speed", Table.HOLDING, 7, "float32")
    knowledge.fit_to([speed, Point("new", Table.HOLDING, 22), Point("edge", Table.HOLDING, 100)])
    assert set(knowledge.refused) == {"speed"}
    assert knowledge.holes == {Span(Table.INPUT, 0, 3)}
    assert knowledge.cuts == {(Table.HOLDING, 100)}
    assert knowledge.revision > before


@pytest.mark.parametrize(
    "point", [Point("speed", Table.HOLDING, 8, "float32"), Point("speed", Table.INPUT, 7, "float32")]
)
def test_a_refused_point_that_moved_is_no_longer_refused(point: Point) -> None:
    knowledge = known()
    knowledge.fit_to([point])
    assert knowledge.refused == {}


def test_a_refusal_fits_its_point_only() -> None:
    refusal = known().refused["speed"]
    assert refusal.fits(Point("other", Table.HOLDING, 7, "float32"))
    assert not refusal.fits(Point("speed", Table.HOLDING, 7))


def test_registers_and_bits_have_sizes_of_their_own() -> None:
    knowledge = known()
    assert knowledge.size(Table.HOLDING) is knowledge.size(Table.INPUT) is knowledge.registers
    assert knowledge.size(Table.COIL) is knowledge.size(Table.DISCRETE) is knowledge.bits
