"""The blocking client: no thread, no event loop, the same manners."""

from __future__ import annotations

import socket
import sys
import threading
import time

import pytest

from port502.client import Reconnect, SyncClient
from port502.errors import (
    ConnectError,
    FrameError,
    IllegalDataAddressError,
    LinkClosedError,
    NoReplyError,
    ServerDeviceBusyError,
)
from port502.protocol.register_access import ReadHoldingRegistersRequest
from port502.service.device import Device
from port502.service.units import Units
from port502.transport.states import LinkState
from tests.client.peers import answer, answers, ask, is_silent, peer
from tests.served import served

QUICKLY = Reconnect(0.01, 0.05)


def test_there_is_no_thread_and_no_event_loop_inside() -> None:
    with served(Device(holding={0: [42]})) as server:
        before = threading.active_count()
        with SyncClient(server.url) as client:
            assert client.read_holding_registers(0) == [42]
            assert threading.active_count() == before


def test_entering_connects_or_says_why_not() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    with pytest.raises(ConnectError, match="refused; nothing listens"), SyncClient(f"127.0.0.1:{port}"):
        pytest.fail("there is no server")


def test_silence_is_asked_again_and_then_told() -> None:
    seen: list[bytes] = []

    def counts(connection: socket.socket) -> None:
        while True:
            seen.append(ask(connection))

    with peer(counts) as port, SyncClient(f"127.0.0.1:{port}", response_timeout=0.03, retries=2) as client:
        with pytest.raises(NoReplyError, match="in 3 attempts"):
            client.read_holding_registers(0)
        client.close()
    assert len(seen) == 3


def test_a_write_is_sent_once() -> None:
    seen: list[bytes] = []

    def counts(connection: socket.socket) -> None:
        while True:
            seen.append(ask(connection))

    with peer(counts) as port, SyncClient(f"127.0.0.1:{port}", response_timeout=0.03, retries=5) as client:
        with pytest.raises(NoReplyError, match="unknown"):
            client.write_register(0, 1)
        client.close()
    assert len(seen) == 1


@pytest.mark.slow
def test_a_late_reply_is_never_the_answer_to_a_younger_request_h102() -> None:
    def late(connection: socket.socket) -> None:
        first, second = ask(connection), ask(connection)
        connection.sendall(answer(first, 666) + answer(second, 42))
        is_silent(connection)

    with peer(late) as port, SyncClient(f"127.0.0.1:{port}", response_timeout=0.3, retries=1) as client:
        assert client.read_holding_registers(0) == [42]
        client.close()


def test_a_drip_that_outlasts_the_deadline_is_a_timeout_h119() -> None:
    stop = threading.Event()

    def drips(connection: socket.socket) -> None:
        frame = ask(connection)
        for byte in answer(frame)[:-1]:
            connection.sendall(bytes((byte,)))
            if stop.wait(0.03):
                return
        stop.wait(5)

    with peer(drips) as port, SyncClient(f"127.0.0.1:{port}", response_timeout=0.1, retries=0) as client:
        began = time.monotonic()
        with pytest.raises(NoReplyError):
            client.read_holding_registers(0)
        assert time.monotonic() - began < 0.3
        stop.set()
        client.close()


def test_it_connects_anew_after_the_peer_closed_while_idle_h121(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("port502.client.exchange.IDLE_CHECK", 0.0)

    def one(connection: socket.socket) -> None:
        connection.sendall(answer(ask(connection)))

    with (
        peer(one, one, answers) as port,
        SyncClient(f"127.0.0.1:{port}", reconnect=QUICKLY, retries=3) as client,
    ):
        assert [client.read_holding_registers(0) for _ in range(4)] == [[42]] * 4
        client.close()


def test_a_write_on_a_connection_that_ended_meanwhile_goes_to_a_new_one() -> None:
    closed = threading.Event()

    def one(connection: socket.socket) -> None:
        connection.sendall(answer(ask(connection)))
        connection.shutdown(socket.SHUT_RDWR)
        closed.set()

    def echoes(connection: socket.socket) -> None:
        connection.sendall(ask(connection))

    with peer(one, echoes) as port, SyncClient(f"127.0.0.1:{port}", reconnect=QUICKLY) as client:
        client.read_holding_registers(0)
        assert closed.wait(5)
        client.write_register(0, 7)


def test_closing_before_any_answer_is_named_h122() -> None:
    def closes(connection: socket.socket) -> None:
        ask(connection)

    with (
        peer(closes, closes, closes) as port,
        SyncClient(f"127.0.0.1:{port}", reconnect=QUICKLY, retries=2) as client,
        pytest.raises(LinkClosedError, match="before it answered anything"),
    ):
        client.read_holding_registers(0)


def test_junk_is_named_h131() -> None:
    def web_server(connection: socket.socket) -> None:
        ask(connection)
        connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    with (
        peer(web_server) as port,
        SyncClient(f"127.0.0.1:{port}") as client,
        pytest.raises(FrameError, match="HTTP"),
    ):
        client.read_holding_registers(0)


def test_busy_is_waited_out_by_reads() -> None:
    def busy_once(connection: socket.socket) -> None:
        frame = ask(connection)
        connection.sendall(frame[:4] + b"\0\x03" + frame[6:7] + b"\x83\x06")
        answers(connection)

    with peer(busy_once) as port, SyncClient(f"127.0.0.1:{port}", retries=1) as client:
        assert client.read_holding_registers(0) == [42]
        client.close()
    with peer(busy_once) as port, SyncClient(f"127.0.0.1:{port}", retries=0) as client:
        with pytest.raises(ServerDeviceBusyError):
            client.read_holding_registers(0)
        client.close()


def test_attempts_to_connect_are_paced_h124() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    client = SyncClient(f"127.0.0.1:{port}", reconnect=Reconnect(0.05, 0.05), retries=3)
    began = time.monotonic()
    with pytest.raises(ConnectError):
        client.read_holding_registers(0)
    assert time.monotonic() - began > 0.1


def test_a_deadline_before_the_next_attempt_fails_at_once() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    client = SyncClient(f"127.0.0.1:{port}", reconnect=Reconnect(10, 10), retries=0)
    with pytest.raises(ConnectError):
        client.read_holding_registers(0)
    with pytest.raises(ConnectError, match="next attempt in"):
        client.read_holding_registers(0, timeout=0.5)


def test_read_many_goes_through_the_window_in_order() -> None:
    with (
        served(Device(holding={0: list(range(100))})) as server,
        SyncClient(server.url, window=16, coalesce=True) as client,
    ):
        asked = [ReadHoldingRegistersRequest(n, 1) for n in range(100)] + [
            ReadHoldingRegistersRequest(500, 1)
        ]
        *good, refused = client.read_many(asked)
        assert [response.registers for response in good] == [[n] for n in range(100)]  # type: ignore[union-attr]
        assert isinstance(refused, IllegalDataAddressError)


def test_the_order_of_read_many_survives_a_silent_first() -> None:
    def skips_first(connection: socket.socket) -> None:
        ask(connection)
        for value in range(1, 5):
            connection.sendall(answer(ask(connection), value))
        answers(connection)

    with (
        peer(skips_first) as port,
        SyncClient(f"127.0.0.1:{port}", window=5, response_timeout=0.05, retries=1) as client,
    ):
        responses = client.read_many([ReadHoldingRegistersRequest(n, 1) for n in range(5)])
        assert [response.registers for response in responses] == [[42], [1], [2], [3], [4]]  # type: ignore[union-attr]
        client.close()


def test_threads_take_turns() -> None:
    with (
        served(Units({1: Device(holding={0: [1]}), 2: Device(holding={0: [2]})})) as server,
        SyncClient(server.url) as client,
    ):
        results: list[list[int]] = []

        def work(unit: int) -> None:
            results.extend([unit, *client.for_unit(unit).read_holding_registers(0)] for _ in range(50))

        threads = [threading.Thread(target=work, args=(unit,)) for unit in (1, 2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(results) == 100
        assert all(asked == got for asked, got in results)


def test_states_are_told() -> None:
    states: list[LinkState] = []
    with (
        served(Device(holding={0: [42]})) as server,
        SyncClient(server.url, settle=0.01, on_state=lambda state, why: states.append(state)),
    ):
        pass
    assert states == [LinkState.CONNECTING, LinkState.SETTLING, LinkState.READY, LinkState.CLOSED]


@pytest.mark.skipif(sys.platform == "win32", reason="signals between threads: not tested on Windows")
def test_an_interrupt_leaves_no_request_behind() -> None:
    import signal

    # A run in the background of a shell starts with interrupts ignored.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    values = iter((666, 42))
    released = threading.Event()

    def interrupts(connection: socket.socket) -> None:
        frame = ask(connection)
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
        released.wait(5)
        connection.sendall(answer(frame, next(values)))

    with peer(interrupts, answers) as port, SyncClient(f"127.0.0.1:{port}", response_timeout=5) as client:
        with pytest.raises(KeyboardInterrupt):
            client.read_holding_registers(0)
        released.set()
        assert client.read_holding_registers(0) == [42]
        client.close()
    signal.signal(signal.SIGINT, before)
