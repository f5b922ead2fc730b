"""Who claims an IPv4 address: ARP requests of our own (RFC 826, RFC 5227), which need CAP_NET_RAW."""

from __future__ import annotations

import asyncio
import socket
import struct
import time
from ipaddress import IPv4Address

_ARP = 0x0806
_BROADCAST = b"\xff" * 6
_REQUEST, _REPLY = 1, 2
_LEAST = 42


async def claimants(
    address: IPv4Address, interface: str, source: IPv4Address, seconds: float = 0.4
) -> tuple[str, ...]:
    """The MACs that answer for an address on an interface, in the order of their answers.

    Three requests are sent within ``seconds``. Raises PermissionError without the right, OSError where the system
    has no such sockets.
    """
    family = getattr(socket, "AF_PACKET", None)
    if family is None:
        raise OSError("this system has no packet sockets")
    with socket.socket(family, socket.SOCK_RAW, socket.htons(_ARP)) as sock:
        sock.setblocking(False)
        sock.bind((interface, _ARP))
        mac = sock.getsockname()[4]
        question = question_for(address, mac, source)
        found: dict[str, None] = {}
        for _ in range(3):
            sock.send(question)
            await _answers(sock, address, seconds / 3, found)
        return tuple(found)


async def _answers(sock: socket.socket, address: IPv4Address, seconds: float, found: dict[str, None]) -> None:
    loop = asyncio.get_running_loop()
    deadline = time.monotonic() + seconds
    while (left := deadline - time.monotonic()) > 0:
        try:
            async with asyncio.timeout(left):
                frame = await loop.sock_recv(sock, 128)
        except TimeoutError:
            return
        if mac := claim_in(frame, address):
            found.setdefault(mac)


def question_for(address: IPv4Address, mac: bytes, source: IPv4Address) -> bytes:
    """The broadcast that asks who has an address, from our own MAC and address."""
    kind = struct.pack("!HHHBBH", _ARP, 1, 0x0800, 6, 4, _REQUEST)
    return _BROADCAST + mac + kind + mac + source.packed + bytes(6) + address.packed


def claim_in(frame: bytes, address: IPv4Address) -> str:
    """The MAC that claims an address in an ARP reply; empty for any other frame."""
    if len(frame) < _LEAST or int.from_bytes(frame[20:22], "big") != _REPLY or frame[28:32] != address.packed:
        return ""
    return frame[22:28].hex(":")
