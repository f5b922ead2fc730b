"""A bus that is asked as if it were a connection, beside other clients of it."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from port502.errors import (
    ConnectError,
    GatewayTargetError,
    IllegalDataAddressError,
    LinkClosedError,
    LinkError,
    NoReplyError,
)
from port502.gateway.bus import Bus, Turn, Wish
from port502.gateway.line import Line
from port502.gateway.wire import BusWire
from port502.protocol.message import ExceptionResponse, Request
from port502.protocol.register_access import ReadHoldingRegistersRequest, WriteSingleRegisterRequest
from port502.protocol.transaction import Transaction
from port502.service.call import Call, Session
from port502.transport.states import LinkState
from tests.gateway.wire import Rig, Wire, device, silent
from tests.virtual_loop import VirtualLoop

READ = ReadHoldingRegistersRequest(0, 1)
POLL, DEMAND, WRITE = 2, 1, 0


class Asker:
    """Asks a wire and keeps what came, in the order in which it came."""

    def __init__(self, wire: BusWire) -> None:
        self.wire = wire
        self.ended: list[Transaction[Any]] = []
        self._news = asyncio.Event()

    def ask(self, unit: int, request: Request[Any] = READ, **how: Any) -> Transaction[Any]:
        return self.wire.submit(unit, request, self._done, **how)

    def _done(self, transaction: Transaction[Any]) -> None:
        self.ended.append(transaction)
        self._news.set()

    async def all(self, count: int) -> list[Transaction[Any]]:
        while len(self.ended) < count:
            self._news.clear()
            await self._news.wait()
        return self.ended


async def opened(rig: Rig, **how: Any) -> Asker:
    wire = BusWire(rig.bus, **how)
    assert wire.state is LinkState.READY
    return Asker(wire)


def test_replies_refusals_and_silence_end_as_on_a_link(virtual: VirtualLoop) -> None:
    async def scene() -> None:
        async with Rig(virtual, {1: device(1), 2: silent}) as rig:
            asker = await opened(rig)
            asker.ask(1)
            asker.ask(1, ReadHoldingRegistersRequest(500, 1))
            asker.ask(2, timeout=0.2)
            good, refused, nothing = await asker.all(3)
            assert good.response.registers == [1]
            assert good.attempts == 1
            assert isinstance(refused.error, IllegalDataAddressError)
            assert isinstance(nothing.error, NoReplyError)
            assert nothing.attempts == 1
            counters = asker.wire.counters
            assert (counters.requests, counters.replies, counters.timeouts) == (3, 1, 1)

    virtual.run_until_complete(scene())


def test_a_broadcast_ends_without_a_reply(virtual: VirtualLoop) -> None:
    async def scene() -> None:
        async with Rig(virtual, {1: device(1)}) as rig:
            asker = await opened(rig)
            asker.ask(0, WriteSingleRegisterRequest(0, 7))
            (ended,) = await asker.all(1)
            assert (ended.response, ended.error) == (None, None)

    virtual.run_until_complete(scene())


def test_the_wire_is_one_client_among_others_however_much_it_asks(virtual: VirtualLoop) -> None:
    async def scene() -> None:
        async with Rig(virtual, {unit: device(unit) for unit in (1, 2)}) as rig:
            asker = await opened(rig)
            for _ in range(40):
                asker.ask(1, priority=POLL)
            await asyncio.gather(*(rig.ask(2, session=session) for session in (Session(), Session())))
            assert [frame[0] for _, frame in rig.wire.frames[:3]].count(2) == 2
            assert len(asker.ended) <= 2
            await asker.all(40)

    virtual.run_until_complete(scene())


def test_of_its_own_requests_the_most_urgent_is_next(virtual: VirtualLoop) -> None:
    async def scene() -> None:
        async with Rig(virtual, {1: device(1)}) as rig:
            asker = await opened(rig)
            first, second = asker.ask(1, priority=POLL), asker.ask(1, priority=POLL)
            read = asker.ask(1, priority=DEMAND)
            write = asker.ask(1, WriteSingleRegisterRequest(0, 9), priority=WRITE)
            other = asyncio.ensure_future(rig.ask(1))
            assert await asker.all(4) == [write, read, first, second]
            await other

    virtual.run_until_complete(scene())


def test_what_was_given_up_is_not_sent(virtual: VirtualLoop) -> None:
    async def scene() -> None:
        async with Rig(virtual, {1: device(1), 2: device(2)}) as rig:
            asker = await opened(rig)
            unwanted, waiting, kept = asker.ask(2), asker.ask(2), asker.ask(1)
            asker.wire.cancel(unwanted)
            asker.wire.cancel(waiting)
            assert await asker.all(1) == [kept]
            assert rig.wire.asked(2) <= 1

    virtual.run_until_complete(scene())


def test_a_request_whose_turn_does_not_come_in_time_was_never_sent(virtual: VirtualLoop) -> None:
    async def scene() -> None:
        async with Rig(virtual, {1: device(1, thinks=0.5)}) as rig:
            asker = await opened(rig)
            asker.ask(1)
            asker.ask(1, deadline=virtual.time() + 0.1)
            _, late = await asker.all(2)
            assert isinstance(late.error, NoReplyError)
            assert late.attempts == 0
            assert rig.wire.asked(1) == 1

    virtual.run_until_complete(scene())


def test_a_dead_unit_is_refused_to_people_but_polled(virtual: VirtualLoop) -> None:
    async def scene() -> None:
        async with Rig(virtual, {2: silent}) as rig:
            asker = await opened(rig)
            for _ in range(3):
                asker.ask(2, priority=POLL)
            await asker.all(3)
            asker.ask(2, priority=DEMAND)
            asker.ask(2, priority=POLL)
            refused, polled = sorted((await asker.all(5))[3:], key=lambda one: one.priority)
            assert isinstance(refused.error, GatewayTargetError)
            assert isinstance(polled.error, NoReplyError)
            assert rig.wire.asked(2) == 4

    virtual.run_until_complete(scene())


def test_a_line_that_is_lost_ends_everything_at_once_and_comes_back(virtual: VirtualLoop) -> None:
    heard: list[LinkState] = []

    async def scene() -> None:
        async with Rig(virtual, {1: device(1, thinks=0.5)}) as rig:
            asker = await opened(rig, on_state=lambda state, why: heard.append(state))
            asker.ask(1)
            asker.ask(1)
            await asyncio.sleep(0.1)
            rig.wire.unplug()
            assert all(isinstance(one.error, LinkError) for one in await asker.all(2))
            asker.ask(1)
            assert isinstance((await asker.all(3))[2].error, ConnectError)
            rig.wire.plugged = True
            while heard[-1] is not LinkState.READY:
                await asyncio.sleep(0.1)
            asker.ask(1)
            assert (await asker.all(4))[3].error is None
            assert asker.wire.counters.failures >= 1

    virtual.run_until_complete(scene())
    assert heard[0] is LinkState.BACKING_OFF


def test_closing_ends_what_waits(virtual: VirtualLoop) -> None:
    async def scene() -> None:
        async with Rig(virtual, {1: device(1)}) as rig:
            asker = await opened(rig)
            asker.ask(1)
            asker.ask(1)
            await asker.wire.close()
            ended = await asker.all(2)
            assert all(isinstance(one.error, (LinkClosedError, ConnectError)) for one in ended)
            assert asker.wire.state is LinkState.CLOSED
            asker.ask(1)
            assert isinstance((await asker.all(3))[2].error, ConnectError)

    virtual.run_until_complete(scene())


def test_a_line_that_nobody_opened_is_opened_by_the_first_request(virtual: VirtualLoop) -> None:
    async def scene() -> None:
        memory = Wire(virtual, {1: device(1)})
        wire = BusWire(Bus("test", Line(memory.target, opener=memory.open)))
        asker = Asker(wire)
        asker.ask(1)
        assert (await asker.all(1))[0].response.registers == [1]
        await wire.close()

    virtual.run_until_complete(scene())


def test_who_hears_of_its_end_may_ask_again_and_may_fail(
    virtual: VirtualLoop, caplog: pytest.LogCaptureFixture
) -> None:
    async def scene() -> None:
        async with Rig(virtual, {1: device(1)}) as rig:
            asker = await opened(rig)

            def fails(transaction: Transaction[Any]) -> None:
                asker.ask(1)
                raise ValueError("a mistake")

            asker.wire.submit(1, READ, fails)
            assert (await asker.all(1))[0].error is None

    virtual.run_until_complete(scene())
    assert "a mistake" in caplog.text


def test_a_client_that_wishes_for_less_time_is_refused_before_the_others(virtual: VirtualLoop) -> None:
    async def scene() -> None:
        async with Rig(virtual, {1: device(1, thinks=0.5)}) as rig:
            first = asyncio.ensure_future(rig.ask(1))
            patient = asyncio.ensure_future(rig.ask(1))
            await asyncio.sleep(0)
            began = virtual.time()
            hasty = rig.bus.take(Call(Session(), 1, READ, virtual.time()), Wish(within=0.2))
            assert isinstance(hasty, Turn)
            assert await hasty == ExceptionResponse(3, 11)
            assert virtual.time() - began == pytest.approx(0.2, abs=0.01)
            await asyncio.gather(first, patient)
            assert rig.wire.asked(1) == 2

    virtual.run_until_complete(scene())


def test_a_line_is_not_opened_before_the_one_who_had_it_has_closed_it(virtual: VirtualLoop) -> None:
    async def scene() -> None:
        memory = Wire(virtual, {1: device(1)})

        def made(before: BusWire | None = None) -> BusWire:
            return BusWire(Bus("test", Line(memory.target, opener=memory.open)), before=before)

        old = made()
        old.keep()
        while old.state is not LinkState.READY:
            await asyncio.sleep(0)
        new = made(old)
        new.keep()
        asker = Asker(new)
        asker.ask(1)
        await asyncio.sleep(1.0)
        assert new.state is LinkState.IDLE
        await old.close()
        assert (await asker.all(1))[0].response.registers == [1]
        await new.close()

    virtual.run_until_complete(scene())


def test_whoever_listens_hears_both_sides_of_the_line(virtual: VirtualLoop) -> None:
    async def scene() -> None:
        async with Rig(virtual, {1: device(1)}) as rig:
            asker = await opened(rig)
            heard: list[str] = []
            asker.wire.listen(lambda way, data: heard.append(way))
            asker.ask(1)
            await asker.all(1)
            assert heard[0] == "sent"
            assert set(heard[1:]) == {"received"}
            asker.wire.listen(None)
            before = len(heard)
            asker.ask(1)
            await asker.all(2)
            assert len(heard) == before

    virtual.run_until_complete(scene())
