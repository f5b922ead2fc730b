"""Everything that the checks may look at, gathered before any of them runs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from pathlib import Path

from port502.collect.settings import ConnectionSettings, DeviceSettings
from port502.commission.address_sheet import AddressSheet
from port502.commission.audit.host import Address, Host
from port502.commission.audit.live import Live
from port502.discover.found import Inventory
from port502.errors import ConnectError, Port502Error
from port502.registers.maps.library import Library
from port502.registers.maps.model import DeviceMap
from port502.site.build import Site
from port502.site.document import Document
from port502.site.listeners import ListenerSettings
from port502.transport.url import Target, parse_url

_MAPPED = 96


@dataclass(frozen=True, slots=True)
class Place:
    """Where a connection leads on a network; ``addresses`` are empty for a name that was not looked up."""

    connection: ConnectionSettings
    target: Target
    addresses: tuple[Address, ...]

    @property
    def name(self) -> str:
        """The connection's name."""
        return self.connection.name

    @property
    def is_here(self) -> bool:
        """Whether it is on this machine."""
        return bool(self.addresses) and all(one.is_loopback for one in self.addresses)

    @property
    def is_fixed(self) -> bool:
        """Whether it is written as an address."""
        return literal(self.target.host) is not None


@dataclass(frozen=True, slots=True)
class Door:
    """Where a listener listens."""

    listener: ListenerSettings
    target: Target

    @property
    def name(self) -> str:
        """The listener's name."""
        return self.listener.name

    @property
    def is_plain(self) -> bool:
        """Whether what is said there can be read on the way."""
        return self.target.scheme != "tls"

    @property
    def is_here(self) -> bool:
        """Whether only this machine reaches it."""
        address = literal(self.target.host)
        return self.target.host == "localhost" or (address is not None and address.is_loopback)


@dataclass(frozen=True, slots=True)
class Facts:
    """A site as it was understood, its document, and what is known besides; ``now`` is Unix seconds.

    ``maps`` are those of the devices by their names, ``addresses`` those of host names, ``plan`` an address sheet,
    ``inventory`` the outcome of a scan, ``live`` what was seen when the devices were asked.
    """

    site: Site
    document: Document
    host: Host
    now: float
    maps: Mapping[str, DeviceMap] = field(default_factory=dict)
    addresses: Mapping[str, tuple[Address, ...]] = field(default_factory=dict)
    plan: AddressSheet | None = None
    inventory: Inventory | None = None
    live: Live | None = None

    def places(self) -> Iterator[Place]:
        """The connections that lead over a network."""
        for one in self.site.connections:
            target = parse_url(one.url)
            if not target.is_serial:
                yield Place(one, target, self.addresses_of(target.host))

    def outside(self) -> Iterator[Place]:
        """Those of them that leave this machine."""
        return (one for one in self.places() if not one.is_here)

    def lines(self) -> Iterator[tuple[ConnectionSettings, Target]]:
        """The connections that are serial lines of this machine."""
        for one in self.site.connections:
            target = parse_url(one.url)
            if target.is_serial:
                yield one, target

    def doors(self) -> Iterator[Door]:
        """The listeners that a network reaches."""
        for one in self.site.listeners:
            target = parse_url(one.url)
            if not target.is_serial:
                yield Door(one, target)

    def open_doors(self) -> Iterator[Door]:
        """Those of them that others than this machine reach."""
        return (one for one in self.doors() if not one.is_here)

    def devices(self) -> Iterator[tuple[ConnectionSettings, DeviceSettings]]:
        """Every device with its connection."""
        return ((connection, one) for connection in self.site.connections for one in connection.devices)

    def addresses_of(self, host: str) -> tuple[Address, ...]:
        """The addresses of a host as far as they are known without asking anybody."""
        own = literal(host)
        if own is not None:
            return (own,)
        return self.addresses.get(host, ())


def literal(host: str) -> Address | None:
    """The address that a host is written as; None for a name."""
    try:
        return ip_address(host.partition("%")[0])
    except ValueError:
        return None


def network(text: str) -> IPv4Network | IPv6Network:
    """An entry of an allow list; IPv4 in the clothes of IPv6 is IPv4."""
    found = ip_network(text.strip(), strict=False)
    if isinstance(found, IPv6Network) and found.prefixlen >= _MAPPED and (four := found[0].ipv4_mapped):
        return IPv4Network((four, found.prefixlen - _MAPPED))
    return found


def is_public(found: IPv4Network | IPv6Network) -> bool:
    """Whether a network reaches out of the house."""
    inside = found.is_private or found.is_link_local or found.is_loopback or found.is_multicast
    return not inside


def public_among(entries: Iterable[str]) -> list[str]:
    """The entries of an allow list that reach out of the house."""
    return [one for one in entries if is_public(network(one))]


def maps_of(document: Document) -> dict[str, DeviceMap]:
    """The maps of the devices of a site file by their names; those that cannot be read are left out."""
    data = document.data if isinstance(document.data, dict) else {}
    devices = data.get("devices")
    found: dict[str, DeviceMap] = {}
    for name, said in devices.items() if isinstance(devices, dict) else ():
        wanted = said.get("map") if isinstance(said, dict) else None
        if isinstance(wanted, str):
            try:
                found[name] = Library.default().load(wanted, document.path.parent)
            except Port502Error:
                continue
    return found


def looked_up(
    hosts: Iterable[str], resolve: Callable[[str], Iterable[Address]]
) -> dict[str, tuple[Address, ...]]:
    """The addresses of those hosts that are names, none for a name that nobody knows."""
    found: dict[str, tuple[Address, ...]] = {}
    for host in dict.fromkeys(hosts):
        if literal(host) is None:
            try:
                found[host] = tuple(resolve(host))
            except ConnectError:
                found[host] = ()
    return found


def beside(document: Document, name: str) -> Path:
    """A file beside the site file."""
    return document.path.parent / name
