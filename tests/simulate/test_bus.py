"""A serial bus that several units share: one request at a time, as slow as its baud rate."""

from __future__ import annotations

import asyncio

import pytest

from port502.protocol.message import ExceptionResponse
from port502.protocol.register_access import (
    ReadHoldingRegistersRequest,
    ReadHoldingRegistersResponse,
    WriteSingleRegisterRequest,
)
from port502.service.device import Device
from port502.simulate.bus import Line, SerialBus
from tests.simulate.faulty import READ, call


class Naps:
    """Sleeping that takes no time and is written down."""

    def __init__(self) -> None:
        self.taken: list[float] = []
        self.running = 0
        self.most = 0

    async def __call__(self, seconds: float) -> None:
        self.running += 1
        self.most = max(self.most, self.running)
        await asyncio.sleep(0)
        self.running -= 1
        self.taken.append(seconds)


def bus(naps: Naps, **line: object) -> SerialBus:
    units = {1: Device(holding={0: [1, 2]}), 5: Device(holding={0: [5, 6]})}
    return SerialBus(units, Line(**line), sleep=naps)


async def test_each_unit_answers_for_itself() -> None:
    served = bus(Naps())
    assert await served(call(unit=1)) == ReadHoldingRegistersResponse(b"\0\1\0\2")
    assert await served(call(unit=5)) == ReadHoldingRegistersResponse(b"\0\5\0\6")
    assert served.units == [1, 5]


async def test_the_wire_takes_its_time() -> None:
    naps = Naps()
    await bus(naps, baud=9600, turnaround=0.0)(call(unit=1))
    characters = (5 + 3) + 3.5 + (6 + 3) + 3.5
    assert naps.taken == [pytest.approx(characters * 11 / 9600)]


async def test_nobody_at_that_unit_is_0b_after_the_time_out() -> None:
    naps = Naps()
    served = bus(naps, timeout=0.3)
    assert await served(call(unit=9)) == ExceptionResponse(3, 0x0B)
    assert naps.taken[0] > 0.3
    assert served.unanswered == 1


async def test_one_request_at_a_time() -> None:
    naps = Naps()
    served = bus(naps)
    await asyncio.gather(*(served(call(unit=1)) for _ in range(5)))
    assert naps.most == 1
    assert served.asked == 5
    assert served.waiting == 0


async def test_a_full_queue_is_busy() -> None:
    served = bus(Naps(), queue=2)
    replies = await asyncio.gather(*(served(call(unit=1)) for _ in range(5)))
    assert [reply for reply in replies if isinstance(reply, ExceptionResponse)] == [
        ExceptionResponse(3, 6)
    ] * 3


async def test_a_broadcast_is_carried_out_by_all_and_answered_by_nobody() -> None:
    served = bus(Naps())
    assert await served(call(WriteSingleRegisterRequest(0, 77), unit=0)) is None
    assert await served(call(READ, unit=1)) == ReadHoldingRegistersResponse(b"\0\x4d\0\2")
    assert await served(call(READ, unit=5)) == ReadHoldingRegistersResponse(b"\0\x4d\0\6")


async def test_a_refusal_is_the_devices_own() -> None:
    assert await bus(Naps())(call(ReadHoldingRegistersRequest(50, 1), unit=1)) == ExceptionResponse(3, 2)
