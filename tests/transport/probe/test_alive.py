"""Signs of life besides TCP."""

from __future__ import annotations

import sys

import pytest

from port502.transport.probe.alive import closed_port, ping
from port502.transport.probe.attempt import Place


@pytest.mark.skipif(sys.platform != "linux", reason="the error queue is Linux's")
async def test_a_living_host_refuses_a_datagram_to_a_closed_port() -> None:
    seen = await closed_port(Place("127.0.0.1", 502), 5.0)
    assert seen.answered
    assert seen.who == "127.0.0.1"
    assert seen.icmp is not None
    assert 0 < seen.took < 5


async def test_a_ping_is_answered_or_says_why_it_was_not_sent() -> None:
    seen = await ping(Place("127.0.0.1", 502), 5.0)
    assert seen.answered or seen.untried
    if seen.untried:
        assert "ping" in seen.untried


async def test_an_address_that_cannot_be_reached_is_no_sign_of_life() -> None:
    seen = await closed_port(Place("255.255.255.255", 502), 0.1)
    assert not seen.answered
    assert seen.untried
