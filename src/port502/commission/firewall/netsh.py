"""Windows: rules named port502, where a block always beats an allow, so that blocks name everybody else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from ipaddress import IPv4Address, IPv6Address

from port502.commission.firewall.model import FAMILIES, Action, Direction, Network, Rendered, Rule, Ruleset
from port502.commission.firewall.wording import address_text, chunks, comment, heading
from port502.errors import UsageError

FILE = "port502-firewall.cmd"

_DELETE = 'netsh advfirewall firewall delete rule name="port502"'
_ADD = 'netsh advfirewall firewall add rule name="port502"'
_MOST_ADDRESSES = 50

_SPACE: dict[int, tuple[tuple[int, int], ...]] = {
    4: (
        (int(IPv4Address("1.0.0.0")), int(IPv4Address("126.255.255.255"))),
        (int(IPv4Address("128.0.0.0")), int(IPv4Address("255.255.255.255"))),
    ),
    6: ((2, (1 << 128) - 1),),
}
"""Every address that is not this host's own: a block of loopback would cut the host from itself."""


def render(rules: Ruleset) -> Rendered:
    """A batch file for an administrator's prompt; running it again makes the rules anew. Raises UsageError for
    routed rules, which a Windows host does not have.
    """
    if Direction.ROUTED in rules.directions:
        raise UsageError("netsh filters one host; for a firewall between networks use --format table or csv")
    apply, undo = (FILE,), (_DELETE,)
    lines = ["@echo off", *heading(rules, apply, undo, "rem")]
    lines.append(
        "rem Dropped packets are logged with: netsh advfirewall set allprofiles logging droppedconnections enable"
    )
    lines += ["", f"{_DELETE} >nul"]
    for direction in rules.directions:
        some = rules.of(direction)
        for rule in some:
            texts = _allows(rule) if rule.action is Action.ALLOW else _blocks(rule, some)
            said = comment(f"{rule.name}: {rule.purpose}")
            lines += [f'{_ADD} {text} description="{said}"' for text in texts]
    return Rendered("\r\n".join(lines) + "\r\n", FILE, apply, undo)


def _allows(rule: Rule) -> Iterator[str]:
    inbound = rule.direction is Direction.INBOUND
    here, there = (rule.destinations, rule.sources) if inbound else (rule.sources, rule.destinations)
    local = f" localip={_listed(here)}" if here else ""
    for some in chunks(there, _MOST_ADDRESSES):
        yield f"{_head(rule, rule.ports)}{local} remoteip={_listed(some)}"


def _blocks(rule: Rule, rules: tuple[Rule, ...]) -> Iterator[str]:
    """For each port: everybody whom no rule allows there."""
    for port in rule.ports:
        allowing = [one for one in rules if one.action is Action.ALLOW and port in one.ports]
        inbound = rule.direction is Direction.INBOUND
        friends = [net for one in allowing for net in (one.sources if inbound else one.destinations)]
        strangers = [text for family in FAMILIES for text in strangers_to(friends, family)]
        for some in chunks(strangers, _MOST_ADDRESSES):
            yield f"{_head(rule, (port,))} remoteip={','.join(some)}"


def _head(rule: Rule, ports: tuple[int, ...]) -> str:
    inbound = rule.direction is Direction.INBOUND
    action = "allow" if rule.action is Action.ALLOW else "block"
    listed = ",".join(map(str, ports))
    side = "localport" if inbound else "remoteport"
    return f"dir={'in' if inbound else 'out'} action={action} protocol=TCP {side}={listed}"


def strangers_to(friends: Iterable[Network], family: int) -> list[str]:
    """The ranges of addresses of a family that are in none of these networks, without loopback."""
    address = IPv4Address if family == 4 else IPv6Address
    taken = sorted(
        (int(net.network_address), int(net.broadcast_address)) for net in friends if net.version == family
    )
    found = []
    for first, last in _SPACE[family]:
        start = first
        for low, high in taken:
            if low > start and start <= last:
                found.append((start, min(low - 1, last)))
            start = max(start, high + 1)
        if start <= last:
            found.append((start, last))
    return [f"{address(low)}-{address(high)}" if low < high else f"{address(low)}" for low, high in found]


def _listed(networks: Iterable[Network]) -> str:
    """Networks as netsh takes them; it knows no network of prefix length 0, but ranges."""
    texts: list[str] = []
    for network in networks:
        texts += [address_text(network)] if network.prefixlen else strangers_to((), network.version)
    return ",".join(texts)
