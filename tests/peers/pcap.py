"""Writes TCP payloads into a capture file, so that a decoder can judge them without a network."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from port502.transport.capture import ACK, PUSH, RAW_IPV4, SYN, PcapWriter, tcp_packet

CLIENT, SERVER = b"\x0a\x00\x00\x01", b"\x0a\x00\x00\x02"
_CLIENT_PORT = 50000
_START = 1_700_000_000_000_000_000


def write_capture(path: Path, exchanges: Iterable[tuple[bool, bytes]], port: int) -> None:
    """One TCP conversation; each exchange is (from the client, payload), each becomes one segment.

    Payloads that are longer than a segment can be are the caller's mistake: 65,000 bytes at most.
    """
    opening = [(True, b"", SYN), (False, b"", SYN | ACK), (True, b"", ACK)]
    segments = opening + [(from_client, payload, PUSH | ACK) for from_client, payload in exchanges]
    ends = {True: (CLIENT, _CLIENT_PORT), False: (SERVER, port)}
    sent = {True: 1, False: 1}
    with path.open("wb") as file:
        writer = PcapWriter(file, RAW_IPV4)
        for number, (from_client, payload, flags) in enumerate(segments, 1):
            sequence = sent[from_client] - (1 if flags & SYN else 0)
            acknowledged = sent[not from_client] if flags & ACK else 0
            packet = tcp_packet(
                ends[from_client], ends[not from_client], sequence, acknowledged, flags, payload
            )
            writer.add(_START + number * 1_000_000, packet)
            sent[from_client] += len(payload)
