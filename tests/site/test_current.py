"""What is known of the points of a site, asked for without asking a device."""

from __future__ import annotations

from pathlib import Path

import pytest

from port502.collect.latest import Current
from port502.collect.sample import Sample
from port502.site import current
from port502.site.build import load_site
from port502.site.current import Catalogue

SITE = """
site: test
connections: {plc: {url: "tcp://127.0.0.1:1"}, bus: {url: "tcp://127.0.0.1:2"}}
devices:
  pump:
    connection: plc
    unit: 7
    points:
      speed: {ref: 40001, scale: 0.1, unit: Hz}
      heat: {ref: input:10, type: float32, order: cdab}
      twice: {expression: "speed * 2", unit: Hz}
  fan: {connection: bus, points: {on: {ref: coil:3}}}
"""


@pytest.fixture
def catalogue(tmp_path: Path) -> Catalogue:
    path = tmp_path / "site.yaml"
    path.write_text(SITE)
    return Catalogue(load_site(path))


def nothing(name: str) -> Current | None:
    return None


def names(found: tuple[current.CurrentPoint, ...]) -> list[str]:
    return [one.name for one in found]


def test_points_come_with_what_a_screen_says_of_them(catalogue: Catalogue) -> None:
    on, heat, speed, twice = catalogue.current(nothing)
    assert (on.name, on.connection, on.device, on.unit, on.ref) == ("fan.on", "bus", "fan", 1, "coil:3")
    assert (heat.ref, heat.type) == ("input:10", "float32:cdab")
    assert (speed.unit, speed.ref, speed.type, speed.unit_of_measure) == (7, "holding:0", "uint16", "Hz")
    assert (twice.ref, twice.type) == ("", "expression")
    assert (speed.value, speed.quality, speed.reason) == (None, "bad", "not read yet")


def test_the_newest_sample_stands_in_them(catalogue: Catalogue) -> None:
    now = Current(Sample("pump.speed", 12.5, 47.5, "uncertain", "stale"), 3.0, (475,))
    (speed,) = catalogue.current(lambda name: now, ["pump.speed"])
    assert (speed.value, speed.quality, speed.reason, speed.time) == (47.5, "uncertain", "stale", 12.5)
    assert (speed.age, speed.registers) == (3.0, (475,))
    gone = Current(Sample("pump.speed", 12.5, None, "bad", "timeout"), 3.0, (475,), 47.5, 60.0)
    (speed,) = catalogue.current(lambda name: gone, ["pump.speed"])
    assert (speed.value, speed.known, speed.age) == (None, 47.5, 60.0)


def test_names_and_globs_choose(catalogue: Catalogue) -> None:
    assert names(catalogue.current(nothing, ["pump.twice", "fan.on", "nobody"])) == ["fan.on", "pump.twice"]
    assert names(catalogue.current(nothing, ["pump.*"])) == ["pump.heat", "pump.speed", "pump.twice"]
    assert names(catalogue.current(nothing, ["*e", "fan.on"])) == ["fan.on", "pump.twice"]
    assert names(catalogue.current(nothing, ["none.*"])) == []


def test_many_points_come_in_parts(catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(current, "MOST", 2)
    first = catalogue.current(nothing)
    assert names(first) == ["fan.on", "pump.heat"]
    assert names(catalogue.current(nothing, after="pump.heat")) == ["pump.speed", "pump.twice"]
    assert names(catalogue.current(nothing, ["pump.twice", "fan.on"], "fan.on")) == ["pump.twice"]
    assert names(catalogue.current(nothing, after="pump.twice")) == []
