"""One wire, one transaction at a time, on virtual time."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest

from port502.errors import (
    FrameError,
    IllegalDataAddressError,
    LinkClosedError,
    NoReplyError,
    ReplyError,
)
from port502.gateway.exchange import Exchange
from port502.gateway.line import Line, LineSettings
from port502.protocol.message import Request
from port502.protocol.register_access import (
    ReadHoldingRegistersRequest,
    ReadHoldingRegistersResponse,
    WriteSingleRegisterRequest,
)
from port502.transport.states import LinkState
from tests.gateway.wire import Answer, Slave, Wire, device, frame, silent
from tests.virtual_loop import VirtualLoop

READ = ReadHoldingRegistersRequest(0, 1)
WRITE = WriteSingleRegisterRequest(0, 7)
GOOD = bytes.fromhex("03 02 0001")


class Master:
    """A line, and exchanges awaited one after the other."""

    def __init__(self, loop: VirtualLoop, slaves: dict[int, Slave], **settings: Any) -> None:
        self.wire = Wire(loop, slaves)
        self.settings = LineSettings(**settings)
        self.lost = 0

    async def __aenter__(self) -> Master:
        self.line = Line(self.wire.target, self.settings, opener=self.wire.open)
        self.ready = asyncio.Event()
        self.line.on_ready = self.ready.set
        self.line.on_lost = self._lose
        await self.line.start()
        return self

    async def __aexit__(self, *failure: object) -> None:
        await self.line.stop()

    def _lose(self) -> None:
        self.lost += 1

    async def ask(self, unit: int, request: Request[Any] = READ, timeout: float = 0.2) -> Exchange:
        while not self.line.is_ready:
            self.ready.clear()
            await self.ready.wait()
        ended: asyncio.Future[Exchange] = asyncio.get_running_loop().create_future()
        self.line.ask(Exchange(unit, request, timeout, ended.set_result))
        return await ended


def run(loop: VirtualLoop, work: Coroutine[Any, Any, None]) -> None:
    loop.run_until_complete(work)


def scripted(*answers: Answer) -> Slave:
    """A slave that answers each request with the next of these, then is silent."""
    left = list(answers)
    return lambda pdu: left.pop(0) if left else []


def test_a_reply_is_handed_out_with_the_time_that_the_unit_thought(virtual: VirtualLoop) -> None:
    async def work() -> None:
        async with Master(virtual, {1: device(1, thinks=0.04)}) as master:
            ended = await master.ask(1)
            assert isinstance(ended.response, ReadHoldingRegistersResponse)
            assert ended.response.registers == [1]
            assert ended.thought == pytest.approx(0.04)

    run(virtual, work())


def test_the_silent_interval_is_kept_and_nothing_is_sent_into_a_reply(virtual: VirtualLoop) -> None:
    async def work() -> None:
        async with Master(virtual, {1: device(1), 2: device(2)}) as master:
            for number in range(20):
                assert (await master.ask(1 + number % 2)).error is None
            assert (master.wire.collisions, master.wire.short_gaps) == (0, 0)
            assert len(master.wire.frames) == 20

    run(virtual, work())


def test_a_pause_longer_than_the_silent_interval_is_kept(virtual: VirtualLoop) -> None:
    async def work() -> None:
        async with Master(virtual, {1: device(1)}, pause=0.03) as master:
            await master.ask(1)
            answered = virtual.time()
            await master.ask(1)
            assert master.wire.frames[1][0] - answered == pytest.approx(0.03, abs=1e-6)

    run(virtual, work())


def test_an_exception_of_the_device_is_its_own(virtual: VirtualLoop) -> None:
    async def work() -> None:
        async with Master(virtual, {1: scripted([(0.0, frame(1, b"\x83\x02"))])}) as master:
            assert isinstance((await master.ask(1)).error, IllegalDataAddressError)

    run(virtual, work())


def test_silence_ends_after_the_time_out_and_the_frames_on_the_wire(virtual: VirtualLoop) -> None:
    async def work() -> None:
        async with Master(virtual, {1: silent}) as master:
            began = virtual.time()
            ended = await master.ask(1, timeout=0.2)
            assert isinstance(ended.error, NoReplyError)
            assert virtual.time() - began == pytest.approx(0.2 + 15 * 11 / 19200, abs=0.005)

    run(virtual, work())


def test_a_reply_that_begins_in_time_is_awaited_to_its_end(virtual: VirtualLoop) -> None:
    async def work() -> None:
        whole = frame(1, b"\x03\xfa" + bytes(250))
        pieces = [(0.0, whole[start : start + 20]) for start in range(0, len(whole), 20)]
        async with Master(virtual, {1: scripted([(0.21, b""), *pieces])}) as m:
            ended = await m.ask(1, ReadHoldingRegistersRequest(0, 125))
            assert ended.error is None

    run(virtual, work())


def test_a_damaged_reply_ends_the_wait_and_is_counted(virtual: VirtualLoop) -> None:
    async def work() -> None:
        spoiled = frame(1, GOOD)[:-1] + b"\0"
        async with Master(virtual, {1: scripted([(0.0, spoiled)])}) as master:
            began = virtual.time()
            assert isinstance((await master.ask(1)).error, FrameError)
            assert virtual.time() - began < 0.1
            assert master.line.counters.damaged == 1

    run(virtual, work())


def test_a_late_reply_is_drained_and_never_handed_to_the_next(virtual: VirtualLoop) -> None:
    async def work() -> None:
        late = scripted([(0.22, frame(1, GOOD))], [(0.005, frame(1, bytes.fromhex("03 02 0002")))])
        async with Master(virtual, {1: late}) as master:
            assert isinstance((await master.ask(1)).error, NoReplyError)
            second = await master.ask(1, ReadHoldingRegistersRequest(9, 1))
            assert isinstance(second.response, ReadHoldingRegistersResponse)
            assert second.response.registers == [2]
            assert master.line.counters.late == 1
            assert master.wire.collisions == 0

    run(virtual, work())


def test_a_very_late_reply_cannot_pass_for_that_of_another_read(virtual: VirtualLoop) -> None:
    async def work() -> None:
        late = scripted([(0.6, frame(1, GOOD))], [(0.005, frame(1, bytes.fromhex("03 02 0002")))])
        async with Master(virtual, {1: late}) as master:
            assert isinstance((await master.ask(1)).error, NoReplyError)
            second = await master.ask(1, ReadHoldingRegistersRequest(9, 1))
            assert isinstance(second.response, ReadHoldingRegistersResponse)
            assert second.response.registers == [2]

    run(virtual, work())


def test_frames_of_other_units_are_nobodys_answer(virtual: VirtualLoop) -> None:
    async def work() -> None:
        confused = scripted([(0.0, frame(5, GOOD)), (0.01, frame(1, GOOD))])
        async with Master(virtual, {1: confused}) as master:
            assert (await master.ask(1)).error is None
            assert master.line.counters.foreign == 1

    run(virtual, work())


def test_a_reply_that_does_not_fit_its_request_is_told(virtual: VirtualLoop) -> None:
    async def work() -> None:
        async with Master(
            virtual, {1: scripted([(0.0, frame(1, bytes.fromhex("03 04 0001 0002")))])}
        ) as master:
            assert isinstance((await master.ask(1)).error, ReplyError)
            assert master.line.counters.wrong == 1

    run(virtual, work())


def test_a_broadcast_has_no_reply_and_gives_the_devices_time(virtual: VirtualLoop) -> None:
    async def work() -> None:
        async with Master(virtual, {1: silent}, turnaround=0.15) as master:
            began = virtual.time()
            ended = await master.ask(0, WRITE)
            assert (ended.response, ended.error) == (None, None)
            assert virtual.time() - began >= 0.15

    run(virtual, work())


@pytest.mark.parametrize("request_", [READ, WRITE], ids=["read", "write"])
def test_the_own_echo_is_removed_where_it_is_expected(virtual: VirtualLoop, request_: Request[Any]) -> None:
    async def work() -> None:
        good = WRITE.encode() if request_ is WRITE else GOOD
        async with Master(virtual, {}, echo=True) as master:

            def echoing(pdu: bytes) -> Answer:
                own = master.wire.frames[-1][1]
                return [(0.0, own), (0.01, frame(1, good))]

            master.wire.slaves[1] = echoing
            assert (await master.ask(1, request_)).error is None
            assert (await master.ask(1, request_)).error is None
            assert master.line.counters.echoes == 2

    run(virtual, work())


def test_an_echo_that_nobody_expected_is_reported(
    virtual: VirtualLoop, caplog: pytest.LogCaptureFixture
) -> None:
    async def work() -> None:
        async with Master(virtual, {}) as master:
            master.wire.slaves[1] = lambda pdu: [(0.0, master.wire.frames[-1][1])]
            assert isinstance((await master.ask(1)).error, NoReplyError)
            assert "set echo" in caplog.text

    run(virtual, work())


def test_a_babbling_line_is_sick_until_it_falls_silent(virtual: VirtualLoop) -> None:
    async def work() -> None:
        async with Master(virtual, {1: silent, 2: device(2)}) as master:
            for number in range(300):
                master.wire.say(b"\x55" * 8, after=0.01 * number)
            ended = await master.ask(1)
            assert isinstance(ended.error, NoReplyError)
            await asyncio.sleep(2.3)
            assert master.line.sick
            assert master.lost == 1
            assert (await master.ask(2)).error is None
            assert not master.line.sick

    run(virtual, work())


def test_a_port_that_vanishes_is_opened_again(virtual: VirtualLoop) -> None:
    async def work() -> None:
        async with Master(virtual, {1: device(1, thinks=0.1)}) as master:
            virtual.call_later(0.05, master.wire.unplug)
            assert isinstance((await master.ask(1)).error, LinkClosedError)
            assert not master.line.is_open
            assert master.lost == 1
            await asyncio.sleep(3)
            master.wire.plugged = True
            assert (await master.ask(1)).error is None
            assert (master.line.counters.lost, master.line.counters.opened) == (1, 2)

    run(virtual, work())


def test_closing_ends_what_is_on_the_wire(virtual: VirtualLoop) -> None:
    async def work() -> None:
        async with Master(virtual, {1: silent}) as master:
            waiting = asyncio.ensure_future(master.ask(1))
            await asyncio.sleep(0.01)
            await master.line.stop()
            assert isinstance((await waiting).error, LinkClosedError)

    run(virtual, work())


def test_who_wants_to_know_hears_how_the_port_fares(
    virtual: VirtualLoop, caplog: pytest.LogCaptureFixture
) -> None:
    heard: list[tuple[LinkState, str]] = []

    async def work() -> None:
        wire = Wire(virtual, {})
        wire.plugged = False
        line = Line(wire.target, opener=wire.open)
        assert line.state is LinkState.IDLE
        line.on_state = lambda state, why: heard.append((state, why))
        await line.start()
        wire.plugged = True
        while line.state is not LinkState.READY:
            await asyncio.sleep(0.1)
        wire.unplug()
        assert line.state is LinkState.BACKING_OFF
        line.on_state = lambda state, why: heard[len(heard)]  # type: ignore[assignment]
        await line.stop()
        assert line.state is LinkState.CLOSED

    run(virtual, work())
    assert [state.value for state, _ in heard] == ["connecting", "backing off", "ready", "backing off"]
    assert heard[1][1] == "no such port"
    assert "Input/output error" in heard[3][1]
    assert "who hears of the states" in caplog.text
