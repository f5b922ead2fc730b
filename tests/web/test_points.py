from pathlib import Path

import pytest

from port502.site.build import load_site
from port502.web.points import PointInfo, points_of

SITE = """
site: test
connections: {plc: {url: "tcp://127.0.0.1:1"}}
devices:
  pump:
    connection: plc
    unit: 7
    writes: true
    points:
      speed: {ref: 40108, type: float32, order: cdab, unit: Hz, quantity: frequency, interval: 5s}
      running: {ref: "coil:3", write: {}}
      mode: {ref: "holding:9", write: {min: 0, max: 3}}
      twice: {expression: "speed * 2"}
  fan: {connection: plc, points: {on: {ref: "coil:3", write: {}}}}
"""


@pytest.fixture
def points(tmp_path: Path) -> dict[str, PointInfo]:
    path = tmp_path / "site.yaml"
    path.write_text(SITE)
    return points_of(load_site(path))


def test_everything_that_is_collected_is_described(points: dict[str, PointInfo]) -> None:
    assert list(points) == ["pump.speed", "pump.running", "pump.mode", "pump.twice", "fan.on"]
    speed = points["pump.speed"]
    assert (speed.connection, speed.unit, speed.table, speed.address, speed.reference) == (
        "plc",
        7,
        "holding",
        107,
        "40108",
    )
    assert (speed.type, speed.order, speed.registers, speed.unit_of_measure) == ("float32", "cdab", 2, "Hz")
    assert (speed.interval, speed.quantity, speed.writable) == (5.0, "frequency", False)
    assert points["pump.running"].reference == "00004"
    assert points["pump.running"].writable
    assert (points["pump.mode"].least, points["pump.mode"].most) == (0, 3)
    assert not points["fan.on"].writable, "its device is not open for writes"
    assert points["pump.twice"].expression == "pump.speed * 2"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", 5),
        ("SPEED", 2),
        ("40108", 1),
        ("holding:107", 1),
        ("0x6B", 1),
        ("107", 1),
        ("frequency", 1),
        ("fan", 1),
        ("holding:0x6b", 1),
        ("twi", 1),
        ("speed *", 1),
        ("coil:3", 2),
        ("nothing", 0),
    ],
)
def test_a_point_is_found_by_name_quantity_and_reference(
    points: dict[str, PointInfo], text: str, found: int
) -> None:
    assert sum(info.fits(text) for info in points.values()) == found
