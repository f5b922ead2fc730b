"""Listeners of a running site, against real clients and a real device on loopback."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from port502.client import Client
from port502.errors import (
    ConfigError,
    ConnectError,
    GatewayTargetError,
    IllegalFunctionError,
    ServerDeviceFailureError,
    UsageError,
)
from port502.guard.chain import records, verify
from port502.protocol.message import LongResponse
from port502.server import Server
from port502.service.access import Networks
from port502.service.call import Call, Reply
from port502.service.device import Device
from port502.service.long_frames import LongFrames
from port502.service.units import Units
from port502.site.build import load_site
from port502.site.control import ask_lock, ask_unlock, ask_write, control_path
from port502.site.running import Running
from tests.hostile.raw import connected
from tests.peers.ports import free_port
from tests.site.test_running import until

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
      speed: {{ref: "40001", scale: 0.1, write: {{min: 0, max: 50}}}}
      gone: {{ref: "40100"}}
listeners:
  safe: {{url: "tcp://127.0.0.1:0", policy: policy.yaml, guard: {{connection: plc}}}}
  station: {{url: "tcp://127.0.0.1:0", serve: {{points: {{holding:0: pump.speed/float32, holding:9: pump.gone}}}}}}
  own: {{url: "tcp://127.0.0.1:0", units: [3], serve: own.yaml}}
"""
SHARED = """
  shared: {{url: "tcp://127.0.0.1:0", share: {{connection: plc, cache: 1m}}}}
  judged: {{url: "tcp://127.0.0.1:0", policy: policy.yaml, share: {{connection: plc}}}}
"""
POLICY = "default: deny\nrules:\n  - {name: reads, functions: [read], points: ['holding:0*2']}\n"
WRITES = "  - {name: writes, functions: [write], points: ['holding:1'], values: {max: 50}}\n"


def write(path: Path, text: str) -> None:
    path.write_text(text)


@pytest_asyncio.fixture
async def device() -> AsyncIterator[tuple[Device, str]]:
    device = Device(holding={0: [481, 7]})
    async with Server(device, "tcp://127.0.0.1:0") as server:
        yield device, server.url


@pytest.fixture
def path(device: tuple[Device, str], tmp_path: Path) -> Path:
    (tmp_path / "policy.yaml").write_text(POLICY + WRITES)
    (tmp_path / "own.yaml").write_text("device: own\nholding: {0: [5]}\n")
    path = tmp_path / "site.yaml"
    write(path, SITE.format(url=device[1]))
    return path


def client_of(running: Running, listener: str, unit: int = 1) -> Client:
    return Client(running.listeners.running[listener].url, unit=unit)


async def test_a_guard_uses_the_connection_of_the_site(device: tuple[Device, str], path: Path) -> None:
    async with Running(load_site(path)) as running:
        async with client_of(running, "safe") as client:
            assert await client.read_holding_registers(0, 2) == [481, 7]
            await client.write_register(1, 50)
            for address, value in ((1, 51), (0, 1)):
                with pytest.raises(IllegalFunctionError):
                    await client.write_register(address, value)
        assert running.status().collector.connections[0].connects == 1
        safe = next(one for one in running.status().listeners if one.name == "safe")
        assert (safe.url, safe.refused) == (running.listeners.running["safe"].url, 2)
    ended = running.summary()
    assert ended.refused == 2
    assert ended.last_refusal is not None
    assert (ended.last_refusal.listener, ended.last_refusal.table) == ("safe", "holding")
    assert (ended.last_refusal.address, ended.last_refusal.exception) == (0, 1)
    assert device[0].holding[0:2] == [481, 50]
    log = path.parent / "data" / "audit" / "safe.jsonl"
    assert [said["event"] for said in records(log)] == ["new write", "write", "refused", "refused"]
    assert verify(log).whole


async def test_h178_a_guard_of_a_site_passes_long_frames_where_they_are_named(tmp_path: Path) -> None:
    asked: list[bytes] = []

    def tool(call: Call) -> Reply:
        asked.append(call.request.encode())
        return LongResponse(90, bytes(253))

    (tmp_path / "policy.yaml").write_text("default: deny\nrules: [{name: tools, functions: [90]}]\n")
    named = (LongFrames(Networks(["127.0.0.1"]), 90),)
    async with Server(Units({}, any_unit=tool), "tcp://127.0.0.1:0", long_frames=named) as plc:
        text = (
            f"site: s\nhistory: {{path: data}}\nconnections: {{plc: {{url: '{plc.url}'}}}}\n"
            "listeners:\n  safe:\n    url: tcp://127.0.0.1:0\n    policy: policy.yaml\n    guard: {connection: plc}\n"
            "    long_frames: [{from: 127.0.0.1, function: 90}]\n"
        )
        write(tmp_path / "site.yaml", text)
        site = load_site(tmp_path / "site.yaml")
        assert site.connections[0].longer == ((90, 261),)
        assert load_site(tmp_path / "site.yaml").listeners == site.listeners, "a reload changes nothing"
        async with Running(site) as running:
            url = running.listeners.running["safe"].url
            async with connected(int(url.rpartition(":")[2])) as raw:
                long = struct.pack(">HHHBB", 9, 0, 255, 1, 90) + bytes(range(253))
                raw.send(long)
                assert await raw.reader.readexactly(261) == long[:8] + bytes(253)
        assert asked == [long[7:]]


async def test_collector_and_clients_share_the_one_connection(device: tuple[Device, str], path: Path) -> None:
    write(path, (SITE + SHARED).format(url=device[1]))
    control = control_path(path.parent / "data")
    async with Running(load_site(path)) as running:
        await until(lambda: running.collector.latest["pump.speed"].quality == "good")
        async with client_of(running, "shared") as one, client_of(running, "judged") as other:
            assert await one.read_holding_registers(0, 2) == [481, 7]
            device[0].holding[1] = 8
            assert await one.read_holding_registers(1, 1) == [7]
            await one.write_register(1, 9)
            assert await one.read_holding_registers(0, 2) == [481, 9]
            with pytest.raises(IllegalFunctionError):
                await other.write_register(0, 1)
            assert await other.read_holding_registers(0, 2) == [481, 9]
            await asyncio.to_thread(ask_write, control, "pump", "speed", 10.0)
            assert await one.read_holding_registers(0, 2) == [100, 9]
        assert running.status().collector.connections[0].connects == 1


async def test_a_shared_device_that_is_gone_is_0b_at_once(path: Path) -> None:
    write(path, (SITE + SHARED).format(url=f"tcp://127.0.0.1:{free_port()}"))
    async with Running(load_site(path)) as running:
        await until(lambda: running.status().collector.connections[0].state == "backing off")
        async with client_of(running, "shared") as client:
            for _ in range(3):
                with pytest.raises(GatewayTargetError):
                    await client.read_holding_registers(0, 1)
        await running.collector.stop()
        listening = running.listeners.running["shared"]
        assert listening._wire_state() == "backing off"
        listening.written()


async def test_what_was_collected_is_served(path: Path) -> None:
    async with Running(load_site(path)) as running:
        await until(lambda: running.collector.latest["pump.speed"].quality == "good")
        async with client_of(running, "station") as client:
            assert await client.read("holding:0/float32") == [pytest.approx(48.1)]
            with pytest.raises(ServerDeviceFailureError):
                await client.read_holding_registers(9)
        async with client_of(running, "own", 3) as client:
            await client.write_register(0, 6)
            assert await client.read_holding_registers(0) == [6]


async def test_the_lock_stops_all_writes_and_outlives_the_process(
    device: tuple[Device, str], path: Path
) -> None:
    control = control_path(path.parent / "data")
    async with Running(load_site(path)) as running:
        assert await asyncio.to_thread(ask_lock, control, "fire", "eva") == ("safe", "station", "own")
        for listener, unit, address in (("safe", 1, 1), ("own", 3, 0)):
            async with client_of(running, listener, unit) as client:
                with pytest.raises(IllegalFunctionError):
                    await client.write_register(address, 9)
                assert await client.read_holding_registers(0)
        with pytest.raises(UsageError, match=r"all writes are stopped \(fire\)"):
            await asyncio.to_thread(ask_write, control, "pump", "speed", 3.0)
    async with Running(load_site(path)) as running:
        assert running.listeners.locked == "fire"
        async with client_of(running, "safe") as client:
            with pytest.raises(IllegalFunctionError):
                await client.write_register(1, 9)
            await asyncio.to_thread(ask_unlock, control, "eva")
            await client.write_register(1, 9)
    assert device[0].holding[1] == 9


async def test_a_lock_that_cannot_be_read_is_a_lock(path: Path) -> None:
    data = path.parent / "data"
    data.mkdir(mode=0o700)
    write(data / "locked.json", "{")
    async with Running(load_site(path)) as running:
        assert running.listeners.locked


async def test_h184_h185_a_new_policy_holds_on_open_connections_and_a_faulty_one_changes_nothing(
    path: Path,
) -> None:
    async with Running(load_site(path)) as running, client_of(running, "safe") as client:
        await client.write_register(1, 1)
        write(path.parent / "policy.yaml", POLICY)
        await running.reload()
        with pytest.raises(IllegalFunctionError):
            await client.write_register(1, 2)
        assert await client.read_holding_registers(0, 2) == [481, 1]
        write(path.parent / "policy.yaml", POLICY + "  - {functions: [reed]}\n")
        with pytest.raises(ConfigError, match="is no function"):
            await running.reload()
        assert await client.read_holding_registers(0, 2) == [481, 1]
        assert running.listeners.running["safe"].gate.policy.rules[0].name == "reads"


async def test_a_reload_starts_stops_and_keeps_listeners(device: tuple[Device, str], path: Path) -> None:
    async with Running(load_site(path)) as running, client_of(running, "safe") as client:
        await client.read_holding_registers(0)
        kept = running.listeners.running["safe"]
        text = SITE.format(url=device[1]).replace("own:", "other:").replace("units: [3]", "units: [4]")
        write(path, text)
        change = await running.reload()
        assert "listeners" in change.others
        assert list(running.listeners.running) == ["safe", "station", "other"]
        assert running.listeners.running["safe"] is kept
        assert await client.read_holding_registers(0) == [481]


async def test_a_port_that_is_taken_keeps_a_site_from_starting(
    device: tuple[Device, str], path: Path
) -> None:
    write(path, SITE.format(url=device[1]).replace("tcp://127.0.0.1:0", device[1], 1))
    with pytest.raises(ConnectError):
        async with Running(load_site(path)):
            pass


async def test_a_listener_that_cannot_start_later_is_logged(
    device: tuple[Device, str], path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with Running(load_site(path)) as running:
        write(path, SITE.format(url=device[1]) + f'  late: {{url: "{device[1]}", serve: own.yaml}}\n')
        await running.reload()
        assert "late" not in running.listeners.running
        assert "listener late cannot start" in caplog.text


async def test_who_is_connected_and_what_the_gates_decided(path: Path) -> None:
    (path.parent / "policy.yaml").write_text(
        POLICY.replace("rules:", "clients: {scada: {from: 127.0.0.5}}\nrules:")
    )
    async with Running(load_site(path)) as running:
        stranger, free = client_of(running, "safe"), client_of(running, "station")
        scada = Client(running.listeners.running["safe"].url, source="127.0.0.5")
        async with stranger, free, scada:
            await scada.read_holding_registers(0, 2)
            await scada.read_holding_registers(0, 1)
            await free.read_holding_registers(0, 1)
            with pytest.raises(IllegalFunctionError):
                await stranger.write_register(1, 5)
            told = {(one.listener, one.client): one for one in running.listeners.sessions()}
            assert {key: (one.names, one.expected) for key, one in told.items()} == {
                ("safe", "127.0.0.1"): ((), False),
                ("safe", "127.0.0.5"): (("scada",), True),
                ("station", "127.0.0.1"): ((), True),
            }
            mine = told["safe", "127.0.0.5"]
            assert (mine.requests, mine.transport, mine.subject) == (2, "tcp", "")
            assert 0 <= mine.seconds < 60
            running.listeners.lock("a test", "ann")
        recalled = running.listeners.recall.newest()
        assert [(one.listener, one.record.event) for one in recalled] == [
            *[(name, "locked") for name in ("own", "station", "safe")],
            ("safe", "refused"), ("safe", "unexpected client"),
        ]  # fmt: skip
        assert (recalled[0].record.reason, recalled[0].record.cause) == ("a test", "ann")
        running.listeners.unlock("eve")
