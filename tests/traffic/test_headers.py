"""The headers of a packet."""

from __future__ import annotations

import struct

from hypothesis import given
from hypothesis import strategies as st

from port502.traffic import links
from port502.traffic.headers import headers_of

TCP = struct.pack(">HHIIHHHH", 50000, 502, 1000, 2000, 0x5018, 8192, 0, 0)


def ipv4(body: bytes, *, fragment: int = 0, protocol: int = 6, total: int | None = None) -> bytes:
    size = 20 + len(body) if total is None else total
    head = struct.pack(">BBHHHBBH", 0x45, 0, size, 7, fragment, 64, protocol, 0)
    return head + bytes([10, 0, 0, 1, 10, 0, 0, 2]) + body


def test_tcp_over_ipv4() -> None:
    headers = headers_of(links.IPV4, ipv4(TCP + b"hello"))
    assert (headers.src, headers.dst, headers.ttl, headers.protocol) == ("10.0.0.1", "10.0.0.2", 64, 6)
    assert (headers.sport, headers.dport, headers.seq, headers.ack) == (50000, 502, 1000, 2000)
    assert (headers.flags, headers.window, headers.payload, headers.size) == (0x18, 8192, 40, 5)


def test_padding_of_ethernet_is_no_payload() -> None:
    data = bytes(12) + b"\x08\x00" + ipv4(TCP) + bytes(6)
    assert headers_of(links.ETHERNET, data).size == 0


def test_a_total_length_of_0_means_all_that_was_captured() -> None:
    assert headers_of(links.IPV4, ipv4(TCP + b"hello", total=0)).size == 5


def test_tcp_over_ipv6_behind_extension_headers() -> None:
    extension = bytes([6, 0]) + bytes(6)
    head = (
        struct.pack(">IHBB", 6 << 28, len(extension) + len(TCP) + 3, 0, 60)
        + bytes(15)
        + b"\1"
        + bytes(15)
        + b"\2"
    )
    headers = headers_of(links.RAW, head + extension + TCP + b"abc")
    assert (headers.version, headers.src, headers.dst) == (6, "::1", "::2")
    assert (headers.sport, headers.size) == (50000, 3)


def test_a_piece_of_a_datagram_has_no_ports() -> None:
    headers = headers_of(links.IPV4, ipv4(bytes(24), fragment=0x2003))
    assert (headers.fragment, headers.more_fragments, headers.sport) == (24, True, None)


def test_udp() -> None:
    headers = headers_of(links.IPV4, ipv4(struct.pack(">HHHH", 5000, 502, 12, 0) + b"abcd", protocol=17))
    assert (headers.sport, headers.dport, headers.size) == (5000, 502, 4)


@given(st.sampled_from(list(links.NAMES)), st.binary(max_size=120))
def test_no_bytes_make_it_raise(link: int, data: bytes) -> None:
    headers_of(link, data)


@given(st.binary(max_size=80), st.sampled_from([0x45, 0x4F, 0x60]))
def test_no_bytes_behind_a_version_make_it_raise(data: bytes, version: int) -> None:
    headers_of(links.RAW, bytes([version]) + data)
