"""Devices of a site with a map: what is read of it, how often, and how the connection is treated."""

from __future__ import annotations

from pathlib import Path

import pytest

from port502.collect.settings import ConnectionSettings, WriteRule
from port502.registers.maps.categories import Capabilities
from port502.site.build import Site, load_site
from port502.site.durations import parse_duration
from port502.site.faults import SiteFileError
from port502.site.mapped import suited
from port502.site.model import Connection

MAP = """\
map: acme/m1
manufacturer: Acme
category: energy_meter
default_unit: 7
capabilities: {max_registers: 50, gap: 4, pause: 20ms, settle: 1s, tolerate: [extra_bytes]}
points:
  voltage_l1: {ref: input:0, type: float32, unit: V, quantity: voltage, poll: fast}
  voltage_l2: {ref: input:2, type: float32, unit: V, quantity: voltage, poll: fast}
  active_energy_import: {ref: input:10, type: uint32, unit: kWh, quantity: active_energy_import, poll: slow}
  state: {ref: input:20, quantity: state, enum: {0: off, 1: running}}
  limit: {ref: holding:3, unit: A, scale: 0.1, quantity: current_limit, write: {min: 6, max: 32, function: 16}}
  serial_number: {ref: holding:10, type: string, length: 4, quantity: serial_number}
"""


def site(tmp_path: Path, device: str, connection: str = "") -> Site:
    (tmp_path / "mine").mkdir(exist_ok=True)
    (tmp_path / "mine" / "m1.yaml").write_text(MAP)
    file = tmp_path / "site.yaml"
    file.write_text(
        f"site: h\nconnections: {{c: {{url: tcp://10.0.0.1{connection}}}}}\n"
        f"devices: {{d: {{connection: c, map: mine/m1.yaml{device}}}}}\n"
    )
    return load_site(file)


def intervals(made: Site) -> dict[str, float]:
    return {one.name: one.interval for one in made.connections[0].devices[0].points}


def faults(tmp_path: Path, device: str) -> list[str]:
    with pytest.raises(SiteFileError) as raised:
        site(tmp_path, device)
    return [str(fault).removeprefix(f"{tmp_path}/") for fault in raised.value.faults]


def test_a_device_with_a_map_reads_all_its_points_as_often_as_the_map_proposes(tmp_path: Path) -> None:
    made = site(tmp_path, "")
    assert intervals(made) == {
        "voltage_l1": 1.0,
        "voltage_l2": 1.0,
        "active_energy_import": 60.0,
        "state": 5.0,
        "limit": 60.0,
        "serial_number": 3600.0,
    }
    assert made.connections[0].devices[0].unit == 7
    assert made.sheets == (tmp_path / "mine" / "m1.yaml",)
    assert made.warnings == ()


def test_groups_choose_points_by_glob_and_the_others_can_still_be_named(tmp_path: Path) -> None:
    made = site(
        tmp_path, ", unit: 5, groups: {live: {interval: 10s, points: [voltage_*]}, rest: {points: [state]}}"
    )
    device = made.connections[0].devices[0]
    assert intervals(made) == {"voltage_l1": 10.0, "voltage_l2": 10.0, "state": 5.0}
    assert device.unit == 5
    assert {one.name for one in device.more} == {"active_energy_import", "limit", "serial_number"}
    assert {one.name for one in device.known} >= {"voltage_l1", "serial_number"}


def test_points_are_in_the_order_of_the_groups(tmp_path: Path) -> None:
    groups = ", groups: {a: {points: [state, 'voltage_*']}, b: {points: [active_energy_import, voltage_l1]}}"
    names = list(intervals(site(tmp_path, f"{groups}, points: {{limit: {{interval: 2s}}}}")))
    assert names == ["state", "voltage_l1", "voltage_l2", "active_energy_import", "limit"]


def test_the_site_file_may_say_how_a_point_is_collected(tmp_path: Path) -> None:
    said = (
        ", groups: {g: {points: [state]}}, points: {voltage_l1: {interval: 2s, deadband: 0.5, stale: 9s},"
        " limit: {write: {min: 8, max: 16}}, extra: {ref: holding:99}, serial_number: {ref: holding:500}}"
    )
    points = {one.name: one for one in site(tmp_path, said).connections[0].devices[0].points}
    assert set(points) == {"voltage_l1", "limit", "extra", "serial_number", "state"}
    assert (points["voltage_l1"].interval, points["voltage_l1"].deadband, points["voltage_l1"].stale) == (
        2,
        0.5,
        9,
    )
    assert points["limit"].write == WriteRule(8, 16, function=16)
    assert points["serial_number"].point.address == 500


def test_the_map_lowers_what_a_read_may_ask_for(tmp_path: Path) -> None:
    device = site(tmp_path, "").connections[0].devices[0]
    assert (device.max_registers, device.max_bits, device.gap) == (50, 1920, 4)
    device = site(tmp_path, ", max_registers: 100, gap: 0").connections[0].devices[0]
    assert (device.max_registers, device.gap) == (100, 0)


def test_the_connection_suits_the_map_unless_the_file_says_otherwise(tmp_path: Path) -> None:
    connection = site(tmp_path, "").connections[0]
    assert (connection.pause, connection.settle, connection.tolerate) == (0.02, 1.0, {"extra_bytes"})
    connection = site(tmp_path, "", ", pause: 0, settle: 2s, tolerate: []").connections[0]
    assert (connection.pause, connection.settle, connection.tolerate) == (0.0, 2.0, frozenset())


def test_the_most_cautious_map_of_a_connection_counts() -> None:
    before = ConnectionSettings("c", "tcp://10.0.0.1")
    known = [
        Capabilities(pause=0.1),
        Capabilities(pause=0.3, response_timeout=parse_duration("2s")),
        Capabilities(),
    ]
    after = suited(before, Connection(url="tcp://10.0.0.1"), known)
    assert (after.pause, after.settle, after.response_timeout) == (0.3, 0.0, 2.0)
    assert suited(before, Connection(url="tcp://10.0.0.1"), []) is before


@pytest.mark.parametrize(
    ("device", "fault"),
    [
        (
            ", groups: {g: {points: [voltage_l9]}}",
            "no point is called 'voltage_l9'; did you mean 'voltage_l2'?",
        ),
        (", points: {voltage_l1: {scale: 2}}", "devices.d.points.voltage_l1.scale: is said by the map"),
        (", points: {state: {deadband: 2}}", "no deadband"),
        (", points: {voltage_l1: {write: {}}}", "the input table cannot be written"),
        (", points: {own: {interval: 2s}}", "says neither 'ref' nor 'expression'"),
    ],
)
def test_what_a_site_file_may_not_say(tmp_path: Path, device: str, fault: str) -> None:
    assert any(fault in one for one in faults(tmp_path, device))


@pytest.mark.parametrize(
    "name", ["../../x", "/etc/passwd.yaml", "../m1.yaml", "nobody/knows", "no/such.yaml"]
)
def test_a_map_that_is_none_is_one_fault_at_its_place(tmp_path: Path, name: str) -> None:
    file = tmp_path / "site.yaml"
    file.write_text(
        "site: h\nconnections: {c: {url: tcp://10.0.0.1}}\ndevices:\n"
        f"  d:\n    connection: c\n    map: {name}\n    groups: {{g: {{points: [voltage_*]}}}}\n"
    )
    with pytest.raises(SiteFileError) as raised:
        load_site(file)
    assert [(fault.line, fault.key_path) for fault in raised.value.faults] == [(6, "devices.d.map")]
