"""A bus shared by many clients, on virtual time."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Coroutine
from typing import Any

import pytest

from port502.gateway.bus import BusSettings
from port502.gateway.patience import Patience, UnitState
from port502.gateway.queue import QueueLimits
from port502.protocol.message import ExceptionResponse
from port502.protocol.register_access import (
    ReadHoldingRegistersRequest,
    ReadHoldingRegistersResponse,
    WriteSingleRegisterRequest,
)
from port502.service.access import Networks
from port502.service.call import Call, Reply, Session
from port502.service.maybe import must_wait
from tests.gateway.wire import Rig, device, frame, silent
from tests.virtual_loop import VirtualLoop

TEN = ReadHoldingRegistersRequest(0, 10)
WRITE = WriteSingleRegisterRequest(0, 7)


def run(loop: VirtualLoop, work: Coroutine[Any, Any, None]) -> None:
    loop.run_until_complete(work)


def code(reply: Reply) -> int | None:
    return reply.code if isinstance(reply, ExceptionResponse) else None


class Client:
    """Asks as fast as it is answered, and notes how long each answer took."""

    def __init__(self, rig: Rig, unit: int, depth: int = 1, host: str = "") -> None:
        self.session = Session(host=host)
        self.waits: list[float] = []
        self.codes: Counter[int | None] = Counter()
        self._rig, self._unit = rig, unit
        self._tasks = [asyncio.ensure_future(self._poll()) for _ in range(depth)]

    async def _poll(self) -> None:
        loop = self._rig.loop
        while True:
            began = loop.time()
            self.codes[code(await self._rig.ask(self._unit, TEN, self.session))] += 1
            self.waits.append(loop.time() - began)
            if loop.time() == began:
                await asyncio.sleep(0.1)  # refused at once: no client asks again in no time

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


async def polled(clients: list[Client], seconds: float) -> None:
    await asyncio.sleep(seconds)
    for client in clients:
        await client.stop()


def test_clients_are_answered_one_after_the_other(virtual: VirtualLoop) -> None:
    async def work() -> None:
        async with Rig(virtual, {unit: device(unit) for unit in range(1, 5)}) as rig:
            replies = await asyncio.gather(*(rig.ask(unit) for unit in range(1, 5)))
            for unit, reply in enumerate(replies, 1):
                assert isinstance(reply, ReadHoldingRegistersResponse)
                assert reply.registers == [unit]
            assert (rig.wire.collisions, rig.wire.short_gaps) == (0, 0)

    run(virtual, work())


def test_saturating_clients_use_what_the_wire_can_carry(virtual: VirtualLoop) -> None:
    async def work() -> None:
        async with Rig(virtual, {1: device(1, thinks=0.0)}) as rig:
            await polled([Client(rig, 1, depth=2) for _ in range(4)], 60.0)
            each = 33 * 11 / 19200 + 2 * rig.wire.times.gap
            assert len(rig.wire.frames) * each / 60.0 > 0.95

    run(virtual, work())


def test_a_greedy_client_costs_the_modest_less_than_one_transaction(virtual: VirtualLoop) -> None:
    async def work() -> None:
        async with Rig(virtual, {1: device(1)}) as rig:
            alone = [Client(rig, 1) for _ in range(9)]
            await polled(alone, 30.0)
            modest, greedy = [Client(rig, 1) for _ in range(9)], Client(rig, 1, depth=30)
            await polled([*modest, greedy], 30.0)

            def p99(clients: list[Client]) -> float:
                waits = sorted(wait for client in clients for wait in client.waits)
                return waits[int(0.99 * len(waits))]

            transaction = 33 * 11 / 19200 + 2 * rig.wire.times.gap + 0.005
            assert p99(modest) - p99(alone) <= transaction + 1e-6
            shares = [len(client.waits) for client in [*modest, greedy]]
            assert max(shares) - min(shares) <= 2

    run(virtual, work())


@pytest.mark.slow
def test_of_ten_units_three_dead_the_seven_keep_nine_tenths_of_their_rate(virtual: VirtualLoop) -> None:
    async def work(dead: set[int]) -> float:
        slaves = {unit: silent if unit in dead else device(unit) for unit in range(1, 11)}
        async with Rig(virtual, slaves) as rig:
            clients = [Client(rig, unit) for unit in range(1, 11)]
            await polled(clients, 120.0)
            assert all(set(c.codes) == {11} for u, c in enumerate(clients, 1) if u in dead)
            assert all(set(c.codes) == {None} for u, c in enumerate(clients, 1) if u not in dead)
            return sum(len(c.waits) for u, c in enumerate(clients, 1) if u not in dead) / (10 - len(dead))

    nominal = virtual.run_until_complete(work(set()))
    beside_dead = virtual.run_until_complete(work({2, 5, 9}))
    assert beside_dead >= 0.9 * nominal


def test_a_dead_unit_is_answered_for_at_once_and_comes_back_with_one_reply(virtual: VirtualLoop) -> None:
    async def work() -> None:
        async with Rig(virtual, {1: silent, 2: device(2)}) as rig:
            assert [code(await rig.ask(1)) for _ in range(2)] == [11, 11]
            assert rig.bus.unit(1).times.state is UnitState.DEAD
            asked, began = rig.wire.asked(1), virtual.time()
            assert code(await rig.ask(1)) == 11
            assert (rig.wire.asked(1), virtual.time()) == (asked, began)
            rig.wire.slaves[1] = device(1)
            await asyncio.sleep(2.5)
            assert code(await rig.ask(1)) is None
            assert rig.bus.unit(1).times.state is UnitState.ALIVE

    run(virtual, work())


@pytest.mark.slow
def test_time_outs_are_learned_and_no_false_one_happens(virtual: VirtualLoop) -> None:
    async def work() -> None:
        async with Rig(virtual, {}) as rig:
            spread = iter(range(10**6))

            def wavering(pdu: bytes) -> list[tuple[float, bytes]]:
                thinks = 0.03 + 0.02 * (next(spread) * 7 % 11) / 10
                return [(thinks, frame(1, b"\x03\x14" + bytes(20)))]

            rig.wire.slaves[1] = wavering
            for _ in range(10_000):
                assert code(await rig.ask(1, TEN)) is None
            unit = rig.bus.unit(1)
            assert unit.times.timeout < 0.25
            assert unit.counters.timeouts == 0
            rig.bus.forget(1)
            assert unit.times.timeout == 1.0

    run(virtual, work())


def test_a_read_is_tried_again_after_a_damaged_reply_and_a_write_never_is(virtual: VirtualLoop) -> None:
    async def work() -> None:
        async with Rig(virtual, {}) as rig:
            spoiled, good = frame(1, TEN.encode())[:-1] + b"\0", frame(1, b"\x03\x14" + bytes(20))
            answers = [spoiled, good, frame(1, WRITE.encode())[:-1] + b"\0"]
            rig.wire.slaves[1] = lambda pdu: [(0.005, answers.pop(0))]
            assert code(await rig.ask(1, TEN)) is None
            assert rig.wire.asked(1) == 2
            assert code(await rig.ask(1, WRITE)) == 11
            assert rig.wire.asked(1) == 3
            assert (rig.bus.counters.retries, rig.bus.counters.unknown_writes) == (1, 1)
            assert rig.bus.unit(1).counters.damaged == 2

    run(virtual, work())


def test_writes_and_listed_clients_go_first(virtual: VirtualLoop) -> None:
    async def work() -> None:
        settings = BusSettings(first=Networks(["10.0.0.9"]))
        async with Rig(virtual, {unit: device(unit) for unit in range(1, 6)}, bus=settings) as rig:
            asked = [
                rig.ask(1),
                rig.ask(2),
                rig.ask(3),
                rig.ask(4, WRITE),
                rig.ask(5, session=Session(host="10.0.0.9")),
            ]
            await asyncio.gather(*asked)
            assert [data[0] for _, data in rig.wire.frames] in ([1, 4, 5, 2, 3], [4, 5, 1, 2, 3])

    run(virtual, work())


def test_exceptions_of_the_device_pass_unchanged(virtual: VirtualLoop) -> None:
    async def work() -> None:
        async with Rig(virtual, {1: lambda pdu: [(0.0, frame(1, b"\x83\x45"))]}) as rig:
            assert code(await rig.ask(1)) == 0x45
            assert rig.bus.unit(1).counters.exceptions == {0x45: 1}

    run(virtual, work())


def test_what_waits_too_long_is_answered_and_not_sent(virtual: VirtualLoop) -> None:
    async def work() -> None:
        settings = BusSettings(queue=QueueLimits(age=0.5), patience=Patience(maximum=1.0))
        async with Rig(virtual, {1: silent, 2: device(2)}, bus=settings) as rig:
            first = asyncio.ensure_future(rig.ask(1, WRITE))
            await asyncio.sleep(0.01)
            began = virtual.time()
            assert code(await rig.ask(2)) == 11
            assert virtual.time() - began == pytest.approx(0.5)
            assert code(await first) == 11
            assert rig.wire.asked(2) == 0

    run(virtual, work())


def test_a_client_that_gives_up_is_not_asked_for(virtual: VirtualLoop) -> None:
    async def work() -> None:
        async with Rig(virtual, {1: device(1), 2: device(2)}) as rig:
            first = asyncio.ensure_future(rig.ask(1))
            await asyncio.sleep(0.005)
            turn = rig.bus(Call(Session(), 2, TEN, virtual.time()))
            assert must_wait(turn)
            turn.cancel()
            await first
            await asyncio.sleep(1)
            assert rig.wire.asked(2) == 0
            assert rig.bus.queue.counters.gone == 1

    run(virtual, work())


def test_no_port_is_no_path(virtual: VirtualLoop) -> None:
    async def work() -> None:
        async with Rig(virtual, {1: device(1, thinks=0.1)}) as rig:
            virtual.call_later(0.05, rig.wire.unplug)
            assert [code(reply) for reply in await asyncio.gather(rig.ask(1), rig.ask(1))] == [11, 10]
            assert code(await rig.ask(1)) == 10
            rig.wire.plugged = True
            await asyncio.sleep(12)
            assert code(await rig.ask(1)) is None

    run(virtual, work())


def test_a_line_without_gaps_never_mixes_up_whose_reply_came(virtual: VirtualLoop) -> None:
    """A request that comes between a reply and the telling of it must not be taken for the one that was answered."""

    async def work() -> None:
        async with Rig(virtual, {1: device(1), 2: device(2)}) as rig:
            rig.line.times.gap = 0.0  # as behind a serial server
            others: list[Any] = []
            arrive = rig.wire._arrive

            def arrive_and_ask(data: bytes) -> None:
                arrive(data)
                if len(others) < 5:
                    others.append(asyncio.ensure_future(rig.ask(2)))
                    others.append(rig.bus(Call(Session(), 2, ReadHoldingRegistersRequest(0, 1))))

            rig.wire._arrive = arrive_and_ask  # type: ignore[method-assign]
            assert values(await rig.ask(1)) == [1]
            for other in others:
                assert values(await other) == [2]

    virtual.run_until_complete(work())


def values(reply: Reply) -> list[int]:
    assert isinstance(reply, ReadHoldingRegistersResponse), reply
    return reply.registers
