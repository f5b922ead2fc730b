"""Several listeners and buses in one process, over real sockets."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from port502.client import Client
from port502.errors import (
    ConnectError,
    GatewayPathUnavailableError,
    GatewayTargetError,
    IllegalDataValueError,
    IllegalFunctionError,
    UsageError,
)
from port502.gateway.bus import BusSettings
from port502.gateway.patience import Patience
from port502.gateway.record import Recorder
from port502.gateway.routing import Route
from port502.gateway.station import BusPlan, ListenPlan, Station, longest, needed_by
from port502.server import Server, Units
from port502.service.device import Device

ANY = "tcp://127.0.0.1:0"
QUICK = BusSettings(patience=Patience(maximum=0.1))


def slaves(*units: int) -> Server:
    """RTU slaves behind a serial server: each shows its unit id."""
    devices = Units({unit: Device(holding={0: [unit] * 10}) for unit in units})
    return Server(devices, "rtu+tcp://127.0.0.1:0")


async def test_two_lines_behind_one_listener_and_a_tcp_device_behind_another() -> None:
    async with slaves(1, 2) as yard, slaves(1) as hall, Server(Device(holding={0: [77]}), ANY) as plc:
        buses = [BusPlan("yard", yard.url), BusPlan("hall", hall.url), BusPlan("plc", plc.url)]
        listeners = [
            ListenPlan(ANY, (Route(1, 16, "yard"), Route(17, 32, "hall", -16))),
            ListenPlan(ANY, (Route(1, 1, "plc"),), read_only=True),
        ]
        async with Station(listeners, buses) as station:
            first, second = station.status().listening
            async with Client(first) as client, Client(second) as other:
                assert await client.read_holding_registers(0, unit=2) == [2]
                assert await client.read_holding_registers(0, unit=17) == [1]
                await client.write_register(3, 9, unit=17)
                assert await client.read_holding_registers(3, unit=17) == [9]
                with pytest.raises(GatewayPathUnavailableError):
                    await client.read_holding_registers(0, unit=40)
                assert await other.read_holding_registers(0, unit=1) == [77]
                with pytest.raises(IllegalFunctionError):
                    await other.write_register(0, 1, unit=1)
            status = station.status()
            assert [bus.requests for bus in status.buses] == [1, 3, 1]
            assert [client.requests for client in status.clients] == [5, 1]
            assert status.unmapped == 1


async def test_many_clients_at_once_each_get_their_own_replies() -> None:
    async with slaves(1, 2, 3, 4) as line:
        plan = ListenPlan(ANY, (Route(1, 4, "line"),))
        async with Station([plan], [BusPlan("line", line.url)]) as station:

            async def poll(unit: int) -> None:
                async with Client(station.status().listening[0], unit=unit) as client:
                    for _ in range(25):
                        assert await client.read_holding_registers(0, 3) == [unit] * 3

            await asyncio.gather(*(poll(unit) for unit in (1, 2, 3, 4)))
            assert station.status().buses[0].replies == 100


async def test_a_silent_unit_is_0b_and_a_line_that_is_not_there_0a(unused_tcp_port: int) -> None:
    async with slaves(1) as line:
        buses = [
            BusPlan("line", line.url, settings=QUICK),
            BusPlan("gone", f"rtu+tcp://127.0.0.1:{unused_tcp_port}"),
        ]
        plan = ListenPlan(ANY, (Route(1, 5, "line"), Route(6, 6, "gone")))
        async with Station([plan], buses) as station, Client(station.status().listening[0]) as client:
            with pytest.raises(GatewayTargetError):
                await client.read_holding_registers(0, unit=5)
            with pytest.raises(GatewayPathUnavailableError):
                await client.read_holding_registers(0, unit=6)
            assert [bus.state for bus in station.status().buses] == ["open", "closed"]


async def test_what_cannot_be_decoded_is_answered_here() -> None:
    async with slaves(1) as line:
        plan = ListenPlan(ANY, (Route(1, 1, "line"),), read_only=True)
        async with Station([plan], [BusPlan("line", line.url)]) as station:
            async with Client(station.status().listening[0], unit=1) as client:
                with pytest.raises(IllegalDataValueError):
                    await client.call(3, b"\0\0\0\0")
            assert station.status().buses[0].requests == 0


async def test_both_sides_are_recorded(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "both.pcap")
    async with slaves(1) as line, Server(Device(holding={0: [5]}), ANY) as plc:
        plan = ListenPlan(ANY, (Route(1, 1, "line"), Route(2, 2, "plc", -1)))
        buses = [BusPlan("line", line.url), BusPlan("plc", plc.url)]
        async with (
            Station([plan], buses, recorder=recorder) as station,
            Client(station.status().listening[0]) as client,
        ):
            await client.read_holding_registers(0, unit=1)
            await client.read_holding_registers(0, unit=2)
    recorder.close()
    data = (tmp_path / "both.pcap").read_bytes()
    assert bytes.fromhex("01 03 0000 0001 840a") in data
    assert data.count(bytes.fromhex("0006 01 03 0000 0001")) == 2  # to us as unit 1, and to the device


async def test_an_address_that_is_taken_stops_everything_again() -> None:
    async with slaves(1) as line:
        plans = [ListenPlan(ANY, (Route(1, 1, "line"),)), ListenPlan(line.url, (Route(1, 1, "line"),))]
        with pytest.raises(ConnectError):
            await Station(plans, [BusPlan("line", line.url)]).start()


def test_plans_that_do_not_fit_are_refused() -> None:
    plan = ListenPlan(ANY, (Route(1, 1, "x"),))
    with pytest.raises(UsageError, match="'x', which is not there"):
        Station([plan], [BusPlan("y", "rtu:///dev/x")])
    with pytest.raises(UsageError, match="same name"):
        Station([plan], [BusPlan("x", "rtu:///dev/x"), BusPlan("x", "rtu:///dev/y")])


def test_what_a_request_may_take_at_worst() -> None:
    serial, remote = BusPlan("yard", "rtu:///dev/x"), BusPlan("plc", "tcp://127.0.0.1")
    assert needed_by(serial) == pytest.approx(2.1)
    assert longest(serial) > 12.0
    assert needed_by(remote) == longest(remote) == 0.8
