"""Connections that break, lead nowhere or never come to be, against both clients (rows H120-H134)."""

from __future__ import annotations

import asyncio
import contextlib
import random
import resource
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from port502.client import Client, Reconnect, SyncClient
from port502.errors import (
    ConnectError,
    LinkClosedError,
    LinkError,
    NoReplyError,
    Port502Error,
    UsageError,
)
from port502.protocol.client import MAX_UNHEARD
from port502.protocol.register_access import ReadHoldingRegistersRequest
from port502.transport.states import LinkState
from tests.hostile.liar import QUICKLY, Liar, Talk, both, client, lying, right, usable
from tests.hostile.raw import VALUES, device, serving, until
from tests.interop.faces import FACES, Face
from tests.interrupts import alarms


def behave(talk: Talk) -> None:
    talk.behave()


def states(face: Face) -> Any:
    return face.state if isinstance(face, SyncClient) else face._client.state


def backoff(face: Face) -> Any:
    return face._backoff if isinstance(face, SyncClient) else face._client.link._contact.backoff


@both
@pytest.mark.parametrize("end", ["fin", "rst"])
@pytest.mark.parametrize("part", [0, 1, 6, 7, 10])
def test_h120_half_a_reply_and_the_end_is_a_link_error_and_a_new_connection(
    kind: str, end: str, part: int
) -> None:
    def half(talk: Talk) -> None:
        talk.right(talk.request())
        talk.send(right(talk.request())[:part])
        if end == "rst":
            talk.reset()

    with lying(half, behave) as liar, client(kind, liar) as face:
        assert face.read_holding_registers(0) == VALUES[:1]
        with pytest.raises(LinkClosedError):
            face.read_holding_registers(0, 2)
        assert face.read_holding_registers(3, 3, timeout=20) == VALUES[3:6]
        assert liar.connections == 2


@both
@pytest.mark.parametrize("end", ["fin", "rst"])
@pytest.mark.parametrize("call", ["read", "write"])
def test_h121_the_end_while_idle_costs_the_next_call_nothing(kind: str, end: str, call: str) -> None:
    def ends(talk: Talk) -> None:
        talk.right(talk.request())
        if end == "rst":
            talk.reset()

    with lying(ends, behave) as liar, client(kind, liar, retries=1) as face:
        assert face.read_holding_registers(0) == VALUES[:1]
        assert liar.closed.acquire(timeout=20)
        if call == "read":
            assert face.read_holding_registers(7, 2, timeout=20) == VALUES[7:9]
        else:
            face.write_register(7, 1, timeout=20)
            assert len(liar.writes) == 1
        assert liar.connections == 2


@both
def test_h122_a_peer_that_closes_before_anything_was_asked_is_left_alone_for_longer_each_time(
    kind: str,
) -> None:
    with lying(lambda talk: None) as liar:
        with client(kind, liar, reconnect=Reconnect(0.01, 0.08), retries=3, response_timeout=1.0) as face:
            with pytest.raises(LinkError, match="connection limit"):
                face.read_holding_registers(0, timeout=10)
            assert backoff(face).failures >= 3
        assert liar.connections <= 6


@contextlib.contextmanager
def full_backlog() -> Iterator[int]:
    """A port on which a SYN gets no answer: a listening socket whose queue is full and never emptied."""
    with contextlib.ExitStack() as stack:
        listening = stack.enter_context(socket.socket())
        listening.bind(("127.0.0.1", 0))
        listening.listen(0)
        port: int = listening.getsockname()[1]
        for _ in range(8):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            with contextlib.suppress(BlockingIOError):
                waiting.connect(("127.0.0.1", port))
        yield port


@both
def test_h123_a_port_that_swallows_the_handshake_is_a_connect_error_in_time(kind: str) -> None:
    with full_backlog() as port:
        began = time.monotonic()
        with (
            pytest.raises(ConnectError, match=r"no answer within 0\.1 s"),
            client(kind, Liar(port), connect_timeout=0.1),
        ):
            pass
        assert time.monotonic() - began < 5


@both
@pytest.mark.parametrize("answers", [0, 1])
def test_h123_a_black_hole_is_left_for_a_new_connection_after_a_few_time_outs(
    kind: str, answers: int
) -> None:
    def hole(talk: Talk) -> None:
        for _ in range(answers):
            talk.right(talk.request())
        talk.listen()

    with lying(hole, behave) as liar, client(kind, liar, response_timeout=0.05) as face:
        for _ in range(answers):
            assert face.read_holding_registers(0) == VALUES[:1]
        for _ in range(MAX_UNHEARD):
            with pytest.raises(NoReplyError):
                face.read_holding_registers(0)
        assert (backoff(face).failures == 0) == bool(answers)  # only a response resets the delays
        assert face.read_holding_registers(3, 3, timeout=20) == VALUES[3:6]
        assert backoff(face).failures == 0
        assert liar.connections == 2


@pytest.mark.slow
@both
def test_h123_a_silent_unit_does_not_end_the_connection_of_its_neighbours(kind: str) -> None:
    def one_dead(talk: Talk) -> None:
        while True:
            asked = talk.request()
            if asked.unit == 1:
                talk.right(asked)

    with lying(one_dead) as liar, client(kind, liar, response_timeout=0.05) as face:
        for _ in range(2 * MAX_UNHEARD):
            with pytest.raises(NoReplyError):
                face.read_holding_registers(0, unit=2)
            assert face.read_holding_registers(0, timeout=5) == VALUES[:1]
        assert liar.connections == 1


@both
def test_h124_a_delay_of_0_is_refused(kind: str) -> None:
    with pytest.raises(UsageError, match="above 0"):
        FACES[kind]("tcp://127.0.0.1:502", reconnect=Reconnect(0.0, 0.0)).__enter__()


@pytest.mark.slow
@both
def test_h124_calls_in_a_loop_make_no_more_attempts_than_the_delays_allow(kind: str) -> None:
    with lying(lambda talk: None) as liar:
        with client(kind, liar, reconnect=Reconnect(0.2, 0.4)) as face:
            began = time.monotonic()
            calls = 0
            while time.monotonic() - began < 0.5:
                calls += 1
                with pytest.raises((LinkError, NoReplyError)):
                    face.read_holding_registers(0, timeout=0.05)
            assert calls > 10
        assert liar.connections <= 4


@pytest.mark.slow
@both
def test_h124_calls_with_short_deadlines_do_not_push_the_next_attempt_away(kind: str) -> None:
    closing = lambda talk: None  # noqa: E731
    with (
        lying(closing, closing, behave) as liar,
        client(kind, liar, reconnect=Reconnect(0.1, 30.0)) as face,
    ):
        began = time.monotonic()
        while time.monotonic() - began < 20:
            with contextlib.suppress(LinkError, NoReplyError):
                assert face.read_holding_registers(0, timeout=0.02) == VALUES[:1]
                break
        assert time.monotonic() - began < 5
        assert usable(face)


@both
def test_h125_a_peer_that_drops_what_it_gets_in_advance_narrows_the_window(kind: str) -> None:
    def single(talk: Talk) -> None:
        talk.right(talk.request())
        for _ in range(7):
            talk.request()  # lost
        talk.behave()

    requests = [ReadHoldingRegistersRequest(address, 2) for address in range(16)]
    with lying(single) as liar, client(kind, liar, window=8, retries=2, response_timeout=0.2) as face:
        responses = face.read_many(requests, timeout=20)
        assert [response.registers for response in responses] == [VALUES[n : n + 2] for n in range(16)]
        connection = face._connection if isinstance(face, SyncClient) else face._client.link.connection
        assert connection.window == 1
        assert connection.narrowed
        assert liar.connections == 1


@both
def test_h132_a_server_that_closes_after_each_reply_is_no_failure(kind: str) -> None:
    def one_each(talk: Talk) -> None:
        talk.right(talk.request())

    with lying(one_each) as liar, client(kind, liar, retries=1, reconnect=Reconnect(5.0, 30.0)) as face:
        began = time.monotonic()
        for address in range(10):
            assert face.read_holding_registers(address, 2) == VALUES[address:][:2]
            if not isinstance(face, SyncClient):
                face._runner.run(until(lambda: states(face) is not LinkState.READY))
        assert time.monotonic() - began < 5  # without a single delay
        assert backoff(face).failures == 0


@both
@pytest.mark.parametrize("seed", range(6))
def test_h133_any_byte_sequence_gives_typed_errors_only(kind: str, seed: int) -> None:
    def noise(talk: Talk) -> None:
        chance = random.Random(seed)
        for _ in range(30):
            asked = talk.request()
            junk = chance.randbytes(chance.randrange(1, 60))
            match chance.randrange(4):
                case 0:
                    talk.send(junk)
                case 1:
                    talk.reply(asked, junk)
                case 2:
                    talk.reply(asked, b"\x03" + junk)
                case 3:
                    talk.send(right(asked)[: chance.randrange(1, 12)] + junk)

    with lying(noise, noise, noise, noise, behave) as liar, client(kind, liar, response_timeout=0.02) as face:
        for number in range(60):
            with contextlib.suppress(Port502Error):
                face.read_holding_registers(number % 90, 5, timeout=1)
        assert usable(face)
        assert liar.connections >= 2


@pytest.mark.slow
@both
@pytest.mark.parametrize("dead", ["refusing", "swallowing"])
def test_h134_of_several_addresses_a_dead_one_is_passed_over_in_time(
    kind: str, dead: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = socket.getaddrinfo

    def two(host: str, port: int, *rest: Any, **options: Any) -> list[Any]:
        if host != "meter.example":
            return known(host, port, *rest, **options)
        stream = (socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "")
        return [(*stream, first), (*stream, ("127.0.0.1", port))]

    monkeypatch.setattr(socket, "getaddrinfo", two)
    with contextlib.ExitStack() as stack:
        liar = stack.enter_context(lying(behave))
        if dead == "swallowing":
            first = ("127.0.0.1", stack.enter_context(full_backlog()))
        else:
            with socket.socket() as unused:
                unused.bind(("127.0.0.1", 0))
                first = unused.getsockname()
        url = f"tcp://meter.example:{liar.port}"
        with FACES[kind](url, connect_timeout=2.0, retries=0) as face:
            assert face.read_holding_registers(5, 2) == VALUES[5:7]


@pytest.mark.slow
def test_h129_an_interrupt_at_any_time_leaves_the_blocking_client_in_step() -> None:
    with lying(behave) as liar, client("blocking", liar) as face, alarms() as ring:
        stopped = 0
        for turn in range(60):
            try:
                ring(0.000_02 + 0.000_03 * turn)
                for number in range(50):
                    assert face.read_holding_registers(number, 2) == VALUES[number : number + 2]
                ring(0)
            except KeyboardInterrupt:
                stopped += 1
            assert face.read_holding_registers(turn, 3) == VALUES[turn : turn + 3]
        assert stopped > 20


@pytest.mark.parametrize("call", ["read", "write", "read_many", "identification", "connect", "close"])
async def test_h129_cancellation_at_every_step_of_the_loop_leaves_the_client_in_step(call: str) -> None:
    """Cancels each kind of call after 1, 2, 3 ... turns of the event loop, until it ends before that."""
    async with serving(device()) as server:
        for turns in range(1, 200):
            async with Client(server.url, window=4, retries=0, reconnect=QUICKLY) as peer:
                if call in ("connect", "close"):
                    await peer.close()
                work = asyncio.ensure_future(act(peer, call))
                for _ in range(turns):
                    await asyncio.sleep(0)
                    if work.done():
                        break
                ended = work.done()
                work.cancel()
                [outcome] = await asyncio.gather(work, return_exceptions=True)
                assert ended or isinstance(outcome, asyncio.CancelledError) or outcome is None, outcome
                asked = [peer.read_holding_registers(number, 2) for number in range(6)]
                assert await asyncio.gather(*asked) == [VALUES[number : number + 2] for number in range(6)]
            if ended:
                break
        assert ended
        assert turns > 2 or call == "close"
        await until(lambda: not server._listener.streams)
        assert len(asyncio.all_tasks()) == 1


async def act(peer: Client, call: str) -> None:
    match call:
        case "read":
            await peer.read_holding_registers(50, 4)
        case "write":
            await peer.write_register(150, 4)
        case "read_many":
            await peer.read_many([ReadHoldingRegistersRequest(number, 1) for number in range(12)])
        case "identification":
            await peer.read_device_identification()
        case "connect":
            await peer.connect()
        case "close":
            await peer.connect()
            await peer.close()


async def test_h129_a_cancelled_call_whose_reply_comes_later_is_nobodys() -> None:
    held = asyncio.Event()
    served = device()

    @served.holding.on_read
    async def slow(address: int, quantity: int) -> None:
        if address == 99:
            await held.wait()

    async with serving(served) as server, Client(server.url, window=1, retries=0) as peer:
        work = asyncio.ensure_future(peer.read_holding_registers(99, 2))
        await until(lambda: server._listener.tasks)
        work.cancel()
        await asyncio.gather(work, return_exceptions=True)
        next_one = asyncio.ensure_future(peer.read_holding_registers(5, 2))
        await asyncio.sleep(0)
        held.set()
        assert await next_one == VALUES[5:7]
        assert peer.link.counters.connects == 1


@pytest.mark.slow
def test_a_peer_that_takes_no_bytes_does_not_hold_the_blocking_client() -> None:
    release = threading.Event()

    def deaf(talk: Talk) -> None:
        talk._sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
        release.wait(20)

    with lying(deaf, behave) as liar, client("blocking", liar, response_timeout=0.2, window=1024) as face:
        assert isinstance(face, SyncClient)
        face._stream._socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 2048)  # type: ignore[union-attr]
        began = time.monotonic()
        with pytest.raises((LinkError, NoReplyError)):
            face.read_many([ReadHoldingRegistersRequest(0, 1)] * 50_000, timeout=2)
        assert time.monotonic() - began < 15
        release.set()


def test_a_descriptor_above_1023_is_none_of_the_blocking_clients_business() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < 1200:
        pytest.skip("the hard limit on descriptors is below 1200")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, 1200), hard))
    held = [socket.socket() for _ in range(1100)]
    try:
        with lying(behave) as liar, client("blocking", liar) as face:
            face.write_register(1, 2)
            face.write_register(1, 3)
            assert len(liar.writes) == 2
    finally:
        for sock in held:
            sock.close()
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
