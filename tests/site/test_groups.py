"""Poll groups: which point belongs to which, and how often it is read."""

from __future__ import annotations

from pathlib import Path

from port502.site.document import Document
from port502.site.groups import group_faults, group_of, interval_of, matching
from port502.site.model import Device

NAMES = ["voltage_l1", "voltage_l2", "power", "energy_in", "energy_out"]

TEXT = """\
devices:
  meter:
    connection: c
    interval: 20s
    groups:
      live: {interval: 1s, points: [voltage_*, power]}
      energy: {interval: 1m, points: ["*energy*", volt*]}
      rest: {points: [power]}
      odd: {points: [currents, current_?, powr]}
"""
DOCUMENT = Document(Path("site.yaml"), TEXT, {})
METER = Device.model_validate(DOCUMENT.data["devices"]["meter"])


def test_names_and_globs() -> None:
    assert matching("power", NAMES) == ["power"]
    assert matching("voltage_*", NAMES) == ["voltage_l1", "voltage_l2"]
    assert matching("*_l[12]", NAMES) == ["voltage_l1", "voltage_l2"]
    assert matching("Voltage_*", NAMES) == []
    assert matching("volt", NAMES) == []


def test_the_first_group_that_fits_has_the_point() -> None:
    owner = group_of(METER.groups, NAMES)
    assert owner == {
        "voltage_l1": "live",
        "voltage_l2": "live",
        "power": "live",
        "energy_in": "energy",
        "energy_out": "energy",
    }


def test_the_nearest_interval_counts() -> None:
    owner = {"power": "live", "energy_in": "rest"}
    assert interval_of("power", 0.2, METER, owner, 5.0) == 0.2
    assert interval_of("power", None, METER, owner, 5.0) == 1.0
    assert interval_of("energy_in", None, METER, owner, 5.0) == 20.0
    assert interval_of("other", None, METER, owner, 5.0) == 20.0
    plain = Device.model_validate({"connection": "c"})
    assert interval_of("other", None, plain, {}, 5.0) == 5.0


def test_entries_that_mean_nothing_and_groups_without_points_of_their_own() -> None:
    said = [str(fault) for fault in group_faults(METER, NAMES, DOCUMENT, ("devices", "meter"))]
    assert said[0].startswith("site.yaml:8:7 devices.meter.groups.rest: warning: all its points belong")
    assert "live" in said[0]
    assert said[1].startswith(
        "site.yaml:9:22 devices.meter.groups.odd.points[0]: no point is called 'currents'"
    )
    assert "no point fits 'current_?'" in said[2]
    assert "did you mean 'power'?" in said[3]
    assert len(said) == 4
