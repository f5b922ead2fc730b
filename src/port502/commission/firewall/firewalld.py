"""firewalld: policies of their own, asked before the zones, so that a port opened there stays closed to strangers."""

from __future__ import annotations

from collections.abc import Iterator

from port502.commission.firewall.model import Action, Direction, Network, Rendered, Rule, Ruleset
from port502.commission.firewall.wording import SHORT, address_text, comment, heading, log_prefix

FILE = "port502-firewalld.sh"

_ZONES = {
    Direction.INBOUND: ("ANY", "HOST"),
    Direction.OUTBOUND: ("HOST", "ANY"),
    Direction.ROUTED: ("ANY", "ANY"),
}
_COMMAND = "firewall-cmd --permanent"
_RELOAD = "firewall-cmd --reload"
_POLICY_PRIORITY = -100
_PRIORITIES = {Action.ALLOW: -200, Action.DROP: -100}


def render(rules: Ruleset) -> Rendered:
    """A shell script for firewalld 0.9 or newer: running it again makes the policies anew."""
    apply = (f"sh {FILE}",)
    undo = (*(f"{_COMMAND} --delete-policy={policy(one)}" for one in rules.directions), _RELOAD)
    lines = ["#!/bin/sh", *heading(rules, apply, undo), "set -eu", ""]
    lines += [f"{_COMMAND} --delete-policy={policy(one)} 2>/dev/null || true" for one in Direction]
    for direction in rules.directions:
        lines += ["", f"{_COMMAND} --new-policy={policy(direction)}"]
        lines += [f"{_COMMAND} --policy={policy(direction)} {setting}" for setting in _settings(direction)]
        for rule in rules.of(direction):
            lines.append(f"# {comment(f'{rule.name}: {rule.purpose}')}")
            lines += [
                f"{_COMMAND} --policy={policy(direction)} --add-rich-rule='{text}'" for text in _rich(rule)
            ]
    return Rendered("\n".join([*lines, "", _RELOAD]) + "\n", FILE, apply, undo)


def policy(direction: Direction) -> str:
    """The name of a direction's policy."""
    return f"port502-{SHORT[direction]}"


def _settings(direction: Direction) -> Iterator[str]:
    ingress, egress = _ZONES[direction]
    yield f"--add-ingress-zone={ingress}"
    yield f"--add-egress-zone={egress}"
    yield f"--set-priority={_POLICY_PRIORITY}"


def _rich(rule: Rule) -> Iterator[str]:
    allow = rule.action is Action.ALLOW
    log = f'log prefix="{log_prefix(rule.direction)}" level="info" limit value="6/m"'
    for source in _words("source", rule.sources):
        for destination in _words("destination", rule.destinations):
            for port in rule.ports:
                family = f' family="ipv{rule.families[0]}"' if source or destination else ""
                fits = f'rule priority="{_PRIORITIES[rule.action]}"{family}{source}{destination}'
                yield f'{fits} port port="{port}" protocol="tcp" {"accept" if allow else f"{log} drop"}'


def _words(word: str, networks: tuple[Network, ...]) -> list[str]:
    return [f' {word} address="{address_text(network)}"' for network in networks] or [""]
