"""A connection that comes back by itself, against servers that do not make it easy."""

from __future__ import annotations

import asyncio
import itertools
import socket
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from port502.errors import (
    ConnectError,
    FrameError,
    LinkClosedError,
    LinkError,
    NoReplyError,
    ServerDeviceBusyError,
)
from port502.protocol.message import Request
from port502.protocol.register_access import ReadHoldingRegistersRequest, WriteSingleRegisterRequest
from port502.transport.link import Link
from port502.transport.link_settings import LinkSettings
from port502.transport.queue import AnyTransaction
from port502.transport.states import LinkState
from port502.transport.url import Target
from tests.scripted import answering, closing, registers, reply, request, scripted, silent

READ = ReadHoldingRegistersRequest(0, 1)
WRITE = WriteSingleRegisterRequest(0, 1)


class Caller:
    """Asks a link and waits for outcomes."""

    def __init__(self, port: int, **settings: Any) -> None:
        settings.setdefault("reconnect_first", 0.01)
        settings.setdefault("reconnect_max", 0.05)
        self.states: list[LinkState] = []
        self.link = Link(
            Target("tcp", "127.0.0.1", port),
            LinkSettings(**settings),
            on_state=lambda state, why: self.states.append(state),
        )

    def submit(self, asked: Request[Any] = READ, **options: Any) -> asyncio.Future[AnyTransaction]:
        future: asyncio.Future[AnyTransaction] = asyncio.get_running_loop().create_future()
        options.setdefault("timeout", 5.0)
        future.transaction = self.link.submit(1, asked, future.set_result, **options)  # type: ignore[attr-defined]
        return future


@pytest_asyncio.fixture
async def callers() -> AsyncIterator[Any]:
    made: list[Caller] = []

    def make(port: int, **settings: Any) -> Caller:
        made.append(Caller(port, **settings))
        return made[-1]

    yield make
    for caller in made:
        await caller.link.close()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
    return port


async def test_a_request_connects_by_itself_and_is_answered(callers: Any) -> None:
    async with scripted(answering) as port:
        caller = callers(port)
        done = await caller.submit()
        assert done.response.registers == [42]
        assert caller.states == [LinkState.CONNECTING, LinkState.READY]
        assert caller.link.counters.replies == 1


async def test_opening_a_refused_port_fails_at_once_with_the_reason(callers: Any) -> None:
    caller = callers(free_port())
    with pytest.raises(ConnectError, match="refused"):
        await caller.link.open()
    assert caller.link.state is LinkState.BACKING_OFF


async def test_requests_fail_with_the_connection_when_it_cannot_be_made(callers: Any) -> None:
    caller = callers(free_port())
    done = await caller.submit(retries=2)
    assert isinstance(done.error, ConnectError)
    assert done.attempts == 3


async def test_a_request_whose_deadline_is_before_the_next_attempt_fails_at_once(callers: Any) -> None:
    caller = callers(free_port(), reconnect_first=10.0, reconnect_max=10.0)
    await caller.submit()
    done = await caller.submit(deadline=asyncio.get_running_loop().time() + 1.0)
    assert "next attempt is later than asked" in str(done.error)


async def test_it_comes_back_when_the_server_does(callers: Any) -> None:
    port = free_port()
    caller = callers(port)
    caller.link.keep()
    server = None
    try:
        while LinkState.BACKING_OFF not in caller.states:
            await asyncio.sleep(0)
        server = await asyncio.start_server(answering, "127.0.0.1", port)
        done = await caller.submit(retries=5)
        assert done.response.registers == [42]
    finally:
        await caller.link.close()
        if server is not None:
            server.close()


async def test_reads_are_repeated_after_silence_and_the_late_reply_is_dropped(callers: Any) -> None:
    async def late(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        first = await request(reader)
        second = await request(reader)
        writer.write(reply(first[0], first[1], registers(first[2], 666)))
        writer.write(reply(second[0], second[1], registers(second[2], 42)))
        await silent(reader, writer)

    async with scripted(late) as port:
        caller = callers(port)
        done = await caller.submit(timeout=0.05, retries=2)
        assert done.response.registers == [42]
        assert caller.link.counters.timeouts == 1
        assert caller.link.connection.counters.late == 1


async def test_a_write_is_sent_once_whatever_happens(callers: Any) -> None:
    seen: list[bytes] = []

    async def deaf(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            seen.append((await request(reader))[2])

    async with scripted(deaf) as port:
        caller = callers(port)
        done = await caller.submit(WRITE, timeout=0.05, retries=5)
        assert isinstance(done.error, NoReplyError)
        assert "unknown" in str(done.error)
        await caller.submit(timeout=0.05)
        assert [pdu[0] for pdu in seen] == [6, 3]


async def test_a_write_lost_with_the_connection_is_not_sent_again(callers: Any) -> None:
    seen: list[int] = []

    async def hangs_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.append((await request(reader))[2][0])

    async with scripted(hangs_up, answering) as port:
        caller = callers(port)
        done = await caller.submit(WRITE, retries=5)
        assert isinstance(done.error, LinkClosedError)
        assert "unknown" in str(done.error)
        assert (await caller.submit(retries=5)).response.registers == [42]
    assert seen == [6]


async def test_a_read_lost_with_the_connection_is_asked_again(callers: Any) -> None:
    async def hangs_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await request(reader)

    async with scripted(hangs_up, answering) as port:
        done = await callers(port).submit(retries=2)
        assert done.response.registers == [42]


async def test_a_peer_that_closes_at_once_makes_the_delays_grow_h122(callers: Any) -> None:
    async with scripted(closing) as port:
        caller = callers(port, reconnect_max=0.04)
        done = await caller.submit(retries=3, deadline=asyncio.get_running_loop().time() + 5)
        assert isinstance(done.error, LinkError)
        assert "connection limit" in str(done.error)
        assert caller.link._contact.backoff.failures >= 4


async def test_a_server_that_closes_after_each_reply_is_no_failure_h132(callers: Any) -> None:
    async def one_each(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        number, unit, pdu = await request(reader)
        writer.write(reply(number, unit, registers(pdu)))

    async with scripted(one_each) as port:
        caller = callers(port)
        for _ in range(5):
            assert (await caller.submit(retries=2)).response.registers == [42]
            while caller.link.state is LinkState.READY:
                await asyncio.sleep(0)
        assert caller.link.counters.failures == 0


async def test_busy_is_waited_out(callers: Any) -> None:
    async def busy_once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        number, unit, pdu = await request(reader)
        writer.write(reply(number, unit, bytes((pdu[0] | 0x80, 6))))
        await answering(reader, writer)

    async with scripted(busy_once) as port:
        assert (await callers(port).submit(retries=1)).response.registers == [42]
    async with scripted(busy_once) as port:
        assert isinstance((await callers(port).submit(retries=0)).error, ServerDeviceBusyError)


async def test_junk_closes_the_connection_and_names_what_it_looks_like_h131(callers: Any) -> None:
    async def web_server(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        await silent(reader, writer)

    async with scripted(web_server) as port:
        done = await callers(port).submit()
        assert isinstance(done.error, FrameError)
        assert "HTTP" in str(done.error)


async def test_the_window_is_filled_and_not_more(callers: Any) -> None:
    most = 0

    async def counting(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal most
        while True:
            waiting = [await request(reader)]
            for _ in range(3):
                waiting.append(await request(reader))
            most = max(most, len(waiting))
            assert not reader._buffer  # type: ignore[attr-defined]
            for number, unit, pdu in waiting:
                writer.write(reply(number, unit, registers(pdu)))

    async with scripted(counting) as port:
        caller = callers(port, window=4)
        outcomes = await asyncio.gather(*[caller.submit() for _ in range(40)])
        assert all(done.response.registers == [42] for done in outcomes)
    assert most == 4


async def test_urgent_requests_go_first(callers: Any) -> None:
    order: list[int] = []

    async def noting(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            number, unit, pdu = await request(reader)
            order.append(int.from_bytes(pdu[1:3], "big"))
            writer.write(reply(number, unit, registers(pdu)))

    async with scripted(noting) as port:
        caller = callers(port)
        asked = [
            caller.submit(ReadHoldingRegistersRequest(priority, 1), priority=priority)
            for priority in (3, 2, 1)
        ]
        await asyncio.gather(*asked)
    assert order == [1, 2, 3]


async def test_a_cancelled_request_is_not_sent_if_it_waited(callers: Any) -> None:
    order: list[int] = []

    async def noting(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            number, unit, pdu = await request(reader)
            order.append(int.from_bytes(pdu[1:3], "big"))
            writer.write(reply(number, unit, registers(pdu)))

    async with scripted(noting) as port:
        caller = callers(port)
        first, second, third = (caller.submit(ReadHoldingRegistersRequest(n, 1)) for n in (1, 2, 3))
        caller.link.cancel(second.transaction)
        await asyncio.gather(first, third)
        assert not second.done()
    assert order == [1, 3]


async def test_requests_of_one_moment_are_bundled_only_where_asked(callers: Any) -> None:
    chunks: list[int] = []

    async def chunky(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(4096):
            chunks.append(len(data))
            for start in range(0, len(data), 12):
                pdu = data[start + 7 : start + 12]
                writer.write(reply(data[start : start + 2], data[start + 6], registers(pdu)))

    async with scripted(chunky) as port:
        caller = callers(port, window=8, coalesce=True)
        await caller.link.open()
        await asyncio.gather(*[caller.submit() for _ in range(8)])
    assert chunks == [8 * 12]


async def test_what_is_asked_while_replies_are_handed_out_leaves_with_them_in_one_segment(
    callers: Any,
) -> None:
    chunks: list[int] = []
    rounds: list[int] = []

    async def together(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(4096):
            chunks.append(len(data))
            frames = [data[start : start + 12] for start in range(0, len(data), 12)]
            writer.write(b"".join(reply(frame[:2], frame[6], registers(frame[7:])) for frame in frames))

    async with scripted(together) as port:
        caller = callers(port, window=4, coalesce=True)
        await caller.link.open()
        finished: asyncio.Future[None] = asyncio.get_running_loop().create_future()

        def again(transaction: AnyTransaction) -> None:
            rounds.append(1)
            if len(rounds) <= 8:
                caller.link.submit(1, READ, again, timeout=5.0)
            elif len(rounds) == 12:
                finished.set_result(None)

        for _ in range(4):
            caller.link.submit(1, READ, again, timeout=5.0)
        await finished
    assert chunks == [4 * 12] * 3


async def test_closing_fails_what_waits_and_what_is_in_flight(callers: Any) -> None:
    async with scripted(silent) as port:
        caller = callers(port)
        await caller.link.open()
        futures = [caller.submit() for _ in range(3)]
        await caller.link.close()
        for done in await asyncio.gather(*futures):
            assert isinstance(done.error, LinkClosedError)
        assert isinstance((await caller.submit()).error, LinkClosedError)


async def test_a_pause_lies_between_answer_and_next_request(callers: Any) -> None:
    times: list[float] = []
    clock = asyncio.get_running_loop().time

    async def timing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            number, unit, pdu = await request(reader)
            times.append(clock())
            writer.write(reply(number, unit, registers(pdu)))

    async with scripted(timing) as port:
        caller = callers(port, pause=0.03)
        await asyncio.gather(*[caller.submit() for _ in range(4)])
    gaps = [later - earlier for earlier, later in itertools.pairwise(times)]
    assert all(gap >= 0.029 for gap in gaps)


async def test_it_settles_before_the_first_request(callers: Any) -> None:
    async with scripted(answering) as port:
        caller = callers(port, settle=0.02)
        await caller.submit()
        assert caller.states == [LinkState.CONNECTING, LinkState.SETTLING, LinkState.READY]


async def test_a_connection_not_kept_open_closes_after_the_last_answer(callers: Any) -> None:
    async with scripted(answering) as port:
        caller = callers(port, keep_open=False)
        await asyncio.gather(caller.submit(), caller.submit())
        assert caller.link.state is LinkState.IDLE
        await caller.submit()
        assert caller.link.counters.connects == 2


async def test_the_queue_is_bounded(callers: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("port502.transport.queue.MAX_QUEUED", 5)
    async with scripted(silent) as port:
        caller = callers(port)
        futures = [caller.submit() for _ in range(8)]
        refused = await futures[-1]
        assert isinstance(refused.error, LinkError)
        assert "wait" in str(refused.error)


async def test_a_callback_that_fails_harms_nobody_else(
    callers: Any, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(transaction: AnyTransaction) -> None:
        raise ZeroDivisionError

    async with scripted(answering) as port:
        caller = callers(port, window=2)
        caller.link.submit(1, READ, broken)
        assert (await caller.submit()).response.registers == [42]
    assert "the callback of a request" in caplog.text


async def test_an_expired_request_in_the_queue_fails_at_its_deadline(callers: Any) -> None:
    async with scripted(silent) as port:
        caller = callers(port)
        await caller.link.open()
        caller.submit(timeout=0.5)
        done = await caller.submit(deadline=asyncio.get_running_loop().time() + 0.03)
        assert isinstance(done.error, NoReplyError)
        assert "before it was sent" in str(done.error)


async def test_somebody_may_listen_for_a_while_and_costs_nothing_before_and_after(callers: Any) -> None:
    async with scripted(answering) as port:
        link = callers(port)
        heard: list[tuple[str, bytes]] = []
        await link.submit()
        assert link.link._is_plain
        link.link.listen(lambda way, data: heard.append((way, data)))
        assert not link.link._is_plain
        await link.submit()
        ways = [way for way, _ in heard]
        assert ways == ["sent", "received"]
        assert heard[0][1].endswith(READ.encode())
        link.link.listen(None)
        await link.submit()
        assert len(heard) == 2
        assert link.link._is_plain


async def test_who_listens_from_the_start_goes_on_when_another_comes_and_leaves() -> None:
    first: list[str] = []
    second: list[str] = []
    async with scripted(answering) as port:
        link = Link(Target("tcp", "127.0.0.1", port), on_traffic=lambda way, data: first.append(way))
        try:
            for listener in (lambda way, data: second.append(way), None):
                link.listen(listener)
                done: asyncio.Future[AnyTransaction] = asyncio.get_running_loop().create_future()
                link.submit(1, READ, done.set_result)
                await done
        finally:
            await link.close()
    assert first == ["sent", "received"] * 2
    assert second == ["sent", "received"]
