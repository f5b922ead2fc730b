"""Many devices in one process, each at its own address, with faults and pollers."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path
from struct import unpack

import pytest

from port502.client import Client
from port502.errors import ConnectError, GatewayTargetError, NoReplyError, ServerDeviceBusyError, UsageError
from port502.registers.reference import Table
from port502.service.device import Device
from port502.simulate.bus import Line
from port502.simulate.device import SimulatedDevice
from port502.simulate.effects import Refuse
from port502.simulate.plant import Clock, Place, Plant
from port502.simulate.polling import Poll
from port502.simulate.pty_line import PtyLine
from port502.simulate.rule import Rule, When
from tests.simulate.maps import Clock as HandClock
from tests.simulate.maps import meter_map

FREE = "tcp://127.0.0.1:0"


def make_meter(seed: object, clock: Clock) -> Device:
    return SimulatedDevice(meter_map(), seed=seed, clock=clock)


def make_plain(seed: object, clock: Clock) -> Device:
    return Device(holding={0: [7]})


def meters(count: int) -> list[Place]:
    return [Place(f"meter-{n}", f"tcp://127.0.2.{n}:0", {1: make_meter}, seed=n) for n in range(1, count + 1)]


async def test_each_device_has_its_own_address_and_values() -> None:
    async with Plant(meters(20), clock=HandClock()) as plant:
        assert [url.rpartition(":")[0] for url in plant.urls.values()] == [
            f"tcp://127.0.2.{n}" for n in range(1, 21)
        ]
        found = set()
        for url in plant.urls.values():
            async with Client(url) as client:
                found.add(tuple(await client.read_input_registers(0, 14)))
        assert len(found) == 20
        assert [status.requests for status in plant.status()] == [1] * 20


@pytest.mark.skipif(not PtyLine.is_possible(), reason="no pseudo-terminals here")
async def test_a_line_of_its_own_has_slaves_that_are_silent_for_others(tmp_path: Path) -> None:
    end = tmp_path / "hall"
    hall = Place(
        "hall", f"rtu://{end}?baud=19200&parity=N", {1: make_meter, 5: make_meter}, line=Line(), pty=True
    )
    async with Plant([hall], clock=HandClock()) as plant:
        assert plant.urls == {"hall": hall.url}
        assert plant.status()[0].url == hall.url
        async with Client(hall.url, response_timeout=0.2, retries=0) as client:
            one = await client.read_input_registers(0, 14, unit=1)
            assert await client.read_input_registers(0, 14, unit=5) != one
            with pytest.raises(NoReplyError):
                await client.read_input_registers(0, 14, unit=9)
    assert not end.is_symlink()
    end.touch()
    with pytest.raises(UsageError, match="is no serial line"):
        await Plant([hall]).start()


async def test_a_gateway_has_a_bus_behind_it() -> None:
    hall = Place("hall", FREE, {1: make_meter, 5: make_meter}, line=Line(115_200, timeout=0.01))
    async with Plant([hall], clock=HandClock()) as plant, Client(plant.urls["hall"]) as client:
        one = await client.read_input_registers(0, 14, unit=1)
        assert await client.read_input_registers(0, 14, unit=5) != one
        with pytest.raises(GatewayTargetError):
            await client.read_input_registers(0, 14, unit=9)
        assert plant.device("hall", 5) is not plant.device("hall", 1)


async def test_faults_are_counted_where_they_strike() -> None:
    rule = Rule(Refuse(6), When(nth=2), "busy")
    places = [Place("plc", FREE, {1: make_plain}, rules=(rule,)), Place("other", FREE, {1: make_plain})]
    async with (
        Plant(places) as plant,
        Client(plant.urls["plc"], retries=0) as client,
        Client(plant.urls["other"]) as other,
    ):
        assert await client.read_holding_registers(0) == [7]
        with pytest.raises(ServerDeviceBusyError):
            await client.read_holding_registers(0)
        assert await other.read_holding_registers(0) == [7]
        plc, well = plant.status()
        assert (plc.requests, plc.hits, plc.connections) == (2, 1, 1)
        assert [(one.name, one.hits) for one in plc.rules] == [("busy", 1)]
        assert (well.requests, well.hits) == (1, 0)


async def test_the_plc_polls_the_meter_and_serves_what_it_read() -> None:
    power = meter_map().point("active_power_total").point
    plc = Place("plc", FREE, {1: make_plain}, polls=(Poll("meter-1", (power,), 100, interval=0.01),))
    async with Plant([plc, *meters(1)], clock=HandClock()) as plant, Client(plant.urls["plc"]) as client:
        async with asyncio.timeout(5):
            while not plant.status()[0].polls or not any(await client.read_holding_registers(100, 2)):
                await asyncio.sleep(0)
        registers = await client.read_holding_registers(100, 2)
        (value,) = unpack(">f", b"".join(one.to_bytes(2, "big") for one in registers))
        meter = plant.device("meter-1")
        assert isinstance(meter, SimulatedDevice)
        assert value == meter.value("active_power_total")
        assert await client.read_holding_registers(0) == [7]
    assert power.table is Table.INPUT


async def test_an_address_that_is_taken_stops_everything() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        places = [
            Place("one", FREE, {1: make_plain}),
            Place("two", f"tcp://127.0.0.1:{taken.getsockname()[1]}", {1: make_plain}),
        ]
        plant = Plant(places)
        with pytest.raises(ConnectError):
            await plant.start()
        assert plant.urls == {}


async def test_several_units_may_share_a_device_and_any_unit_may_be_answered() -> None:
    places = [
        Place("shared", FREE, {1: make_plain, 2: make_plain}),
        Place("any", FREE, None, any_unit=make_plain),
    ]
    async with (
        Plant(places) as plant,
        Client(plant.urls["shared"]) as client,
        Client(plant.urls["any"]) as other,
    ):
        await client.write_register(0, 99, unit=1)
        assert await client.read_holding_registers(0, unit=2) == [99]
        assert await other.read_holding_registers(0, unit=77) == [7]
        with pytest.raises(UsageError):
            plant.device("shared", 9)


def test_names_are_told_apart_and_polls_have_a_target() -> None:
    with pytest.raises(UsageError):
        Plant([Place("a", FREE, {1: make_plain}), Place("a", FREE, {1: make_plain})])
    polls = (Poll("nobody", (meter_map().point("frequency").point,), 0),)
    with pytest.raises(UsageError, match="nobody"):
        Plant([Place("a", FREE, {1: make_plain}, polls=polls)])
