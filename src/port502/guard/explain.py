"""Why a policy decides as it does: every rule in turn, and the first thing about it that is not so.

It reads the rules as a person would, one after the other, and shares nothing with the engine but their meaning.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from port502.guard.operations import operation_name
from port502.guard.parts import FILE, Part, parts_of
from port502.guard.policy import ClientRule, FilePlace, Place, Policy, Rule
from port502.guard.values import Meanings, Present, breach
from port502.protocol.message import Request
from port502.service.access import Networks
from port502.service.call import Session


@dataclass(frozen=True, slots=True)
class Considered:
    """A rule and a part of the request: whether it fits, and if not, what about it is not so."""

    rule: str
    fits: bool
    why: str


@dataclass(frozen=True, slots=True)
class Explained:
    """One part of a request and the rules that were considered for it, up to the one that decides."""

    part: str
    considered: tuple[Considered, ...]


def names_of(policy: Policy, session: Session) -> list[str]:
    """The clients of the policy that a session is."""
    return [client.name for client in policy.clients if _is(client, session)]


def explain(
    policy: Policy,
    session: Session,
    unit: int,
    request: Request[Any],
    wall: float,
    present: Present | None = None,
) -> list[Explained]:
    """Each part of a request with the rules up to the one that decides on it. Rates and steps are left aside."""
    names = names_of(policy, session)
    explained = []
    for part in parts_of(request):
        considered = []
        for rule in policy.rules:
            why = objection(rule, names, unit, part, wall, present or {})
            considered.append(
                Considered(rule.name, not why, why or ("it denies it" if rule.deny else "it allows it"))
            )
            if not why and not (rule.deny and rule.dry_run):
                break
        place = f" of {part.place}" if part.place else ""
        explained.append(Explained(f"{operation_name(part.operation)}{place}", tuple(considered)))
    return explained


def objection(rule: Rule, names: Iterable[str], unit: int, part: Part, wall: float, present: Present) -> str:
    """The first thing in which a rule does not fit a part; empty when it fits."""
    if rule.clients and not set(rule.clients) & set(names):
        return f"it is about {', '.join(rule.clients)}"
    if rule.units is not None and unit not in rule.units:
        return f"it is about {_units(rule.units)}"
    if part.operation not in rule.operations:
        return f"it does not name {operation_name(part.operation)} ({part.operation})"
    where = _elsewhere(rule, part)
    if where:
        return where
    if rule.during is not None and not rule.during.hold(wall):
        return f"it holds {rule.during.text} ({rule.during.timezone})"
    return _values(rule, part, present) if part.writes and rule.values is not None else ""


def _elsewhere(rule: Rule, part: Part) -> str:
    if not rule.places and not rule.files:
        return ""
    if not part.table:
        return "it is about addresses, and this has none"
    mine: list[Place | FilePlace]
    if part.table == FILE:
        mine = [one for one in rule.files if one.file == part.file]
        held = {
            record for one in rule.files if one.file == part.file for record in range(one.first, one.last + 1)
        }
    else:
        mine = [one for one in rule.places if one.table == part.table]
        held = {at for one in rule.places if one.table == part.table for at in range(one.first, one.end)}
    asked = set(range(part.first, part.first + part.count))
    if rule.deny:
        return "" if asked & held else f"it is about {_listed(mine)}"
    if asked <= held:
        return ""
    outside = min(asked - held)
    return f"{part.table}:{outside} is outside of {_listed(mine)}" if mine else "it is about other tables"


def _values(rule: Rule, part: Part, present: Present) -> str:
    limits = rule.values
    assert limits is not None
    written = Meanings(rule.places).written(part, present)
    if rule.deny:
        if written is None:
            return ""
        held = {at for one in rule.places if one.table == part.table for at in range(one.first, one.end)}
        about = [one for one in written if not held or one.address in held or part.table == FILE]
        bad = any(
            one.value is None or one.value != one.value or not breach(limits, one.value) for one in about
        )
        return "" if bad else "the value is none of those that it denies"
    if written is None:
        return (
            "the result depends on what is there now"
            if part.masks
            else "it writes nothing that could be judged"
        )
    for one in written:
        why = breach(limits, one.value)
        if why:
            return f"{one.where} {why}"
    return ""


def _is(client: ClientRule, session: Session) -> bool:
    return (
        (not client.networks or session.host in Networks(client.networks))
        and (not client.roles or session.role in client.roles)
        and (not client.fingerprints or session.fingerprint.lower() in client.fingerprints)
        and (not client.subjects or session.subject in client.subjects)
    )


def _units(units: Iterable[int]) -> str:
    listed = sorted(units)
    if len(listed) > 2 and listed == list(range(listed[0], listed[-1] + 1)):
        return f"units {listed[0]}-{listed[-1]}"
    return f"unit{'s' if len(listed) > 1 else ''} {', '.join(map(str, listed))}"


def _listed(places: Iterable[object]) -> str:
    listed = [str(one) for one in places]
    return ", ".join(listed[:6]) + (", ..." if len(listed) > 6 else "") if listed else "other places"
