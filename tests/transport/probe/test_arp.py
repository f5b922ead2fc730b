"""Who claims an address; with two machines that do, this is shown by the bench of the doctor."""

from __future__ import annotations

import socket
import struct
from ipaddress import IPv4Address

import pytest

from port502.transport.probe import arp
from port502.transport.probe.arp import claim_in, claimants, question_for

OURS, ASKED = IPv4Address("10.0.0.1"), IPv4Address("10.0.0.2")
MAC = bytes.fromhex("02 00 00 00 00 0a")


def answer(address: IPv4Address, operation: int = 2) -> bytes:
    """An ARP packet from a MAC that has an address."""
    kind = struct.pack("!HHHBBH", 0x0806, 1, 0x0800, 6, 4, operation)
    return bytes(12) + kind + MAC + address.packed + bytes(10)


def test_the_question_goes_to_everybody_and_names_both_addresses() -> None:
    question = question_for(ASKED, MAC, OURS)
    assert len(question) == 42
    assert question[:14] == b"\xff" * 6 + MAC + b"\x08\x06"
    assert (question[22:28], question[28:32], question[38:42]) == (MAC, OURS.packed, ASKED.packed)


def test_an_answer_names_its_mac_and_nothing_else_does() -> None:
    assert claim_in(answer(ASKED), ASKED) == "02:00:00:00:00:0a"
    assert claim_in(answer(OURS), ASKED) == ""
    assert claim_in(answer(ASKED, operation=1), ASKED) == ""
    assert claim_in(answer(ASKED)[:41], ASKED) == ""


async def test_without_the_right_it_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(arp.socket, "socket", refused)
    with pytest.raises(PermissionError):
        await claimants(ASKED, "eth0", OURS)


async def test_a_system_without_packet_sockets_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(socket, "AF_PACKET", raising=False)
    with pytest.raises(OSError, match="no packet sockets"):
        await claimants(ASKED, "eth0", OURS)
