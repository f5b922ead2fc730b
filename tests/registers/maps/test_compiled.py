"""Maps as lines of JSON and back."""

from __future__ import annotations

import json
import math

import pytest

from port502.errors import ConfigError
from port502.registers.maps.compiled import PointRows, dump_map, parse_map
from port502.registers.maps.model import DeviceMap
from port502.registers.meaning import Meaning
from tests.registers.maps.samples import everything, measured


def test_everything_comes_back() -> None:
    line = dump_map(everything())
    assert "\n" not in line
    again = parse_map(line)
    assert again == everything()
    assert isinstance(again.points, PointRows)
    assert dump_map(again) == line


def test_a_sentinel_that_is_no_number_comes_back() -> None:
    known = DeviceMap.of("a/b", [measured("v", 0, type="float32", meaning=Meaning(nan=(math.nan, -1.0)))])
    meaning = parse_map(dump_map(known)).point("v").point.meaning
    assert meaning is not None
    assert math.isnan(meaning.nan[0])  # type: ignore[arg-type]
    assert meaning.nan[1] == -1.0


def test_a_plain_point_takes_few_bytes() -> None:
    known = DeviceMap.of("a/b", [measured("voltage_l1", 0)])
    assert json.loads(dump_map(known))["points"] == [["voltage_l1", "i", 0, "uint16", "voltage", "V", "V"]]


def test_points_are_made_when_they_are_wanted_and_once() -> None:
    points = parse_map(dump_map(everything())).points
    assert "voltage_l1" in points
    assert "nothing" not in points
    assert list(points) == list(everything().points)
    assert points["voltage_l1"] is points["voltage_l1"]
    assert len(points) == len(everything().points)
    assert repr(points) == f"<PointRows {len(points)}>"
    with pytest.raises(KeyError):
        points["nothing"]


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"name": 1, "points": 7}', "nonsense"])
def test_other_texts_are_refused(text: str) -> None:
    with pytest.raises(ConfigError, match="no compiled map"):
        parse_map(text)
