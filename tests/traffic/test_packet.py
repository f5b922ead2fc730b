"""A packet and its times."""

from __future__ import annotations

from port502.traffic import links
from port502.traffic.packet import Packet


def test_times_are_told_from_the_first_and_from_the_one_before() -> None:
    packet = Packet(3, 5_500_000_000, links.RAW, 60, b"\x45", 4_000_000_000, 5_000_000_000)
    assert (packet.time_relative, packet.time_delta) == (1.5, 0.5)
    assert (packet.length, packet.captured) == (60, 1)


def test_headers_are_read_once_and_never_raise() -> None:
    packet = Packet(1, 0, links.ETHERNET, 3, b"abc", 0, 0)
    assert packet.headers is packet.headers
    assert packet.headers.src == ""
    assert packet.messages == []
