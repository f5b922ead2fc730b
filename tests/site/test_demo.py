"""The demo: devices on loopback, and the site file that collects them."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from port502.client import Client
from port502.errors import UsageError
from port502.site.build import load_site
from port502.site.demo import Demo, demo_folder


async def test_every_device_answers_and_the_site_file_is_valid(tmp_path: Path) -> None:
    async with Demo(tmp_path, meters=3, port=0) as demo:
        site = load_site(demo.site_file)
        assert [connection.name for connection in site.connections] == [
            "plc",
            "drive",
            "meter-01",
            "meter-02",
            "meter-03",
        ]
        assert not site.warnings
        intervals = {
            device.name: device.points[0].interval for one in site.connections for device in one.devices
        }
        assert (intervals["tank"], intervals["pump"], intervals["meter-02"]) == (0.5, 1.0, 5.0)
        for connection in site.connections:
            async with Client(connection.url) as client:
                for device in connection.devices:
                    assert await client.read(*(one.point.reference for one in device.points))


async def test_meters_have_addresses_of_their_own(tmp_path: Path) -> None:
    try:
        with socket.create_server(("127.0.2.1", 0)):
            pass
    except OSError:
        pytest.skip("this system has no address 127.0.2.1")
    async with Demo(tmp_path, meters=2, port=0) as demo:
        assert demo.urls["meter-01"].startswith("tcp://127.0.2.1:")
        assert demo.urls["meter-02"].startswith("tcp://127.0.2.2:")


async def test_a_port_that_is_taken_gives_way(tmp_path: Path) -> None:
    with socket.create_server(("127.0.3.1", 0)) as taken:
        port = taken.getsockname()[1]
        async with Demo(tmp_path, meters=1, port=port) as demo:
            assert not demo.urls["plc"].endswith(f":{port}")
            assert demo.urls["meter-01"].endswith(f":{port}")


async def test_values_move_with_time(tmp_path: Path) -> None:
    async with Demo(tmp_path, meters=1, port=0) as demo:
        demo.move(10.0)
        before = demo.meters[0].device.input.read(0, 16)
        demo.move(20.0)
        assert demo.meters[0].device.input.read(0, 16) != before


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
