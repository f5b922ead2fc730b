"""What the words of a command mean: a host, a url, a name of a site file, a point, a reference."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from port502.cli.direct import Direct
from port502.cli.target import Asked, check_limits, find, peer_for, resolve, resolve_write, site_path
from port502.collect.settings import ConnectionSettings, DeviceSettings, PointSettings, WriteRule
from port502.errors import UsageError
from port502.registers.point import Point
from port502.registers.reference import Table

POINTS = (
    PointSettings("level", Point("boiler.level", Table.HOLDING, 0, scale=0.1)),
    PointSettings("level_limit", Point("x", Table.HOLDING, 1), write=WriteRule(0, 50)),
    PointSettings("pump", Point("x", Table.COIL, 3), write=WriteRule()),
)
BOILER = DeviceSettings("boiler", 5, POINTS, writes=True)
PLC = ConnectionSettings("plc", "tcp://127.0.0.1:502", (BOILER,))
SPARE = ConnectionSettings("spare", "tcp://127.0.0.2:502")
SITE = """
site: test
connections: {plc: {url: "tcp://127.0.0.1:502", response_timeout: 4s, retries: 0, tolerate: [extra_bytes]}}
devices: {boiler: {connection: plc, unit: 5, interval: 10s, points: {level: {ref: 40001}}}}
"""


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("plc", "tcp://plc:502"),
        ("plc:1502", "tcp://plc:1502"),
        ("[::1]:502", "tcp://[::1]:502"),
        ("rtu+tcp://10.0.0.1:4001", "rtu+tcp://10.0.0.1:4001"),
        ("rtu:///dev/ttyUSB0?baud=9600", "rtu:///dev/ttyUSB0"),
    ],
)
def test_a_target_is_a_host_or_a_url(text: str, label: str) -> None:
    peer = peer_for(Asked(text))
    assert (peer.label, peer.unit, peer.device) == (label, 1, None)


def test_the_timeout_bounds_connecting_and_each_answer() -> None:
    peer = peer_for(Asked("plc", unit=7, timeout=0.5))
    assert isinstance(peer, Direct)
    settings = peer._client.settings
    assert (settings.connect_timeout, settings.response_timeout, settings.unit) == (0.5, 0.5, 7)


@pytest.mark.parametrize("text", ["", "udp://plc", "plc:99999", "http://plc"])
def test_what_is_no_target_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        peer_for(Asked(text))


def test_a_device_of_a_site_brings_its_connection_and_unit(tmp_path: Path) -> None:
    path = tmp_path / "site.yaml"
    path.write_text(SITE)
    peer = peer_for(Asked("@boiler", site=path))
    assert isinstance(peer, Direct)
    settings = peer._client.settings
    assert (peer.label, peer.unit) == ("@boiler", 5)
    assert (settings.response_timeout, settings.retries, settings.tolerate) == (4.0, 0, {"extra_bytes"})
    assert peer.device is not None
    other = peer_for(Asked("@plc", unit=9, timeout=0.1, site=path))
    assert isinstance(other, Direct)
    assert (other.unit, other.device, other._client.settings.response_timeout) == (9, None, 0.1)


def test_another_unit_than_the_devices_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "site.yaml"
    path.write_text(SITE)
    with pytest.raises(UsageError, match="is unit 5"):
        peer_for(Asked("@boiler", unit=6, site=path))


def test_the_site_file_is_named_or_in_the_environment_or_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PORT502_SITE", raising=False)
    with pytest.raises(UsageError, match="--site FILE"):
        site_path(None)
    for name in ("site.yaml", "other.yaml", "third.yaml"):
        (tmp_path / name).touch()
    assert site_path(None) == Path("site.yaml")
    monkeypatch.setenv("PORT502_SITE", "other.yaml")
    assert site_path(None) == Path("other.yaml")
    assert site_path(Path("third.yaml")) == Path("third.yaml")
    with pytest.raises(UsageError, match="no site file fourth"):
        site_path(Path("fourth.yaml"))


def test_names_of_devices_come_before_those_of_connections() -> None:
    assert find("boiler", [PLC, SPARE], Path("s")) == (PLC, BOILER)
    assert find("spare", [PLC, SPARE], Path("s")) == (SPARE, None)
    with pytest.raises(UsageError, match="it has @boiler, @plc, @spare"):
        find("boilr", [PLC, SPARE], Path("s"))


def test_an_item_is_a_point_a_glob_or_a_reference() -> None:
    assert [one.name for one in resolve("level", BOILER)] == ["boiler.level"]
    assert [one.ref for one in resolve("level*", BOILER)] == ["level", "level_limit"]
    assert [one.ref for one in resolve("holding:7*2", BOILER)] == ["holding:7", "holding:8"]
    assert {one.item for one in resolve("holding:7*2", None)} == {"holding:7*2"}
    assert not resolve("holding:7", BOILER)[0].named


def test_an_item_that_is_nothing_names_the_points() -> None:
    with pytest.raises(UsageError, match="its points are level, level_limit, pump"):
        resolve("levl", BOILER)
    with pytest.raises(UsageError, match="is no reference"):
        resolve("levl", None)
    with pytest.raises(UsageError, match="could be a coil"):
        resolve("0x0001", BOILER)


def test_a_write_is_one_value() -> None:
    assert resolve_write("holding:0*3", None).point.count == 3
    assert resolve_write("level_limit", BOILER).name == "boiler.level_limit"


@pytest.mark.parametrize("item", ["level", "holding:0", "level*"])
def test_only_what_may_be_written_is_written_by_name(item: str) -> None:
    with pytest.raises(UsageError):
        resolve_write(item, BOILER)


def test_limits_are_those_of_the_site_file() -> None:
    limited = resolve_write("level_limit", BOILER)
    check_limits(limited, 50, BOILER)
    for value in (51, -1, float("nan")):
        with pytest.raises(UsageError, match="0 to 50"):
            check_limits(limited, value, BOILER)
    check_limits(resolve_write("pump", BOILER), True, BOILER)
    check_limits(resolve_write("holding:1", None), 60000, None)


@pytest.mark.slow
def test_a_device_that_is_called_directly_loads_nothing_of_a_site() -> None:
    code = (
        "import sys, port502.cli.read, port502.cli.map_exchange; print('port502.site.build' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
