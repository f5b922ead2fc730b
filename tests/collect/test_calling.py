"""Any function through the polling connection: reads like reads on demand, writes allowed, first, once and logged."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from port502.collect.calling import Verbatim, request_in
from port502.collect.demand import PRIORITY_DEMAND, PRIORITY_WRITE
from port502.collect.settings import ConnectionSettings
from port502.errors import IllegalDataAddressError, LinkError, NoReplyError, UsageError
from port502.protocol.message import RawRequest
from port502.protocol.register_access import ReadHoldingRegistersRequest, WriteSingleRegisterRequest
from port502.registers.reference import Table
from tests.collect.running import Running, running
from tests.collect.wire import SimUnit, connection, device, holding

READ = ReadHoldingRegistersRequest(0, 2)
WRITE = WriteSingleRegisterRequest(1, 42)


def site(writes: bool = True) -> list[ConnectionSettings]:
    return [connection("plc", device("pump-1", 1, holding("speed", 0, interval=60.0), writes=writes))]


def plant() -> SimUnit:
    return SimUnit().fill(Table.HOLDING, 0, [100, 200])


async def call(run: Running, request: Any, device: str = "pump-1", **more: Any) -> Any:
    return await run.clock.drive(run.collector.call(device, request, **more))


def asked(unit: SimUnit, request: Any) -> int:
    return sum(1 for _, one in unit.asked if one == request)


async def test_a_read_is_sent_as_one_on_demand() -> None:
    async with running(site(), {"plc": {1: plant()}}) as run:
        run.go(1)
        assert (await call(run, READ)).registers == [100, 200]
        assert run.wire().order[-1][1:] == (1, PRIORITY_DEMAND)
        assert run.collector.status().writes == 0


async def test_a_read_may_be_repeated_and_a_write_may_not() -> None:
    unit = plant()
    async with running(site(), {"plc": {1: unit}}) as run:
        run.go(1)
        unit.silent = True
        for request in (READ, WRITE):
            with pytest.raises(NoReplyError):
                await call(run, request)
        assert asked(unit, READ) > 1
        assert asked(unit, WRITE) == 1


async def test_a_write_goes_first_once_and_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    unit = plant()
    async with running(site(), {"plc": {1: unit}}) as run:
        run.go(1)
        with caplog.at_level(logging.INFO, "port502.collect"):
            await call(run, WRITE)
        assert unit.tables[Table.HOLDING][1] == 42
        assert (asked(unit, WRITE), run.collector.status().writes) == (1, 1)
        assert run.wire().order[-1][1:] == (1, PRIORITY_WRITE)
    (line,) = [text for text in caplog.messages if text.startswith("call pump-1: ")]
    assert "42" in line
    assert line.endswith(": answered")


async def test_what_became_of_a_write_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    unit = plant()
    async with running(site(), {"plc": {1: unit}}) as run:
        run.go(1)
        with pytest.raises(IllegalDataAddressError):
            await call(run, WriteSingleRegisterRequest(900, 1))
        unit.lose_reply_to_writes = True
        with pytest.raises(NoReplyError):
            await call(run, WRITE)
    told = [text for text in caplog.messages if text.startswith("call pump-1: ")]
    assert [": refused: " in told[0], ": sent, outcome unknown: " in told[1]] == [True, True]


async def test_a_device_that_is_not_open_for_writes_gets_none() -> None:
    unit = plant()
    async with running(site(writes=False), {"plc": {1: unit}}) as run:
        run.go(1)
        unit.asked.clear()
        for request in (WRITE, Verbatim(6, b"\0\1\0\x2a"), RawRequest(0x41), Verbatim(0x41)):
            with pytest.raises(UsageError, match=r"may not be written.*nothing was sent"):
                await call(run, request)
        assert unit.asked == []
        assert (await call(run, READ)).registers == [100, 200]


async def test_another_device_of_the_unit_opens_it_for_itself_only() -> None:
    first = device("shown", 1, holding("speed", 0), writes=False)
    second = device("set", 1, holding("setpoint", 1), writes=True)
    async with running([connection("plc", first, second)], {"plc": {1: plant()}}) as run:
        run.go(1)
        with pytest.raises(UsageError, match="shown may not be written"):
            await call(run, WRITE, "shown")
        await call(run, WRITE, "set")


async def test_a_broken_link_and_a_stranger_are_told() -> None:
    async with running(site(), {"plc": {1: plant()}}, reachable=False) as run:
        run.go(0.5)
        with pytest.raises(LinkError, match="nothing was sent"):
            await call(run, READ)
        with pytest.raises(UsageError, match="no device"):
            await call(run, READ, "pump-2")


def test_a_request_comes_in_hex() -> None:
    assert request_in("0300000002") == READ
    assert request_in("06 0001 002a") == WRITE
    for pdu in ("", "3", "zz", "0300", "03" * 300):
        with pytest.raises(UsageError):
            request_in(pdu)


def test_raw_bytes_go_as_they_are_and_write_only_where_they_do() -> None:
    read = request_in("0300000002", raw=True)
    assert (read.encode(), read.writes) == (READ.encode(), False)
    assert read.decode_response(bytes.fromhex("0309")).encode() == bytes.fromhex("0309")
    for pdu in ("060001002a", "0300", "41"):
        assert request_in(pdu, raw=True).writes
    with pytest.raises(UsageError):
        request_in("03" * 300, raw=True)
