"""This host's own network interfaces, with their addresses and networks."""

from __future__ import annotations

import struct
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Interface, IPv4Network, IPv6Interface, ip_interface
from typing import TypeAlias

from port502.transport.probe.netlink import GET_ADDRESS, GET_LINK, Entry, dump, mac_text

Address: TypeAlias = "IPv4Interface | IPv6Interface"

_LINK_HEAD = struct.Struct("=BxHiII")
_ADDRESS_HEAD = struct.Struct("=BBBBI")
_LINK_ADDRESS, _NAME, _OPERATION = 1, 3, 16
_ADDRESS, _LOCAL = 1, 2
_UP, _LOOPBACK, _RUNNING = 0x1, 0x8, 0x40
OPERATION_STATES = ("unknown", "notpresent", "down", "lowerlayerdown", "testing", "dormant", "up")


@dataclass(frozen=True, slots=True)
class Interface:
    """One interface: ``is_up`` as it was set, ``has_carrier`` as the wire is, ``state`` the kernel's word for it."""

    name: str
    index: int
    mac: str = ""
    is_up: bool = True
    has_carrier: bool = True
    is_loopback: bool = False
    state: str = "unknown"
    addresses: tuple[Address, ...] = ()


def interfaces() -> tuple[Interface, ...]:
    """The interfaces of this host, in the system's order; none where the system does not tell (other than Linux)."""
    found = read_interfaces(dump(GET_LINK, _LINK_HEAD.size), dump(GET_ADDRESS, _ADDRESS_HEAD.size))
    return tuple(found)


def own_networks(known: Iterable[Interface] | None = None) -> tuple[IPv4Network, ...]:
    """The IPv4 networks that this host has an address in and a wire to, each once; not the loopback."""
    networks: dict[IPv4Network, None] = {}
    for one in interfaces() if known is None else known:
        if one.is_loopback or not (one.is_up and one.has_carrier):
            continue
        for address in one.addresses:
            if isinstance(address, IPv4Interface) and address.network.prefixlen < 31:
                networks[address.network] = None
    return tuple(networks)


def read_interfaces(links: Iterable[Entry], addresses: Iterable[Entry]) -> list[Interface]:
    """The interfaces that the rows of both tables describe."""
    by_index: dict[int, list[Address]] = {}
    for row in addresses:
        _, prefix, _, _, index = _ADDRESS_HEAD.unpack(row.head)
        raw = row.attributes.get(_LOCAL) or row.attributes.get(_ADDRESS, b"")
        if len(raw) in (4, 16):
            by_index.setdefault(index, []).append(ip_interface((raw, prefix)))
    found = []
    for row in links:
        _, _, index, flags, _ = _LINK_HEAD.unpack(row.head)
        said = row.attributes
        state = said.get(_OPERATION, b"\0")[0]
        found.append(
            Interface(
                said.get(_NAME, b"").rstrip(b"\0").decode("utf-8", "replace"),
                index,
                mac_text(said.get(_LINK_ADDRESS, b"")),
                bool(flags & _UP),
                bool(flags & _RUNNING),
                bool(flags & _LOOPBACK),
                OPERATION_STATES[state] if state < len(OPERATION_STATES) else "unknown",
                tuple(by_index.get(index, ())),
            )
        )
    return found
