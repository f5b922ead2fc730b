"""ARP tells where addresses are, and that they moved."""

from __future__ import annotations

import struct

import pytest

from port502.traffic import neighbours
from port502.traffic.neighbours import Neighbours


def arp(address: bytes, hardware: bytes, kind: tuple[int, int, int, int] = (1, 0x0800, 6, 4)) -> bytes:
    return struct.pack(">HHBBH", *kind, 2) + hardware + address + bytes(10)


HERE, THERE = bytes.fromhex("020000000001"), bytes.fromhex("020000000066")
PLC = b"\x0a\x00\x00\x02"


def test_an_address_that_moves_is_told_with_both_places() -> None:
    known = Neighbours()
    assert known.heard(arp(PLC, HERE), 0) is None
    assert known.heard(arp(PLC, HERE), 0) is None
    assert known.heard(b"\0" * 14 + arp(PLC, THERE), 14) == (
        "10.0.0.2",
        "02:00:00:00:00:01",
        "02:00:00:00:00:66",
    )
    assert known.heard(arp(PLC, THERE), 0) is None


def test_what_says_nothing_of_an_address() -> None:
    known = Neighbours()
    for data in (arp(PLC, HERE)[:20], arp(bytes(4), HERE), arp(PLC, HERE, (6, 0x0800, 6, 4))):
        assert known.heard(data, 0) is None
    assert known.heard(arp(bytes(4), THERE), 0) is None
    assert known.heard(arp(PLC, THERE), 0) is None


def test_it_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(neighbours, "MOST", 2)
    known = Neighbours()
    for last in range(9):
        known.heard(arp(bytes([10, 0, 0, last]), HERE), 0)
    assert known.heard(arp(bytes([10, 0, 0, 0]), THERE), 0) is None
    assert known.heard(arp(bytes([10, 0, 0, 8]), THERE), 0) is not None
