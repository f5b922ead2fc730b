"""Every typed call of the asynchronous client, on a device with something behind each function code."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from port502.client import Client
from port502.errors import IllegalFunctionError, UsageError
from port502.server import Server
from tests.client.devices import full_device


@pytest_asyncio.fixture
async def client() -> AsyncIterator[Client]:
    async with Server(full_device(), "tcp://127.0.0.1:0") as server, Client(server.url) as client:
        yield client


async def test_reading_bits(client: Client) -> None:
    assert await client.read_coils(0, 9) == [True, False, True, False, True, False, True, False, True]
    assert await client.read_discrete_inputs(1) == [True]
    assert len(await client.read_coils(0, 2000)) == 2000


async def test_reading_registers(client: Client) -> None:
    assert await client.read_holding_registers(100, 3) == [100, 101, 102]
    assert await client.read_holding_registers(0, 125) == list(range(125))
    assert await client.read_input_registers(0, 2) == [7, 7]


async def test_writing_coils(client: Client) -> None:
    await client.write_coil(1, True)
    await client.write_coils(8, [False] * 9)
    assert await client.read_coils(0, 3) == [True, True, True]
    assert await client.read_coils(7, 11) == [False] * 10 + [False]


async def test_writing_registers(client: Client) -> None:
    await client.write_register(0, 65535)
    await client.write_registers(1, [1, 2, 3])
    assert await client.read_holding_registers(0, 4) == [65535, 1, 2, 3]


async def test_mask_write_follows_the_formula_of_clause_6_16(client: Client) -> None:
    await client.write_register(4, 0x12)
    await client.mask_write_register(4, 0xF2, 0x25)
    assert await client.read_holding_registers(4) == [0x17]


async def test_read_write_writes_first(client: Client) -> None:
    assert await client.read_write_registers(10, 3, 11, [500]) == [10, 500, 12]


async def test_queue_and_file(client: Client) -> None:
    assert await client.read_fifo_queue(50) == [1, 2]
    assert await client.read_file_record(1, 0, 3) == [10, 20, 30]
    await client.write_file_record(1, 1, [99])
    assert await client.read_file_record(1, 0, 3) == [10, 99, 30]


async def test_diagnostics_and_counters(client: Client) -> None:
    assert await client.read_exception_status() == 0x5A
    assert await client.diagnostics(0, b"\xa5\x37") == b"\xa5\x37"
    before = (await client.get_comm_event_counter()).event_count
    await client.write_register(0, 1)
    counter = await client.get_comm_event_counter()
    assert counter.event_count == before + 1
    assert (await client.get_comm_event_log()).event_count == counter.event_count


async def test_who_it_is(client: Client) -> None:
    assert await client.read_device_identification() == {0: b"Acme", 1: b"B200", 2: b"1.4"}
    assert await client.read_device_identification(4, 1) == {1: b"B200"}
    assert isinstance(await client.report_server_id(), bytes)


async def test_canopen_and_anything_else(client: Client) -> None:
    assert await client.canopen(b"abc") == b"cba"
    assert await client.call(3, b"\0\1\0\1") == b"\x02\0\1"
    with pytest.raises(IllegalFunctionError):
        await client.call(0x42, b"\1")


async def test_typed_values_by_reference(client: Client) -> None:
    assert await client.read("40101", "coil:3", "holding:2/uint32", "input:0*2") == [
        100,
        False,
        2 << 16 | 3,
        7,
        7,
    ]


async def test_values_come_with_the_registers_they_were_made_of(client: Client) -> None:
    (reading,) = await client.read_detailed("holding:2/uint32:cdab")
    assert reading.value == 3 << 16 | 2
    assert reading.registers == (2, 3)
    assert str(reading.reference) == "holding:2/uint32:cdab"


async def test_wrong_use_is_refused_before_anything_is_sent(client: Client) -> None:
    with pytest.raises(UsageError):
        await client.read_holding_registers(0, 126)
    with pytest.raises(UsageError):
        await client.read_holding_registers(65535, 2)
    with pytest.raises(UsageError):
        await client.write_register(0, 65536)
    with pytest.raises(UsageError):
        await client.read_coils(0, unit=256)
    with pytest.raises(UsageError):
        await client.read("0x0001")
