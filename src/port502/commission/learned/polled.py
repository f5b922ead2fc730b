"""What clients read again and again, and how often: the blocks of one unit, out of its flows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from port502.commission.learned.observer import READS
from port502.protocol.codes import ADDRESS_SPACE, MAX_READ_BITS, MAX_READ_REGISTERS, MAX_RW_READ
from port502.registers.reference import Table
from port502.traffic.flows import Flow

SHORTEST, LONGEST = 0.05, 86_400.0
SELDOM = 60.0
"""Seconds between reads of what was read once only: nobody can say how often it was meant to be."""

ROUND = (0.05, 0.1, 0.2, 0.25, 0.5, 1, 2, 3, 5, 10, 15, 20, 30, 60, 120, 300, 600, 900, 1800, 3600, 86_400)
_NEAR = 0.08

_MOST = {1: MAX_READ_BITS, 2: MAX_READ_BITS, 3: MAX_READ_REGISTERS, 4: MAX_READ_REGISTERS, 23: MAX_RW_READ}


@dataclass(frozen=True, slots=True)
class Block:
    """``count`` registers or bits that are read in one request, every ``interval`` seconds; 0 where it was one time."""

    table: Table
    address: int
    count: int
    interval: float
    times: int

    @property
    def end(self) -> int:
        """The first address behind it."""
        return self.address + self.count

    def __str__(self) -> str:
        return f"{self.table}:{self.address}" + (f"*{self.count}" if self.count > 1 else "")


def is_read(flow: Flow) -> bool:
    """Whether it reads a range that there can be."""
    key = flow.key
    return (
        key.function in READS
        and key.address is not None
        and key.quantity is not None
        and 0 < key.quantity <= _MOST[key.function]
        and key.address + key.quantity <= ADDRESS_SPACE
    )


def is_answered(flow: Flow) -> bool:
    """Whether values came back at least once."""
    return flow.responses > flow.exceptions.total()


def blocks_of(flows: Iterable[Flow], *, one_sided: bool = False) -> list[Block]:
    """The blocks that a unit gave values for; with ``one_sided`` those that were asked for.

    What several clients read counts once, as often as the fastest of them reads it.
    """
    found: dict[tuple[Table, int, int], list[Flow]] = defaultdict(list)
    for flow in flows:
        key = flow.key
        if is_read(flow) and (one_sided or is_answered(flow)):
            assert key.address is not None
            assert key.quantity is not None
            found[READS[key.function], key.address, key.quantity].append(flow)
    blocks = []
    for (table, address, count), alike in found.items():
        known = [pace_of(flow) for flow in alike if flow.intervals.count]
        interval = rounded(min(known)) if known else 0.0
        blocks.append(Block(table, address, count, interval, sum(flow.requests for flow in alike)))
    return sorted(blocks, key=lambda one: (str(one.table), one.address, one.count))


def pace_of(flow: Flow) -> float:
    """Seconds from one request to the next: the median, or the mean where requests come in bursts.

    A pause of the capture does not make it slow: the mean counts as far as three of four intervals are as long.
    """
    spread = flow.intervals
    return max(spread.quantile(0.5), min(spread.mean, spread.quantile(0.75))) / 1000


def rounded(seconds: float) -> float:
    """An interval as somebody would have set it, where one lies near; else with two digits."""
    seconds = min(max(seconds, SHORTEST), LONGEST)
    nearest = min(ROUND, key=lambda one: abs(one - seconds) / one)
    if abs(nearest - seconds) <= _NEAR * nearest:
        return float(nearest)
    return float(f"{seconds:.2g}")


def paces(blocks: Iterable[Block]) -> dict[Table, dict[int, float]]:
    """How often each address is read, in seconds; that of the fastest block that holds it."""
    found: dict[Table, dict[int, float]] = {table: {} for table in Table}
    for block in blocks:
        interval = block.interval or SELDOM
        known = found[block.table]
        for address in range(block.address, block.end):
            known[address] = min(interval, known.get(address, interval))
    return found
