"""A service that closes its client's connection: what came before is answered, what is behind is not served."""

from __future__ import annotations

import asyncio

from port502.protocol.register_access import ReadHoldingRegistersRequest
from port502.service.call import Call, Reply
from port502.service.device import Device
from port502.service.ending import EndConnection
from tests.hostile.raw import attacked, connected, read


def closing_at(address: int, seen: list[int], *, late: bool = False):  # type: ignore[no-untyped-def]
    device = Device(holding={0: list(range(100))})

    async def end_later() -> Reply:
        await asyncio.sleep(0)
        raise EndConnection("enough")

    def serve(call: Call):  # type: ignore[no-untyped-def]
        assert isinstance(call.request, ReadHoldingRegistersRequest)
        seen.append(call.request.address)
        if call.request.address != address:
            return device(call)
        if late:
            return end_later()
        raise EndConnection("enough")

    return serve


async def test_replies_before_the_end_are_sent_and_requests_behind_it_are_not_served() -> None:
    seen: list[int] = []
    async with attacked(closing_at(7, seen)) as (server, raw):
        raw.send(read(1, number=1) + read(2, number=2) + read(7, number=3) + read(3, number=4))
        frames = await raw.frames(2)
        assert [frame.transaction_id for frame in frames] == [1, 2]
        assert await raw.rest() == b""
        assert seen == [1, 2, 7]
        assert server.counters.causes["policy"] == 1
        async with connected(server.port) as other:
            other.send(read(4, number=9))
            assert [frame.transaction_id for frame in await other.frames(1)] == [9]


async def test_a_service_that_waits_first_can_end_the_connection_too() -> None:
    seen: list[int] = []
    async with attacked(closing_at(7, seen, late=True)) as (server, raw):
        raw.send(read(7, number=3))
        assert await raw.rest() == b""
        assert server.counters.causes["policy"] == 1
