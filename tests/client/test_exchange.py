"""Many requests at one go on the blocking client: the quick way, and every way off it."""

from __future__ import annotations

import signal
import socket
from collections.abc import Callable
from typing import Any

import pytest

from port502.client import Reconnect, SyncClient
from port502.errors import IllegalDataAddressError, LinkClosedError, NoReplyError
from port502.protocol.burst import Burst
from port502.protocol.client import ClientConnection
from port502.protocol.message import Response
from port502.protocol.register_access import ReadHoldingRegistersRequest, WriteSingleRegisterRequest
from port502.service.device import Device
from tests.client.peers import answer, ask, is_silent, peer
from tests.interrupts import alarms
from tests.served import served

QUICKLY = Reconnect(0.01, 0.05)
READS = [ReadHoldingRegistersRequest(n, 1) for n in range(8)]


@pytest.fixture
def ended(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Of each burst, whether all its replies were good and came at one go."""
    outcomes: list[bool] = []
    receive = ClientConnection.receive_burst

    def receives(line: ClientConnection, burst: Burst[Any], data: bytes, now: float) -> Any:
        answers = receive(line, burst, data, now)
        outcomes.append(answers is not None)
        return answers

    monkeypatch.setattr(ClientConnection, "receive_burst", receives)
    return outcomes


def values(answers: list[Any]) -> list[Any]:
    return [answer.registers if isinstance(answer, Response) else type(answer) for answer in answers]


def at_one_go(connection: socket.socket) -> None:
    """Answers as many requests as arrive together, in as many bytes as that takes."""
    while data := connection.recv(4096):
        assert len(data) % 12 == 0
        connection.sendall(b"".join(numbered(data[at : at + 12]) for at in range(0, len(data), 12)))


def numbered(frame: bytes) -> bytes:
    return answer(frame, int.from_bytes(frame[8:10], "big"))


def in_pieces(connection: socket.socket) -> None:
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    while True:
        for byte in numbered(ask(connection)):
            connection.sendall(bytes((byte,)))


def test_windows_that_are_answered_at_one_go_need_nothing_else(ended: list[bool]) -> None:
    with peer(at_one_go) as port, SyncClient(f"127.0.0.1:{port}", window=4, coalesce=True) as client:
        for _ in range(3):
            assert values(client.read_many(READS)) == [[n] for n in range(8)]
        client.close()
    assert ended == [True] * 6


@pytest.mark.parametrize("window", [1, 4, 16])
@pytest.mark.parametrize("coalesce", [False, True])
def test_replies_in_pieces_end_as_they_should(window: int, coalesce: bool) -> None:
    with (
        peer(in_pieces) as port,
        SyncClient(f"127.0.0.1:{port}", window=window, coalesce=coalesce) as client,
    ):
        assert values(client.read_many(READS)) == [[n] for n in range(8)]
        client.close()


def test_a_refusal_takes_the_place_of_its_response(ended: list[bool]) -> None:
    asked = [*READS[:3], ReadHoldingRegistersRequest(500, 1), *READS[3:]]
    with (
        served(Device(holding={0: list(range(100))})) as server,
        SyncClient(server.url, window=4, coalesce=True) as client,
    ):
        expected = [[0], [1], [2], IllegalDataAddressError, *([n] for n in range(3, 8))]
        assert values(client.read_many(asked)) == expected
        assert values(client.read_many(READS)) == [[n] for n in range(8)]
    assert ended[0] is False


def test_writes_among_reads_go_one_after_the_other(ended: list[bool]) -> None:
    with (
        served(Device(holding={0: [0] * 100})) as server,
        SyncClient(server.url, window=4, coalesce=True) as client,
    ):
        mixed: list[Any] = [WriteSingleRegisterRequest(0, 7), READS[0]]
        _, found = client.read_many(mixed)
        assert values([found]) == [[7]]
        assert not ended


def test_a_connection_that_ends_in_a_burst_is_opened_again_for_the_rest() -> None:
    def answers_two(connection: socket.socket) -> None:
        for _ in range(2):
            connection.sendall(numbered(ask(connection)))
        connection.recv(24, socket.MSG_WAITALL)

    with (
        peer(answers_two, at_one_go) as port,
        SyncClient(f"127.0.0.1:{port}", window=4, coalesce=True, reconnect=QUICKLY) as client,
    ):
        assert values(client.read_many(READS)) == [[n] for n in range(8)]
        client.close()


def test_a_burst_without_an_answer_ends_in_time() -> None:
    with (
        peer(is_silent) as port,
        SyncClient(f"127.0.0.1:{port}", window=4, response_timeout=0.03, retries=0) as client,
    ):
        with pytest.raises(NoReplyError, match=r"within 0\.03 s"):
            client.read_many(READS[:2])
        client.close()


def test_a_connection_that_is_lost_for_good_fails_the_call() -> None:
    def ends(connection: socket.socket) -> None:
        connection.recv(48, socket.MSG_WAITALL)

    with (
        peer(ends) as port,
        SyncClient(f"127.0.0.1:{port}", window=4, coalesce=True, retries=0, reconnect=QUICKLY) as client,
    ):
        with pytest.raises(LinkClosedError, match="before it answered anything"):
            client.read_many(READS[:4])
        client.close()


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="no timer of this kind")
@pytest.mark.parametrize("talk", [at_one_go, in_pieces])
def test_an_interrupt_at_any_time_leaves_bursts_in_step(talk: Callable[[socket.socket], None]) -> None:
    with (
        peer(*[talk] * 200) as port,
        SyncClient(f"127.0.0.1:{port}", window=4, coalesce=True, reconnect=QUICKLY) as client,
        alarms() as ring,
    ):
        for turn in range(60):
            try:
                ring(0.000_02 + 0.000_02 * turn)
                for _ in range(20):
                    assert values(client.read_many(READS)) == [[n] for n in range(8)]
                ring(0)
            except KeyboardInterrupt:
                pass
            assert values(client.read_many(READS[turn % 8 :])) == [[n] for n in range(turn % 8, 8)]
        client.close()
