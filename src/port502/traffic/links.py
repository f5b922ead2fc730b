"""Where the network header starts in a packet, for the link types that Modbus is captured on.

Link types are tcpdump's numbers (``LINKTYPE_*`` of the pcap specification).
"""

from __future__ import annotations

from typing import Final

NULL: Final = 0
ETHERNET: Final = 1
RAW_BSD: Final = 12
RAW_OPENBSD: Final = 14
RAW: Final = 101
LOOP: Final = 108
SLL: Final = 113
IPV4: Final = 228
IPV6: Final = 229
SLL2: Final = 276

NAMES: Final = {
    NULL: "BSD loopback",
    ETHERNET: "Ethernet",
    RAW_BSD: "raw IP",
    RAW_OPENBSD: "raw IP",
    RAW: "raw IP",
    LOOP: "OpenBSD loopback",
    SLL: "Linux cooked",
    IPV4: "raw IPv4",
    IPV6: "raw IPv6",
    SLL2: "Linux cooked v2",
}
"""The link types that are read."""

ETHERTYPE_IPV4: Final = 0x0800
ETHERTYPE_IPV6: Final = 0x86DD
_VLANS: Final = frozenset({0x8100, 0x88A8, 0x9100, 0x9200})
_MOST_TAGS: Final = 4
_BARE: Final = frozenset({RAW, RAW_BSD, RAW_OPENBSD, IPV4, IPV6})
_TYPE_AT: Final = {ETHERNET: (12, 14), SLL: (14, 16), SLL2: (0, 20)}


def network_of(link: int, data: bytes) -> tuple[int, int, tuple[int, ...]] | None:
    """Ethertype, where the network header starts, and the VLAN ids outside in; None where there is none."""
    if link in _BARE:
        return _by_version(data, 0)
    if link in (NULL, LOOP):
        return _by_version(data, 4)
    places = _TYPE_AT.get(link)
    if places is None:
        return None
    at, start = places
    if len(data) < start:
        return None
    ethertype = data[at] << 8 | data[at + 1]
    vlans: tuple[int, ...] = ()
    while ethertype in _VLANS and len(data) >= start + 4 and len(vlans) < _MOST_TAGS:
        vlans += ((data[start] << 8 | data[start + 1]) & 0xFFF,)
        ethertype = data[start + 2] << 8 | data[start + 3]
        start += 4
    return ethertype, start, vlans


def _by_version(data: bytes, at: int) -> tuple[int, int, tuple[int, ...]] | None:
    """Where no type stands before it, the header's own version tells (a BSD's number of IPv6 is not the others')."""
    version = data[at] >> 4 if len(data) > at else 0
    if version == 4:
        return ETHERTYPE_IPV4, at, ()
    return (ETHERTYPE_IPV6, at, ()) if version == 6 else None
