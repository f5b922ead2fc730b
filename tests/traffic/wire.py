"""Packets for tests: a conversation whose segments may come in any order, on any kind of link."""

from __future__ import annotations

import os
import struct
from pathlib import Path

import pytest

from port502.traffic import links
from port502.traffic.pcap import Record
from port502.transport.capture import ACK, PUSH, SYN, checksum, tcp_packet

CLIENT, SERVER = b"\x0a\x00\x00\x01", b"\x0a\x00\x00\x02"
START = 1_700_000_000_000_000_000
MS = 1_000_000


def adu(number: int, pdu: str, unit: int = 1) -> bytes:
    """A Modbus TCP message; the PDU in hexadecimal."""
    body = bytes.fromhex(pdu)
    return struct.pack(">HHHB", number, 0, len(body) + 1, unit) + body


def ask(number: int, address: int = 0, count: int = 1, unit: int = 1) -> bytes:
    """A request to read holding registers."""
    return adu(number, f"03 {address:04x} {count:04x}", unit)


def answer(number: int, *values: int, unit: int = 1) -> bytes:
    """Its response."""
    return adu(number, f"03 {2 * len(values):02x} " + "".join(f"{value:04x}" for value in values), unit)


class Talk:
    """A TCP conversation; ``records`` are its packets in the order in which they are captured.

    ``first`` is the first sequence number, the same on both sides; each packet comes a millisecond after the last.
    """

    def __init__(
        self, port: int = 502, client_port: int = 50000, first: int = 1000, *, opened: bool = False
    ) -> None:
        self.records: list[Record] = []
        self.ends = {True: (CLIENT, client_port), False: (SERVER, port)}
        self.sent = {True: first, False: first}
        self.time = START
        if opened:
            self.segment(b"", at=first - 1, flags=SYN)
            self.segment(b"", at=first - 1, flags=SYN | ACK, client=False)

    def asks(self, data: bytes) -> Talk:
        """The client sends."""
        return self.segment(data)

    def answers(self, data: bytes) -> Talk:
        """The server sends."""
        return self.segment(data, client=False)

    def skip(self, size: int, *, client: bool = True) -> Talk:
        """Bytes are sent that the capture does not show."""
        self.sent[client] += size
        return self

    def segment(
        self, data: bytes, *, client: bool = True, at: int | None = None, flags: int = PUSH | ACK
    ) -> Talk:
        """One segment, at its place or at any sequence number."""
        sequence = self.sent[client] if at is None else at
        packet = tcp_packet(
            self.ends[client], self.ends[not client], sequence, self.sent[not client], flags, data
        )
        if at is None:
            self.sent[client] += len(data)
        self.time += MS
        self.records.append((self.time, links.IPV4, len(packet), packet))
        return self


def on_link(record: Record, link: int, vlans: tuple[int, ...] = ()) -> Record:
    """The same IPv4 packet on another kind of link."""
    time, _, _, data = record
    ipv4 = b"\x08\x00"
    if link == links.ETHERNET:
        tags = b"".join(
            struct.pack(">HH", 0x88A8 if number < len(vlans) - 1 else 0x8100, vlan)
            for number, vlan in enumerate(vlans)
        )
        head = bytes.fromhex("020000000001 020000000002") + tags + ipv4
    elif link == links.SLL:
        head = struct.pack(">HHH8s", 0, 1, 6, bytes(8)) + ipv4
    elif link == links.SLL2:
        head = ipv4 + struct.pack(">HIHBB8s", 0, 1, 1, 0, 6, bytes(8))
    elif link == links.NULL:
        head = struct.pack("<I", 2)
    elif link == links.LOOP:
        head = struct.pack(">I", 2)
    else:
        head = b""
    return time, link, len(head + data), head + data


def on_ipv6(record: Record) -> Record:
    """The same segment over IPv6, on raw IP."""
    time, _, _, data = record
    source, target = (bytes(12) + data[at : at + 4] for at in (12, 16))
    source, target = b"\xfd" + source[1:], b"\xfd" + target[1:]
    tcp = data[20:36] + b"\0\0" + data[38:]
    tcp = tcp[:16] + checksum(source + target + struct.pack(">II", len(tcp), 6) + tcp) + tcp[18:]
    packet = struct.pack(">IHBB", 6 << 28, len(tcp), 6, 64) + source + target + tcp
    return time, links.RAW, len(packet), packet


def captures() -> Path:
    """The folder of public captures; skips the test where it is not."""
    folder = Path(os.environ.get("PORT502_CAPTURES", Path(__file__).parents[3] / "shared" / "captures"))
    if not folder.is_dir():
        pytest.skip(f"the public captures are not here: set PORT502_CAPTURES to their folder ({folder.name})")
    return folder
