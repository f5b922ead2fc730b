"""The asynchronous client: sharing, cancelling, losing and finding its connection."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from port502.client import Client, Reconnect
from port502.errors import (
    ConnectError,
    IllegalDataAddressError,
    LinkClosedError,
    NoReplyError,
    ServerDeviceFailureError,
)
from port502.protocol.register_access import ReadHoldingRegistersRequest
from port502.server import Server
from port502.service.device import Device
from port502.service.units import Units
from port502.transport.states import LinkState
from tests.scripted import answering, registers, reply, request, scripted, silent

QUICKLY = Reconnect(0.01, 0.05)


def device(value: int = 42) -> Device:
    return Device(holding={0: [value] * 100})


async def test_entering_connects_and_leaving_closes() -> None:
    states: list[tuple[LinkState, str]] = []
    async with Server(device(), "tcp://127.0.0.1:0") as server:
        async with Client(server.url, on_state=lambda *change: states.append(change)) as client:
            assert client.state is LinkState.READY
        assert client.state is LinkState.CLOSED
    assert [state for state, _ in states] == [LinkState.CONNECTING, LinkState.READY, LinkState.CLOSED]
    assert states[-1][1] == "closed by its owner"


async def test_a_refused_connection_raises_on_entry_and_leaves_nothing_running() -> None:
    async with Server(device(), "tcp://127.0.0.1:0") as server:
        url = server.url
    with pytest.raises(ConnectError, match="refused"):
        async with Client(url):
            pytest.fail("there is no server")


async def test_many_tasks_share_one_connection() -> None:
    async with Server(device(), "tcp://127.0.0.1:0") as server, Client(server.url, window=8) as client:
        results = await asyncio.gather(*[client.read_holding_registers(n % 100) for n in range(500)])
        assert results == [[42]] * 500
        assert server.counters.accepted == 1


async def test_units_are_views_of_one_connection() -> None:
    units = Units({1: device(1), 2: device(2)})
    async with Server(units, "tcp://127.0.0.1:0") as server, Client(server.url, unit=1) as client:
        second = client.for_unit(2)
        assert await asyncio.gather(client.read_holding_registers(0), second.read_holding_registers(0)) == [
            [1],
            [2],
        ]
        assert await second.read_holding_registers(0, unit=1) == [1]


async def test_the_timeout_of_a_call_is_its_whole_deadline() -> None:
    clock = asyncio.get_running_loop().time
    async with (
        scripted(silent) as port,
        Client(f"127.0.0.1:{port}", response_timeout=0.5, retries=5) as client,
    ):
        began = clock()
        with pytest.raises(NoReplyError):
            await client.read_holding_registers(0, timeout=0.1)
        assert clock() - began < 0.45
        began = clock()
        with pytest.raises(NoReplyError):
            await client.read("40001", "30001", timeout=0.1)
        assert clock() - began < 0.45


@pytest.mark.parametrize("turns", range(6))
async def test_cancelling_leaves_the_connection_usable_h129(turns: int) -> None:
    gate = asyncio.Event()

    async def slow_once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        number, unit, pdu = await request(reader)
        await gate.wait()
        writer.write(reply(number, unit, registers(pdu, 666)))
        await answering(reader, writer)

    async with scripted(slow_once) as port, Client(f"127.0.0.1:{port}", response_timeout=2) as client:
        asked = asyncio.create_task(client.read_holding_registers(0))
        for _ in range(turns):
            await asyncio.sleep(0)
        asked.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asked
        gate.set()
        assert (await client.read_holding_registers(0)) in ([42], [666] if turns == 0 else [42])
        assert await client.read_holding_registers(0) == [42]


async def test_cancelling_while_connecting_is_clean() -> None:
    async with scripted(silent) as port:
        client = Client(f"127.0.0.1:{port}")
        entering = asyncio.create_task(client.connect())
        await asyncio.sleep(0)
        entering.cancel()
        with pytest.raises(asyncio.CancelledError):
            await entering
        await client.close()


async def test_it_comes_back_after_the_server_went_away() -> None:
    server = Server(device(1), "tcp://127.0.0.1:0")
    await server.start()
    async with Client(server.url, reconnect=QUICKLY, retries=8) as client:
        assert await client.read_holding_registers(0) == [1]
        await server.stop(0.1)
        again = Server(device(2), server.url)
        await again.start()
        assert await client.read_holding_registers(0) == [2]
        await again.stop(0.1)


async def test_a_closed_client_opens_again_with_the_next_call() -> None:
    async with Server(device(), "tcp://127.0.0.1:0") as server:
        client = Client(server.url)
        assert await client.read_holding_registers(0) == [42]
        await client.close()
        assert await client.read_holding_registers(0) == [42]
        await client.close()


async def test_closing_ends_calls_in_flight() -> None:
    async with scripted(silent) as port:
        client = Client(f"127.0.0.1:{port}")
        await client.connect()
        asked = asyncio.create_task(client.read_holding_registers(0))
        await asyncio.sleep(0)
        await client.close()
        with pytest.raises(LinkClosedError):
            await asked


async def test_read_many_keeps_the_order_and_puts_refusals_in_place() -> None:
    async with Server(device(), "tcp://127.0.0.1:0") as server, Client(server.url, window=16) as client:
        asked = [ReadHoldingRegistersRequest(address, 1) for address in (0, 5000, 99)]
        first, refused, last = await client.read_many(asked)
        assert isinstance(refused, IllegalDataAddressError)
        assert not isinstance(first, Exception)
        assert not isinstance(last, Exception)
        assert first.registers == last.registers == [42]
        assert await client.read_many([]) == []


async def test_read_many_ends_with_any_other_error() -> None:
    async with (
        scripted(silent) as port,
        Client(f"127.0.0.1:{port}", response_timeout=0.03, retries=0) as client,
    ):
        with pytest.raises(NoReplyError):
            await client.read_many([ReadHoldingRegistersRequest(0, 1)] * 5)


async def test_the_bytes_that_pass_can_be_heard() -> None:
    heard: list[tuple[str, bytes]] = []
    async with (
        Server(device(), "tcp://127.0.0.1:0") as server,
        Client(server.url, on_traffic=lambda *passed: heard.append(passed)) as client,
    ):
        await client.read_holding_registers(0)
    assert heard == [
        ("sent", bytes.fromhex("0001 0000 0006 01 03 0000 0001")),
        ("received", bytes.fromhex("0001 0000 0005 01 03 02 002A")),
    ]


async def test_a_server_failure_is_an_error_of_its_own_class() -> None:
    def broken(call: Any) -> Any:
        raise ZeroDivisionError

    async with Server(broken, "tcp://127.0.0.1:0") as server, Client(server.url) as client:
        with pytest.raises(ServerDeviceFailureError):
            await client.read_holding_registers(0)
