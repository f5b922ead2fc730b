"""The compatibility profile of libmodbus: every item that its unit-test client demands."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

import pytest

from port502.client import Client
from port502.errors import (
    IllegalDataAddressError,
    IllegalDataValueError,
    IllegalFunctionError,
    ReplyError,
    ServerDeviceBusyError,
)
from port502.simulate.libmodbus import LIBMODBUS_RULES, libmodbus_units
from tests.simulate.faulty import client, serving


@contextlib.asynccontextmanager
async def talking() -> AsyncIterator[Client]:
    async with (
        serving(*LIBMODBUS_RULES, service=libmodbus_units()) as (server, _),
        client(server, unit=0xFF, response_timeout=2.0) as asking,
    ):
        yield asking


@pytest.mark.parametrize("unit", [0xFF, 0x12, 0])
async def test_units_are_echoed(unit: int) -> None:
    async with talking() as asking:
        assert await asking.read_input_registers(0x108, unit=unit) == [10]


async def test_tables() -> None:
    async with talking() as asking:
        pattern = [bool(place % 3) for place in range(37)]
        await asking.write_coils(0x130, pattern)
        assert await asking.read_coils(0x130, 37) == pattern
        bits = await asking.read_discrete_inputs(0x1C4, 22)
        assert [sum(bit << place for place, bit in enumerate(bits[at : at + 8])) for at in (0, 8, 16)] == [
            0xAC,
            0xDB,
            0x35,
        ]
        await asking.write_registers(0x160, list(range(32)))
        assert await asking.read_holding_registers(0x160, 32) == list(range(32))


@pytest.mark.parametrize("read", ["coils", "discrete_inputs", "holding_registers", "input_registers"])
async def test_one_too_many_is_02(read: str) -> None:
    places = {
        "coils": (0x130, 38),
        "discrete_inputs": (0x1C4, 23),
        "holding_registers": (0x160, 33),
        "input_registers": (0x108, 2),
    }
    async with talking() as asking:
        with pytest.raises(IllegalDataAddressError):
            await getattr(asking, f"read_{read}")(*places[read])


async def test_the_server_id() -> None:
    async with talking() as asking:
        assert await asking.report_server_id() == b"\xb4\xffLMB3.1.12"


async def test_writes_that_are_refused() -> None:
    async with talking() as asking:
        with pytest.raises(IllegalDataValueError):
            await asking.write_coil(0x132, True)
        with pytest.raises(IllegalDataValueError):
            await asking.write_register(0x170, 1)
        await asking.write_coil(0x131, True)


async def test_registers_that_misbehave() -> None:
    async with talking() as asking:
        with pytest.raises(ServerDeviceBusyError):
            await asking.read_holding_registers(0x170, 3)
        with pytest.raises(ReplyError):
            await asking.read_holding_registers(0x171)
        with pytest.raises(ReplyError):
            await asking.read_holding_registers(0x160, 2)
        began = asyncio.get_running_loop().time()
        assert await asking.read_holding_registers(0x173) == [0]
        assert asyncio.get_running_loop().time() - began > 0.04


@pytest.mark.slow
async def test_the_register_that_is_late() -> None:
    async with talking() as asking:
        began = asyncio.get_running_loop().time()
        assert await asking.read_holding_registers(0x172) == [0]
        assert 0.45 < asyncio.get_running_loop().time() - began < 1.5


async def test_further_functions() -> None:
    async with talking() as asking:
        await asking.write_register(0x160, 0x12)
        await asking.mask_write_register(0x160, 0xF2, 0x25)
        assert await asking.read_holding_registers(0x160) == [0x17]
        assert await asking.read_write_registers(0x160, 3, 0x161, [7, 8]) == [0x17, 7, 8]
        with pytest.raises(IllegalFunctionError):
            await asking.call(0x42, b"")
