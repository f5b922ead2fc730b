"""Firewall rules as values: what may pass, what is dropped, and what each rule is for."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Network, IPv6Network
from typing import TypeAlias

Network: TypeAlias = IPv4Network | IPv6Network

FAMILIES = (4, 6)


class Direction(StrEnum):
    """Where traffic goes, seen from the machine that filters it."""

    INBOUND = "inbound"
    OUTBOUND = "outbound"
    ROUTED = "routed"


class Action(StrEnum):
    """What becomes of traffic that a rule fits."""

    ALLOW = "allow"
    DROP = "drop"


@dataclass(frozen=True, slots=True)
class Rule:
    """TCP from any of ``sources`` to any of ``destinations`` at any of ``ports`` is allowed or dropped.

    Networks of one rule are of one family, IPv4 or IPv6; none at all means any address of both. ``name`` is the
    entry of the site file it comes from, ``purpose`` one line on what it is for. What is dropped is logged, at a
    limited rate.
    """

    direction: Direction
    action: Action
    name: str
    purpose: str
    ports: tuple[int, ...]
    sources: tuple[Network, ...] = ()
    destinations: tuple[Network, ...] = ()

    @property
    def families(self) -> tuple[int, ...]:
        """The IP versions that this rule speaks of."""
        named = (*self.sources, *self.destinations)
        return (named[0].version,) if named else FAMILIES


@dataclass(frozen=True, slots=True)
class Ruleset:
    """The rules of a site, in order: in each direction the first that fits decides.

    What none fits is none of Modbus's business and left to other rules. Loopback and the replies of connections
    always pass before any rule is asked. ``notes`` say what a reader should know before these rules are used.
    """

    site: str
    rules: tuple[Rule, ...]
    notes: tuple[str, ...] = ()

    @property
    def directions(self) -> tuple[Direction, ...]:
        """The directions that have rules."""
        used = {rule.direction for rule in self.rules}
        return tuple(direction for direction in Direction if direction in used)

    def of(self, direction: Direction) -> tuple[Rule, ...]:
        """The rules of one direction, in order."""
        return tuple(rule for rule in self.rules if rule.direction is direction)


@dataclass(frozen=True, slots=True)
class Rendered:
    """Rules in the language of one tool: the ``text`` of ``file``, and the commands that apply and undo it."""

    text: str
    file: str = ""
    apply: tuple[str, ...] = ()
    undo: tuple[str, ...] = ()
