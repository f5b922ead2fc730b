from __future__ import annotations

import asyncio

import pytest

from port502.protocol.diagnostics import DiagnosticsRequest
from port502.protocol.message import ExceptionResponse, RawRequest, Request, Response
from port502.protocol.register_access import (
    ReadHoldingRegistersRequest,
    ReadHoldingRegistersResponse,
    ReadWriteMultipleRegistersRequest,
    WriteSingleRegisterRequest,
)
from port502.service.call import Call, Reply, Session
from port502.service.device import Device
from port502.service.layers import deadline, read_only

READ = ReadHoldingRegistersRequest(0, 1)
ONE = ReadHoldingRegistersResponse(b"\0\1")


def call(request: Request[Response]) -> Call:
    return Call(Session(), 1, request)


@pytest.mark.parametrize(
    "request_",
    [
        WriteSingleRegisterRequest(0, 9),
        ReadWriteMultipleRegistersRequest(0, 1, 0, b"\0\5"),
        DiagnosticsRequest(10),
        RawRequest(0x42, b""),
    ],
    ids=str,
)
def test_h065_a_read_only_unit_refuses_all_that_may_write(request_: Request[Response]) -> None:
    device = Device(holding=[1], allow_clear=True)
    assert read_only(device)(call(request_)) == ExceptionResponse(request_.function, 1)
    assert device.holding[0] == 1


def test_a_read_only_unit_lets_reads_pass() -> None:
    service = read_only(Device(holding=[1]))
    assert service(call(READ)) == ONE
    assert not isinstance(service(call(DiagnosticsRequest(0, b"ab"))), ExceptionResponse)


def test_a_layer_hides_the_quick_way_around_it() -> None:
    assert not hasattr(read_only(Device()), "quick")
    assert not hasattr(deadline(1.0)(Device()), "quick")


def test_a_reply_that_is_there_needs_no_deadline() -> None:
    assert deadline(0.001)(Device(holding=[1]))(call(READ)) == ONE


async def test_a_reply_in_time_passes() -> None:
    async def slow(call: Call) -> Reply:
        await asyncio.sleep(0)
        return ONE

    assert await deadline(60.0)(slow)(call(READ)) == ONE  # type: ignore[misc]


async def test_h066_a_service_that_hangs_is_cancelled_at_the_deadline() -> None:
    ended: list[str] = []

    async def hang(call: Call) -> Reply:
        try:
            await asyncio.get_running_loop().create_future()
        finally:
            ended.append("cancelled")
        return None

    reply = await deadline(0.0)(hang)(call(READ))  # type: ignore[misc]
    assert reply == ExceptionResponse(3, 4)
    assert ended == ["cancelled"]


async def test_a_timeout_of_the_services_own_is_no_deadline() -> None:
    async def impatient(call: Call) -> Reply:
        await asyncio.sleep(0)
        raise TimeoutError("its own")

    with pytest.raises(TimeoutError, match="its own"):
        await deadline(60.0)(impatient)(call(READ))  # type: ignore[misc]
