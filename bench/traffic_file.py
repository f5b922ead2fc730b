"""A capture of pollers for the bench: any number of packets, always the same, made once."""

from __future__ import annotations

import random
import struct
from typing import TYPE_CHECKING

from bench.native import BUILD
from port502.transport.capture import ACK, PUSH, PcapWriter, tcp_packet

if TYPE_CHECKING:
    from pathlib import Path

FLOWS = 20
QUANTITIES = (10, 20, 25, 56)
_ETHERNET = bytes.fromhex("020000000002 020000000001 0800")
_START = 1_700_000_000_000_000_000
_REQUEST, _RESPONSE = struct.Struct(">HHHBBHH"), struct.Struct(">HHHBBB")


def capture(packets: int) -> Path:
    """Clients that read holding registers of their servers, each request and each response a packet of Ethernet."""
    path = BUILD / f"traffic-{packets}.pcap"
    if path.exists():
        return path
    BUILD.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial")
    with partial.open("wb", buffering=1 << 20) as file:
        writer = PcapWriter(file, 1)
        chance = random.Random(502)
        ends = [
            ((bytes((10, 0, 0, 10 + flow)), 50_000 + flow), (bytes((10, 0, 1, 1 + flow % 7)), 502))
            for flow in range(FLOWS)
        ]
        sent = [[1, 1] for _ in range(FLOWS)]
        for number in range(packets // 2):
            flow, quantity = chance.randrange(FLOWS), chance.choice(QUANTITIES)
            (client, server), (asked, answered) = ends[flow], sent[flow]
            transaction = number & 0xFFFF
            request = _REQUEST.pack(transaction, 0, 6, 1, 3, chance.randrange(1000), quantity)
            response = _RESPONSE.pack(transaction, 0, 3 + 2 * quantity, 1, 3, 2 * quantity)
            response += chance.randbytes(2 * quantity)
            time = _START + number * 500_000
            packet = tcp_packet(client, server, asked, answered, PUSH | ACK, request)
            writer.add(time, _ETHERNET + packet)
            packet = tcp_packet(server, client, answered, asked + len(request), PUSH | ACK, response)
            writer.add(time + 300_000, _ETHERNET + packet)
            sent[flow] = [asked + len(request), answered + len(response)]
    partial.rename(path)
    return path
