"""Many clients, one connection to the device."""

from __future__ import annotations

import asyncio
import itertools

import pytest

from port502.client import Client
from port502.errors import GatewayTargetError, IllegalFunctionError, UsageError
from port502.gateway.cache import Ages
from port502.gateway.share import MOST_CLIENTS, Concentrator, Share, ShareSettings
from port502.protocol.register_access import WriteSingleRegisterRequest
from port502.service.call import Session
from port502.service.layers import read_only
from port502.transport.link_settings import LinkSettings
from tests.gateway.by_hand import call, holding
from tests.gateway.one_connection import Counted, clients, one_connection, sharing
from tests.hostile.raw import until
from tests.peers.ports import free_port


async def test_many_clients_share_the_one_connection() -> None:
    device = Counted()
    async with (
        one_connection(device) as upstream,
        sharing(upstream.url) as (share, server),
        clients(server.url, 10) as ten,
    ):
        for round_ in range(5):
            got = await asyncio.gather(
                *(client.read_holding_registers(round_ + n, 2) for n, client in enumerate(ten))
            )
            assert got == [[100 + round_ + n, 101 + round_ + n] for n in range(10)]
        status = share.status()
        assert upstream.counters.accepted == 1
        assert status.connects == 1
        assert status.state == "ready"
        assert status.requests == 50
        assert [one.requests for one in status.clients] == [5] * 10
        assert status.median is not None
        assert status.p99 is not None
        assert status.median <= status.p99


async def test_the_layers_stand_in_their_order() -> None:
    one = Concentrator(lambda: pytest.fail("no link is needed to be refused"), rights=read_only)
    reply = one(call(WriteSingleRegisterRequest(0, 1)))
    assert reply.encode() == b"\x86\x01"  # type: ignore[union-attr]
    assert one.joining._service is one.cache
    assert one.cache._service is one.shared


async def test_the_cache_spares_the_device() -> None:
    device = Counted()
    async with (
        one_connection(device) as upstream,
        sharing(upstream.url, ShareSettings(ages=Ages(60.0))) as (share, server),
        clients(server.url, 2) as (one, other),
    ):
        await one.read_holding_registers(0, 100)
        for at in range(50):
            assert await other.read_holding_registers(at, 2) == [100 + at, 101 + at]
        assert len(device.calls) == 1
        await one.write_register(10, 7)
        assert await other.read_holding_registers(10, 1) == [7]
        assert share.status().cache.hits == 50
        assert share.status().kept == 1
        assert [client.writes for client in share.status().clients] == [1, 0]


async def test_clients_that_the_cache_answers_are_counted_too() -> None:
    async with (
        one_connection(Counted()) as upstream,
        sharing(upstream.url, ShareSettings(ages=Ages(60.0))) as (share, server),
        clients(server.url, 2) as (one, other),
    ):
        await one.read_holding_registers(0, 10)
        for _ in range(5):
            await other.read_holding_registers(0, 10)
        status = share.status(server.sessions)
        assert sorted(client.requests for client in status.clients) == [1, 5]
        assert status.requests == 6


async def test_the_quick_way_is_there_only_where_nobody_has_to_be_asked() -> None:
    async with Share("127.0.0.1", ShareSettings(ages=Ages(1.0))) as kept:
        assert kept.service.quick is not None
        quick = kept.service.quick(1)
        assert quick.quick_read(3, 0, 1) is None
        assert not quick.quick_write(6, 0, 1)
    async with Share("127.0.0.1") as fresh:
        assert fresh.service.quick is None
    async with Share("127.0.0.1", ShareSettings(ages=Ages(1.0)), rights=read_only) as judged:
        assert judged.service.quick is None


async def test_twenty_clients_cost_the_device_what_one_costs() -> None:
    device = Counted()
    async with (
        one_connection(device) as upstream,
        sharing(upstream.url, ShareSettings(ages=Ages(60.0))) as (share, server),
        clients(server.url, 20) as twenty,
    ):
        blocks = range(0, 100, 10)

        async def poll(client: Client) -> None:
            for at in blocks:
                assert await client.read_holding_registers(at, 10) == list(range(100 + at, 110 + at))

        await asyncio.gather(*map(poll, twenty))
        assert len(device.calls) == len(blocks)
        status = share.status()
        assert status.requests == 200
        assert status.joining.joined + status.cache.hits == 190


async def test_what_was_written_another_way_is_read() -> None:
    device = Counted()
    async with (
        one_connection(device) as upstream,
        sharing(upstream.url, ShareSettings(ages=Ages(60.0))) as (share, server),
        Client(server.url) as client,
    ):
        assert await client.read_holding_registers(0, 1) == [100]
        device.service.holding[0] = 5  # type: ignore[attr-defined]
        share.service.written()
        assert await client.read_holding_registers(0, 1) == [5]


async def test_rights_stand_in_front() -> None:
    async with (
        one_connection(Counted()) as upstream,
        sharing(upstream.url, rights=read_only) as (_, server),
        Client(server.url) as client,
    ):
        assert await client.read_holding_registers(0, 1) == [100]
        with pytest.raises(IllegalFunctionError):
            await client.write_register(0, 1)


async def test_a_device_that_comes_late_is_found() -> None:
    port = free_port()
    async with (
        sharing(f"tcp://127.0.0.1:{port}") as (share, server),
        Client(server.url) as client,
    ):
        with pytest.raises(GatewayTargetError):
            await client.read_holding_registers(0, 1)
        async with one_connection(Counted(), f"tcp://127.0.0.1:{port}"):
            await until(lambda: share.status().state == "ready")
            assert await client.read_holding_registers(0, 1) == [100]
        await until(lambda: share.status().state != "ready")
        with pytest.raises(GatewayTargetError):
            await client.read_holding_registers(0, 1)
        assert share.status().last_error


async def test_the_connection_rests_when_nobody_asks() -> None:
    async with (
        one_connection(Counted()) as upstream,
        sharing(upstream.url, ShareSettings(idle=0.02)) as (share, server),
        Client(server.url) as client,
    ):
        assert upstream.counters.accepted == 0
        await client.read_holding_registers(0, 1)
        await until(lambda: upstream.counters.closed == 1)
        async with Client(upstream.url) as the_makers_own:
            assert await the_makers_own.read_holding_registers(0, 1) == [100]
        await until(lambda: upstream.counters.closed == 2)
        assert await client.read_holding_registers(0, 1) == [100]
        assert share.status().connects == 2


async def test_the_connection_may_be_closed_after_each_answer() -> None:
    async with (
        one_connection(Counted()) as upstream,
        sharing(upstream.url, keep_open=False) as (_, server),
        Client(server.url) as client,
    ):
        await client.read_holding_registers(0, 1)
        await until(lambda: upstream.counters.closed == 1)
        await client.read_holding_registers(0, 1)
        await until(lambda: upstream.counters.closed == 2)


async def test_the_device_is_left_alone_between_requests() -> None:
    device = Counted()
    loop = asyncio.get_running_loop()
    async with (
        one_connection(device) as upstream,
        sharing(upstream.url, pause=0.02, settle=0.05) as (_, server),
        clients(server.url, 3) as three,
    ):
        began = loop.time()
        await asyncio.gather(*(client.read_holding_registers(n, 1) for n, client in enumerate(three)))
        assert loop.time() - began >= 0.04
    moments = [one.received for one in device.calls]
    assert all(later - earlier >= 0.019 for earlier, later in itertools.pairwise(moments))


async def test_clients_are_counted_up_to_a_bound() -> None:
    async with one_connection(Counted()) as upstream, Share(upstream.url) as share:
        for number in range(MOST_CLIENTS + 10):
            one = holding(0)
            one.session = Session("10.0.0.1", number)
            one.received = asyncio.get_running_loop().time() + number
            taken = share.service(one)
            taken.cancel()  # type: ignore[union-attr]
        assert len(share.service.clients) == MOST_CLIENTS
        assert min(session.port for session in share.service.clients) == 10
        assert share.status().requests == MOST_CLIENTS + 10


@pytest.mark.parametrize(
    "settings", [{"timeout": 0}, {"client_timeout": -1}, {"idle": 0}, {"pending": 0}], ids=str
)
def test_settings_that_cannot_be(settings: dict[str, float]) -> None:
    with pytest.raises(UsageError):
        ShareSettings(**settings)  # type: ignore[arg-type]


async def test_a_share_can_be_closed_before_anything_was_asked() -> None:
    async with Share("127.0.0.1", ShareSettings(idle=5.0), link=LinkSettings()) as share:
        assert share.status().state == "idle"
        assert share.status().median is None
