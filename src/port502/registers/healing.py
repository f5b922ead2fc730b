"""Healing a plan: a device refuses a block, and only the point to blame is given up, not its neighbours.

A block refused with exception 02 or 03 is first split at the gaps it bridges, then in halves, until single
points are left; the pieces are read at once, so that all good points have their values in the same cycle.
What the pieces tell is kept as ``Knowledge``: a piece that is refused alone is a guilty point, tried again
after ten minutes and then each hour. Where all pieces of a refused block are read well, the block as a whole
was the fault: its size (after exception 03), the gaps it bridged, or a boundary it crossed. The next plan
avoids just that.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from operator import itemgetter

from port502.protocol.codes import ILLEGAL_DATA_ADDRESS, ILLEGAL_DATA_VALUE, exception_name
from port502.registers.block import Block, Span
from port502.registers.knowledge import Knowledge, Refusal
from port502.registers.planner import Limits, check_points, lay_out
from port502.registers.point import Point

FIRST_RETRY = 600.0
LATER_RETRY = 3600.0
RETRIES_PER_CYCLE = 3
HEALABLE = frozenset((ILLEGAL_DATA_ADDRESS, ILLEGAL_DATA_VALUE))


class Trial:
    """A refused block and the pieces it was split into: ``pending`` are not yet answered.

    ``explained`` is True once one of the pieces was refused too, which is reason enough for the whole.
    """

    __slots__ = ("at_gaps", "block", "code", "explained", "pending", "pieces")

    def __init__(self, block: Block, code: int, pieces: Sequence[Block], at_gaps: bool) -> None:
        self.block = block
        self.code = code
        self.pieces = pieces
        self.at_gaps = at_gaps
        self.pending = len(pieces)
        self.explained = False


class Healing:
    """The blocks of one poll group, mended as the device's answers come in; pure, with time as an argument.

    Times are Unix seconds. One ``knowledge`` may serve several groups of one device. Raises UsageError for
    points that no read within the limits can fetch.
    """

    def __init__(self, points: Iterable[Point], limits: Limits, knowledge: Knowledge | None = None) -> None:
        self.points = tuple(points)
        self.limits = limits
        self.knowledge = knowledge if knowledge is not None else Knowledge()
        check_points(self.points, limits)
        self._blocks: list[Block] = []
        self._planned = -1
        self._next_retry = 0.0

    @property
    def guilty(self) -> dict[str, str]:
        """The points that are not read because the device refused them, each with the reason."""
        return {point.name: refusal.reason for point, refusal in self._refusals()}

    def blocks(self, now: float) -> list[Block]:
        """What to read in this cycle: the plan, and a few refused points that are due for another try."""
        if self._planned != self.knowledge.revision:
            self._plan()
        if not _is_due(self._next_retry, now):
            return self._blocks
        due = [
            (refusal.retry_at, point) for point, refusal in self._refusals() if _is_due(refusal.retry_at, now)
        ]
        due.sort(key=itemgetter(0))
        return self._blocks + [Block((point,)) for _, point in due[:RETRIES_PER_CYCLE]]

    def succeeded(self, block: Block) -> None:
        """The block was read well."""
        size = self.knowledge.size(block.table)
        if block.quantity > size.works:
            size.works = block.quantity
            if size.refused is not None:
                if size.works >= size.refused:
                    size.refused = None
                self.knowledge.revision += 1
        if len(block.points) == 1 and self.knowledge.refused.pop(block.points[0].name, None) is not None:
            self.knowledge.revision += 1
        trial = block.trial
        if trial is not None:
            block.trial = None
            trial.pending -= 1
            if trial.pending == 0 and not trial.explained:
                self._blame_the_whole(trial)

    def refused(self, block: Block, exception_code: int, now: float) -> list[Block]:
        """The device refused the block; returns the pieces to read at once in its place.

        None are returned for a single point, which is now among the guilty, and for exceptions other than 02
        and 03, which say nothing about addresses.
        """
        if exception_code not in HEALABLE:
            return []
        if block.trial is not None:
            block.trial.explained = True
            block.trial = None
        if len(block.points) == 1:
            self._give_up(block.points[0], exception_code, now)
            return []
        parts = _runs_between_gaps(block) if block.gaps else _halves(block)
        pieces = [Block(part) for part in parts]
        trial = Trial(block, exception_code, pieces, bool(block.gaps))
        for piece in pieces:
            piece.trial = trial
        return pieces

    def _plan(self) -> None:
        refused = {point.name for point, _ in self._refusals()}
        barriers = [*self.limits.forbidden, *self.knowledge.holes]
        barriers += [
            Span(point.table, point.address, point.end) for point in self.points if point.name in refused
        ]
        limits = Limits(
            self.knowledge.registers.allowed(self.limits.max_registers),
            self.knowledge.bits.allowed(self.limits.max_bits),
            self.limits.gap,
            self.limits.bit_gap,
            self.limits.forbidden,
        )
        wanted = [point for point in self.points if point.name not in refused]
        self._blocks = lay_out(wanted, limits, barriers, self.knowledge.cuts)
        self._planned = self.knowledge.revision
        self._next_retry = min((refusal.retry_at for _, refusal in self._refusals()), default=float("inf"))

    def _refusals(self) -> list[tuple[Point, Refusal]]:
        known = self.knowledge.refused
        if not known:
            return []
        found = ((point, known.get(point.name)) for point in self.points)
        return [(point, refusal) for point, refusal in found if refusal is not None and refusal.fits(point)]

    def _give_up(self, point: Point, code: int, now: float) -> None:
        before = self.knowledge.refused.get(point.name)
        again = before is not None and before.fits(point)
        self.knowledge.refused[point.name] = Refusal(
            point.table,
            point.address,
            point.width,
            f"exception {code}: {exception_name(code)} at {point.reference.protocol_form}",
            before.refusals + 1 if before is not None and again else 1,
            now + (LATER_RETRY if again else FIRST_RETRY),
        )
        self.knowledge.revision += 1

    def _blame_the_whole(self, trial: Trial) -> None:
        block, knowledge = trial.block, self.knowledge
        size = knowledge.size(block.table)
        if trial.code == ILLEGAL_DATA_VALUE and block.quantity > size.works:
            size.refused = min(block.quantity, size.refused or block.quantity)
        elif trial.at_gaps:
            knowledge.holes.update(block.gaps)
        else:
            knowledge.cuts.add((block.table, trial.pieces[-1].address))
        knowledge.revision += 1


def _is_due(retry_at: float, now: float) -> bool:
    """True once the time has come, and when it lies so far ahead that the clock must have been set back."""
    return retry_at <= now or LATER_RETRY < retry_at - now < float("inf")


def _runs_between_gaps(block: Block) -> list[list[Point]]:
    starts = [gap.end for gap in block.gaps]
    runs: list[list[Point]] = [[] for _ in range(len(starts) + 1)]
    run = 0
    for point in block.points:
        while run < len(starts) and point.start >= starts[run]:
            run += 1
        runs[run].append(point)
    return runs


def _halves(block: Block) -> tuple[Sequence[Point], Sequence[Point]]:
    """The points in two, as near to the middle as an address allows at which the second half begins."""
    points = block.points
    middle = len(points) // 2
    places = [index for index in range(1, len(points)) if points[index].start > points[index - 1].start]
    at = min(places, key=lambda index: abs(index - middle), default=middle)
    return points[:at], points[at:]
