"""The demo: devices on loopback, and the files that describe and collect them."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from port502.client import Client
from port502.errors import ConnectError, UsageError
from port502.site import demo as module
from port502.site.build import load_site
from port502.site.demo import Demo, demo_folder, intruder_source, place_of
from port502.site.plant_file import load_plant


@pytest.mark.slow
async def test_every_device_answers_and_both_files_are_valid(tmp_path: Path) -> None:
    async with Demo(tmp_path, meters=3, port=0) as demo:
        site = load_site(demo.site_file)
        names = ["plc", "inverter", "battery", "drive", "heat-pump", "hall-bus"]
        names += ["eastron-01", "abb-02", "schneider-03"]
        assert [connection.name for connection in site.connections] == names
        assert not site.warnings
        assert {place.name: place.url for place in load_plant(demo.plant_file).places} == demo.urls
        for connection in site.connections:
            async with Client(connection.url, settle=connection.settle) as client:
                for device in connection.devices:
                    for one in device.points:
                        assert await client.read(one.point.reference, unit=device.unit)


async def test_meters_have_addresses_of_their_own(tmp_path: Path) -> None:
    try:
        with socket.create_server(("127.0.2.1", 0)):
            pass
    except OSError:
        pytest.skip("this system has no address 127.0.2.1")
    async with Demo(tmp_path, meters=2, port=0) as demo:
        assert demo.urls["eastron-01"].startswith("tcp://127.0.2.1:")
        assert demo.urls["abb-02"].startswith("tcp://127.0.2.2:")


async def test_a_port_that_is_taken_gives_way(tmp_path: Path) -> None:
    with socket.create_server(("127.0.3.1", 0)) as taken:
        port = taken.getsockname()[1]
        async with Demo(tmp_path, meters=1, port=port) as demo:
            assert not demo.urls["plc"].endswith(f":{port}")
            assert demo.urls["eastron-01"].endswith(f":{port}")


async def test_a_port_that_is_taken_meanwhile_gives_way_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The one who looked and the one who listens are not the same moment."""
    monkeypatch.setattr(module, "_is_free", lambda host, port: True)
    with socket.create_server(("127.0.3.1", 0)) as taken:
        port = taken.getsockname()[1]
        async with Demo(tmp_path, meters=1, port=port) as demo:
            assert not demo.urls["plc"].endswith(f":{port}")


async def test_another_fault_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fail(self: Demo, port: int) -> None:
        raise ConnectError("no right") from PermissionError(13, "no right")

    monkeypatch.setattr(Demo, "_started", fail)
    with pytest.raises(ConnectError, match="no right"):
        await Demo(tmp_path, meters=1).start()


def test_an_address_that_the_system_has_not_becomes_127_0_0_1() -> None:
    assert place_of("192.0.2.1", 1502) == "tcp://127.0.0.1:0"


def test_the_folder_is_ours_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(tmp_path))
    folder = demo_folder()
    assert folder.parent == tmp_path
    assert folder.stat().st_mode & 0o777 == 0o700
    assert demo_folder() == folder
    assert demo_folder(tmp_path / "a" / "b").is_dir()


def test_a_folder_that_leads_elsewhere_is_refused(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "file").touch()
    for name in ("link", "file"):
        with pytest.raises(UsageError):
            demo_folder(tmp_path / name)


def test_the_hostile_client_comes_from_elsewhere_where_the_system_can(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert intruder_source() in ("127.0.66.6", None)
    monkeypatch.setattr(module, "INTRUDER", "192.0.2.1")
    assert intruder_source() is None
