"""Everything that goes wrong on a serial line behind, or in front of, a gateway (rows H140-H157, H162-H164)."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Coroutine, Iterator
from typing import Any

import pytest

from port502.client import Client
from port502.errors import GatewayTargetError, NoReplyError
from port502.gateway.bus import Bus, BusSettings
from port502.gateway.gateway import Gateway
from port502.gateway.line import Line, LineSettings
from port502.gateway.patience import Patience, UnitState
from port502.gateway.queue import QueueLimits
from port502.gateway.remote import Remote
from port502.gateway.routing import Route, RoutingTable
from port502.gateway.station import BusPlan, ListenPlan, Station, needed_by
from port502.gateway.time_outs import time_out_order
from port502.protocol.ascii import AsciiFraming
from port502.protocol.message import ExceptionResponse
from port502.protocol.register_access import (
    ReadHoldingRegistersRequest,
    ReadHoldingRegistersResponse,
    WriteSingleRegisterRequest,
)
from port502.server import Server, Units
from port502.service.call import Call, Reply, Session
from port502.service.device import Device
from port502.service.maybe import must_wait
from port502.transport.link import Link
from port502.transport.url import Target, parse_url
from tests.gateway.wire import Answer, Rig, Wire, device, frame, silent
from tests.hostile.raw import PATIENCE, connected, read
from tests.hostile.raw import device as big_device
from tests.scripted import registers, reply, request, scripted
from tests.scripted import silent as mute
from tests.virtual_loop import VirtualLoop

READ = ReadHoldingRegistersRequest(0, 1)
WRITE = WriteSingleRegisterRequest(0, 7)
GOOD = frame(1, bytes.fromhex("03 02 0001"))
ANY = "tcp://127.0.0.1:0"


@pytest.fixture
def virtual() -> Iterator[VirtualLoop]:
    loop = VirtualLoop()
    yield loop
    loop.close()


def run(loop: VirtualLoop, work: Coroutine[Any, Any, None]) -> None:
    loop.run_until_complete(work)


def code(answer: Reply) -> int | None:
    return answer.code if isinstance(answer, ExceptionResponse) else None


def values(answer: Reply) -> list[int]:
    assert isinstance(answer, ReadHoldingRegistersResponse), answer
    return answer.registers


def turns(*answers: Answer) -> Any:
    """A slave that answers each request with the next of these, then in good order."""
    left, good = list(answers), device(1)
    return lambda pdu: left.pop(0) if left else good(pdu)


@pytest.mark.parametrize(
    "spoiled", [GOOD[:-1] + b"\0", GOOD[:3], GOOD[:2], b"\x01\x03" + b"\xff" * 400], ids=len
)
def test_h140_damaged_short_and_endless_replies_are_0b_and_the_next_is_right(
    virtual: VirtualLoop, spoiled: bytes
) -> None:
    async def work() -> None:
        async with Rig(
            virtual, {1: turns([(0.0, spoiled)]), 2: device(2)}, bus=BusSettings(retries=0)
        ) as rig:
            assert code(await rig.ask(1)) == 11
            assert values(await rig.ask(2)) == [2]
            assert values(await rig.ask(1)) == [1]
            assert rig.wire.collisions == 0

    run(virtual, work())


@pytest.mark.parametrize(
    "noisy", [b"\xff\x00" + GOOD, GOOD[:2] + GOOD[3:], b"\x00"], ids=["before", "lost", "only"]
)
def test_h141_noise_and_a_lost_byte_cost_a_read_one_more_try(virtual: VirtualLoop, noisy: bytes) -> None:
    async def work() -> None:
        async with Rig(virtual, {1: turns([(0.0, noisy)])}) as rig:
            assert values(await rig.ask(1)) == [1]
            assert rig.wire.asked(1) == 2

    run(virtual, work())


@pytest.mark.parametrize("late", [0.01, 0.04, 0.3, 0.9])
def test_h142_a_late_reply_is_never_given_to_the_next_request(virtual: VirtualLoop, late: float) -> None:
    async def work() -> None:
        settings = BusSettings(patience=Patience(maximum=0.2), retries=0)
        slow = turns([(0.2 + late, frame(1, bytes.fromhex("03 02 dead")))])
        async with Rig(virtual, {1: slow}, bus=settings, line=LineSettings(memory=1.2)) as rig:
            assert code(await rig.ask(1)) == 11
            assert values(await rig.ask(1, ReadHoldingRegistersRequest(5, 1))) == [1]

    run(virtual, work())


def test_h142_the_reply_of_another_unit_is_nobodys(virtual: VirtualLoop) -> None:
    async def work() -> None:
        async with Rig(virtual, {1: lambda pdu: [(0.0, frame(2, b"\x03\x02\0\x09"))], 2: device(2)}) as rig:
            assert code(await rig.ask(1)) == 11
            assert values(await rig.ask(2)) == [2]

    run(virtual, work())


@pytest.mark.parametrize("known", [True, False])
def test_h143_a_local_echo_is_removed_or_reported(
    virtual: VirtualLoop, known: bool, caplog: pytest.LogCaptureFixture
) -> None:
    async def work() -> None:
        async with Rig(virtual, {}, line=LineSettings(echo=known), bus=BusSettings(retries=0)) as rig:
            rig.wire.slaves[1] = lambda pdu: [(0.0, rig.wire.frames[-1][1]), (0.01, GOOD)]
            answer = await rig.ask(1)
            if known:
                assert values(answer) == [1]
            else:
                assert code(answer) in (None, 11)
            assert ("set echo" in caplog.text) is not known

    run(virtual, work())


def test_h144_a_babbling_device_makes_its_line_sick_and_no_other(virtual: VirtualLoop) -> None:
    async def work() -> None:
        async with Rig(virtual, {1: silent}) as sick, Rig(virtual, {1: device(1)}) as well:
            for number in range(600):
                sick.wire.say(b"\xaa" * 9, after=0.01 * number)
            first = asyncio.ensure_future(sick.ask(1))
            await asyncio.sleep(4.0)
            assert code(await first) == 11
            assert sick.line.sick
            assert code(await sick.ask(1)) == 11
            assert values(await well.ask(1)) == [1]
            assert sick.line._framing.pending <= 256

    run(virtual, work())


def test_h145_a_silent_unit_is_0b_after_its_time_and_then_at_once_until_its_probe(
    virtual: VirtualLoop,
) -> None:
    async def work() -> None:
        async with Rig(virtual, {1: silent}, bus=BusSettings(retries=0)) as rig:
            began = virtual.time()
            for _ in range(3):
                assert code(await rig.ask(1)) == 11
            spent = virtual.time() - began
            assert spent < 3.5
            for _ in range(50):
                assert code(await rig.ask(1)) == 11
            assert virtual.time() - began == spent
            assert rig.wire.asked(1) == 3
            await asyncio.sleep(2.1)
            assert code(await rig.ask(1)) == 11
            assert rig.wire.asked(1) == 4

    run(virtual, work())


@pytest.mark.parametrize("quiet", [False, True])
def test_h146_a_unit_without_a_route_is_0a_or_silence(quiet: bool) -> None:
    gateway = Gateway(RoutingTable([Route(1, 1, "x")]), {"x": lambda call: None}, silent=quiet)
    answer = gateway(Call(Session(), 9, READ))
    assert answer == (None if quiet else ExceptionResponse(3, 10))


def test_h147_a_full_queue_is_busy(virtual: VirtualLoop) -> None:
    async def work() -> None:
        settings = BusSettings(queue=QueueLimits(total=3, per_client=2))
        async with Rig(virtual, {1: device(1)}, bus=settings) as rig:
            greedy = Session()
            answers = await asyncio.gather(*(rig.ask(1, session=greedy) for _ in range(5)), rig.ask(1))
            assert [code(answer) for answer in answers].count(6) in (2, 3)
            assert values(answers[-1]) == [1]
            assert rig.bus.counters.busy == rig.bus.queue.counters.full

    run(virtual, work())


def test_h148_a_client_that_is_gone_or_too_late_costs_the_bus_nothing(virtual: VirtualLoop) -> None:
    async def work() -> None:
        settings = BusSettings(queue=QueueLimits(age=0.3), retries=0)
        async with Rig(virtual, {1: silent, 2: device(2), 3: device(3)}, bus=settings) as rig:
            blocking = asyncio.ensure_future(rig.ask(1))
            await asyncio.sleep(0.01)
            gone, late = asyncio.ensure_future(rig.ask(2)), asyncio.ensure_future(rig.ask(3))
            await asyncio.sleep(0.01)
            gone.cancel()
            assert code(await late) == 11
            await blocking
            await asyncio.sleep(1)
            assert (rig.wire.asked(2), rig.wire.asked(3)) == (0, 0)

    run(virtual, work())


@pytest.mark.parametrize(
    "lost", [[], [(0.0, frame(1, WRITE.encode())[:-1] + b"\0")]], ids=["silent", "damaged"]
)
def test_h149_a_write_whose_reply_is_lost_is_on_the_bus_once(virtual: VirtualLoop, lost: Answer) -> None:
    async def work() -> None:
        async with Rig(virtual, {1: turns(lost)}) as rig:
            assert code(await rig.ask(1, WRITE)) == 11
            await asyncio.sleep(10)
            assert rig.wire.asked(1) == 1
            assert rig.bus.counters.unknown_writes == 1

    run(virtual, work())


async def test_h150_equal_transaction_ids_on_one_line_do_not_cross() -> None:
    slaves = Units({unit: Device(holding={0: [unit] * 9}) for unit in (1, 2)})
    async with Server(slaves, "rtu+tcp://127.0.0.1:0") as line:
        plan = ListenPlan(ANY, (Route(1, 2, "line"),))
        async with Station([plan], [BusPlan("line", line.url)]) as station:
            port = station.servers[0].port

            async def poll(unit: int) -> None:
                async with connected(port) as raw:
                    for number in range(1, 300):
                        raw.send(read(0, 1, number=number, unit=unit))
                        [answer] = await raw.frames(1)
                        assert (answer.transaction_id, answer.unit) == (number, unit)
                        assert answer.pdu == bytes((3, 2, 0, unit))

            await asyncio.gather(*(poll(unit) for unit in (1, 2, 1, 2)))


def test_h151_unit_0_is_a_broadcast_and_reads_are_never_broadcast(virtual: VirtualLoop) -> None:
    async def work() -> None:
        async with Rig(virtual, {1: device(1), 2: device(2)}) as rig:
            assert code(await rig.ask(0)) == 10
            assert rig.wire.frames == []
            began = virtual.time()
            assert await rig.ask(0, WRITE) is None
            assert virtual.time() - began >= 0.1
            assert values(await rig.ask(1)) == values(await rig.ask(2)) == [7]

    run(virtual, work())


def test_h152_a_device_that_answers_a_broadcast_is_not_listened_to(virtual: VirtualLoop) -> None:
    async def work() -> None:
        async with Rig(virtual, {}) as rig:
            rig.wire.slaves[1] = turns()
            waiting = asyncio.ensure_future(rig.ask(0, WRITE))
            await asyncio.sleep(0.02)
            rig.wire.say(frame(0, WRITE.encode()))
            rig.wire.say(frame(1, WRITE.encode()), after=0.02)
            assert await waiting is None
            assert values(await rig.ask(1)) == [7]
            assert rig.line.counters.foreign == 2

    run(virtual, work())


def test_h153_an_unplugged_adapter_is_0a_until_it_is_back(virtual: VirtualLoop) -> None:
    async def work() -> None:
        async with Rig(virtual, {1: device(1)}) as rig:
            assert values(await rig.ask(1)) == [1]
            rig.wire.unplug()
            assert code(await rig.ask(1)) == 10
            await asyncio.sleep(30)
            assert code(await rig.ask(1)) == 10
            rig.wire.plugged = True
            await asyncio.sleep(12)
            assert values(await rig.ask(1)) == [1]

    run(virtual, work())


async def test_h153_a_port_that_is_not_there_is_0a() -> None:
    bus = Bus("gone", Line(parse_url("rtu:///dev/no-such-port")))
    await bus.start()
    assert bus(Call(Session(), 1, READ)) == ExceptionResponse(3, 10)
    await bus.stop()


def test_h154_frames_of_a_second_master_are_counted_and_harm_nobody(
    virtual: VirtualLoop, caplog: pytest.LogCaptureFixture
) -> None:
    async def work() -> None:
        async with Rig(virtual, {1: device(1)}) as rig:
            for number in range(20):
                rig.wire.say(frame(9, READ.encode()), after=0.5 * number)
                rig.wire.say(frame(9, b"\x03\x02\0\x63"), after=0.5 * number + 0.02)
            for _ in range(30):
                assert code(await rig.ask(1)) in (None, 11)
                await asyncio.sleep(0.3)
            assert values(await rig.ask(1)) == [1]
            assert rig.line.counters.foreign >= 15
            assert "second master" in caplog.text

    run(virtual, work())


class AsciiWire(Wire):
    """The same for ASCII, on which any text may come back."""

    def __init__(self, loop: asyncio.AbstractEventLoop, texts: list[bytes]) -> None:
        super().__init__(loop, {})
        self.target = parse_url("ascii:///dev/virtual?baud=19200")
        self.texts = texts
        self.asked_for = 0

    def _heard(self, data: bytes) -> None:
        self.asked_for += 1
        if self.texts:
            self.say(self.texts.pop(0), 0.005)


ASCII_GOOD = AsciiFraming().encode(0, 1, bytes.fromhex("03 02 0001"))


@pytest.mark.parametrize(
    "text",
    [
        b":0103020001F\r\n",
        b":01030200G1F9\r\n",
        ASCII_GOOD[:-2] + b"\n\n",
        b":" + b"0" * 10_240 + b"\r\n",
        ASCII_GOOD[:-4] + b"00\r\n",
    ],
    ids=["odd", "no hex", "no CR LF", "10 KiB", "LRC"],
)
def test_h155_bad_ascii_is_dropped_and_the_next_frame_is_answered(virtual: VirtualLoop, text: bytes) -> None:
    async def work() -> None:
        wire = AsciiWire(virtual, [text, ASCII_GOOD])
        bus = Bus("ascii", Line(wire.target, opener=wire.open), BusSettings(retries=0))
        await bus.start()
        for expected in (11, None):
            waiting = bus(Call(Session(), 1, READ))
            assert must_wait(waiting)
            assert code(await waiting) == expected
            await asyncio.sleep(6)
        await bus.stop()

    run(virtual, work())


@pytest.mark.parametrize(
    "text", [ASCII_GOOD.lower(), b":0103" + ASCII_GOOD], ids=["lower case", "colon inside"]
)
def test_h155_lower_case_and_a_frame_that_begins_anew_are_understood(
    virtual: VirtualLoop, text: bytes
) -> None:
    async def work() -> None:
        wire = AsciiWire(virtual, [text])
        bus = Bus("ascii", Line(wire.target, opener=wire.open))
        await bus.start()
        waiting = bus(Call(Session(), 1, READ))
        assert must_wait(waiting)
        assert values(await waiting) == [1]
        await bus.stop()

    run(virtual, work())


async def test_h156_a_serial_master_gets_0b_in_time_whether_the_server_is_down_or_late(
    unused_tcp_port: int,
) -> None:
    async with scripted(mute) as port:
        loop = asyncio.get_running_loop()
        for name, where in (("late", port), ("down", unused_tcp_port)):
            remote = Remote.over(name, Link(Target("tcp", "127.0.0.1", where)), within=0.1)
            gateway = Gateway(RoutingTable([Route(1, 9, name)]), {name: remote})
            began = loop.time()
            answer = gateway(Call(Session(transport="rtu"), 3, READ))
            assert must_wait(answer)
            assert await answer == ExceptionResponse(3, 11)
            assert loop.time() - began < PATIENCE
            await remote.stop()


@pytest.mark.parametrize("lie", ["unit", "function", "count"])
async def test_h157_a_tcp_device_that_answers_something_else_is_0b(lie: str) -> None:
    async def lying(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            number, unit, pdu = await request(reader)
            answer = registers(pdu)
            if lie == "function":
                answer = b"\x04" + answer[1:]
            elif lie == "count":
                answer = answer[:1] + b"\x04" + answer[2:]
            writer.write(reply(number, unit ^ (lie == "unit"), answer))

    async with scripted(lying) as port:
        remote = Remote.over("liar", Link(Target("tcp", "127.0.0.1", port)), within=0.3)
        answer = remote(Call(Session(), 1, READ))
        assert must_wait(answer)
        assert await answer == ExceptionResponse(3, 11)
        assert remote.counters.wrong + remote.counters.no_answer == 1
        await remote.stop()


async def test_h162_a_0b_that_comes_too_late_is_not_taken_for_the_next_answer() -> None:
    async def tardy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        number, unit, _ = await request(reader)
        second, _, pdu = await request(reader)
        writer.write(reply(number, unit, b"\x83\x0b") + reply(second, unit, registers(pdu)))
        await reader.read()

    async with scripted(tardy) as port, Client(f"tcp://127.0.0.1:{port}", retries=0) as client:
        with pytest.raises(NoReplyError):
            await client.read_holding_registers(0, timeout=0.05)
        assert len(await client.read_holding_registers(0, 2, timeout=PATIENCE)) == 2
    assert "let it wait longer" in str(
        time_out_order("yard", needed_by(BusPlan("yard", "rtu:///dev/x")), 1.0)
    )


@pytest.mark.slow
async def test_h163_a_client_that_never_reads_is_closed_and_the_bus_goes_on() -> None:
    async with Server(big_device(), "rtu+tcp://127.0.0.1:0") as line:
        plan = ListenPlan(ANY, (Route(1, 1, "line"),))
        async with Station([plan], [BusPlan("line", line.url)]) as station:
            server = station.servers[0]
            server._listener.stall = 0.05  # type: ignore[union-attr]
            async with connected(server.port) as good:
                with socket.socket() as deaf:
                    deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
                    deaf.connect(("127.0.0.1", server.port))
                    deaf.setblocking(False)
                    async with asyncio.timeout(2 * PATIENCE):
                        while not server.counters.causes["unread replies"]:
                            with contextlib.suppress(OSError):
                                deaf.send(read(0, 125) * 100)
                            await good.in_step()
                await good.in_step()


def test_h164_routes_that_change_leave_what_is_under_way_where_it_is(virtual: VirtualLoop) -> None:
    async def work() -> None:
        async with Rig(virtual, {1: device(1)}) as old, Rig(virtual, {1: device(1, values=[99])}) as new:
            gateway = Gateway(RoutingTable([Route(1, 1, "old")]), {"old": old.bus})
            session = Session()
            before = [gateway(Call(session, 1, READ)) for _ in range(5)]
            gateway.change(RoutingTable([Route(1, 1, "new")]), {"new": new.bus})
            after = gateway(Call(session, 1, READ))
            answers = [await waiting for waiting in before if must_wait(waiting)]
            assert [values(answer) for answer in answers] == [[1]] * 5
            assert must_wait(after)
            assert values(await after) == [99]

    run(virtual, work())


def test_a_dead_unit_recovers_with_its_first_reply(virtual: VirtualLoop) -> None:
    async def work() -> None:
        async with Rig(virtual, {1: silent}) as rig:
            for _ in range(3):
                await rig.ask(1)
            assert rig.bus.unit(1).times.state is UnitState.DEAD
            rig.wire.slaves[1] = device(1)
            await asyncio.sleep(3)
            assert values(await rig.ask(1)) == [1]
            assert values(await rig.ask(1)) == [1]

    run(virtual, work())


async def test_0b_reaches_the_client_as_its_own_error() -> None:
    async with Server(Units({1: Device(holding={0: [1]})}), "rtu+tcp://127.0.0.1:0") as line:
        quick = BusSettings(patience=Patience(maximum=0.05))
        plan = ListenPlan(ANY, (Route(1, 5, "line"),))
        async with (
            Station([plan], [BusPlan("line", line.url, settings=quick)]) as station,
            Client(station.servers[0].url) as client,
        ):
            with pytest.raises(GatewayTargetError):
                await client.read_holding_registers(0, unit=4)
