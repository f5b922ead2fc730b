"""One owner for each connection of a site, and what others ask through it."""

from __future__ import annotations

import asyncio

import pytest

from port502.collect.settings import ConnectionSettings
from port502.errors import UsageError
from port502.gateway.bus import Bus
from port502.gateway.remote import Remote
from port502.gateway.wire import BusWire
from port502.protocol.message import ExceptionResponse
from port502.protocol.register_access import ReadHoldingRegistersRequest, ReadHoldingRegistersResponse
from port502.server import Server
from port502.service.access import Networks
from port502.service.call import Call, Reply, Session
from port502.service.device import Device
from port502.service.maybe import must_wait
from port502.site.buses import Buses, SiteBus, bus_of
from port502.transport.states import LinkState

READ = ReadHoldingRegistersRequest(0, 1)


async def ask(service: SiteBus, unit: int = 1) -> Reply:
    reply = service(Call(Session("127.0.0.9", 5, "tcp"), unit, READ))
    return await reply if must_wait(reply) else reply


async def test_a_line_in_turns_is_a_bus_and_every_other_connection_is_asked_in_turns() -> None:
    buses = Buses()
    line = buses.connect(ConnectionSettings("line", "rtu+tcp://127.0.0.1:9", in_turns=True), lambda *_: None)
    plain = buses.connect(ConnectionSettings("plc", "tcp://127.0.0.1:9", window=4), lambda *_: None)
    assert isinstance(line, BusWire)
    assert isinstance(buses.find("line"), Bus)
    remote = buses.find("plc")
    assert isinstance(remote, Remote)
    assert (remote.window, remote.url) == (4, "tcp://127.0.0.1:9")
    assert buses.wire("plc") is plain
    assert [one.name for one in buses.status(["plc", "line", "gone"])] == ["plc", "line"]
    assert buses.find("gone") is None
    assert buses.state("gone") is LinkState.CLOSED
    assert await ask(SiteBus(buses, "gone", 1.0)) == ExceptionResponse(3, 10)
    with pytest.raises(UsageError):
        buses.wire("gone")


async def test_a_call_finds_the_connection_that_a_reload_has_made() -> None:
    buses = Buses()
    heard: list[tuple[str, LinkState]] = []
    buses.on_state = lambda name, state, why: heard.append((name, state))
    service = SiteBus(buses, "plc", 1.0, Networks(["127.0.0.9"]))
    turned: list[LinkState] = []
    async with Server(Device(holding={0: [42]}), "tcp://127.0.0.1:0") as server:
        settings = ConnectionSettings("plc", server.url)
        old = buses.connect(settings, lambda state, why: turned.append(state))
        assert await ask(service) == ReadHoldingRegistersResponse(b"\0\x2a")
        new = buses.connect(settings, lambda state, why: None)
        await old.close()
        assert turned == [LinkState.CONNECTING, LinkState.READY, LinkState.CLOSED]
        assert await ask(service) == ReadHoldingRegistersResponse(b"\0\x2a")
        await new.close()
    assert heard == [("plc", state) for state in [*turned[:2], *turned]]


async def test_who_waits_for_a_device_that_is_lost_is_told_at_once() -> None:
    buses = Buses()
    accepted = asyncio.Event()
    ending = asyncio.Event()

    async def visit(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readexactly(12)
        accepted.set()
        await ending.wait()
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(visit, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    wire = buses.connect(
        ConnectionSettings("plc", f"tcp://127.0.0.1:{port}", response_timeout=30.0), lambda *_: None
    )
    service = SiteBus(buses, "plc", 30.0)
    waiting = [asyncio.ensure_future(ask(service)) for _ in range(5)]
    await accepted.wait()
    server.close()
    ending.set()
    assert await asyncio.gather(*waiting) == [ExceptionResponse(3, 11)] * 5
    await wire.close()
    await server.wait_closed()


async def test_a_bus_is_driven_as_its_connection_says() -> None:
    settings = ConnectionSettings(
        "line", "rtu:///dev/none", response_timeout=0.02, retries=3, pause=0.1, reconnect_first=2.0
    )
    bus = bus_of(settings)
    assert (bus.settings.patience.maximum, bus.settings.patience.floor, bus.settings.retries) == (
        0.02,
        0.02,
        3,
    )
    assert (bus.line.settings.pause, bus.line.settings.reopen_first, bus.line.settings.memory) == (
        0.1,
        2.0,
        0.02,
    )
