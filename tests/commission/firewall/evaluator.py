"""A second reading of firewall rules and of sites, by somebody who did not see how the rules are made."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from port502.commission.firewall.facts import Facts
from port502.commission.firewall.model import Direction, Ruleset

Address = IPv4Address | IPv6Address

ALLOWED, DROPPED, UNTOUCHED = "allowed", "dropped", "untouched"
PRIVATE = (
    "10.0.0.0/8",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "169.254.0.0/16",
    "fe80::/10",
    "fc00::/7",
)


@dataclass(frozen=True)
class Packet:
    """The first packet of a TCP connection that leaves the host it started on."""

    source: Address
    destination: Address
    port: int


def verdict(rules: Ruleset, direction: Direction, packet: Packet) -> str:
    """What the rules do to a packet: the first that fits decides."""
    for rule in rules.rules:
        fits = (
            rule.direction == direction
            and packet.port in rule.ports
            and packet.source.version in rule.families
            and (not rule.sources or any(packet.source in network for network in rule.sources))
            and (not rule.destinations or any(packet.destination in network for network in rule.destinations))
        )
        if fits:
            return ALLOWED if rule.action == "allow" else DROPPED
    return UNTOUCHED


def inbound(facts: Facts, packet: Packet) -> str:
    """What the site says about somebody who calls this host."""
    ports = set()
    for one in facts.served:
        here = ip_address(one.target.host)
        if here.is_loopback:
            continue
        ports.add(one.target.port)
        reached = packet.destination == here or (
            here.is_unspecified and here.version == packet.source.version
        )
        allow = PRIVATE if one.allow is None else one.allow
        known = any(packet.source in ip_network(entry) for entry in allow)
        if reached and known and packet.port == one.target.port:
            return ALLOWED
    return DROPPED if packet.port in ports else UNTOUCHED


def outbound(facts: Facts, packet: Packet) -> str:
    """What the site says about a call that leaves this host."""
    ports = set()
    for one in facts.called:
        there = ip_address(one.target.host)
        if there.is_loopback:
            continue
        ports.add(one.target.port)
        from_here = one.source is None or packet.source == ip_address(one.source)
        if from_here and packet.destination == there and packet.port == one.target.port:
            return ALLOWED
    return DROPPED if ports and packet.port in ports | {502, 802} else UNTOUCHED
