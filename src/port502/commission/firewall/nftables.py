"""nftables: a table of its own, ``inet port502``, replaced as a whole each time it is loaded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from port502.commission.firewall.model import Action, Direction, Rendered, Rule, Ruleset
from port502.commission.firewall.wording import (
    LOOPBACK,
    REPLIES,
    address_text,
    comment,
    heading,
    log_prefix,
)

FILE = "port502.nft"
TABLE = "inet port502"

_HOOKS = {Direction.INBOUND: "input", Direction.OUTBOUND: "output", Direction.ROUTED: "forward"}
_LOOPBACK = {Direction.INBOUND: 'iifname "lo"', Direction.OUTBOUND: 'oifname "lo"'}
_LIMIT = "limit rate 6/minute burst 10 packets"


def render(rules: Ruleset) -> Rendered:
    """A file for ``nft -f``: loading it again changes nothing, and one command removes it."""
    apply, undo = (f"nft -f {FILE}",), (f"nft delete table {TABLE}",)
    lines = ["#!/usr/sbin/nft -f", *heading(rules, apply, undo), ""]
    # Declared first, so that the deletion finds it; all of the file is one transaction.
    lines += [f"table {TABLE}", f"delete table {TABLE}", "", f"table {TABLE} {{"]
    for direction in rules.directions:
        lines += [f"\tchain {direction} {{", *(f"\t\t{line}" for line in _chain(rules, direction)), "\t}"]
    return Rendered("\n".join([*lines, "}"]) + "\n", FILE, apply, undo)


def _chain(rules: Ruleset, direction: Direction) -> Iterator[str]:
    yield f"type filter hook {_HOOKS[direction]} priority filter - 5; policy accept;"
    if direction in _LOOPBACK:
        yield f'{_LOOPBACK[direction]} accept comment "{LOOPBACK}"'
    yield f'ct state established,related ct direction reply accept comment "{REPLIES}"'
    for rule in rules.of(direction):
        said = f'comment "{comment(f"{rule.name}: {rule.purpose}")}"'
        if rule.action is Action.ALLOW:
            yield f"{_match(rule)} counter accept {said}"
        else:
            yield f'{_match(rule)} {_LIMIT} counter log prefix "{log_prefix(direction)}" level info'
            yield f"{_match(rule)} counter drop {said}"


def _match(rule: Rule) -> str:
    ip = "ip6" if rule.families == (6,) else "ip"
    parts = [
        f"{ip} {word} {_set([address_text(network) for network in networks])}"
        for word, networks in (("saddr", rule.sources), ("daddr", rule.destinations))
        if networks
    ]
    return " ".join([*parts, f"tcp dport {_set(rule.ports)}"])


def _set(things: Sequence[object]) -> str:
    texts = [str(thing) for thing in things]
    return texts[0] if len(texts) == 1 else f"{{ {', '.join(texts)} }}"
