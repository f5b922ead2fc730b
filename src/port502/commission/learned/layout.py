"""The points of a unit for a site file: by name where a map is known, else single registers that move, and blocks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from port502.commission.learned.memory import Memory
from port502.commission.learned.polled import Block, paces
from port502.registers.maps.model import MapPoint
from port502.registers.reference import Table

LEAST_BLOCK = 4
"""Neighbours that never changed become one point from so many on."""

LONGEST_BLOCK = 100
MOST_SINGLE = 500
"""Registers of one unit that become points of their own; where more move, all become blocks."""


@dataclass(frozen=True, slots=True)
class RawPoint:
    """Registers or bits as they are, read every ``interval`` seconds."""

    table: Table
    address: int
    count: int
    interval: float

    @property
    def name(self) -> str:
        """``holding_107``, or with both ends."""
        last = f"_to_{self.address + self.count - 1}" if self.count > 1 else ""
        return f"{self.table}_{self.address}{last}"

    @property
    def ref(self) -> str:
        """``holding:107*3``."""
        return f"{self.table}:{self.address}" + (f"*{self.count}" if self.count > 1 else "")


@dataclass(frozen=True, slots=True)
class Layout:
    """The points of a unit: those of ``map`` by their interval in seconds, and ``raw`` ones."""

    map: str = ""
    groups: Mapping[float, Sequence[str]] = field(default_factory=dict)
    raw: tuple[RawPoint, ...] = ()

    @property
    def size(self) -> int:
        """How many points there are."""
        return len(self.raw) + sum(len(names) for names in self.groups.values())

    @property
    def fastest(self) -> float:
        """The shortest interval, 0 without points."""
        return min([*self.groups, *(one.interval for one in self.raw)], default=0.0)


def lay_out(memory: Memory, blocks: Sequence[Block], map_name: str, points: Iterable[MapPoint]) -> Layout:
    """All that blocks hold, each address once: in the map's points that lie in them, the rest as it is."""
    rest = paces(blocks)
    groups: dict[float, list[str]] = defaultdict(list)
    named: list[tuple[Table, range]] = []
    for one in points:
        addresses = range(one.point.start, one.point.stop)
        known = rest[one.point.table]
        groups[min(known[address] for address in addresses)].append(one.name)
        named.append((one.point.table, range(one.point.address, one.point.end)))
    for table, addresses in named:
        for address in addresses:
            rest[table].pop(address, None)
    raw = tuple(one for table in Table for one in _raw(table, rest[table], memory))
    return Layout(map_name if groups else "", dict(sorted(groups.items())), raw)


def _raw(table: Table, left: Mapping[int, float], memory: Memory) -> list[RawPoint]:
    """Points for addresses with their intervals."""
    own = {address for where, address in memory.moving | memory.written if where is table} & left.keys()
    if len(own) > MOST_SINGLE:
        own = set()
    found: list[RawPoint] = []
    run: list[int] = []
    for address in sorted(left):
        breaks = run and (
            address != run[-1] + 1
            or left[address] != left[run[0]]
            or address in own
            or run[-1] in own
            or len(run) == LONGEST_BLOCK
        )
        if breaks:
            found += _points(table, run, left[run[0]])
            run = []
        run.append(address)
    return found + (_points(table, run, left[run[0]]) if run else [])


def _points(table: Table, run: Sequence[int], interval: float) -> list[RawPoint]:
    if len(run) >= LEAST_BLOCK:
        return [RawPoint(table, run[0], len(run), interval)]
    return [RawPoint(table, address, 1, interval) for address in run]
