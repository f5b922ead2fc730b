"""Which hardware address an IP address is said to be at, by ARP (RFC 826): told when that changes."""

from __future__ import annotations

from struct import Struct
from typing import Final

from port502.traffic.headers import address_text

ARP: Final = 0x0806
MOST: Final = 4_096
"""Addresses that are remembered; beyond that those that were heard of first are forgotten."""

_ARP = Struct(">HHBBH6s4s6s4s")
_ETHERNET_AND_IPV4: Final = (1, 0x0800, 6, 4)
_NOBODY: Final = (bytes(4), b"\xff" * 4)


class Neighbours:
    """Hears ARP messages."""

    def __init__(self) -> None:
        self._at: dict[bytes, bytes] = {}

    def heard(self, data: bytes, at: int) -> tuple[str, str, str] | None:
        """An ARP message that begins at ``at``: an IP address that moved, from which to which hardware address."""
        if len(data) < at + _ARP.size:
            return None
        *kind, _, hardware, address, _, _ = _ARP.unpack_from(data, at)
        if tuple(kind) != _ETHERNET_AND_IPV4 or address in _NOBODY:
            return None
        before = self._at.get(address)
        if before is None and len(self._at) >= MOST:
            del self._at[next(iter(self._at))]
        self._at[address] = hardware
        if before is None or before == hardware:
            return None
        return address_text(address), before.hex(":"), hardware.hex(":")
