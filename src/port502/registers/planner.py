"""Planning reads: all points in the fewest legal requests, and among those with the fewest registers.

A value is never torn over two blocks, a gap is bridged only up to the limit, nothing forbidden is read, and a
point whose reading has a side effect is read alone. The limits of the specification are those of the
Application Protocol V1.1b3, clauses 6.1 to 6.4: 125 registers or 2000 bits per read.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from port502.errors import UsageError
from port502.protocol.codes import MAX_READ_BITS, MAX_READ_REGISTERS
from port502.registers.block import Block, Span
from port502.registers.point import Point
from port502.registers.reference import Table

__all__ = ["Block", "Limits", "Span", "check_points", "explain", "lay_out", "plan"]


@dataclass(frozen=True, slots=True)
class Limits:
    """What one read may ask for: registers (1-125), bits (1-2000), and the widest gaps to bridge.

    ``forbidden`` addresses are never read. Raises UsageError for limits beyond the specification.
    """

    max_registers: int = 120
    max_bits: int = 1920
    gap: int = 16
    bit_gap: int = 64
    forbidden: tuple[Span, ...] = ()

    def __post_init__(self) -> None:
        for name, value, least, most in (
            ("max_registers", self.max_registers, 1, MAX_READ_REGISTERS),
            ("max_bits", self.max_bits, 1, MAX_READ_BITS),
            ("gap", self.gap, 0, MAX_READ_REGISTERS),
            ("bit_gap", self.bit_gap, 0, MAX_READ_BITS),
        ):
            if not least <= value <= most:
                raise UsageError(f"{name} is {least}..{most}, got {value}")

    def most(self, table: Table) -> int:
        """The most registers or bits that one read of a table may ask for."""
        return self.max_bits if table.is_bits else self.max_registers

    def widest_gap(self, table: Table) -> int:
        """The most registers or bits between two points that one read may bridge."""
        return self.bit_gap if table.is_bits else self.gap


def plan(points: Iterable[Point], limits: Limits | None = None) -> list[Block]:
    """The blocks that read all points, in the order of tables and addresses.

    Raises UsageError, naming the point, for one that is larger than a read or lies in forbidden addresses.
    """
    limits = limits or Limits()
    points = list(points)
    check_points(points, limits)
    return lay_out(points, limits, limits.forbidden)


def check_points(points: Iterable[Point], limits: Limits) -> None:
    """Raises UsageError, naming the point, for a point that no read within the limits can fetch."""
    for point in points:
        most, most_ever = (
            limits.most(point.table),
            MAX_READ_BITS if point.table.is_bits else MAX_READ_REGISTERS,
        )
        width = point.stop - point.start
        if width > most:
            unit = "bits" if point.table.is_bits else "registers"
            advice = f"allow {width} per read" if width <= most_ever else "make it several points"
            raise UsageError(
                f"{_called(point)} takes {width} {unit}, and one read fetches at most {most}: {advice}"
            )
        for span in limits.forbidden:
            if span.table == point.table and span.overlaps(point.start, point.stop):
                raise UsageError(
                    f"{_called(point)} at {point.reference.protocol_form} lies in the forbidden {span}"
                )


def _called(point: Point) -> str:
    """A point's name, or its reference where the caller has only numbered what is to be read."""
    return str(point.reference) if point.name.isdecimal() else point.name


def lay_out(
    points: Iterable[Point],
    limits: Limits,
    barriers: Collection[Span] = (),
    cuts: Collection[tuple[Table, int]] = (),
) -> list[Block]:
    """The blocks of a plan whose points have been checked; a point larger than the limits stands alone.

    No gap that touches a barrier is bridged, and no block reads from before a cut to behind it.
    """
    blocks: list[Block] = []
    for table in Table:
        mine = sorted(
            (point for point in points if point.table == table), key=lambda point: (point.start, point.stop)
        )
        if not mine:
            continue
        alone, together = _set_apart(mine)
        walls = [span for span in barriers if span.table == table]
        walls += [Span(table, point.start, point.stop) for point in alone]
        edges = sorted(address for cut_table, address in cuts if cut_table == table)
        found = [Block((point,)) for point in alone]
        for cluster in _clusters(together, limits.widest_gap(table), walls, edges):
            found += [Block(run) for run in _fewest_runs(cluster, limits.most(table))]
        blocks += sorted(found, key=lambda block: block.address)
    return blocks


def _set_apart(points: Sequence[Point]) -> tuple[list[Point], list[Point]]:
    """Points that are read alone, for their side effect or because they overlap one that has it; the rest."""
    touchy = [point for point in points if point.side_effect]
    if not touchy:
        return [], list(points)
    spans = [Span(point.table, point.start, point.stop) for point in touchy]
    alone = [point for point in points if any(span.overlaps(point.start, point.stop) for span in spans)]
    apart = set(map(id, alone))
    return alone, [point for point in points if id(point) not in apart]


def _clusters(
    points: Sequence[Point], widest_gap: int, walls: Sequence[Span], edges: Sequence[int]
) -> Iterator[list[Point]]:
    """The points, in order of address, parted wherever no block may reach across."""
    cluster: list[Point] = []
    end = 0
    for point in points:
        if cluster:
            gap = point.start - end
            if (
                gap > widest_gap
                or (gap > 0 and any(wall.overlaps(end, point.start) for wall in walls))
                or bisect_right(edges, point.start) > bisect_right(edges, cluster[-1].start)
            ):
                yield cluster
                cluster = []
        cluster.append(point)
        end = max(end, point.stop)
    if cluster:
        yield cluster


def _fewest_runs(points: Sequence[Point], most: int) -> list[Sequence[Point]]:
    """A cluster as the fewest runs of at most ``most`` registers each, and of those with the fewest in all.

    Taking points in order of address loses nothing: of several blocks that could hold a point, let the last
    one that starts before it have it. From the far end backwards each point starts the best run, which ends
    either as far as it can reach or at a gap, the only place where ending earlier saves a register.
    """
    count = len(points)
    reach = _reaches(points, most)
    if reach[0] == count:
        return [points]
    until = [0] * (count + 1)
    gap_before = [0] * (count + 1)
    for index, point in enumerate(points):
        gap_before[index + 1] = index if index and until[index] < point.start else gap_before[index]
        until[index + 1] = max(until[index], point.stop)
    requests = [0] * (count + 1)
    registers = [0] * (count + 1)
    stops = [0] * count
    for start in range(count - 1, -1, -1):
        stop = best = reach[start]
        least = until[stop] + registers[stop]
        stop = gap_before[stop]
        while stop > start and requests[stop] == requests[reach[start]]:
            if until[stop] + registers[stop] < least:
                best, least = stop, until[stop] + registers[stop]
            stop = gap_before[stop]
        stops[start] = best
        requests[start] = requests[best] + 1
        registers[start] = least - points[start].start
    runs = []
    start = 0
    while start < count:
        runs.append(points[start : stops[start]])
        start = stops[start]
    return runs


def _reaches(points: Sequence[Point], most: int) -> list[int]:
    """For each point as the first of a block, the index of the first point that does not fit in any more."""
    reaches = []
    stop = 0
    for start, first in enumerate(points):
        stop = max(stop, start + 1)
        limit = first.start + most
        if first.stop <= limit:
            while stop < len(points) and points[stop].stop <= limit:
                stop += 1
        reaches.append(stop)
    return reaches


def explain(blocks: Sequence[Block]) -> str:
    """A plan in words: one line per request, then what all cost together."""
    lines = []
    for block in blocks:
        bridged = f", {block.bridged} bridged" if block.bridged else ""
        place = f"{block.table} {block.address}..{block.end - 1}"
        size = f"{_counted(block.quantity, _unit(block))}, {_counted(len(block.points), 'point')}"
        lines.append(f"{place}: {size}{bridged}")
    total = [_counted(len(blocks), "request")]
    for unit in ("register", "bit"):
        chosen = [block for block in blocks if _unit(block) == unit]
        if chosen:
            total.append(_counted(sum(block.quantity for block in chosen), unit))
            total.append(f"{sum(block.bridged for block in chosen)} of them bridged")
    return "\n".join([*lines, ", ".join(total)])


def _unit(block: Block) -> str:
    return "bit" if block.table.is_bits else "register"


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
