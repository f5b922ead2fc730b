"""The neighbour table."""

from __future__ import annotations

import struct
from ipaddress import ip_address

from port502.transport.probe.neighbours import neighbours, read_neighbours
from port502.transport.probe.netlink import Entry

MAC = bytes.fromhex("0080f4010203")


def row(address: str, state: int, mac: bytes = b"", interface: int = 3) -> Entry:
    head = struct.pack("=BxxxiHBB", 2, interface, state, 0, 0)
    return Entry(head, {1: ip_address(address).packed, 2: mac})


def test_states_are_told_in_words() -> None:
    table = read_neighbours(
        [row("10.0.0.1", 0x02, MAC), row("10.0.0.2", 0x20), row("fd50::1", 0x04, MAC), row("127.0.0.1", 0x40)]
    )
    assert list(map(str, table)) == ["10.0.0.1", "10.0.0.2", "fd50::1"]
    there, nobody = table[ip_address("10.0.0.1")], table[ip_address("10.0.0.2")]
    assert (there.mac, there.state, there.answered) == ("00:80:f4:01:02:03", "reachable", True)
    assert (nobody.mac, nobody.state, nobody.answered) == ("", "failed", False)


def test_of_two_interfaces_the_one_that_answered_counts() -> None:
    table = read_neighbours([row("10.0.0.1", 0x02, MAC, 3), row("10.0.0.1", 0x20, b"", 4)])
    assert table[ip_address("10.0.0.1")].interface == 3


def test_a_row_without_an_address_is_left_out() -> None:
    assert read_neighbours([Entry(struct.pack("=BxxxiHBB", 2, 3, 2, 0, 0), {})]) == {}


def test_the_table_of_this_host_can_be_read() -> None:
    assert all(one.state for one in neighbours().values())
