"""Server: what it wants to know before it listens."""

from __future__ import annotations

import ssl

import pytest

from port502 import Client, ConnectError, Device, Limits, Port502Error, Server, Units, UsageError
from port502.errors import GatewayTargetError
from port502.transport.tls import bare_context


async def test_a_device_alone_answers_units_0_1_and_255() -> None:
    async with Server(Device(holding={0: [42]}), "tcp://127.0.0.1:0") as server, Client(server.url) as client:
        for unit in (0, 1, 255):
            assert await client.read_holding_registers(0, unit=unit) == [42]
        with pytest.raises(GatewayTargetError):
            await client.read_holding_registers(0, unit=2)


async def test_several_units_answer_their_own_ids() -> None:
    units = Units({5: Device(holding={0: [5]}), 6: Device(holding={0: [6]})})
    async with Server(units, "tcp://127.0.0.1:0") as server, Client(server.url) as client:
        assert await client.read_holding_registers(0, unit=6) == [6]
        with pytest.raises(GatewayTargetError):
            await client.read_holding_registers(0, unit=1)


def test_a_public_address_without_an_allow_list_is_refused() -> None:
    with pytest.raises(Port502Error, match="allow"):
        Server(Device(), "tcp://8.8.8.8:502")
    Server(Device(), "tcp://8.8.8.8:502", allow=["192.168.1.0/24"])


def test_tls_without_a_certificate_is_refused() -> None:
    with pytest.raises(UsageError, match="certificate"):
        Server(Device(), "tls://127.0.0.1:802")
    Server(Device(), "tls://127.0.0.1:802", tls=ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER))


async def test_it_can_be_started_again_on_the_port_it_had() -> None:
    server = Server(Device(holding={0: [1]}), "tcp://127.0.0.1:0")
    await server.start()
    url = server.url
    await server.stop()
    assert server.url == url
    async with Server(Device(holding={0: [2]}), url), Client(url) as client:
        assert await client.read_holding_registers(0) == [2]


async def test_a_taken_port_is_a_connect_error() -> None:
    async with Server(Device(), "tcp://127.0.0.1:0") as server:
        with pytest.raises(ConnectError, match="listens there already"):
            await Server(Device(), server.url).start()


async def test_limits_are_the_listener_s() -> None:
    limits = Limits(connections=1, per_client=1, evict=False)
    async with Server(Device(holding={0: [1]}), "tcp://127.0.0.1:0", limits=limits) as server:
        async with Client(server.url) as client:
            assert await client.read_holding_registers(0) == [1]
            with pytest.raises(ConnectionError):
                async with Client(server.url, retries=0) as other:
                    await other.read_holding_registers(0)
        assert server.counters.refused == 1


async def test_a_plain_listener_speaks_no_tls() -> None:
    async with Server(Device(), "tcp://127.0.0.1:0") as server:
        tls = bare_context(server_side=False)
        client = Client(f"tls://127.0.0.1:{server.port}", connect_timeout=2, tls=tls)
        with pytest.raises(ConnectError, match=r"TLS failed|could not connect"):
            await client.connect()
        await client.close()


async def test_it_knows_who_is_connected_and_how_much_they_asked() -> None:
    async with Server(Device(holding={0: [1]}), "tcp://127.0.0.1:0") as server:
        assert server.sessions == []
        async with Client(server.url) as client:
            for _ in range(3):
                await client.read_holding_registers(0, 1)
            [session] = server.sessions
            assert (session.host, session.requests) == ("127.0.0.1", 3)


async def test_requests_are_counted_while_a_client_is_connected_and_afterwards() -> None:
    async with Server(Device(holding={0: [1]}), "tcp://127.0.0.1:0") as server, Client(server.url) as client:
        for _ in range(3):
            await client.read_holding_registers(0)
        assert server.requests == 3
    assert server.requests == 3
