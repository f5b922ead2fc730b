"""iptables and ip6tables: chains of their own, filled in one step, asked before all other rules."""

from __future__ import annotations

from collections.abc import Iterator

from port502.commission.firewall.model import FAMILIES, Action, Direction, Network, Rendered, Rule, Ruleset
from port502.commission.firewall.wording import (
    LOOPBACK,
    REPLIES,
    SHORT,
    address_text,
    chunks,
    comment,
    heading,
    log_prefix,
)

FILE = "port502-iptables.sh"
TOOLS = {4: "iptables", 6: "ip6tables"}

_HOOKS = {Direction.INBOUND: "INPUT", Direction.OUTBOUND: "OUTPUT", Direction.ROUTED: "FORWARD"}
_LOOPBACK = {Direction.INBOUND: "-i lo", Direction.OUTBOUND: "-o lo"}
_LIMIT = "-m limit --limit 6/min --limit-burst 10"
_MOST_PORTS = 15


def render(rules: Ruleset) -> Rendered:
    """A shell script: running it again replaces the chains' rules at once, never leaving them empty."""
    apply = (f"sh {FILE}",)
    undo = tuple(_removal(direction) for direction in rules.directions)
    lines = ["#!/bin/sh", *heading(rules, apply, undo), "set -eu"]
    unused = [direction for direction in Direction if direction not in rules.directions]
    lines += [f"{{ {_removal(direction)}; }} 2>/dev/null || true" for direction in unused]
    for family in FAMILIES:
        tool = TOOLS[family]
        lines += ["", f"{tool}-restore -w --noflush <<'PORT502'", "*filter"]
        lines += [f":{chain_name(direction)} - [0:0]" for direction in rules.directions]
        for direction in rules.directions:
            name = chain_name(direction)
            lines += [f"-A {name} {line}" for line in _chain(rules, direction, family)]
        lines += ["COMMIT", "PORT502"]
        for direction in rules.directions:
            jump = f"{_HOOKS[direction]} -j {chain_name(direction)}"
            lines.append(f"{tool} -w -C {jump} 2>/dev/null || {tool} -w -I {jump}")
    return Rendered("\n".join(lines) + "\n", FILE, apply, undo)


def chain_name(direction: Direction) -> str:
    """The chain of a direction: PORT502-IN, PORT502-OUT, PORT502-FORWARD."""
    return f"PORT502-{SHORT[direction].upper()}"


def _removal(direction: Direction) -> str:
    name = chain_name(direction)
    steps = f"$t -w -D {_HOOKS[direction]} -j {name}; $t -w -F {name}; $t -w -X {name}"
    return f"for t in iptables ip6tables; do {steps}; done"


def _chain(rules: Ruleset, direction: Direction, family: int) -> Iterator[str]:
    if direction in _LOOPBACK:
        yield f"{_LOOPBACK[direction]} {_comment(LOOPBACK)} -j ACCEPT"
    yield f"-m conntrack --ctstate ESTABLISHED,RELATED --ctdir REPLY {_comment(REPLIES)} -j ACCEPT"
    for rule in rules.of(direction):
        if family not in rule.families:
            continue
        said = _comment(comment(f"{rule.name}: {rule.purpose}"))
        for match in _matches(rule):
            if rule.action is Action.ALLOW:
                yield f"{match} {said} -j ACCEPT"
            else:
                yield f'{match} {_LIMIT} -j LOG --log-prefix "{log_prefix(direction)}" --log-level info'
                yield f"{match} {said} -j DROP"


def _matches(rule: Rule) -> Iterator[str]:
    """One line for each pair of networks: iptables knows no sets of them."""
    for source in _words("-s", rule.sources):
        for destination in _words("-d", rule.destinations):
            for ports in chunks(rule.ports, _MOST_PORTS):
                one = f"--dport {ports[0]}"
                many = f"-m multiport --dports {','.join(map(str, ports))}"
                yield f"{source}{destination}-p tcp {one if len(ports) == 1 else many}"


def _words(option: str, networks: tuple[Network, ...]) -> list[str]:
    return [f"{option} {address_text(network)} " for network in networks] or [""]


def _comment(text: str) -> str:
    return f'-m comment --comment "{text}"'
