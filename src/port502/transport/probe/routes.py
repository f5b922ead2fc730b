"""The way to an address as this machine's own routing table has it."""

from __future__ import annotations

import socket
import struct
import sys
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address

from port502.transport.probe.attempt import Place
from port502.transport.probe.interfaces import Address as Own
from port502.transport.probe.interfaces import Interface, interfaces
from port502.transport.probe.netlink import GET_ROUTE, ask

_HEAD = struct.Struct("=BBBBBBBBI")
_DESTINATION, _INTERFACE, _GATEWAY, _SOURCE = 1, 4, 5, 7


@dataclass(frozen=True, slots=True)
class Route:
    """How packets to an address leave: ``gateway`` is None for a neighbour on a network of ours.

    ``source`` is our own address on the way, with the prefix of its network.
    """

    interface: Interface | None
    gateway: IPv4Address | IPv6Address | None
    source: Own | None

    @property
    def on_link(self) -> bool:
        """Whether there is no router between."""
        return self.gateway is None

    @property
    def is_local(self) -> bool:
        """Whether the address is one of this machine."""
        return self.interface is not None and self.interface.is_loopback


def source_for(place: Place) -> str:
    """Our own address on the way to a place, as the system would choose it; raises OSError where no way leads there.

    Nothing is sent: a datagram socket is only connected.
    """
    with socket.socket(place.family, socket.SOCK_DGRAM) as sock:
        sock.connect(place.sockaddr)
        return str(sock.getsockname()[0])


def route_to(address: IPv4Address | IPv6Address) -> Route | None:
    """The way to an address; None where the system does not tell. Raises OSError where there is no way."""
    family = socket.AF_INET if address.version == 4 else socket.AF_INET6
    head = _HEAD.pack(family, address.max_prefixlen, 0, 0, 0, 0, 0, 0, 0)
    row = ask(GET_ROUTE, head, _DESTINATION, address.packed)
    if row is None:
        return None
    said = row.attributes
    index = int.from_bytes(said.get(_INTERFACE, b""), sys.byteorder)
    interface = next((one for one in interfaces() if one.index == index), None)
    source = ip_address(said[_SOURCE]) if _SOURCE in said else None
    own = interface.addresses if interface is not None else ()
    return Route(
        interface,
        ip_address(said[_GATEWAY]) if _GATEWAY in said else None,
        next((one for one in own if one.ip == source), None),
    )
