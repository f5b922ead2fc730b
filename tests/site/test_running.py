"""A site at work against real servers on loopback."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
import pytest_asyncio

from port502.errors import ConfigError, IllegalDataAddressError, NoReplyError, UsageError
from port502.history import History
from port502.server import Server
from port502.service.device import Device
from port502.site.build import load_site
from port502.site.control import (
    AskCurrent,
    AskTraffic,
    ask_call,
    ask_lock,
    ask_read,
    ask_status,
    ask_write,
    control_path,
    inquire,
)
from port502.site.faults import SiteFileError
from port502.site.running import Running

SITE = """
site: test
history: {{path: data}}
connections:
  plc: {{url: "{url}", response_timeout: 2s}}
devices:
  pump:
    connection: plc
    writes: true
    interval: 50ms
    points:
      speed: {{ref: "40001", scale: 0.1, unit: Hz}}
      setpoint: {{ref: "40002", write: {{min: 0, max: 50}}}}
      twice: {{expression: "speed * 2"}}
"""


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not condition():
            await asyncio.sleep(0)


@pytest_asyncio.fixture
async def device() -> AsyncIterator[tuple[Device, str]]:
    device = Device(holding={0: [481, 7]})
    async with Server(device, "tcp://127.0.0.1:0") as server:
        yield device, server.url


def site_file(folder: Path, url: str, text: str = SITE) -> Path:
    path = folder / "site.yaml"
    path.write_text(text.format(url=url))
    return path


async def test_values_are_collected_computed_and_kept(device: tuple[Device, str], tmp_path: Path) -> None:
    path = site_file(tmp_path, device[1])
    async with Running(load_site(path)) as running:
        await until(lambda: running.summary().good >= 10)
        summary = running.summary()
        assert summary.bad == 0
        assert (summary.connections, summary.devices, summary.points) == (1, 1, 3)
    kept = list(History(tmp_path / "data" / "history.sqlite").query(["pump.*"]))
    good = [sample for sample in kept if sample.quality == "good"]
    assert {sample.point for sample in good} == {"pump.speed", "pump.setpoint", "pump.twice"}
    values = {"pump.speed": 48.1, "pump.setpoint": 7, "pump.twice": 96.2}
    assert all(sample.value == values[sample.point] for sample in good)


async def test_it_can_be_asked_while_it_runs(device: tuple[Device, str], tmp_path: Path) -> None:
    path = site_file(tmp_path, device[1])
    socket = control_path(tmp_path / "data")
    async with Running(load_site(path)):
        status = await asyncio.to_thread(ask_status, socket)
        assert status.site == "test"
        assert status.process == os.getpid()
        assert status.collector.connections[0].name == "plc"
        (speed,) = await asyncio.to_thread(ask_read, socket, "pump", ("speed",))
        assert (speed.value, speed.quality, speed.registers) == (48.1, "good", (481,))
        written = await asyncio.to_thread(ask_write, socket, "pump", "setpoint", 42)
        assert (written.before, written.sent, written.after, written.verified) == (7, (42,), 42, True)
        assert device[0].holding[1] == 42


async def test_what_is_known_is_told_without_asking_a_device(
    device: tuple[Device, str], tmp_path: Path
) -> None:
    path = site_file(tmp_path, device[1])
    socket = control_path(tmp_path / "data")
    async with Running(load_site(path)) as running:
        await until(lambda: running.summary().good >= 3)
        (speed,) = (await inquire(socket, AskCurrent(("pump.speed",)))).current or ()
        assert (speed.value, speed.quality, speed.registers, speed.ref) == (48.1, "good", (481,), "holding:0")
        assert speed.age < 20
        assert [one.name for one in (await inquire(socket, AskCurrent())).current or ()] == [
            "pump.setpoint",
            "pump.speed",
            "pump.twice",
        ]


async def test_traffic_is_told_in_words(device: tuple[Device, str], tmp_path: Path) -> None:
    path = site_file(tmp_path, device[1])
    socket = control_path(tmp_path / "data")
    async with Running(load_site(path)) as running:
        await until(lambda: running.summary().good >= 3)
        assert (await inquire(socket, AskTraffic("plc"))).overheard == ()
        reply = await asyncio.to_thread(ask_call, socket, "pump", bytes.fromhex("0300000002"))
        assert reply
        lines = (await inquire(socket, AskTraffic("plc"))).overheard or ()
        told = [(one.asked, one.answered) for one in lines if one.done]
        assert ("read holding registers 0 *2", "= 481 7") in told
        assert not (await inquire(socket, AskTraffic("plc", after=10**6))).overheard
        with pytest.raises(UsageError, match="nobody"):
            await inquire(socket, AskTraffic("nobody"))


async def test_errors_keep_their_class_through_the_socket(device: tuple[Device, str], tmp_path: Path) -> None:
    path = site_file(tmp_path, device[1])
    socket = control_path(tmp_path / "data")
    async with Running(load_site(path)):
        with pytest.raises(UsageError, match="may not be written"):
            await asyncio.to_thread(ask_write, socket, "pump", "speed", 1)
        with pytest.raises(UsageError):
            await asyncio.to_thread(ask_write, socket, "pump", "setpoint", 51)
        with pytest.raises(UsageError, match="no device"):
            await asyncio.to_thread(ask_read, socket, "nobody", ("speed",))
        with pytest.raises(IllegalDataAddressError):
            await asyncio.to_thread(ask_read, socket, "pump", ("holding:999",))


async def test_any_function_goes_through_its_connection(device: tuple[Device, str], tmp_path: Path) -> None:
    path = site_file(tmp_path, device[1])
    socket = control_path(tmp_path / "data")
    async with Running(load_site(path)) as running:
        reply = await asyncio.to_thread(ask_call, socket, "pump", bytes.fromhex("0300000002"))
        assert reply.hex() == "030401e10007"
        with pytest.raises(IllegalDataAddressError) as refused:
            await asyncio.to_thread(ask_call, socket, "pump", bytes.fromhex("0303e70001"))
        assert refused.value.function == 3
        with pytest.raises(UsageError, match="that is no request"):
            await asyncio.to_thread(ask_call, socket, "pump", bytes.fromhex("0300"))
        setting = bytes.fromhex("060001002a")
        assert await asyncio.to_thread(ask_call, socket, "pump", setting) == setting
        assert device[0].holding[1] == 42
        assert running.status().collector.connections[0].connects == 1


async def test_a_call_that_writes_keeps_to_the_lock(device: tuple[Device, str], tmp_path: Path) -> None:
    path = site_file(tmp_path, device[1])
    socket = control_path(tmp_path / "data")
    async with Running(load_site(path)):
        await asyncio.to_thread(ask_lock, socket, "maintenance")
        for pdu, raw in (("060001002a", False), ("060001002a", True), ("410102", True)):
            with pytest.raises(UsageError, match="maintenance"):
                await asyncio.to_thread(ask_call, socket, "pump", bytes.fromhex(pdu), raw=raw)
        assert (await asyncio.to_thread(ask_call, socket, "pump", bytes.fromhex("0300010001")))[-1] == 7
    assert device[0].holding[1] == 7


async def test_a_lost_sample_is_counted_once(device: tuple[Device, str], tmp_path: Path) -> None:
    async with Running(load_site(site_file(tmp_path, device[1]))) as running:
        recorder = running._recorder
        assert recorder is not None
        recorder.spool.record_loss(0.0, 1.0, 7, "the disk is full")
        recorder.capacity = 0
        await until(lambda: recorder.overflowed > 0)
        recorder.capacity = 200_000
        history = running.status().history
        assert history.lost == 7 + history.overflowed
        assert recorder.flush(20)
        status, summary = running.status(), running.summary()
        assert status.history.lost == summary.lost == 7 + status.history.overflowed


async def test_a_site_runs_once(device: tuple[Device, str], tmp_path: Path) -> None:
    path = site_file(tmp_path, device[1])
    async with Running(load_site(path)):
        with pytest.raises(UsageError, match="running already"):
            await Running(load_site(path)).start()
    async with Running(load_site(path)):
        pass


async def test_a_socket_left_behind_by_a_killed_process_is_no_obstacle(
    device: tuple[Device, str], tmp_path: Path
) -> None:
    import socket

    path = site_file(tmp_path, device[1])
    left = control_path(tmp_path / "data")
    left.parent.mkdir(mode=0o700)
    with socket.socket(socket.AF_UNIX) as killed:
        killed.bind(str(left))
    async with Running(load_site(path)) as running:
        assert (await asyncio.to_thread(ask_status, left)).site == running.site.name


def _value(running: Running, point: str) -> object:
    current = running.collector.current(point)
    return current.sample.value if current is not None else None


async def test_a_reload_changes_only_what_changed(device: tuple[Device, str], tmp_path: Path) -> None:
    path = site_file(tmp_path, device[1])
    async with (
        Server(Device(holding={0: [5]}), "tcp://127.0.0.1:0") as other,
        Running(load_site(path)) as running,
    ):
        await until(lambda: running.summary().good > 0)
        connects = running.status().collector.connections[0].connects
        more = SITE + '  tank: {{connection: second, points: {{level: {{ref: "40001", interval: 50ms}}}}}}\n'
        more = more.replace("devices:", f'  second: {{{{url: "{other.url}"}}}}\ndevices:')
        site_file(tmp_path, device[1], more)
        change = await running.reload()
        assert (change.added, change.kept) == (("second",), ("plc",))
        await until(lambda: _value(running, "tank.level") == 5)
        assert running.status().collector.connections[0].connects == connects


async def test_a_faulty_file_changes_nothing(device: tuple[Device, str], tmp_path: Path) -> None:
    path = site_file(tmp_path, device[1])
    async with Running(load_site(path)) as running:
        path.write_text("site: broken\nconections: {}\n")
        with pytest.raises(SiteFileError, match="conections"):
            await running.reload()
        before = running.summary().polls
        await until(lambda: running.summary().polls > before)
        assert running.site.name == "test"


async def test_a_dead_device_gives_bad_samples_with_words_never_numbers(
    device: tuple[Device, str], tmp_path: Path
) -> None:
    path = site_file(tmp_path, "tcp://127.0.0.1:1")
    async with Running(load_site(path)) as running:
        await until(lambda: running.summary().bad >= 2)
        assert running.summary().good == 0
    samples = History(tmp_path / "data" / "history.sqlite").query(["pump.*"])
    kept = [sample for sample in samples if sample.quality == "bad"]
    assert kept
    assert all(sample.value is None and sample.reason for sample in kept)


async def test_a_data_directory_that_cannot_be_made_is_told(
    device: tuple[Device, str], tmp_path: Path
) -> None:
    (tmp_path / "data").write_text("a file")
    with pytest.raises(ConfigError, match="data directory"):
        await Running(load_site(site_file(tmp_path, device[1]))).start()


async def test_what_is_kept_and_the_socket_are_the_owner_s_only(
    device: tuple[Device, str], tmp_path: Path
) -> None:
    path = site_file(tmp_path, device[1])
    async with Running(load_site(path)):
        for name, mode in (("", 0o700), ("history.sqlite", 0o600), ("control.sock", 0o600)):
            assert (tmp_path / "data" / name).stat().st_mode & 0o777 == mode
    assert not (tmp_path / "data" / "control.sock").exists()


@pytest.mark.slow
async def test_a_silent_device_is_a_timeout_for_who_asks(tmp_path: Path) -> None:
    from tests.scripted import scripted, silent

    async with scripted(silent) as port:
        text = SITE.replace("response_timeout: 2s", "response_timeout: 60ms").replace("50ms", "1s")
        path = site_file(tmp_path, f"tcp://127.0.0.1:{port}", text)
        async with Running(load_site(path)):
            with pytest.raises(NoReplyError):
                await asyncio.to_thread(ask_read, control_path(tmp_path / "data"), "pump", ("speed",))
