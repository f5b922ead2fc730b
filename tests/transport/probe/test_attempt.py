"""Attempts to connect, with everything that is known of how they ended."""

from __future__ import annotations

import socket

import pytest

from port502.transport.probe.attempt import Outcome, Place, attempt, places_of
from tests.peers.ports import free_port


async def test_an_open_port_gives_the_socket_and_our_own_address() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        seen, sock = await attempt(Place("127.0.0.1", listening.getsockname()[1]), 2.0)
        assert sock is not None
        sock.close()
    assert (seen.outcome, seen.source, seen.reason) == (Outcome.OPEN, "127.0.0.1", "")
    assert 0 <= seen.took < 2


async def test_a_closed_port_is_refused_by_a_reset_without_icmp() -> None:
    seen, sock = await attempt(Place("127.0.0.1", free_port()), 2.0)
    assert sock is None
    assert (seen.outcome, seen.icmp) == (Outcome.REFUSED, None)


@pytest.mark.slow
async def test_a_full_backlog_is_a_time_out() -> None:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(0)
        place = Place("127.0.0.1", listening.getsockname()[1])
        held = []
        outcomes = []
        for _ in range(4):
            seen, sock = await attempt(place, 0.2)
            outcomes.append(seen.outcome)
            if sock is not None:
                held.append(sock)
        for sock in held:
            sock.close()
    assert outcomes[0] is Outcome.OPEN
    assert outcomes[-1] is Outcome.TIMEOUT


async def test_a_source_that_is_not_ours_fails_in_words() -> None:
    seen, sock = await attempt(Place("127.0.0.1", free_port()), 2.0, source="192.0.2.77")
    assert sock is None
    assert seen.outcome is Outcome.FAILED
    assert "assign" in seen.reason.lower()


async def test_a_name_becomes_places_and_nonsense_an_error() -> None:
    assert await places_of("127.0.0.1", 502) == (Place("127.0.0.1", 502),)
    with pytest.raises(OSError):
        await places_of("no such host\n", 502)
    with pytest.raises(OSError, match="no host name"):
        await places_of("ä" * 300, 502)


def test_a_place_says_what_the_socket_calls_want() -> None:
    assert Place("127.0.0.1", 502).sockaddr == ("127.0.0.1", 502)
    assert Place("fe80::1%eth0", 502, 3).sockaddr == ("fe80::1", 502, 0, 3)
    assert (str(Place("::1", 502)), str(Place("10.0.0.1", 802))) == ("[::1]:502", "10.0.0.1:802")
