"""What a firewall must know of a site: who is served, who is called, and which addresses that means."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    collapse_addresses,
    ip_address,
    ip_network,
)
from typing import TypeAlias

from port502.commission.firewall.model import FAMILIES, Network
from port502.errors import ConnectError, UsageError
from port502.guard.policy import Policy
from port502.service.access import PRIVATE
from port502.site.build import Site
from port502.transport.url import Target, parse_url

Address: TypeAlias = IPv4Address | IPv6Address
Resolve: TypeAlias = Callable[[str], Iterable[Address]]

_MAPPED_PREFIX = 96
_LONGEST = 100


@dataclass(frozen=True, slots=True)
class Served:
    """A listener of this host; without ``allow`` it serves loopback, private and link-local clients.

    ``named`` are the networks outside of which its policy allows nothing, None where it may.
    """

    name: str
    target: Target
    allow: tuple[str, ...] | None = None
    named: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Called:
    """A device that this host calls, from the address ``source`` where that is set."""

    name: str
    target: Target
    source: str | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """The part of a site that crosses a network."""

    site: str
    served: tuple[Served, ...] = ()
    called: tuple[Called, ...] = ()


def facts_of(site: Site) -> Facts:
    """Who calls and who is served at a site; serial lines cross no network."""
    served = (
        Served(one.name, parse_url(one.url), one.allow or None, named_networks(one.policy))
        for one in site.listeners
    )
    return Facts(
        site.name,
        tuple(one for one in served if not one.target.is_serial),
        tuple(one for one in _called(site) if not one.target.is_serial),
    )


def named_networks(policy: Policy | None) -> tuple[str, ...] | None:
    """The networks from which a policy lets anything pass; None where it may let something pass from anywhere.

    That is so without a policy, in a dry run, and where a rule allows something to anybody, or to a client that is
    known by its certificate alone.
    """
    if policy is None or policy.dry_run:
        return None
    known = {client.name: client.networks for client in policy.clients}
    found: list[str] = []
    for rule in policy.rules:
        if rule.deny and not rule.dry_run:
            continue
        if rule.dry_run or not rule.clients:
            return None
        for name in rule.clients:
            if not known[name]:
                return None
            found += known[name]
    return tuple(dict.fromkeys(found))


def _called(site: Site) -> Iterator[Called]:
    """The devices of the connections, and where a connection falls back to."""
    for one in site.connections:
        yield Called(one.name, parse_url(one.url), one.source)
        if one.fallback is not None:
            yield Called(one.name, one.fallback.target, one.source)


class Addresses:
    """Finds the addresses of hosts, and keeps what there is to say about them.

    ``resolve`` looks names up; without it every name is refused. ``notes`` tell which names were resolved,
    ``refused`` which could not be.
    """

    def __init__(self, resolve: Resolve | None) -> None:
        self._resolve = resolve
        self._known: dict[str, tuple[Address, ...]] = {}
        self.notes: list[str] = []
        self.refused: list[str] = []

    def of(self, host: str, what: str) -> tuple[Address, ...]:
        """The addresses of a host, named as an address or by name; none when it is refused."""
        if host not in self._known:
            self._known[host] = self._find(host, what)
        return self._known[host]

    def check(self) -> None:
        """Raise UsageError when a name was refused, with all of them."""
        if self.refused:
            raise UsageError("firewall rules need addresses: " + "; ".join(self.refused))

    def _find(self, host: str, what: str) -> tuple[Address, ...]:
        try:
            address = ip_address(host.partition("%")[0])
        except ValueError:
            return self._look_up(host, what)
        if "%" in host:
            self.notes.append(f"{what}: the zone of {host} is left out; the rule holds on every interface")
        return (_plain(address),)

    def _look_up(self, host: str, what: str) -> tuple[Address, ...]:
        name = host[:_LONGEST]
        if self._resolve is None:
            self.refused.append(f"{what} has the host name {name}; write its address in the site file")
            return ()
        try:
            found = tuple(dict.fromkeys(_plain(address) for address in self._resolve(host)))
        except ConnectError as error:
            self.refused.append(f"{what}: {error}; write its address in the site file")
            return ()
        listed = ", ".join(map(str, found))
        self.notes.append(
            f"{what}: the name {name} was {listed} when these rules were made; make them again when it moves"
        )
        return found


def allowed_networks(allow: Iterable[str] | None) -> tuple[Network, ...]:
    """The networks of an allow list without loopback, joined where they touch; raises UsageError for no network."""
    entries = PRIVATE.entries if allow is None else tuple(allow)
    networks = [_network(entry) for entry in entries]
    return joined(network for network in networks if not network.is_loopback)


def joined(networks: Iterable[Network]) -> tuple[Network, ...]:
    """The same addresses in the fewest networks, IPv4 first."""
    given = list(networks)
    fours = collapse_addresses([one for one in given if isinstance(one, IPv4Network)])
    sixes = collapse_addresses([one for one in given if isinstance(one, IPv6Network)])
    return (*fours, *sixes)


def common(some: Iterable[Network], others: Iterable[Network]) -> tuple[Network, ...]:
    """The addresses that are in both, in the fewest networks."""
    there = tuple(others)
    # Two networks share nothing, or one holds the other.
    return joined(
        max(one, other, key=lambda network: network.prefixlen)
        for one in some
        for other in there
        if one.version == other.version and one.overlaps(other)
    )


def host_networks(addresses: Iterable[Address]) -> tuple[Network, ...]:
    """Each address as a network of one."""
    return joined(ip_network(address) for address in addresses)


def by_family(networks: Iterable[Network]) -> dict[int, tuple[Network, ...]]:
    """Networks by IP version; a version without any is left out."""
    given = tuple(networks)
    found: dict[int, tuple[Network, ...]] = {}
    for family in FAMILIES:
        some = tuple(one for one in given if one.version == family)
        if some:
            found[family] = some
    return found


def _plain(address: Address) -> Address:
    """IPv4 where it is IPv4 in IPv6 clothes."""
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address


def _network(entry: str) -> Network:
    try:
        network = ip_network(entry.strip())
    except ValueError as error:
        raise UsageError(f"{entry[:_LONGEST]!r} is no IP address or network: {error}") from None
    if isinstance(network, IPv6Network) and network.prefixlen >= _MAPPED_PREFIX:
        four = network.network_address.ipv4_mapped
        if four is not None:
            return IPv4Network((four, network.prefixlen - _MAPPED_PREFIX))
    return network
