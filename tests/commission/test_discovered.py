"""Site files out of what was found."""

from __future__ import annotations

from pathlib import Path

import pytest

from port502.commission.discovered import Addition, addition_of, additions_of, site_with
from port502.discover.found import FoundDevice, FoundUnit
from port502.discover.units import UnitClass
from port502.errors import ConfigError, UsageError
from port502.site.build import Site, load_site
from tests.secure import Plant

METER = Addition("tcp://10.0.0.5", 1, "Eastron SDM630", "", "eastron/sdm630")
PATH = Path("plant.yaml")


def loaded(tmp_path: Path, text: str) -> Site:
    path = tmp_path / "site.yaml"
    path.write_text(text)
    return load_site(path)


def test_a_new_site_can_be_run(tmp_path: Path) -> None:
    additions = [
        METER,
        Addition("tcp://10.0.0.6:1502", 1, "Eastron SDM120", "", "eastron/sdm120", gateway=True),
        Addition("tcp://10.0.0.6:1502", 5, "Eastron SDM120", "", "eastron/sdm120", gateway=True),
        Addition("tcp://10.0.0.7", 1, "", "", "", "holding:0", tolerate=("extra_bytes",)),
        Addition("tcp://10.0.0.8", 1, "Acme SUN", "", "", "holding:40000", describes_itself=True),
    ]
    text = site_with(None, additions, path=PATH)
    site = loaded(tmp_path, text)
    assert site.name == "plant"
    assert [(one.name, one.url, len(one.devices)) for one in site.connections] == [
        ("at-10-0-0-5", "tcp://10.0.0.5", 1),
        ("gateway-10-0-0-6-1502", "tcp://10.0.0.6:1502", 2),
        ("at-10-0-0-7", "tcp://10.0.0.7", 1),
        ("at-10-0-0-8", "tcp://10.0.0.8", 1),
    ]
    names = [device.name for one in site.connections for device in one.devices]
    assert names == [
        "eastron-sdm630",
        "eastron-sdm120",
        "eastron-sdm120-unit-5",
        "device-10-0-0-7",
        "acme-sun",
    ]
    assert site.connections[1].gateway
    assert site.connections[2].tolerate == {"extra_bytes"}
    assert all(device.points for one in site.connections for device in one.devices)
    assert "# no map known" in text
    assert "# describes itself: port502 maps import tcp://10.0.0.8 --unit 1" in text
    assert not any(device.writes for one in site.connections for device in one.devices)


def test_comments_and_order_of_a_site_that_is_there_stay(tmp_path: Path) -> None:
    before = (
        "# the plant\nsite: hall   # of the north\nconnections:\n  plc: {url: tcp://10.0.0.5:502}  # main\n"
        'devices:\n  pump:\n    connection: plc\n    unit: 7\n    points: {level: {ref: "40001"}} # m\n'
        "history: {path: data/}\n"
    )
    after = site_with(before, [METER], path=PATH)
    assert [line for line in before.splitlines() if line not in after.splitlines()] == []
    site = loaded(tmp_path, after)
    (connection,) = site.connections
    assert [device.name for device in connection.devices] == ["pump", "eastron-sdm630"]


def test_a_device_that_is_there_is_not_added_again() -> None:
    text = site_with(None, [METER], path=PATH)
    with pytest.raises(UsageError, match="has this device already"):
        site_with(text, [METER], path=PATH)
    more = site_with(text, [METER, Addition("tcp://10.0.0.9", 1, "", "", "", "coil:0")], path=PATH)
    assert more.count("eastron/sdm630") == 1
    assert "10.0.0.9" in more


@pytest.mark.parametrize("text", ["- a\n", "plant: x\n", "a: [\n"])
def test_what_is_no_site_file_is_left_alone(text: str) -> None:
    with pytest.raises(ConfigError, match="no site file"):
        site_with(text, [METER], path=PATH)


def test_names_that_a_device_gives_itself_cannot_break_the_file(tmp_path: Path) -> None:
    evil = Addition("tcp://10.0.0.5", 1, "x: }\n  y: !secret z # \x1b[31m 7", "9 {lives}", "", "holding:0")
    site = loaded(tmp_path, site_with(None, [evil], path=PATH))
    assert [device.name for device in site.connections[0].devices] == ["device-9-lives"]


def test_what_can_be_collected_of_devices() -> None:
    units = (
        FoundUnit(1, UnitClass.DEVICE, map="eastron/sdm630", vendor="Eastron", readable="holding:0"),
        FoundUnit(2, UnitClass.GATEWAY_SILENT),
        FoundUnit(3, UnitClass.DEVICE, map="sunspec", models=(1,), sunspec_base=40000),
    )
    device = FoundDevice("10.0.0.1", 502, name="hall.plant.local", units=units, gateway=True)
    one, three = additions_of([device])
    assert (one.url, one.map, one.name, one.gateway) == ("tcp://10.0.0.1:502", "eastron/sdm630", "hall", True)
    assert (three.map, three.ref, three.describes_itself) == ("", "holding:40000", True)
    assert addition_of(device, units[0], "own").name == "own"


def test_tls_takes_its_files_along_as_seen_from_the_site_file(tmp_path: Path) -> None:
    plant = Plant(tmp_path)
    device = FoundDevice(
        "10.0.0.1", 802, "tls", units=(FoundUnit(1, UnitClass.DEVICE, readable="holding:0"),)
    )
    additions = additions_of([device], {**plant.files(), "name": Path("plc")})
    (tmp_path / "sites").mkdir()
    path = tmp_path / "sites" / "site.yaml"
    text = site_with(None, additions, path=path)
    path.write_text(text)
    assert "certificate: ../" in text
    (connection,) = load_site(path).connections
    assert (connection.url, connection.tls is not None) == ("tls://10.0.0.1:802", True)
    plain = additions_of([FoundDevice("10.0.0.1", 502, units=device.units)], plant.files())
    assert plain[0].tls == {}
