"""From a site to its firewall rules: whoever it knows may pass, everybody else may not."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from enum import StrEnum

from port502.commission.firewall.facts import (
    Address,
    Addresses,
    Called,
    Facts,
    Resolve,
    Served,
    allowed_networks,
    by_family,
    common,
    host_networks,
)
from port502.commission.firewall.model import FAMILIES, Action, Direction, Network, Rule, Ruleset
from port502.errors import UsageError

MODBUS_PORTS = (502, 802)
"""The registered ports, mbap and mbap-s: nobody has business there but who is named."""

WELL_KNOWN = 1024


class Scope(StrEnum):
    """The machine that shall filter: this host (one direction or both), or a firewall between networks."""

    HOST = "host"
    INBOUND = "inbound"
    OUTBOUND = "outbound"
    ROUTED = "routed"


_DIRECTIONS = {
    Scope.HOST: (Direction.INBOUND, Direction.OUTBOUND),
    Scope.INBOUND: (Direction.INBOUND,),
    Scope.OUTBOUND: (Direction.OUTBOUND,),
    Scope.ROUTED: (Direction.ROUTED,),
}


def rules_for(
    facts: Facts, scope: Scope = Scope.HOST, *, resolve: Resolve | None = None, hosts: Iterable[Address] = ()
) -> Ruleset:
    """The fewest rules with which a site works and nothing else speaks Modbus.

    ``resolve`` looks host names up (none: they are refused); ``hosts`` are this host's addresses as the other
    networks see them, which routed rules need. Raises UsageError for names that are refused, for routed rules
    without those addresses, and where there is nothing to make rules for.
    """
    work = _Work(Addresses(resolve), host_networks(hosts))
    for direction in _DIRECTIONS[scope]:
        if direction is not Direction.OUTBOUND:
            for served in facts.served:
                work.serve(direction, served)
        if direction is not Direction.INBOUND:
            for called in facts.called:
                work.call(direction, called)
    work.addresses.check()
    rules = tuple(rule for direction in Direction for rule in work.of(direction))
    if not rules:
        raise UsageError(
            f"site {facts.site} gives no {scope} rules: no listener and no connection of it"
            " crosses a network in that direction"
        )
    return Ruleset(facts.site, rules, tuple(dict.fromkeys(work.addresses.notes + work.notes)))


@dataclass(slots=True)
class _Work:
    """Rules in the making: those that allow, and the ports that are closed to everybody else."""

    addresses: Addresses
    hosts: tuple[Network, ...]
    allowed: list[Rule] = field(default_factory=list)
    guarded: dict[Direction, set[int]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def of(self, direction: Direction) -> list[Rule]:
        """The rules of a direction: what is allowed, each pair once, then the end of everything else."""
        if direction not in self.guarded:
            return []
        rules = _merged(rule for rule in self.allowed if rule.direction is direction)
        ports = self.guarded[direction] | (set() if direction is Direction.INBOUND else set(MODBUS_PORTS))
        purpose = {
            Direction.INBOUND: "nobody else reaches the listeners",
            Direction.OUTBOUND: "this host calls no other device",
            Direction.ROUTED: "no other Modbus passes between the networks",
        }[direction]
        return [*rules, Rule(direction, Action.DROP, "everything else", purpose, tuple(sorted(ports)))]

    def serve(self, direction: Direction, served: Served) -> None:
        """Let the clients of a listener in."""
        what = f"listener {served.name}"
        if served.target.is_serial:
            return
        places = self.addresses.of(served.target.host, what)
        if places and all(place.is_loopback for place in places):
            self.notes.append(f"{what} is on loopback only and needs no rule")
            return
        self._guard(direction, served.target.port, what)
        destinations, families = self._listening(direction, places, what)
        clients = by_family(self._clients(served, what))
        self._judge(served, clients, families)
        for family in families:
            if family in clients:
                purpose = f"clients of this listener ({served.target.scheme})"
                there = destinations.get(family, ())
                self._allow(direction, served.name, purpose, served.target.port, clients[family], there)

    def call(self, direction: Direction, called: Called) -> None:
        """Let this host call a device."""
        what = f"connection {called.name}"
        if called.target.is_serial:
            return
        places = self.addresses.of(called.target.host, what)
        if any(place.is_unspecified for place in places):
            raise UsageError(f"{what}: {called.target} names no device that a rule could be for")
        outside = [place for place in places if not place.is_loopback]
        if places and not outside:
            self.notes.append(f"{what} is on loopback only and needs no rule")
            return
        self._guard(direction, called.target.port, what)
        own = self.hosts if direction is Direction.ROUTED else ()
        if called.source:
            own = host_networks(self.addresses.of(called.source, what))
        elif direction is Direction.ROUTED and not own:
            raise _hosts_wanted(what)
        sources = by_family(own)
        purpose = f"a device that this host calls ({called.target.scheme})"
        for family, there in by_family(host_networks(outside)).items():
            if family in sources or not own:
                here = sources.get(family, ())
                self._allow(direction, called.name, purpose, called.target.port, here, there)

    def _clients(self, served: Served, what: str) -> tuple[Network, ...]:
        """Who may call a listener: whom it allows, and of these only whom its policy lets do anything."""
        allowed = allowed_networks(served.allow)
        if served.named is None:
            return allowed
        clients = common(allowed, allowed_networks(served.named))
        if not clients:
            self.notes.append(f"{what} is of use to nobody: its policy names none of those whom it allows")
        elif clients != allowed:
            self.notes.append(
                f"{what} is open only to clients whom its policy names; make these rules with it"
            )
        return clients

    def _listening(
        self, direction: Direction, places: tuple[Address, ...], what: str
    ) -> tuple[dict[int, tuple[Network, ...]], tuple[int, ...]]:
        """Where a listener is reached, by family, and in which families at all."""
        families = {place.version for place in places}
        if not any(place.is_unspecified for place in places):
            here = by_family(host_networks(place for place in places if not place.is_loopback))
            return here, tuple(here)
        if direction is Direction.ROUTED:
            here = by_family(host for host in self.hosts if host.version in families)
            if not here:
                raise _hosts_wanted(what)
            return here, tuple(here)
        return {}, tuple(family for family in FAMILIES if family in families)

    def _judge(
        self, served: Served, clients: dict[int, tuple[Network, ...]], families: tuple[int, ...]
    ) -> None:
        what = f"listener {served.name}"
        if served.allow is None and served.named is None:
            self.notes.append(
                f"{what} names no clients, so that every private address may call: list them under `allow`"
            )
            return
        for family, networks in clients.items():
            if families and family not in families:
                self.notes.append(
                    f"{what} is not on IPv{family}: {', '.join(map(str, networks))} cannot reach it"
                )
            for network in networks:
                if not network.is_private and not network.is_link_local:
                    self.notes.append(
                        f"{what} lets the public network {network} in: let remote access come through a VPN"
                    )

    def _guard(self, direction: Direction, port: int, what: str) -> None:
        self.guarded.setdefault(direction, set()).add(port)
        if direction is not Direction.INBOUND and port < WELL_KNOWN and port not in MODBUS_PORTS:
            self.notes.append(
                f"{what} is at port {port}, which other services use too: they are dropped there as well"
            )

    def _allow(
        self,
        direction: Direction,
        name: str,
        purpose: str,
        port: int,
        sources: tuple[Network, ...],
        destinations: tuple[Network, ...],
    ) -> None:
        self.allowed.append(Rule(direction, Action.ALLOW, name, purpose, (port,), sources, destinations))


def _merged(rules: Iterable[Rule]) -> list[Rule]:
    """Rules that allow the same are one rule with all their names."""
    found: dict[tuple[object, ...], Rule] = {}
    for rule in rules:
        key = (rule.ports, rule.sources, rule.destinations)
        known = found.get(key)
        if known is None:
            found[key] = rule
        else:
            purposes = dict.fromkeys((*known.purpose.split("; "), rule.purpose))
            found[key] = replace(known, name=f"{known.name}, {rule.name}", purpose="; ".join(purposes))
    return list(found.values())


def _hosts_wanted(what: str) -> UsageError:
    return UsageError(
        f"{what}: rules between networks need the address of this host as the other networks see it: --host ADDRESS"
    )
