"""The files of the demo: all of its meters speak of the same things by the same names."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from port502.guard.engine import Engine, Moment
from port502.guard.policy import Action
from port502.protocol.register_access import ReadHoldingRegistersRequest, WriteSingleRegisterRequest
from port502.registers.maps.library import Library
from port502.service.call import Session
from port502.site.build import Site, load_site
from port502.site.check import check_file
from port502.site.demo_files import (
    DEVICE_NAME,
    DOORS,
    FEEDERS,
    GUARD,
    HALL,
    INTRUDER,
    KINDS,
    LINE_NAME,
    MAP_NAME,
    PLANT_NAME,
    PLC_FILE,
    POLICY_FILE,
    POLICY_NAME,
    SITE_NAME,
    TANK_MAP,
    USUAL_NAME,
    meter_names,
    parts,
    plant_text,
    site_text,
    usual_text,
)
from port502.site.difference import difference
from port502.site.plant_file import load_plant


def written(folder: Path, meters: int, hall: str = "") -> Site:
    known = parts(meters)
    urls = {part.name: f"tcp://{part.host}:1502" for part in known}
    urls[HALL] = hall or f"rtu://{folder / LINE_NAME}?baud=19200&parity=N"
    (folder / MAP_NAME).write_text(TANK_MAP)
    (folder / DEVICE_NAME).write_text(PLC_FILE)
    (folder / PLANT_NAME).write_text(plant_text(known, urls))
    (folder / POLICY_NAME).write_text(POLICY_FILE)
    doors = {door.name: f"tcp://{door.host}:1502" for door in DOORS}
    (folder / USUAL_NAME).write_text(usual_text(doors[GUARD]))
    (folder / SITE_NAME).write_text(site_text(known, urls, meters, doors))
    return load_site(folder / SITE_NAME)


@pytest.mark.slow
@pytest.mark.parametrize("meters", [1, 50, 200])
def test_all_files_are_valid_and_agree(tmp_path: Path, meters: int) -> None:
    site = written(tmp_path, meters)
    for name in (MAP_NAME, DEVICE_NAME, POLICY_NAME, USUAL_NAME, PLANT_NAME, SITE_NAME):
        assert check_file(tmp_path / name).faults == ()
    plant = load_plant(tmp_path / PLANT_NAME)
    assert {place.name: place.url for place in plant.places} == {
        connection.name: connection.url for connection in site.connections
    }
    assert len(plant.places) == meters + 6


def test_the_hall_is_on_a_serial_line_or_on_tcp_where_there_is_none(tmp_path: Path) -> None:
    for hall, pty in (("", True), ("rtu+tcp://127.0.3.6:1502", False)):
        site = written(tmp_path, 1, hall)
        (place,) = (one for one in load_plant(tmp_path / PLANT_NAME).places if one.name == HALL)
        (connection,) = (one for one in site.connections if one.name == HALL)
        assert (place.pty, place.url) == (pty, connection.url)
        assert place.units is not None
        assert sorted(place.units) == [device.unit for device in connection.devices] == [1, 2, 3, 4]
        assert connection.in_turns
        gateway, share = (one for one in site.listeners if one.name != GUARD)
        assert gateway.gateway is not None
        assert (share.connection, share.share is not None) == ("inverter", True)


def test_a_file_read_again_changes_nothing(tmp_path: Path) -> None:
    site = written(tmp_path, 1)
    assert str(difference(site, load_site(site.path))) == "nothing changed"


def test_fifty_meters_are_of_ten_makers(tmp_path: Path) -> None:
    library = Library.default()
    makers = Counter(library.load(device_map).manufacturer for _, device_map, _ in KINDS)
    assert len(makers) == 10
    assert library.load("eastron/sdm630").category == "energy_meter"
    assert len(set(meter_names(50))) == 50
    assert meter_names(11)[::10] == ["eastron-01", "eastron-11"]


def test_every_meter_is_read_every_5_s_by_the_same_names(tmp_path: Path) -> None:
    site = written(tmp_path, len(KINDS))
    devices = {device.name: device for one in site.connections for device in one.devices}
    seen = set()
    for name in meter_names(len(KINDS)):
        live = tuple(point.name for point in devices[name].points if point.interval == 5.0)
        seen.add(frozenset(live))
        assert live[0] == "active_power_total"
        assert len(live) == len(devices[name].points) - 1
    assert len(seen) == 1
    assert {point.interval for point in devices["tank"].points} == {0.5}


def test_the_plc_polls_meters_that_count_in_watts(tmp_path: Path) -> None:
    site = written(tmp_path, 50)
    (plc, *_) = load_plant(tmp_path / PLANT_NAME).places
    assert [poll.device for poll in plc.polls] == meter_names(FEEDERS)
    assert {point.unit for poll in plc.polls for point in poll.points} == {"W"}
    (feeders,) = (one for one in site.connections[0].devices if one.name == "feeders")
    assert [point.point.address for point in feeders.points] == [poll.to for poll in plc.polls]


def test_a_guard_stands_before_the_plc_that_knows_its_operators(tmp_path: Path) -> None:
    (guard,) = (one for one in written(tmp_path, 1).listeners if one.name == GUARD)
    assert guard.connection == "plc"
    assert guard.policy is not None
    engine = Engine(guard.policy)
    for host, request, action in (
        ("127.0.0.1", WriteSingleRegisterRequest(100, 1500), Action.ALLOW),
        ("127.0.0.1", WriteSingleRegisterRequest(100, 1501), Action.REFUSE),
        ("127.0.0.1", ReadHoldingRegistersRequest(0, 2), Action.ALLOW),
        (INTRUDER, ReadHoldingRegistersRequest(0, 2), Action.REFUSE),
        (INTRUDER, WriteSingleRegisterRequest(100, 1500), Action.REFUSE),
    ):
        assert engine.decide(Session(host), 1, request, Moment()).action == action


def test_what_the_policy_allows_its_operators_is_usual(tmp_path: Path) -> None:
    (guard,) = (one for one in written(tmp_path, 1).listeners if one.name == GUARD)
    assert guard.baseline is not None
    (usual,) = guard.baseline.at("127.0.3.101", 1502).conversations.values()
    assert usual.who.client == "127.0.0.1"
    assert usual.values["holding", 100].holds(1500)
    assert not usual.values["holding", 100].holds(9999)
