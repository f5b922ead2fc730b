"""The headers of one packet: link, IPv4 or IPv6, TCP or UDP, as far as the captured bytes go. Never raises."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address
from struct import Struct

from port502.traffic.links import network_of

_IPV4 = Struct(">BBHHHBB2x4s4s")
_IPV6 = Struct(">4xHBB16s16s")
_TCP = Struct(">HHIIHHHH")
_UDP = Struct(">HHHH")
TCP, UDP = 6, 17
FRAGMENT, ROUTING, HOP_BY_HOP, DESTINATION, AUTHENTICATION = 44, 43, 0, 60, 51
_EXTENSIONS = frozenset({FRAGMENT, ROUTING, HOP_BY_HOP, DESTINATION, AUTHENTICATION})
_MOST_EXTENSIONS = 16


@dataclass(slots=True)
class Headers:
    """What the headers say; a header that is not there leaves its fields None.

    ``payload`` is where the transport's payload starts in the packet's bytes, ``size`` how many bytes of it
    were sent (more than were captured when the packet is cut). ``fragment`` is the offset in bytes where the packet
    is a piece of a datagram; pieces but the first have no transport header.
    """

    ethertype: int | None = None
    vlans: tuple[int, ...] = ()
    version: int | None = None
    src_bytes: bytes = b""
    dst_bytes: bytes = b""
    total: int = 0
    ttl: int | None = None
    identification: int | None = None
    protocol: int | None = None
    fragment: int | None = None
    more_fragments: bool = False
    body: int = 0
    body_size: int = 0
    sport: int | None = None
    dport: int | None = None
    seq: int | None = None
    ack: int | None = None
    flags: int | None = None
    window: int | None = None
    payload: int = 0
    size: int = 0

    @property
    def src(self) -> str:
        """The sender's address as text, empty where there is none."""
        return address_text(self.src_bytes)

    @property
    def dst(self) -> str:
        """The receiver's address as text, empty where there is none."""
        return address_text(self.dst_bytes)


@lru_cache(maxsize=4096)
def address_text(address: bytes) -> str:
    """An address of 4 or 16 bytes as people write it; empty for any other number of bytes."""
    if len(address) == 4:
        return str(IPv4Address(address))
    return str(IPv6Address(address)) if len(address) == 16 else ""


def headers_of(link: int, data: bytes) -> Headers:
    """The headers of a packet's captured bytes; ``link`` is its link type (tcpdump's numbers)."""
    headers = Headers()
    place = network_of(link, data)
    if place is None:
        return headers
    headers.ethertype, at, headers.vlans = place
    version = data[at] >> 4 if len(data) > at else 0
    if version == 4 and len(data) >= at + 20:
        _ipv4(headers, data, at)
    elif version == 6 and len(data) >= at + 40:
        _ipv6(headers, data, at)
    if headers.version is not None and not headers.fragment:
        transport(headers, data, headers.body, headers.body_size)
    return headers


def transport(headers: Headers, data: bytes, at: int, size: int) -> None:
    """Read the TCP or UDP header that starts at ``at`` into ``headers``; ``size`` is what was sent from there on."""
    if headers.protocol == TCP and len(data) >= at + 20:
        headers.sport, headers.dport, headers.seq, headers.ack, word, headers.window, _, _ = _TCP.unpack_from(
            data, at
        )
        headers.flags = word & 0xFFF
        length = (word >> 12) * 4
        if length >= 20:
            headers.payload, headers.size = at + length, max(size - length, 0)
    elif headers.protocol == UDP and len(data) >= at + 8:
        headers.sport, headers.dport, length, _ = _UDP.unpack_from(data, at)
        headers.payload, headers.size = at + 8, max(min(length, size) - 8, 0)


def _ipv4(headers: Headers, data: bytes, at: int) -> None:
    first, _, total, identification, fragment, ttl, protocol, src, dst = _IPV4.unpack_from(data, at)
    length = (first & 15) * 4
    if length < 20:
        return
    headers.version, headers.ttl, headers.protocol = 4, ttl, protocol
    headers.identification = identification
    headers.src_bytes, headers.dst_bytes = src, dst
    # A network card that splits segments itself leaves the total length 0 in what the sender captures.
    headers.total = total or len(data) - at
    headers.body, headers.body_size = at + length, max(headers.total - length, 0)
    if fragment & 0x3FFF:
        headers.fragment, headers.more_fragments = (fragment & 0x1FFF) * 8, bool(fragment & 0x2000)


def _ipv6(headers: Headers, data: bytes, at: int) -> None:
    size, following, hops, src, dst = _IPV6.unpack_from(data, at)
    headers.version, headers.ttl = 6, hops
    headers.src_bytes, headers.dst_bytes = src, dst
    body = at + 40
    end = body + (size or len(data) - body)
    headers.total = end - at
    for _ in range(_MOST_EXTENSIONS):
        if following not in _EXTENSIONS or len(data) < body + 8:
            break
        if following == FRAGMENT:
            word = data[body + 2] << 8 | data[body + 3]
            length = 8
            if word & 0xFFF9:
                headers.fragment, headers.more_fragments = word & 0xFFF8, bool(word & 1)
                headers.identification = int.from_bytes(data[body + 4 : body + 8], "big")
        elif following == AUTHENTICATION:
            length = (data[body + 1] + 2) * 4
        else:
            length = (data[body + 1] + 1) * 8
        following, body = data[body], body + length
        if headers.fragment is not None:
            break
    headers.protocol = following
    headers.body, headers.body_size = body, max(end - body, 0)
