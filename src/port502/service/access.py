"""Who may connect: allow lists of IP networks, and the addresses to listen on without such a list."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network

from port502.errors import UsageError

_REMEMBERED = 1024
_BITS = 128
_MAPPED = int(IPv6Address("::ffff:0.0.0.0"))
_MAPPED_PREFIX = 96


class Networks:
    """A set of IPv4 and IPv6 addresses, written as addresses and networks: ``192.168.1.10``, ``fd00::/8``.

    ``host in networks`` takes the host as a socket tells it: IPv4-mapped IPv6 addresses (``::ffff:10.0.0.1``)
    count as the IPv4 address they are, zones (``fe80::1%eth0``) are left aside, and what is no address is in
    no set. Raises UsageError for an entry that is no network.
    """

    def __init__(self, entries: Iterable[str]) -> None:
        self.entries = tuple(str(entry).strip() for entry in entries)
        self._by_prefix: dict[int, set[int]] = {}
        for entry in self.entries:
            start, prefix = _parse(entry)
            self._by_prefix.setdefault(prefix, set()).add(start >> (_BITS - prefix))
        self._known: dict[str, bool] = {}

    def __contains__(self, host: object) -> bool:
        if not isinstance(host, str):
            return False
        known = self._known.get(host)
        if known is None:
            known = self._look_up(host)
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            self._known[host] = known
        return known

    def __bool__(self) -> bool:
        return bool(self.entries)

    def __eq__(self, other: object) -> bool:
        return self.entries == other.entries if isinstance(other, Networks) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.entries)

    def __str__(self) -> str:
        return ", ".join(self.entries)

    def __repr__(self) -> str:
        return f"Networks({list(self.entries)!r})"

    def _look_up(self, host: str) -> bool:
        address = _address_of(host)
        if address is None:
            return False
        number = int(address)
        # IPv4 lives in the mapped corner of IPv6; a wide IPv6 network such as ::/0 does not reach into it.
        least = 0
        if isinstance(address, IPv4Address):
            number |= _MAPPED
            least = _MAPPED_PREFIX
        return any(
            prefix >= least and number >> (_BITS - prefix) in starts
            for prefix, starts in self._by_prefix.items()
        )


def plain_host(host: str) -> str:
    """One spelling for each client address: no zone, and IPv4 where it is IPv4 in IPv6 clothes."""
    address = _address_of(host)
    return host if address is None else str(address)


def _address_of(host: str) -> IPv4Address | IPv6Address | None:
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        return None
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address


def _parse(entry: str) -> tuple[int, int]:
    """First address and prefix length of an entry, both as of 128 bits."""
    try:
        network = ip_network(entry)
    except ValueError as error:
        raise UsageError(_explain(entry, error)) from None
    if isinstance(network, IPv6Network):
        return int(network.network_address), network.prefixlen
    return int(network.network_address) | _MAPPED, network.prefixlen + _MAPPED_PREFIX


def _explain(entry: str, error: ValueError) -> str:
    try:
        meant = ip_network(entry, strict=False)
    except ValueError:
        return f"{entry!r} is no IP address or network: {error}"
    return f"{entry!r} names a host inside a network: write {meant} or {entry.partition('/')[0]}"


PRIVATE = Networks(
    (
        "127.0.0.0/8",
        "10.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "169.254.0.0/16",
        "::1",
        "fe80::/10",
        "fc00::/7",
    )
)
"""Loopback, private and link-local addresses: who may connect where nobody is listed."""


def check_listener_address(host: str, allow: Networks | None) -> None:
    """Refuse to listen on a public address without a list of who may connect.

    ``host`` is an IP address, as a bound socket tells it; all interfaces (empty, ``0.0.0.0``, ``::``) and
    names are let pass, since without a list only private clients are served there anyway. Raises UsageError.
    """
    if allow:
        return
    address = _address_of(host)
    if address is None or address.is_unspecified or str(address) in PRIVATE:
        return
    raise UsageError(
        f"{host} is a public address: say with `allow` which addresses and networks may connect,"
        " or listen on a private address"
    )
