"""Asking, and noting everything."""

from __future__ import annotations

import pytest

from port502.discover.doctor.exchange import Answer
from port502.discover.doctor.reads import read_of
from port502.discover.doctor.talk import Talk, check_harmless
from port502.errors import UsageError
from port502.protocol.diagnostics import DiagnosticsRequest
from port502.protocol.message import RawRequest
from port502.protocol.register_access import WriteSingleRegisterRequest
from port502.registers.reference import Table
from port502.simulate.effects import AcceptClose, Delay, Glued
from port502.transport.probe.attempt import Outcome, Place
from tests.discover.doctor.bench.scenario import asked
from tests.peers.ports import free_port
from tests.simulate.faulty import device, rule, serving

READ = read_of(Table.HOLDING, 0)


def talk_to(url: str, **more: object) -> Talk:
    question = asked(url, **more)
    return Talk(question, Place(question.target.host, question.target.port))


WRITES = (
    WriteSingleRegisterRequest(0, 1),
    DiagnosticsRequest(1),
    DiagnosticsRequest(4),
    DiagnosticsRequest(10),
    RawRequest(100),
)


@pytest.mark.parametrize("request_", WRITES)
async def test_what_could_change_anything_is_never_sent(request_: object) -> None:
    talk = Talk(asked("tcp://127.0.0.1:1"), Place("127.0.0.1", 1))
    with pytest.raises(UsageError, match="never writes"):
        await talk.ask(1, request_)  # type: ignore[arg-type]
    assert talk.requests == 0


def test_reads_and_the_echo_are_harmless() -> None:
    check_harmless(READ)
    check_harmless(DiagnosticsRequest(0, b"hello!"))


async def test_a_reply_is_noted_with_its_time_and_the_kernels_books() -> None:
    async with serving() as (server, _):
        talk = talk_to(server.url)
        exchange = await talk.ask(1, READ)
        assert (exchange.answer, exchange.registers, exchange.late) == (Answer.REPLY, (40,), False)
        assert exchange.info is None or exchange.info.acknowledged
        assert 0 < exchange.took < 5
        await talk.close()


async def test_a_late_reply_is_one() -> None:
    async with serving(rule(Delay(0.2, 0.2))) as (server, _):
        talk = talk_to(server.url)
        exchange = await talk.ask(1, READ, timeout=0.05, patience=5.0)
        assert (exchange.answer, exchange.late) == (Answer.REPLY, True)
        assert exchange.took >= 0.2
        await talk.close()


async def test_the_right_reply_behind_a_strange_one_is_found() -> None:
    async with serving(rule(Glued())) as (server, _):
        talk = talk_to(server.url)
        await talk.ask(1, READ)
        exchange = await talk.ask(1, READ)
        assert exchange.answer is Answer.REPLY
        assert exchange.strays
        await talk.close()


async def test_a_connection_that_ended_is_made_anew_and_one_that_cannot_be_is_said() -> None:
    async with serving(rule(AcceptClose())) as (server, _):
        talk = talk_to(server.url)
        assert (await talk.ask(1, READ)).answer in (Answer.CLOSED, Answer.RESET)
        assert (await talk.ask(1, READ)).answer in (Answer.CLOSED, Answer.RESET)
        await talk.close()
    gone = Talk(asked("tcp://127.0.0.1:1"), Place("127.0.0.1", free_port()))
    exchange = await gone.ask(1, READ)
    assert (exchange.answer, exchange.note) == (Answer.CLOSED, "it cannot be connected again")


async def test_opening_tells_how_that_ended() -> None:
    talk = Talk(asked("tcp://127.0.0.1:1"), Place("127.0.0.1", free_port()))
    assert (await talk.open()).outcome is Outcome.REFUSED
    assert talk.line is None


async def test_serial_frames_are_spoken_where_the_target_says_so() -> None:
    from port502.server import Server

    async with Server(device(), "rtu+tcp://127.0.0.1:0") as server:
        talk = talk_to(server.url)
        assert (await talk.ask(1, READ)).registers == (40,)
        await talk.close()


async def test_a_late_reply_to_what_was_given_up_is_passed_over() -> None:
    async with serving(rule(Delay(0.1, 0.1), times=1)) as (server, _):
        talk = talk_to(server.url)
        assert (await talk.ask(1, READ, timeout=0.02)).answer is Answer.SILENT
        exchange = await talk.ask(1, read_of(Table.HOLDING, 1), timeout=5.0)
        assert (exchange.answer, exchange.registers, exchange.strays) == (Answer.REPLY, (41,), b"")
        await talk.close()
