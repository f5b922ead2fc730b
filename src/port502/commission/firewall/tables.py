"""Rules for people and for spreadsheets: source, destination, port, action, and what it is for."""

from __future__ import annotations

import csv
import io

from port502.commission.firewall.model import Action, Direction, Network, Rendered, Rule, Ruleset
from port502.commission.firewall.wording import address_text, harmless

HEADINGS = ("Rule", "Direction", "Source", "Destination", "Port", "Action", "For")
COLUMNS = ("rule", "direction", "source", "destination", "protocol", "port", "action", "log", "purpose")

_HERE = "this host"
_ANY = "any"


def render_table(rules: Ruleset) -> Rendered:
    """The table that an industrial firewall is set up from, in the order in which its rules stand."""
    rows = [HEADINGS, *(_row(rule) for rule in rules.rules)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADINGS))]
    lines = [
        "   ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
    lines += [
        "",
        "The first rule that fits decides. Protocol TCP; what is dropped is logged, at a limited rate.",
    ]
    lines.append("Replies on connections that were let through pass, and whatever stays within a host.")
    lines += [f"Note: {harmless(note)}." for note in rules.notes]
    return Rendered("\n".join(lines) + "\n")


def render_csv(rules: Ruleset) -> Rendered:
    """One line for each source, destination and port (RFC 4180)."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for rule in rules.rules:
        log = "yes" if rule.action is Action.DROP else "no"
        for source in _sources(rule):
            for destination in _destinations(rule):
                for port in rule.ports:
                    writer.writerow(
                        (
                            harmless(rule.name),
                            rule.direction,
                            source,
                            destination,
                            "tcp",
                            port,
                            rule.action,
                            log,
                            harmless(rule.purpose),
                        )
                    )
    return Rendered(text.getvalue())


def _row(rule: Rule) -> tuple[str, ...]:
    return (
        harmless(rule.name),
        str(rule.direction),
        ", ".join(_sources(rule)),
        ", ".join(_destinations(rule)),
        ", ".join(map(str, rule.ports)),
        rule.action.upper(),
        harmless(rule.purpose),
    )


def _sources(rule: Rule) -> list[str]:
    return _words(rule.sources, _HERE if rule.direction is Direction.OUTBOUND else _ANY)


def _destinations(rule: Rule) -> list[str]:
    return _words(rule.destinations, _HERE if rule.direction is Direction.INBOUND else _ANY)


def _words(networks: tuple[Network, ...], otherwise: str) -> list[str]:
    return [address_text(network) for network in networks] or [otherwise]
