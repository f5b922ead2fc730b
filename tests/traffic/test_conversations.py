"""The table of conversations."""

from __future__ import annotations

import pytest

from port502.traffic.conversations import MOST, Conversations
from port502.traffic.headers import Headers


def headers(sport: int, dport: int) -> Headers:
    return Headers(src_bytes=b"1", dst_bytes=b"2", sport=sport, dport=dport)


def back(one: Headers) -> Headers:
    return Headers(
        src_bytes=one.dst_bytes,
        dst_bytes=one.src_bytes,
        sport=one.dport,
        dport=one.sport,
    )


@pytest.mark.parametrize(
    ("sport", "dport", "asks"),
    [(50000, 502, True), (502, 50000, False), (502, 80, False), (90, 80, True), (80, 90, False)],
)
def test_the_server_is_who_has_the_known_port_or_the_lower_one(sport: int, dport: int, asks: bool) -> None:
    table = Conversations(frozenset({502}))
    assert table.stream(headers(sport, dport), "tcp", 1).way.asks is asks


def test_both_directions_are_one_conversation_and_udp_is_another() -> None:
    table = Conversations(frozenset({502}))
    there = headers(50000, 502)
    one = table.stream(there, "tcp", 1)
    assert table.stream(back(there), "tcp", 2) is one.peer
    assert one.peer.pending is one.pending
    assert table.stream(there, "udp", 3) is not one
    assert table.seen == 2


def test_who_opens_a_connection_asks() -> None:
    table = Conversations(frozenset({502}))
    one = table.stream(headers(80, 90), "tcp", 1)
    one.tail = b"old"
    table.buffered = 3
    table.opened(one, 5, answers=False)
    assert (one.way.asks, one.peer.way.asks, one.next, table.buffered) == (True, False, 5, 0)


def test_the_one_that_was_silent_for_longest_makes_room() -> None:
    table = Conversations(frozenset({502}))
    for frame in range(MOST):
        table.stream(headers(frame + 1, 65535), "tcp", frame)
    first = table.stream(headers(1, 65535), "tcp", MOST)
    table.stream(headers(60000, 502), "tcp", MOST + 1)
    assert table.forgotten > 0
    assert table.stream(headers(1, 65535), "tcp", MOST + 2) is first
