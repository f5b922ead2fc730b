"""Who this host has met on its own networks: the neighbour table (ARP and IPv6 neighbour discovery)."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import TypeAlias

from port502.transport.probe.netlink import GET_NEIGHBOUR, Entry, dump, mac_text

Address: TypeAlias = "IPv4Address | IPv6Address"

_HEAD = struct.Struct("=BxxxiHBB")
_DESTINATION, _LINK_ADDRESS = 1, 2
_STATES = {
    0x01: "incomplete",
    0x02: "reachable",
    0x04: "stale",
    0x08: "delay",
    0x10: "probe",
    0x20: "failed",
    0x40: "noarp",
    0x80: "permanent",
}
_UNANSWERED = frozenset(("incomplete", "failed"))


@dataclass(frozen=True, slots=True)
class Neighbour:
    """One entry: ``mac`` is empty while nobody has answered, ``state`` is the kernel's word for it."""

    address: Address
    mac: str
    interface: int
    state: str

    @property
    def answered(self) -> bool:
        """Whether somebody there said what his hardware address is."""
        return bool(self.mac) and self.state not in _UNANSWERED


def neighbours() -> Mapping[Address, Neighbour]:
    """The table by address; empty where the system does not tell (other than Linux). Nothing is sent."""
    return read_neighbours(dump(GET_NEIGHBOUR, _HEAD.size))


def read_neighbours(rows: Iterable[Entry]) -> dict[Address, Neighbour]:
    """The neighbours that rows describe; of two interfaces with one address, the one that answered."""
    found: dict[Address, Neighbour] = {}
    for row in rows:
        _, interface, state, _, _ = _HEAD.unpack(row.head)
        raw = row.attributes.get(_DESTINATION, b"")
        word = _STATES.get(state)
        if len(raw) not in (4, 16) or word is None or word == "noarp":
            continue
        address = ip_address(raw)
        one = Neighbour(address, mac_text(row.attributes.get(_LINK_ADDRESS, b"")), interface, word)
        if address not in found or one.answered:
            found[address] = one
    return found
