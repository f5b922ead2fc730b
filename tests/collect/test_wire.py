"""The collector on real connections: our own server over loopback, killed, silent, and brought back."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from port502.collect.collector import Collector
from port502.collect.sample import BAD, GOOD, Sample
from port502.collect.settings import ConnectionSettings, DeviceSettings, WriteRule
from port502.collect.wire import connect
from port502.registers.reference import Table
from port502.server import Server, Units
from port502.service.device import Device
from port502.transport.fallback import Fallback
from port502.transport.states import LinkState
from port502.transport.tls import TlsFiles
from port502.transport.url import Target
from tests.collect.wire import Keeper, holding
from tests.peers.ports import free_port
from tests.secure import Plant


async def until(true: Callable[[], object], seconds: float = 10.0) -> None:
    """Wait until something is so; a sign that it never will be ends the test."""
    async with asyncio.timeout(seconds):
        while not true():
            await asyncio.sleep(0)


def plant() -> Device:
    return Device(
        holding={0: [100, 200, 0x4120, 0], 50: [7]},
        input={0: [5]},
        coil={0: [True, False]},
        discrete={3: [True]},
    )


def pump(**more: Any) -> DeviceSettings:
    def fast(name: str, address: int, **more: Any) -> Any:
        return holding(name, address, interval=0.05, **more)

    points = (
        fast("speed", 0, scale=0.1),
        fast("setpoint", 1, scale=0.1, write=WriteRule(0.0, 50.0)),
        fast("flow", 2, type="float32"),
        fast("far", 50),
        fast("level", 0, table=Table.INPUT),
        fast("on", 0, table=Table.COIL),
        fast("ready", 3, table=Table.DISCRETE),
    )
    return DeviceSettings("pump", 1, points, writes=True, **more)


def settings(url: str, *devices: DeviceSettings, **more: Any) -> ConnectionSettings:
    quick = {"reconnect_first": 0.05, "reconnect_max": 0.1, "response_timeout": 0.3} | more
    return ConnectionSettings("plc", url, devices or (pump(),), **quick)


def quality(collector: Collector, point: str) -> str:
    return collector.latest[point].quality


async def test_every_table_of_a_real_server_is_read_right() -> None:
    async with Server(plant(), "tcp://127.0.0.1:0") as server:
        keeper = Keeper()
        collector = Collector([settings(server.url)])
        collector.add_sink("keeper", keeper)
        async with collector:
            await until(lambda: len(keeper.of("pump.speed")) >= 5)
            current = collector.current("pump.flow")
        assert {(sample.point, sample.value, sample.quality) for sample in keeper.samples} == {
            ("pump.speed", 10.0, GOOD),
            ("pump.setpoint", 20.0, GOOD),
            ("pump.flow", 10.0, GOOD),
            ("pump.far", 7, GOOD),
            ("pump.level", 5, GOOD),
            ("pump.on", True, GOOD),
            ("pump.ready", True, GOOD),
        }
        assert current is not None
        assert current.registers == (0x4120, 0)


async def test_values_that_change_are_seen_and_writes_arrive() -> None:
    device = plant()
    async with Server(device, "tcp://127.0.0.1:0") as server, Collector([settings(server.url)]) as collector:
        await until(lambda: quality(collector, "pump.far") == GOOD)
        device.holding[50] = 8
        await until(lambda: collector.latest["pump.far"].value == 8)
        result = await collector.write("pump", "setpoint", 42.5)
        assert (result.before, result.sent, result.after, result.verified) == (20.0, (425,), 42.5, True)
        assert device.holding[1] == 425
        (reading,) = await collector.read("pump", "holding:1")
        assert reading.value == 425


async def test_a_server_that_dies_makes_all_bad_and_one_that_returns_makes_all_good() -> None:
    async with Server(plant(), "tcp://127.0.0.1:0") as server:
        url, port = server.url, server.port
        collector = Collector([settings(url)])
        collector.start()
        await until(lambda: quality(collector, "pump.speed") == GOOD)
    await until(lambda: all(sample.quality == BAD for sample in collector.latest.values()))
    assert collector.latest["pump.speed"].reason.startswith("link down: ")
    assert {sample.value for sample in collector.latest.values()} == {None}
    async with Server(plant(), f"tcp://127.0.0.1:{port}"):
        await until(lambda: all(sample.quality == GOOD for sample in collector.latest.values()))
        await collector.stop()


async def test_a_server_that_accepts_and_says_nothing_makes_its_units_silent() -> None:
    connected: list[asyncio.StreamWriter] = []
    listener = await asyncio.start_server(lambda reader, writer: connected.append(writer), "127.0.0.1", 0)
    port = listener.sockets[0].getsockname()[1]
    site = settings(f"tcp://127.0.0.1:{port}", response_timeout=0.05, retries=0)
    async with Collector([site]) as collector:
        await until(lambda: quality(collector, "pump.speed") == BAD)
        assert collector.latest["pump.speed"].reason == "timeout: unit 1 does not answer"
        assert collector.status().connections[0].state == "ready"
    listener.close()
    for writer in connected:
        writer.close()
        await writer.wait_closed()
    await listener.wait_closed()


@pytest.mark.slow
async def test_a_dead_unit_behind_a_gateway_leaves_the_others_alone() -> None:
    dead = DeviceSettings("dead", 9, (holding("a", 0, interval=0.05),))
    async with Server(Units({1: plant()}, silent=True), "tcp://127.0.0.1:0") as server:
        keeper = Keeper()
        collector = Collector([settings(server.url, pump(), dead, response_timeout=0.2)])
        collector.add_sink("keeper", keeper)
        async with collector:
            await until(lambda: len([one for one in keeper.of("pump.speed") if one.quality == GOOD]) >= 8)
            await until(lambda: quality(collector, "dead.a") == BAD)
            units = {one.device: one.state for one in collector.status().connections[0].units}
        assert units == {"pump": "online", "dead": "suspect"}


async def test_a_refused_point_is_named_and_the_rest_is_read() -> None:
    missing = DeviceSettings("pump", 1, tuple(holding(f"p{n}", n, interval=0.05) for n in range(8)))
    async with Server(plant(), "tcp://127.0.0.1:0") as server:
        async with Collector([settings(server.url, missing)]) as collector:
            await until(lambda: "configuration" in collector.latest["pump.p7"].reason)
            await until(lambda: quality(collector, "pump.p3") == GOOD)
            qualities = [quality(collector, f"pump.p{n}") for n in range(8)]
        assert qualities == [GOOD] * 4 + [BAD] * 4


async def test_a_connection_not_kept_open_is_made_for_each_cycle() -> None:
    async with Server(plant(), "tcp://127.0.0.1:0") as server:
        keeper = Keeper()
        collector = Collector([settings(server.url, keep_open=False)])
        collector.add_sink("keeper", keeper)
        async with collector:
            await until(lambda: len(keeper.of("pump.speed")) >= 3)
            assert collector.status().connections[0].connects >= 3
        assert {one.quality for one in keeper.samples} == {GOOD}


async def test_settings_become_those_of_the_link() -> None:
    states: list[LinkState] = []
    site = ConnectionSettings(
        "plc", "tcp://127.0.0.1:1", (), window=4, pause=0.03, settle=1.0, connect_timeout=2.0,
        keepalive_idle=5.0, tolerate=frozenset({"extra_bytes"}), coalesce=True, source="127.0.0.1",
    )  # fmt: skip
    wire: Any = connect(site, lambda state, why: states.append(state))
    made = wire.settings
    assert (made.window, made.pause, made.settle, made.connect_timeout) == (4, 0.03, 1.0, 2.0)
    assert (made.keepalive.idle, made.tolerate, made.coalesce, made.source) == (
        5.0, frozenset({"extra_bytes"}), True, "127.0.0.1",
    )  # fmt: skip
    await wire.close()
    assert states == [LinkState.CLOSED]


@pytest.mark.slow
async def test_many_devices_on_one_connection_are_never_mixed_up() -> None:
    async with Server(plant(), "tcp://127.0.0.1:0") as server:
        devices = [
            DeviceSettings(f"d{n}", 1, tuple(holding(f"p{i}", i, interval=0.05) for i in range(2)))
            for n in range(20)
        ]
        keeper = Keeper()
        collector = Collector([settings(server.url, *devices)])
        collector.add_sink("keeper", keeper)
        async with collector:
            await until(lambda: len(keeper.samples) >= 400)
        found: set[tuple[str, object, str]] = {
            (one.point[-2:], one.value, one.quality) for one in keeper.samples
        }
        assert found == {("p0", 100, GOOD), ("p1", 200, GOOD)}
        assert all(isinstance(one, Sample) for one in keeper.samples)


async def test_a_connection_with_tls_is_polled_like_any_other(tmp_path: Path) -> None:
    plant_ = Plant(tmp_path)
    files = plant_.files()
    async with plant_.serving(Units(plant())) as server:
        site = settings(server.url, tls=TlsFiles(**files))
        async with Collector([site]) as collector:
            await until(lambda: quality(collector, "pump.speed") == GOOD)
            assert collector.status().connections[0].fallbacks == 0


@pytest.mark.parametrize(("reason", "goes_on"), [("refused", True), ("certificate", False)])
async def test_a_fallback_is_taken_for_its_reasons_only_and_counted(
    tmp_path: Path, reason: str, goes_on: bool, caplog: pytest.LogCaptureFixture
) -> None:
    tls = TlsFiles(**Plant(tmp_path).files())
    async with Server(plant(), "tcp://127.0.0.1:0") as server:
        fallback = Fallback(Target("tcp", "127.0.0.1", server.port), frozenset({reason}))
        site = settings(f"tls://127.0.0.1:{free_port()}", tls=tls, fallback=fallback)
        async with Collector([site]) as collector:
            if goes_on:
                await until(lambda: quality(collector, "pump.speed") == GOOD)
            else:
                await until(lambda: collector.status().connections[0].failures >= 2)
            assert collector.status().connections[0].fallbacks == int(goes_on)
            assert (server.counters.accepted > 0) is goes_on
    assert ("without TLS" in caplog.text) is goes_on


async def test_a_refused_certificate_is_no_reason_to_go_on_in_plain_unless_it_is_named(
    tmp_path: Path,
) -> None:
    good, foreign = Plant(tmp_path), tmp_path / "foreign"
    foreign.mkdir()
    tls = TlsFiles(**Plant(foreign).files())
    async with good.serving(Units(plant())) as secure, Server(plant(), "tcp://127.0.0.1:0") as server:
        for when, expected in (({"refused", "timeout", "tls"}, 0), ({"certificate"}, 1)):
            fallback = Fallback(Target("tcp", "127.0.0.1", server.port), frozenset(when))
            async with Collector([settings(secure.url, tls=tls, fallback=fallback)]) as collector:
                await until(
                    lambda of=collector: of.status().connections[0].failures >= 2 or of.status().samples
                )
                assert collector.status().connections[0].fallbacks == expected


async def test_after_its_time_a_fallback_is_left_for_tls(tmp_path: Path) -> None:
    plant_ = Plant(tmp_path)
    port = free_port()
    async with Server(plant(), "tcp://127.0.0.1:0") as server:
        fallback = Fallback(Target("tcp", "127.0.0.1", server.port), frozenset({"refused"}), retry=0.2)
        site = settings(f"tls://127.0.0.1:{port}", tls=TlsFiles(**plant_.files()), fallback=fallback)
        async with Collector([site]) as collector:
            await until(lambda: quality(collector, "pump.speed") == GOOD)
            files = plant_.files(plant_.server)
            async with Server(Units(plant()), f"tls://127.0.0.1:{port}", **files) as secure:
                await until(lambda: secure.counters.accepted == 1)
                await until(lambda: server.counters.closed >= 1)
                await until(lambda: quality(collector, "pump.speed") == GOOD)
