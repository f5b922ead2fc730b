"""A device on a connection of our own."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from port502.cli.direct import Direct, row_of
from port502.cli.exits import Failed
from port502.cli.peer import Wanted
from port502.cli.target import resolve, resolve_write
from port502.client import Client
from port502.errors import DeviceError, LinkError, UsageError
from port502.protocol.compose import compose
from port502.registers.point import Point
from port502.registers.reference import Table
from port502.server import Server
from port502.service.device import Device
from tests.cli.served import boiler


@pytest_asyncio.fixture
async def both() -> AsyncIterator[tuple[Direct, Device]]:
    device = boiler()
    async with (
        Server(device, "tcp://127.0.0.1:0") as server,
        Direct(Client(server.url), server.url, 1) as peer,
    ):
        yield peer, device


async def test_values_come_in_the_order_of_the_wish(both: tuple[Direct, Device]) -> None:
    wanted = [one for item in ("holding:2", "coil:0", "holding:0*2") for one in resolve(item, None)]
    rows = await both[0].read(wanted)
    assert [(row.ref, row.value) for row in rows] == [
        ("holding:2", 30),
        ("coil:0", False),
        ("holding:0", 10),
        ("holding:1", 20),
    ]


async def test_one_that_does_not_exist_keeps_nobody_from_the_others(both: tuple[Direct, Device]) -> None:
    wanted = [one for item in ("holding:0*3", "holding:900*2") for one in resolve(item, None)]
    rows = await both[0].read(wanted)
    assert [row.value for row in rows] == [10, 20, 30, None, None]
    assert rows[3].reason == "exception 2, illegal data address"


async def test_when_nothing_exists_the_refusal_passes(both: tuple[Direct, Device]) -> None:
    for items in (["holding:900"], ["holding:900", "holding:950"]):
        with pytest.raises(Failed) as caught:
            await both[0].read([one for item in items for one in resolve(item, None)])
        assert isinstance(caught.value.error, DeviceError)
        assert caught.value.tried == f"{both[0].label}, unit 1"


async def test_a_write_is_read_back(both: tuple[Direct, Device]) -> None:
    peer, device = both
    written = await peer.write(resolve_write("holding:0*2", None), (7, 8), verify=True)
    assert (written.sent, written.after, written.verified, written.note) == ((7, 8), (7, 8), True, "")
    assert device.holding.read(0, 2) == [7, 8]
    unread = await peer.write(resolve_write("holding:0", None), 9, verify=False)
    assert (unread.sent, unread.verified) == ((9,), None)


async def test_a_value_that_does_not_fit_is_not_sent(both: tuple[Direct, Device]) -> None:
    with pytest.raises(UsageError):
        await both[0].write(resolve_write("holding:0", None), 70000, verify=True)
    assert both[1].counters.plain == 0


async def test_any_request_may_be_sent(both: tuple[Direct, Device]) -> None:
    response = await both[0].request(compose("3", ["0", "1"]))
    assert response.encode() == b"\x03\x02\x00\x0a"
    with pytest.raises(Failed):
        await both[0].request(compose("3", ["900"]))


@pytest.mark.slow
async def test_a_link_that_fails_is_told_with_what_was_tried() -> None:
    async with Server(boiler(), "tcp://127.0.0.1:0") as server:
        peer = Direct(Client(server.url, retries=0), server.url, 1)
        await peer.__aenter__()
    with pytest.raises(Failed) as caught:
        await peer.read(resolve("holding:0", None))
    await peer.__aexit__(None, None, None)
    assert isinstance(caught.value.error, LinkError)


def test_a_row_of_registers_that_mean_nothing_is_bad() -> None:
    row = row_of(Wanted("x", "x", Point("x", Table.HOLDING, 0, "bcd16")), [0xABCD], "now")
    assert (row.value, row.quality, row.registers) == (None, "bad", (0xABCD,))
    assert "binary coded decimal" in row.reason
