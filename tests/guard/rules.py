"""Policies and requests for the tests of the guard, in few words."""

from __future__ import annotations

from typing import Any

from port502.guard.operations import all_operations
from port502.guard.policy import ClientRule, Place, Policy, Rule
from port502.registers.reference import parse_reference
from port502.service.call import Call, Session

SCADA = Session("10.0.0.1", 40000, "tcp", "hall")
OTHER = Session("10.0.0.9", 40001, "tcp", "hall")
ENGINEER = Session("10.0.0.5", 40002, "tls", "hall", role="engineer", fingerprint="ab" * 32, subject="CN=eva")

CLIENTS = (
    ClientRule("scada", networks=("10.0.0.1",)),
    ClientRule("engineering", roles=frozenset({"engineer"})),
)


def places(*points: str) -> tuple[Place, ...]:
    """Places by their references."""
    found = [parse_reference(point) for point in points]
    return tuple(Place(one.table, one.address, one.span) for one in found)


def rule(name: str, functions: str, *points: str, units: set[int] | None = None, **more: Any) -> Rule:
    """A rule about functions (words with blanks between) and points."""
    return Rule(
        name,
        all_operations(functions.split()),
        units=frozenset(units) if units is not None else None,
        places=places(*points),
        **more,
    )


def policy(*rules: Rule, **more: Any) -> Policy:
    """A policy of these rules and the usual clients."""
    return Policy(rules, CLIENTS, **more)


def call(request: Any, session: Session = SCADA, unit: int = 1) -> Call:
    """A request of a client."""
    return Call(session, unit, request)
