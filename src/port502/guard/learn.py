"""A policy out of what was seen: the smallest one that allows all of it, in a form that a person can judge."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from port502.guard.operations import READ_HALF, words_for
from port502.guard.parts import FILE
from port502.guard.seen import Seen, Tally

Ranges = tuple[tuple[int, int], ...]

_PLAIN_READS = frozenset({"1", "2", "3", "4"})


class _Who(NamedTuple):
    client: str
    role: str | None


class _Grant(NamedTuple):
    """Operations on the same places, of one client at one unit."""

    operations: frozenset[str]
    places: tuple[tuple[str, int, Ranges], ...]
    values: tuple[int, int] | None


def propose(
    seen: Mapping[Seen, Tally], *, values: bool = False, names: Mapping[str, str] | None = None
) -> str:
    """The policy file that allows what was seen and nothing beside; with ``values`` also only between the values seen.

    Neighbouring and overlapping addresses become one range; units and clients that may do the same share a rule.
    ``names`` are what clients without a role are to be called, by their addresses.
    """
    grants: dict[_Grant, set[tuple[_Who, int]]] = defaultdict(set)
    for (who, unit), mine in _by_client_and_unit(seen).items():
        for grant in _grants(mine, values):
            grants[grant].add((who, unit))
    called = _names({who for holders in grants.values() for who, _ in holders}, names or {})
    total = sum(tally.times for tally in seen.values())
    lines = [f"# Proposed from {total} requests: read it before you use it.", "default: deny"]
    if called:
        lines.append("clients:")
    lines += [f"  {name}: {{{_mark(who)}}}" for who, name in sorted(called.items(), key=lambda one: one[1])]
    lines.append("rules:" if grants else "rules: []")
    used: dict[str, int] = defaultdict(int)
    for grant, holders in sorted(grants.items(), key=lambda one: _order(one[0], one[1])):
        for clients, units in _shared(holders):
            lines.append(_rule(grant, sorted(called[who] for who in clients), units, used))
    return "\n".join(lines) + "\n"


def _by_client_and_unit(seen: Mapping[Seen, Tally]) -> dict[tuple[_Who, int], dict[Seen, Tally]]:
    found: dict[tuple[_Who, int], dict[Seen, Tally]] = defaultdict(dict)
    for one, tally in seen.items():
        found[_Who("" if one.role is not None else one.client, one.role), one.unit][one] = tally
    return found


def _grants(mine: Mapping[Seen, Tally], with_values: bool) -> list[_Grant]:
    spans: dict[str, dict[tuple[str, int], list[tuple[int, int]]]] = defaultdict(lambda: defaultdict(list))
    written: dict[str, tuple[int, int]] = {}
    for one, tally in mine.items():
        places = spans[one.operation]
        if one.table:
            places[one.table, one.file].append((one.address, one.address + one.quantity))
        if with_values and tally.lowest is not None and tally.highest is not None:
            low, high = written.get(one.operation, (tally.lowest, tally.highest))
            written[one.operation] = (min(low, tally.lowest), max(high, tally.highest))
    alike: dict[tuple[tuple[tuple[str, int, Ranges], ...], tuple[int, int] | None], set[str]] = defaultdict(
        set
    )
    plain: set[str] = set()
    plain_places: list[tuple[str, int, Ranges]] = []
    for operation, places in spans.items():
        merged = tuple(sorted((table, file, _merged(found)) for (table, file), found in places.items()))
        if (
            operation in _PLAIN_READS
        ):  # each has a table of its own, so together they allow no more than alone
            plain.add(operation)
            plain_places += merged
        else:
            alike[merged, written.get(operation)].add(operation)
    grants = [_Grant(frozenset(plain), tuple(sorted(plain_places)), None)] if plain else []
    return grants + [_Grant(frozenset(names), places, limits) for (places, limits), names in alike.items()]


def _merged(spans: Iterable[tuple[int, int]]) -> Ranges:
    merged: list[tuple[int, int]] = []
    for first, end in sorted(spans):
        if merged and first <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((first, end))
    return tuple(merged)


def _shared(holders: set[tuple[_Who, int]]) -> list[tuple[list[_Who], list[int]]]:
    """Holders of the same grant as clients by units, so that each pair is named once."""
    units_of: dict[_Who, set[int]] = defaultdict(set)
    for who, unit in holders:
        units_of[who].add(unit)
    by_units: dict[frozenset[int], list[_Who]] = defaultdict(list)
    for who, units in units_of.items():
        by_units[frozenset(units)].append(who)
    return [
        (clients, sorted(units))
        for units, clients in sorted(by_units.items(), key=lambda one: sorted(one[0]))
    ]


def _rule(grant: _Grant, clients: list[str], units: list[int], used: dict[str, int]) -> str:
    does = "reads" if _reads(grant.operations) else "writes" if any(grant.places) else "other functions"
    who = " and ".join(clients) if len(clients) <= 2 else f"{len(clients)} clients"
    name = f"{who}: {does}"
    used[name] += 1
    if used[name] > 1:
        name = f"{name} {used[name]}"
    said = [
        f'name: "{name}"',
        f"clients: [{', '.join(clients)}]",
        f"units: [{', '.join(_unit_ranges(units))}]",
    ]
    said.append(f"functions: [{', '.join(words_for(grant.operations))}]")
    points = [
        _place(table, first, end)
        for table, _, ranges in grant.places
        if table != FILE
        for first, end in ranges
    ]
    files = [
        f'"{file}:{first}-{end - 1}"'
        for table, file, ranges in grant.places
        if table == FILE
        for first, end in ranges
    ]
    if points:
        said.append(f"points: [{', '.join(points)}]")
    if files:
        said.append(f"files: [{', '.join(files)}]")
    if grant.values is not None:
        said.append(f"values: {{min: {grant.values[0]}, max: {grant.values[1]}}}")
    return f"  - {{{', '.join(said)}}}"


def _reads(operations: frozenset[str]) -> bool:
    return operations <= _PLAIN_READS | {"20", "24", READ_HALF}


def _order(
    grant: _Grant, holders: set[tuple[_Who, int]]
) -> tuple[bool, list[tuple[str, str, int]], list[str]]:
    return (
        not _reads(grant.operations),
        sorted((who.role or "", who.client, unit) for who, unit in holders),
        sorted(grant.operations),
    )


def _place(table: str, first: int, end: int) -> str:
    return f"{table}:{first}" + (f"*{end - first}" if end - first > 1 else "")


def _unit_ranges(units: list[int]) -> list[str]:
    runs: list[list[int]] = []
    for unit in units:
        if runs and runs[-1][-1] + 1 == unit:
            runs[-1].append(unit)
        else:
            runs.append([unit])
    return [str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in runs]


def _names(clients: set[_Who], known: Mapping[str, str]) -> dict[_Who, str]:
    """A name for each client: its role where it has one, else what it is known as, else its address in words."""
    names: dict[_Who, str] = {}
    for who in sorted(clients, key=lambda one: (one.role or "", one.client)):
        text = who.role
        if text is None:
            text = known.get(who.client) or f"client-{who.client or 'local'}"
        name = re.sub(r"[^\w-]+", "-", text, flags=re.ASCII).strip("-") or "client"
        name = name if not name[0].isdigit() else f"role-{name}"
        while name in names.values():
            name += "-2"
        names[who] = name[:90]
    return names


def _mark(who: _Who) -> str:
    if who.role is not None:
        return f"role: {_quoted(who.role)}"
    return f'from: ["{who.client}"]' if ":" in who.client else f"from: [{who.client}]"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in escaped) + '"'
