"""Capture files as they are written."""

from __future__ import annotations

import io
import struct

from port502.transport.capture import ACK, PUSH, RAW_IPV4, PcapngWriter, PcapWriter, checksum, tcp_packet

TIME = 1_700_000_000_123_456_789


def test_a_pcap_has_its_header_and_a_record_for_each_packet() -> None:
    stream = io.BytesIO()
    writer = PcapWriter(stream, RAW_IPV4)
    writer.add(TIME, b"abc")
    writer.add(TIME, b"abc", 1500)
    written = stream.getvalue()
    assert writer.size == len(written) == 24 + 2 * (16 + 3)
    assert struct.unpack_from("<IHHiIII", written) == (0xA1B2C3D4, 2, 4, 0, 0, 262144, RAW_IPV4)
    assert struct.unpack_from("<IIII", written, 24) == (1_700_000_000, 123_456, 3, 3)
    assert struct.unpack_from("<IIII", written, 43) == (1_700_000_000, 123_456, 3, 1500)


def test_nanoseconds_have_a_magic_of_their_own() -> None:
    stream = io.BytesIO()
    PcapWriter(stream, 1, nanoseconds=True).add(TIME, b"x")
    assert stream.getvalue()[:4] == bytes.fromhex("4d3cb2a1")
    assert struct.unpack_from("<II", stream.getvalue(), 24) == (1_700_000_000, 123_456_789)


def test_a_pcapng_has_an_interface_for_each_kind_of_link() -> None:
    stream = io.BytesIO()
    writer = PcapngWriter(stream)
    for link in (1, 228, 1):
        writer.add(TIME, link, b"abcde")
    written = stream.getvalue()
    assert writer.size == len(written)
    kinds, at = [], 0
    while at < len(written):
        kind, size = struct.unpack_from("<II", written, at)
        assert struct.unpack_from("<I", written, at + size - 4) == (size,)
        kinds.append(kind)
        at += size
    assert kinds == [0x0A0D0D0A, 1, 6, 1, 6, 6]


def test_a_packet_has_the_checksums_that_make_it_whole() -> None:
    packet = tcp_packet((b"\n\0\0\1", 50000), (b"\n\0\0\2", 502), 2**32 + 5, 7, PUSH | ACK, b"odd")
    assert checksum(packet[:20]) == b"\0\0"
    assert checksum(packet[12:20] + struct.pack(">BBH", 0, 6, len(packet) - 20) + packet[20:]) == b"\0\0"
    assert struct.unpack_from(">HHII", packet, 20) == (50000, 502, 5, 7)
    assert packet.endswith(b"odd")
