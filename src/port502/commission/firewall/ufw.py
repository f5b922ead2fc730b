"""ufw: rules put before all others, each with a comment that begins with port502."""

from __future__ import annotations

from collections.abc import Iterator

from port502.commission.firewall.model import Action, Direction, Network, Rendered, Rule, Ruleset
from port502.commission.firewall.wording import address_text, chunks, comment, heading

FILE = "port502-ufw.sh"

_WAYS = {Direction.INBOUND: "", Direction.OUTBOUND: "out ", Direction.ROUTED: ""}
_MOST_PORTS = 15


def render(rules: Ruleset) -> Rendered:
    """A shell script; ufw skips what it has already, and deletes a rule that is spelled out again."""
    apply = (f"sh {FILE}", "ufw status numbered")
    undo = tuple(f"ufw {_route(rule)}delete {text}" for rule in rules.rules for text in _texts(rule))
    lines = ["#!/bin/sh", *heading(rules, apply, undo)]
    lines.append("# The rules count once ufw is enabled. Undo those of an earlier state of the site first.")
    lines += ["set -eu", ""]
    # The last rule is put in front first, so that in the end they stand in their order.
    for rule in reversed(rules.rules):
        said = comment(f"port502 {rule.name}: {rule.purpose}")
        lines += [f"ufw {_route(rule)}prepend {text} comment '{said}'" for text in _texts(rule)]
    return Rendered("\n".join(lines) + "\n", FILE, apply, undo)


def _route(rule: Rule) -> str:
    return "route " if rule.direction is Direction.ROUTED else ""


def _texts(rule: Rule) -> Iterator[str]:
    verb = "allow" if rule.action is Action.ALLOW else "deny"
    log = "" if rule.action is Action.ALLOW else "log "
    for source in _words(rule.sources):
        for destination in _words(rule.destinations):
            for ports in chunks(rule.ports, _MOST_PORTS):
                listed = ",".join(map(str, ports))
                way = _WAYS[rule.direction]
                yield f"{verb} {way}{log}proto tcp from {source} to {destination} port {listed}"


def _words(networks: tuple[Network, ...]) -> list[str]:
    # A network of everybody would be `any`, of both families: ufw takes that for the rule that denies. Halves are not.
    parts = [part for one in networks for part in ([one] if one.prefixlen else one.subnets())]
    return [address_text(part) for part in parts] or ["any"]
