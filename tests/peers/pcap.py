"""Writes TCP payloads into a capture file, so that a decoder can judge them without a network."""

from __future__ import annotations

import struct
from collections.abc import Iterable
from pathlib import Path

_CLIENT_PORT = 50000
_RAW_IPV4 = 228


def write_capture(path: Path, exchanges: Iterable[tuple[bool, bytes]], port: int) -> None:
    """One TCP conversation; each exchange is (from the client, payload), each becomes one segment.

    Payloads that are longer than a segment can be are the caller's mistake: 65,000 bytes at most.
    """
    frames = [struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, _RAW_IPV4)]
    sent = {True: 1, False: 1}
    moment = 0
    opening = [(True, b"", 0x02), (False, b"", 0x12), (True, b"", 0x10)]
    segments = opening + [(from_client, payload, 0x18) for from_client, payload in exchanges]
    for from_client, payload, flags in segments:
        sequence = sent[from_client] - (1 if flags & 0x02 else 0)
        acknowledged = sent[not from_client] if flags & 0x10 else 0
        packet = _packet(from_client, port, sequence, acknowledged, flags, payload)
        moment += 1000
        frames.append(struct.pack("<IIII", 1_700_000_000, moment, len(packet), len(packet)) + packet)
        sent[from_client] += len(payload)
    path.write_bytes(b"".join(frames))


def _packet(
    from_client: bool, port: int, sequence: int, acknowledged: int, flags: int, payload: bytes
) -> bytes:
    ports = (_CLIENT_PORT, port) if from_client else (port, _CLIENT_PORT)
    client, server = b"\x0a\x00\x00\x01", b"\x0a\x00\x00\x02"
    addresses = client + server if from_client else server + client
    tcp = struct.pack(">HHIIBBHHH", *ports, sequence, acknowledged, 5 << 4, flags, 8192, 0, 0) + payload
    pseudo = addresses + struct.pack(">BBH", 0, 6, len(tcp))
    tcp = tcp[:16] + struct.pack(">H", _checksum(pseudo + tcp)) + tcp[18:]
    header = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(tcp), 1, 0, 64, 6, 0) + addresses
    return header[:10] + struct.pack(">H", _checksum(header)) + header[12:] + tcp


def _checksum(data: bytes) -> int:
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack(f">{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF
