"""Questions over one connection."""

from __future__ import annotations

import asyncio

import pytest

from port502.discover.line import Line
from port502.discover.pace import Pace
from port502.errors import (
    ConnectError,
    FrameError,
    IllegalDataAddressError,
    LinkClosedError,
    NoReplyError,
    ReplyError,
    UsageError,
)
from port502.protocol.register_access import ReadHoldingRegistersRequest, WriteSingleRegisterRequest
from port502.transport.url import parse_url
from tests.discover.bench import line_to, meter, serving
from tests.scripted import closing, registers, reply, request, scripted, silent

READ = ReadHoldingRegistersRequest(0, 1)


async def test_a_question_gets_its_answer() -> None:
    async with serving(meter()) as port, line_to(port) as line:
        assert (await line.ask(1, READ, 1.0)).registers == [7]
        assert line.requests == 1
        assert line.connect_time > 0


async def test_refusals_are_told_as_what_they_are() -> None:
    async with serving(meter()) as port, line_to(port) as line:
        with pytest.raises(IllegalDataAddressError):
            await line.ask(1, ReadHoldingRegistersRequest(5000, 1), 1.0)


async def test_whoever_looks_around_never_writes() -> None:
    async with serving(meter()) as port, line_to(port) as line:
        with pytest.raises(UsageError, match="never"):
            await line.ask(1, WriteSingleRegisterRequest(0, 1), 1.0)
        assert line.requests == 0


async def test_silence_ends_one_question_and_not_the_line() -> None:
    async with scripted(silent) as port, line_to(port) as line:
        for _ in range(5):
            with pytest.raises(NoReplyError):
                await line.ask(1, READ, 0.02)
        assert line.is_open


async def test_several_questions_are_answered_by_their_ids() -> None:
    async def backwards(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked = [await request(reader) for _ in range(3)]
        for number, unit, pdu in reversed(asked):
            writer.write(reply(number, unit, registers(pdu, unit)))

    async with scripted(backwards, silent) as port, line_to(port) as line:
        answers = await asyncio.gather(*(line.ask(unit, READ, 1.0) for unit in (1, 2, 3)))
        assert [answer.registers for answer in answers] == [[1], [2], [3]]


async def test_a_late_answer_is_counted_and_given_to_nobody() -> None:
    async def late(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        first = await request(reader)
        second = await request(reader)
        for (number, unit, pdu), value in ((first, 1), (second, 2)):
            writer.write(reply(number, unit, registers(pdu, value)))
        await reader.read()

    async with scripted(late) as port, line_to(port) as line:
        with pytest.raises(NoReplyError):
            await line.ask(1, READ, 0.02)
        assert (await line.ask(1, READ, 1.0)).registers == [2]
        assert line.counters.late == 1


async def test_a_line_that_is_closed_says_so_at_each_question() -> None:
    async with scripted(closing) as port, line_to(port) as line:
        for _ in range(2):
            with pytest.raises(LinkClosedError, match=r"closed by the device|was reset"):
                await line.ask(1, READ, 1.0)
        assert not line.is_open


async def test_what_is_no_modbus_is_named() -> None:
    async def web(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(100)
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        await reader.read()

    async with scripted(web) as port, line_to(port) as line:
        with pytest.raises(FrameError):
            await line.ask(1, READ, 1.0)
        assert line.says == "HTTP"


async def test_a_wrong_unit_in_the_reply_is_no_answer_unless_tolerated() -> None:
    async def other(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            number, _, pdu = await request(reader)
            writer.write(reply(number, 9, registers(pdu)))

    async with scripted(other) as port:
        async with line_to(port) as line:
            with pytest.raises(ReplyError):
                await line.ask(1, READ, 1.0)
        async with line_to(port, tolerate=frozenset({"any_unit_in_reply"})) as line:
            assert (await line.ask(1, READ, 1.0)).registers == [42]


async def test_the_common_pace_is_kept() -> None:
    turns: list[float] = []

    class Counted(Pace):
        def turn(self, now: float) -> float:
            turns.append(now)
            return 0.0

    async with serving(meter()) as port, line_to(port, pace=Counted(1)) as line:
        await line.ask(1, READ, 1.0)
        await line.ask(1, READ, 1.0)
    assert len(turns) == 2


async def test_the_pause_lies_behind_the_answer() -> None:
    async with serving(meter()) as port, line_to(port, pause=0.03) as line:
        began = line.time()
        for _ in range(3):
            await line.ask(1, READ, 1.0)
        assert line.time() - began >= 0.06


async def test_nobody_there_is_an_error_of_connecting() -> None:
    async with serving(meter()) as port:
        pass
    with pytest.raises(ConnectError, match="refused"):
        await Line(parse_url(f"tcp://127.0.0.1:{port}")).open(timeout=1.0)


async def test_a_question_that_nobody_waits_for_leaves_the_line_usable() -> None:
    async with serving(meter()) as port, line_to(port) as line:
        task = asyncio.ensure_future(line.ask(1, READ, 1.0))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert (await line.ask(1, READ, 1.0)).registers == [7]
