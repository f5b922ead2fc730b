"""All entries of one family become one map: facts of the same registers are brought together.

Where sources disagree on type, scale or order, the reading with more support wins (the number of other sources
that agree counts too, a manual's page most), and a note says so. Of facts that overlap otherwise, the
better supported stays.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from port502.registers.values import FLOATS
from tools.maps.facts import Entry, Fact
from tools.maps.harmonise import KINDS, Meaning, harmonise
from tools.maps.quantities import quantity_of
from tools.maps.units import unit_of

Slot: TypeAlias = "tuple[str, int, int | None]"
GARBAGE = {"read_len", "reserved", "unknown", "spare", "unused"}
MOST_NOTES = 12
FEWEST_ALIKE = 3
COARSE = 0.05
OTHERWISE = "means something else on other models"
BOTH_TABLES = "some sources read the same registers with the other function, as input or as holding registers"


@dataclass(slots=True)
class Named:
    """One point of a map: the fact, and what it is called and means."""

    fact: Fact
    meaning: Meaning
    quantity: str


@dataclass(slots=True)
class Merged:
    """The points of one family, what was decided between sources, and what fell away (reason -> count)."""

    points: dict[str, Named] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    dropped: Counter[str] = field(default_factory=Counter)


def merge(entries: list[Entry], types: frozenset[str], *, meter: bool) -> Merged:
    """The union of the entries' facts, in the order of tables and addresses; ``types`` are those of a map."""
    merged = Merged()
    slots: dict[Slot, list[tuple[Entry, Fact]]] = defaultdict(list)
    for entry in entries:
        ambiguous = _ambiguous(entry.facts)
        for fact in entry.facts:
            reason = unsound(fact, types) or (OTHERWISE if id(fact) in ambiguous else "")
            if reason:
                merged.dropped[reason] += 1
            else:
                slots[fact.table, fact.address, fact.mask].append((entry, fact))
    if _bring_tables_together(slots):
        merged.notes.append(BOTH_TABLES)
    chosen = [_chosen(told, merged) for told in slots.values()]
    _name(_without_overlaps(chosen, merged), merged, meter=meter)
    if len(merged.notes) > MOST_NOTES:
        more = len(merged.notes) - MOST_NOTES
        merged.notes = [*merged.notes[:MOST_NOTES], f"{more} more disagreements were decided in the same way"]
    return merged


def _ambiguous(facts: list[Fact]) -> set[int]:
    """The facts (by identity) whose registers the same source gives another meaning on other models."""
    found: set[int] = set()
    ordered = sorted(facts, key=lambda fact: (fact.table, fact.address, -fact.length))
    for place, one in enumerate(ordered):
        for other in ordered[place + 1 :]:
            if other.table != one.table or other.address >= one.end:
                break
            of_models = bool(one.applies_to or other.applies_to) or other.address == one.address
            if of_models and not _share(one, other) and _says(one) != _says(other):
                found |= {id(one), id(other)}
    return found


def _says(fact: Fact) -> tuple[object, ...]:
    return fact.address, _reading(fact), fact.unit, harmonise(fact.name, unit_of(fact.unit)[0]).kind


def _bring_tables_together(slots: dict[Slot, list[tuple[Entry, Fact]]]) -> bool:
    """Make one of what some sources read as input and others as holding registers; whether there was any.

    That is so where no source has both and several registers read the same. The table with more facts is kept.
    """
    sides: dict[str, set[str]] = {"input": set(), "holding": set()}
    for slot, told in slots.items():
        sides.get(slot[0], set()).update(entry.id for entry, _ in told)
    if not sides["input"] or not sides["holding"] or sides["input"] & sides["holding"]:
        return False
    shared = [slot for slot in slots if slot[0] == "input" and ("holding", *slot[1:]) in slots]
    alike = [
        slot
        for slot in shared
        if {_reading(fact) for _, fact in slots[slot]}
        & {_reading(fact) for _, fact in slots["holding", slot[1], slot[2]]}
    ]
    if len(alike) < FEWEST_ALIKE:
        return False
    sizes = {table: sum(len(told) for slot, told in slots.items() if slot[0] == table) for table in sides}
    kept, other = sorted(sides, key=lambda table: -sizes[table])
    for slot in [slot for slot in slots if slot[0] == other]:
        moved = [(entry, replace(fact, table=kept)) for entry, fact in slots.pop(slot)]
        slots.setdefault((kept, slot[1], slot[2]), []).extend(moved)
    return True


def unsound(fact: Fact, types: frozenset[str]) -> str:
    """Why a fact can be no point, or empty."""
    if fact.name in GARBAGE:
        return "no value of the device"
    if fact.table in ("coil", "discrete"):
        return "" if fact.length == 1 else "more than one bit"
    if fact.type == "bits" and fact.length > 1:
        return "flags over several registers"
    if fact.type != "bits" and fact.type not in types:
        return f"type {fact.type}"
    if fact.scale == 0:
        return "scale 0"
    if fact.end > 0x10000:
        return "beyond the last address"
    return ""


def _chosen(told: list[tuple[Entry, Fact]], merged: Merged) -> tuple[Fact, int]:
    """The best supported of what several sources say of one register, enriched by the others."""
    votes: dict[tuple[object, ...], list[tuple[Entry, Fact]]] = defaultdict(list)
    kinds = {kind for _, fact in told if (kind := KINDS.get(unit_of(fact.unit)[0], ""))}
    for entry, fact in told:
        kind = KINDS.get(unit_of(fact.unit)[0], "") if len(kinds) > 1 else ""
        votes[*_reading(fact), kind].append((entry, fact))
    best = max(votes.values(), key=_weight)
    entry, fact = max(best, key=_eloquence)
    if len(votes) > 1:
        merged.notes.append(_decision(fact, entry, votes, best))
    for _, other in best:
        fact.enum = fact.enum or (other.enum if other.type == fact.type else {})
        fact.bits = fact.bits or (other.bits if other.length == fact.length else {})
        fact.limits = fact.limits or other.limits
        fact.poll = fact.poll or other.poll
        fact.sentinels = fact.sentinels or (other.sentinels if other.type == fact.type else [])
    support = max(_weight(best), fact.agree)
    return fact, support


def _eloquence(told: tuple[Entry, Fact]) -> tuple[object, ...]:
    """How well a source says what a register is: with unit, in words the library knows, in few of them."""
    entry, fact = told
    unit, _ = unit_of(fact.unit)
    meaning = harmonise(fact.name, unit, fact.address)
    return (
        bool(unit) or bool(fact.enum or fact.bits),
        meaning.regular,
        bool(meaning.kind),
        -len(meaning.name),
        entry.id,
    )


def _reading(fact: Fact) -> tuple[object, ...]:
    """What must be the same for two facts to read the same number."""
    _, factor = unit_of(fact.unit)
    kilo = 1000.0 if fact.unit[:1] == "k" and fact.unit in KINDS else 1.0
    order = fact.order if fact.length > 1 else "abcd"
    return fact.type, fact.length, float(f"{fact.scale * factor * kilo:.9g}"), fact.offset, order


def _weight(told: list[tuple[Entry, Fact]]) -> int:
    pages = sum(entry.evidence.startswith("page") for entry, _ in told)
    repositories = {entry.source["repo"] for entry, _ in told}
    return 3 * pages + 2 * len(repositories) + max(fact.agree - fact.disagree for _, fact in told)


def _decision(fact: Fact, entry: Entry, votes: dict[tuple[object, ...], list[tuple[Entry, Fact]]],
              best: list[tuple[Entry, Fact]]) -> str:  # fmt: skip
    others = [pair for told in votes.values() if told is not best for pair in told]
    said = "; ".join(
        sorted({f"{_spoken(other)} in {where.source['repo']}" for where, other in others if where.source})
    )
    return f"{fact.table} {fact.address}: {_spoken(fact)} of {entry.source['repo']} kept, not {said}"


def _spoken(fact: Fact) -> str:
    order = f" {fact.order}" if fact.length > 1 and fact.type != "string" else ""
    scale = f" x {fact.scale:g}" if fact.scale != 1 else ""
    return f"{fact.type}{order}{scale} {fact.unit}".strip()


def _without_overlaps(chosen: list[tuple[Fact, int]], merged: Merged) -> list[tuple[Fact, int]]:
    """The facts without those whose registers a better supported one takes; fields of one register may stay."""
    kept: dict[str, list[tuple[Fact, int]]] = defaultdict(list)
    ranked = sorted(chosen, key=lambda pair: (-pair[1], -pair[0].length, pair[0].address))
    for fact, support in ranked:
        rivals = [
            other
            for other, _ in kept[fact.table]
            if fact.address < other.end and other.address < fact.end and not _share(fact, other)
        ]
        if rivals:
            merged.dropped["overlaps a better supported point"] += 1
            continue
        kept[fact.table].append((fact, support))
    order = {"coil": 0, "discrete": 1, "input": 2, "holding": 3}
    every = [pair for pairs in kept.values() for pair in pairs]
    return sorted(every, key=lambda pair: (order[pair[0].table], pair[0].address, pair[0].mask or 0))


def _share(one: Fact, other: Fact) -> bool:
    """Whether two facts may lie at the same register: masked fields without a bit in common."""
    if one.mask is None or other.mask is None:
        return False
    return (one.address, one.length) == (other.address, other.length) and not one.mask & other.mask


def _name(facts: list[tuple[Fact, int]], merged: Merged, *, meter: bool) -> None:
    """A name for every fact; where two get the same, the later takes its table or address."""
    renamed: dict[str, str] = {}
    for fact, _ in facts:
        unit, factor = unit_of(fact.unit)
        meaning = harmonise(fact.name, unit, fact.address, meter=meter)
        unit = unit or _evident(meaning, fact)
        if meaning.kind == "power_factor" and unit == "%" and fact.scale <= 0.001:
            unit = ""
        fact = replace(fact, unit=unit, scale=float(f"{fact.scale * factor:.12g}"))
        name = meaning.name if meaning.name[0].isalpha() else f"value_{meaning.name}"
        if name in merged.points:
            twin = merged.points[name].fact
            if twin.length == 1 and fact.length == 2:
                name = f"{name}_32bit"
            else:
                name = f"{name}_{fact.address}" if twin.table == fact.table else f"{name}_{fact.table}"
        if name in merged.points:
            name = f"{name}_{fact.address}"
        if name in merged.points:
            merged.dropped["a second name for the same"] += 1
            continue
        quantity = quantity_of(
            meaning.kind, meaning.name, unit, meaning.phase, writable=fact.writable, shape=shape_of(fact)
        )
        if quantity == "power_factor" and not unit and fact.scale >= COARSE and fact.type not in FLOATS:
            quantity = (
                "scale_factor" if name.endswith("_scale") else "raw"
            )  # no power factor is a whole number
        merged.points[name] = Named(fact, replace(meaning, name=name), quantity)
        renamed[fact.name] = name
    for point in merged.points.values():
        if point.fact.scale_register:
            point.fact.scale_register = renamed.get(point.fact.scale_register, "")


def shape_of(fact: Fact) -> str:
    """What a fact's value is: a bit, a text, labels or a number."""
    if fact.table in ("coil", "discrete"):
        return "bit"
    if fact.type == "string":
        return "text"
    return "labels" if fact.enum or fact.bits or fact.type == "bits" else "number"


def _evident(meaning: Meaning, fact: Fact) -> str:
    """The unit a source left out where name and scale leave no other: tenths of volts, hundredths of amperes."""
    if fact.enum or fact.bits or fact.type in ("string", "bits") or fact.mask is not None:
        return ""
    fraction = fact.scale in (0.1, 0.01, 0.001) or fact.type == "float32"
    if meaning.kind in ("voltage", "current", "frequency") and fraction:
        return {"voltage": "V", "current": "A", "frequency": "Hz"}[meaning.kind]
    if meaning.kind == "active_power" and meaning.phase and fact.length == 2 and fact.scale == 1:
        return "W"
    return "%" if meaning.kind.startswith("state_of") else ""
