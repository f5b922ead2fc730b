"""Capture files as they are written: pcap for packets of one kind of link, pcapng for those of several.

``tcp_packet`` makes the packet of bytes that crossed a socket, where nobody captured the packet itself.
"""

from __future__ import annotations

import struct
from typing import BinaryIO, Final

RAW_IPV4: Final = 228
"""The link type of packets that begin with their IPv4 header (tcpdump's number)."""

FIN, SYN, RST, PUSH, ACK = 0x01, 0x02, 0x04, 0x08, 0x10

_MICROSECONDS: Final = 0xA1B2C3D4
_NANOSECONDS: Final = 0xA1B23C4D
_LONGEST: Final = 262_144
_SECTION: Final = 0x0A0D0D0A
_ORDER: Final = 0x1A2B3C4D
_RESOLUTION: Final = struct.pack("<HHB3xHH", 9, 1, 9, 0, 0)
"""The options of an interface whose times are nanoseconds."""

_record = struct.Struct("<IIII").pack
_block = struct.Struct("<IIIIIII").pack


class PcapWriter:
    """Writes a pcap file of one link type into ``stream``; times in it are micro- or ``nanoseconds``."""

    def __init__(self, stream: BinaryIO, link: int, *, nanoseconds: bool = False) -> None:
        self._stream = stream
        self._unit = 1 if nanoseconds else 1000
        self.link = link
        magic = _NANOSECONDS if nanoseconds else _MICROSECONDS
        self.size = stream.write(struct.pack("<IHHiIII", magic, 2, 4, 0, 0, _LONGEST, link))

    def add(self, time: int, data: bytes, length: int | None = None) -> None:
        """A packet captured at ``time`` (ns since 1970); ``length`` is what it had on the wire, if more."""
        seconds, part = divmod(time, 1_000_000_000)
        head = _record(seconds & 0xFFFFFFFF, part // self._unit, len(data), length or len(data))
        self.size += self._stream.write(head + data)


class PcapngWriter:
    """Writes a pcapng file into ``stream``, with an interface for each link type that occurs; times are nanoseconds."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._interfaces: dict[int, int] = {}
        self.size = stream.write(struct.pack("<IIIHHqI", _SECTION, 28, _ORDER, 1, 0, -1, 28))

    def add(self, time: int, link: int, data: bytes, length: int | None = None) -> None:
        """A packet of a link type captured at ``time`` (ns since 1970); ``length`` is what it had on the wire."""
        interface = self._interfaces.get(link)
        if interface is None:
            interface = self._interfaces[link] = len(self._interfaces)
            size = 20 + len(_RESOLUTION)
            body = struct.pack("<HHI", link, 0, _LONGEST) + _RESOLUTION
            self.size += self._stream.write(struct.pack("<II", 1, size) + body + struct.pack("<I", size))
        size = 32 + (len(data) + 3 & ~3)
        head = _block(6, size, interface, time >> 32, time & 0xFFFFFFFF, len(data), length or len(data))
        self.size += self._stream.write(head + data + bytes(-len(data) % 4) + struct.pack("<I", size))


def tcp_packet(
    source: tuple[bytes, int],
    target: tuple[bytes, int],
    sequence: int,
    acknowledged: int,
    flags: int,
    payload: bytes = b"",
) -> bytes:
    """A TCP segment in an IPv4 packet, checksums included; addresses are 4 bytes and a port, payload at most 65,495."""
    (source_address, source_port), (target_address, target_port) = source, target
    tcp = struct.pack(
        ">HHIIBBHHH",
        source_port, target_port, sequence & 0xFFFFFFFF, acknowledged & 0xFFFFFFFF, 5 << 4, flags, 65535, 0, 0,
    ) + payload  # fmt: skip
    addresses = source_address + target_address
    pseudo = addresses + struct.pack(">BBH", 0, 6, len(tcp))
    tcp = tcp[:16] + checksum(pseudo + tcp) + tcp[18:]
    head = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(tcp), 0, 0, 64, 6, 0) + addresses
    return head[:10] + checksum(head) + head[12:] + tcp


def checksum(data: bytes) -> bytes:
    """The internet checksum of bytes whose own checksum field is 0 (RFC 1071)."""
    if len(data) % 2:
        data += b"\0"
    total: int = sum(struct.unpack(f">{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return (~total & 0xFFFF).to_bytes(2, "big")
