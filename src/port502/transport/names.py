"""What addresses a host name has, for those who need addresses rather than a connection."""

from __future__ import annotations

import socket
from ipaddress import IPv4Address, IPv6Address, ip_address

from port502.errors import ConnectError


def addresses_of(host: str) -> tuple[IPv4Address | IPv6Address, ...]:
    """The addresses that this machine finds for a name, IPv4 first, each once; raises ConnectError for none."""
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or "that is no host name"
        raise ConnectError(f"{host}: the name cannot be resolved here ({reason})") from error
    addresses = {ip_address(str(place[0]).partition("%")[0]) for *_, place in found}
    return tuple(sorted(addresses, key=lambda address: (address.version, int(address))))
