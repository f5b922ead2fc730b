"""Which product a unit is likely to be: what it said of itself, and how the ranges that are read fit known maps."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

from port502.commission.learned.facts import facts_of
from port502.commission.learned.memory import Memory
from port502.commission.learned.polled import Block
from port502.discover.candidates import LIKELY, MOST, SURE, Candidate, rank
from port502.discover.products import known_products, places_of
from port502.errors import Port502Error
from port502.protocol.words import data_of
from port502.registers.maps.library import Library
from port502.registers.maps.model import MapPoint
from port502.registers.reference import Table
from port502.registers.values import FLOATS

TRIED = 24
"""Maps whose points begin where most blocks do: those are looked at closely."""

TIED = 4
"""Candidates whose scores lie no further apart fit about as well."""

_ALONE, _NAMED, _WHOLE, _WIDE = 15, 25, 15, 15
"""What the fit of ranges is worth at most: that there is one, values named, whole points, sensible wide numbers."""

_LARGEST, _SMALLEST = 1e12, 1e-9

_Starts = Mapping[tuple[Table, int], Sequence[MapPoint]]


class Likely:
    """Judges units by the maps of a library, which are looked through once."""

    def __init__(self, library: Library | None = None) -> None:
        self._library = library or Library.default()
        self._products = known_products(self._library)
        self._places = places_of(self._products)
        self._starts: dict[str, _Starts] = {}
        self._index: dict[tuple[Table, int], list[str]] = defaultdict(list)
        for name in self._library.names():
            for place in self._starts_of(name):
                self._index[place].append(name)

    def candidates(self, memory: Memory, blocks: Sequence[Block], *, unit: int, port: int) -> list[Candidate]:
        """The products that it may be, best first; ranges alone never make one sure."""
        facts = facts_of(memory, self._places)
        said = rank(facts, self._products, self._library.list(), unit=unit, port=port)
        found = {one.map or one.product: one for one in said}
        for one in self._by_ranges(memory, blocks):
            known = found.get(one.map)
            if known is not None:
                score = min(99, max(known.score, one.score) + min(known.score, one.score) // 6)
                evidence = (*known.evidence, *one.evidence)
                one = Candidate(known.map, known.product, known.manufacturer, score, evidence)
            found[one.map] = one
        ordered = sorted(found.values(), key=lambda one: (-one.score, one.map == "", one.map, one.product))
        return ordered[:MOST]

    def meanings(self, found: Sequence[Candidate], blocks: Sequence[Block]) -> tuple[str, list[MapPoint]]:
        """The map to use and those of its points that were read; no map where the evidence is too thin.

        Where several maps fit about as well, only points count on which they agree.
        """
        if not found or found[0].score < LIKELY or not _has_map(found[0]):
            return "", []
        best = found[0]
        near = [] if best.score >= SURE else found[1:]
        others = [
            self._starts_of(one.map) for one in near if best.score - one.score <= TIED and _has_map(one)
        ]
        covered = {(block.table, at) for block in blocks for at in range(block.address, block.end)}
        points = [
            one
            for one in self._library.load(best.map).points.values()
            if all((one.point.table, at) in covered for at in range(one.point.start, one.point.stop))
            and all(_agree(one, other) for other in others)
        ]
        return (best.map, points) if points else ("", [])

    def _by_ranges(self, memory: Memory, blocks: Sequence[Block]) -> list[Candidate]:
        hits = Counter(name for block in blocks for name in self._index.get((block.table, block.address), ()))
        tried = [self._fitting(memory, blocks, name) for name, _ in hits.most_common(TRIED)]
        return [one for one in tried if one is not None]

    def _fitting(self, memory: Memory, blocks: Sequence[Block], name: str) -> Candidate | None:
        """How the ranges fit the points of a map; None where they cut a point, or a value says no."""
        starts = self._starts_of(name)
        total = named = whole = wide = 0
        for block in blocks:
            here = [
                one for at in range(block.address, block.end) for one in starts.get((block.table, at), ())[:1]
            ]
            if any(one.point.end > block.end for one in here) or _cuts(starts, block):
                return None
            verdicts = [_plausible(memory, one) for one in here]
            if False in verdicts:
                return None
            telling = _telling(memory, block)
            total += len(telling)
            named += len(telling & {at for one in here for at in range(one.point.address, one.point.end)})
            whole += bool(here) and here[0].point.address == block.address and here[-1].point.end == block.end
            wide += verdicts.count(True)
        if named < total / 2:
            return None
        score = _ALONE + _NAMED * named // max(total, 1) + min(_WHOLE, 3 * whole) + min(_WIDE, 2 * wide)
        words = (
            f"{named} of {total} values read are points of it, {whole} of {len(blocks)} ranges whole points"
        )
        words += f", {wide} wide ones hold sensible numbers" if wide else ""
        known = self._library.load(name)
        return Candidate(name, ", ".join(known.models[:3]) or name, known.manufacturer, score, (words,))

    def _starts_of(self, name: str) -> _Starts:
        if name not in self._starts:
            found: dict[tuple[Table, int], list[MapPoint]] = defaultdict(list)
            for one in self._library.load(name).points.values():
                found[one.point.table, one.point.address].append(one)
            self._starts[name] = dict(found)
        return self._starts[name]


def _has_map(one: Candidate) -> bool:
    """Whether it is a map of the library, not the one that a device makes of itself."""
    return "/" in one.map


def _agree(one: MapPoint, starts: _Starts) -> bool:
    mine = one.point
    return any(
        (other.point.type, other.point.order, other.point.scale, other.point.count, other.quantity)
        == (mine.type, mine.order, mine.scale, mine.count, one.quantity)
        for other in starts.get((mine.table, mine.address), ())
    )


def _telling(memory: Memory, block: Block) -> set[int]:
    """The addresses of a block that count: where there are some with values, those that were always 0 say nothing."""
    first, now = memory.first[block.table], memory.now[block.table]
    addresses = range(block.address, block.end)
    return {at for at in addresses if first.get(at) or now.get(at)} or set(addresses)


def _cuts(starts: _Starts, block: Block) -> bool:
    """Whether a block begins in the middle of a point."""
    if (block.table, block.address) in starts:
        return False
    return any(
        one.point.end > block.address and one.point.type != "string"
        for back in range(1, 5)
        for one in starts.get((block.table, block.address - back), ())
    )


def _plausible(memory: Memory, one: MapPoint) -> bool | None:
    """Whether a wide number is one that a device would say; None where its registers tell nothing."""
    point = one.point
    if point.type not in FLOATS or point.count > 1:
        return None
    registers = memory.taken(point.table, point.address, point.width)
    if registers is None or len(set(registers)) < 2:
        return None
    try:
        value = point.decode(data_of(registers))
    except Port502Error:
        return None
    if not isinstance(value, float | int):
        return None
    return math.isfinite(value) and (value == 0 or _SMALLEST < abs(value) < _LARGEST)


def confident(found: Iterable[Candidate]) -> list[Candidate]:
    """Those that are at least likely."""
    return [one for one in found if one.score >= LIKELY]
