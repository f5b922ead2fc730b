"""What is read of an address space, as a strip: blocks to scale, gaps in them lighter, long empty parts shortened."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from html import escape
from operator import itemgetter

from port502.collect.status import BlockStatus
from port502.web.pages.words import counted

WIDTH, HEIGHT = 1000.0, 22.0
LEAST = 6.0
"""The width of the smallest block."""

MOST = 400
"""Blocks that one strip shows."""

_SHORTEN = 12
"""An empty part is at most as wide as a twelfth of all that is read; a longer one is shown broken."""


def place_text(block: BlockStatus) -> str:
    """Where a block lies and what it is for: ``holding:0 to 5, 3 points, 3 between them for nothing``."""
    place = f"{block.table}:{block.address}"
    if block.count > 1:
        place += f" to {block.address + block.count - 1}"
    bridged = sum(count for _, count in block.gaps)
    between = f", {bridged} between them for nothing" if bridged else ""
    return f"{place}, every {block.interval:g} s, {counted(block.points, 'point')}{between}"


def drawn(blocks: Sequence[BlockStatus]) -> str:
    """The strip of blocks of one table as SVG, as wide as there is room."""
    ordered = sorted(blocks, key=lambda block: (block.address, block.count))[:MOST]
    scale = _Scale(ordered)
    first, last = ordered[0].address, max(block.address + block.count for block in ordered) - 1
    label = escape(
        f"{len(blocks)} reads of {ordered[0].table} registers or bits {first} to {last}", quote=True
    )
    parts = [_block(block, scale) for block in ordered]
    parts += [f'<path class="p5-break" d="M{x:.1f} 0 V{HEIGHT:g}"/>' for x in scale.breaks]
    return (
        f'<svg class="p5-strip" viewBox="0 0 {WIDTH:g} {HEIGHT:g}" preserveAspectRatio="none" role="img"'
        f' aria-label="{label}">{"".join(parts)}</svg>'
        f'<div class="p5-ends"><span>{first}</span><span>{last}</span></div>'
    )


class _Scale:
    """From addresses to places on the strip."""

    def __init__(self, ordered: Sequence[BlockStatus]) -> None:
        longest = max(sum(block.count for block in ordered) // _SHORTEN, 1)
        marks: list[tuple[int, float]] = [(ordered[0].address, 0.0)]
        broken: list[float] = []
        at, end = 0.0, ordered[0].address
        for block in ordered:
            if block.address > end:
                empty = block.address - end
                width = min(empty, longest)
                if width < empty:
                    broken.append(at + width / 2)
                at += width
                marks.append((block.address, at))
            beyond = block.address + block.count
            if beyond > end:
                at += beyond - max(end, block.address)
                end = beyond
                marks.append((end, at))
        self._marks = marks
        self._factor = WIDTH / max(at, 1.0)
        self.breaks = [place * self._factor for place in broken]

    def of(self, address: int) -> float:
        """Where an address stands."""
        index = min(max(bisect_left(self._marks, address, key=itemgetter(0)), 1), len(self._marks) - 1)
        (low, start), (high, stop) = self._marks[index - 1], self._marks[index]
        part = (address - low) / (high - low) if high > low else 0.0
        return (start + part * (stop - start)) * self._factor


def _block(block: BlockStatus, scale: _Scale) -> str:
    start, stop = scale.of(block.address), scale.of(block.address + block.count)
    width = max(stop - start - 1.5, LEAST)
    start = min(start, WIDTH - width)
    gaps = "".join(
        f'<rect class="p5-gap" x="{scale.of(address):.1f}" y="2"'
        f' width="{max(scale.of(address + count) - scale.of(address), 1.0):.1f}" height="{HEIGHT - 4:g}"/>'
        for address, count in block.gaps
    )
    return (
        f'<g><title>{escape(place_text(block))}</title><rect class="p5-block" x="{start:.1f}" y="2"'
        f' width="{width:.1f}" height="{HEIGHT - 4:g}"/>{gaps}</g>'
    )
