"""This host's interfaces, as the kernel tells them."""

from __future__ import annotations

import struct
import sys
from ipaddress import IPv4Network, ip_interface

import pytest

from port502.transport.probe.interfaces import Interface, interfaces, own_networks, read_interfaces
from port502.transport.probe.netlink import Entry


def test_rows_of_both_tables_become_interfaces() -> None:
    links = [
        Entry(
            struct.pack("=BxHiII", 0, 1, 7, 0x1 | 0x40, 0),
            {3: b"eth0\0", 1: bytes.fromhex("0080f4010203"), 16: b"\x06"},
        ),
        Entry(struct.pack("=BxHiII", 0, 1, 8, 0x1, 0), {3: b"eth1\0", 16: b"\x02"}),
    ]
    addresses = [
        Entry(struct.pack("=BBBBI", 2, 24, 0, 0, 7), {1: bytes((10, 0, 0, 1)), 2: bytes((10, 0, 0, 5))}),
        Entry(struct.pack("=BBBBI", 10, 64, 0, 0, 7), {1: bytes.fromhex("fd50") + bytes(13) + b"\x05"}),
        Entry(struct.pack("=BBBBI", 2, 24, 0, 0, 9), {2: bytes((10, 9, 9, 9))}),
    ]
    wired, loose = read_interfaces(links, addresses)
    assert (wired.name, wired.index, wired.mac, wired.state) == ("eth0", 7, "00:80:f4:01:02:03", "up")
    assert wired.addresses == (ip_interface("10.0.0.5/24"), ip_interface("fd50::5/64"))
    assert (loose.is_up, loose.has_carrier, loose.state) == (True, False, "down")


def test_own_networks_are_those_with_a_wire() -> None:
    known = (
        Interface("lo", 1, is_loopback=True, addresses=(ip_interface("127.0.0.1/8"),)),
        Interface("eth0", 2, addresses=(ip_interface("10.0.0.5/24"), ip_interface("fd50::5/64"))),
        Interface("eth1", 3, has_carrier=False, addresses=(ip_interface("10.1.0.5/24"),)),
        Interface("eth2", 4, addresses=(ip_interface("10.0.0.6/24"), ip_interface("10.2.0.1/32"))),
    )
    assert own_networks(known) == (IPv4Network("10.0.0.0/24"),)


@pytest.mark.skipif(sys.platform != "linux", reason="not tested: only Linux tells its interfaces this way")
def test_the_loopback_of_this_host_is_found() -> None:
    loop = next(one for one in interfaces() if one.is_loopback)
    assert ip_interface("127.0.0.1/8") in loop.addresses
