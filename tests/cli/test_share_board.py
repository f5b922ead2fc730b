"""What a terminal and JSON are told of a shared connection."""

from __future__ import annotations

from rich.console import Console

from port502.cli.share_board import Board, errors, summary, words
from port502.gateway.cache import CacheCounters
from port502.gateway.joining import JoiningCounters
from port502.gateway.share import ClientStatus, ShareStatus
from port502.gateway.shared import SharedCounters
from port502.transport.upstream import UpstreamCounters


def status(requests: int = 1000, *, gone: int = 0, clients: int = 2) -> ShareStatus:
    return ShareStatus(
        target="tcp://192.168.1.30:502",
        state="backing off" if gone else "ready",
        connects=1,
        waiting=3,
        median=0.012,
        p99=0.05,
        last_error="connection refused" if gone else "",
        requests=requests,
        kept=5,
        joining=JoiningCounters(joined=200),
        cache=CacheCounters(hits=700, oldest=0.49),
        shared=SharedCounters(requests=100, gone=gone),
        upstream=UpstreamCounters(wrong=2),
        clients=tuple(
            ClientStatus(f"10.0.0.{n}:4000", requests // (n + 1), n) for n in range(1, clients + 1)
        ),
    )


def shown(board: Board, one: ShareStatus, now: float = 100.0, rows: int = 30, connected: int = 99) -> str:
    out = Console(width=120, record=True)
    with out.capture() as capture:
        names = [client.name for client in one.clients[:connected]]
        out.print(board.draw(one, names, now, rows))
    return capture.get()


def test_the_board_shows_the_device_what_it_was_spared_and_who_asks() -> None:
    text = shown(Board("tcp://127.0.0.1:1502"), status())
    for part in (
        "tcp://192.168.1.30:502   shared at tcp://127.0.0.1:1502",
        "ready",
        "response 12 ms, p99 50 ms",
        "waiting 3",
        "200 joined",
        "700 from the cache",
        "oldest value 490 ms",
        "2 wrong answer",
    ):
        assert part in text, part
    first, second = (line for line in text.splitlines() if line.startswith("10.0.0."))
    assert first.split()[:2] == ["10.0.0.1:4000", "500"]
    assert second.split()[:2] == ["10.0.0.2:4000", "333"]


def test_rates_are_of_lately() -> None:
    board = Board("x")
    shown(board, status(1000), 100.0)
    text = shown(board, status(1400), 102.0)
    [line] = [line for line in text.splitlines() if line.startswith("10.0.0.1")]
    assert line.split()[2] == "100.0"


def test_a_device_that_is_gone_is_said_to_be() -> None:
    text = shown(Board("x"), status(gone=7))
    assert "backing off" in text
    assert "7 device gone" in text
    assert "connection refused" in text


def test_who_has_left_is_not_shown_and_who_has_no_room_is_counted() -> None:
    assert "10.0.0.2" not in shown(Board("x"), status(), connected=1)
    assert "and 17 more clients" in shown(Board("x"), status(clients=20), rows=12)


def test_the_last_object() -> None:
    told = summary(status(), 12.3456)
    assert told["seconds"] == 12.346
    assert told["device_requests"] == 100
    assert told["response_time_ms"] == {"median": 12.0, "p99": 50.0}
    assert told["errors"] == {
        "device_gone": 0,
        "no_answer": 0,
        "wrong_answer": 2,
        "too_old": 0,
        "queue_full": 0,
    }
    assert told["clients"] == [
        {"client": "10.0.0.1:4000", "requests": 500, "writes": 1},
        {"client": "10.0.0.2:4000", "requests": 333, "writes": 2},
    ]
    assert "last_error" not in told
    assert summary(status(gone=1), 1.0)["last_error"] == "connection refused"


def test_the_last_line() -> None:
    assert words(status()) == (
        "tcp://192.168.1.30:502 was shared: 1,000 requests of 2 clients cost the device 100;"
        " 200 joined, 700 from the cache, 2 could not be answered"
    )
    assert sum(errors(status()).values()) == 2
