"""Ranges of addresses, merged where they touch."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable

from port502.traffic.findings.access import place_text


class Spans:
    """Addresses as ranges in order. What is added is merged at the next question, so that adding costs little."""

    __slots__ = ("_added", "_ends", "_firsts")

    def __init__(self, spans: Iterable[tuple[int, int]] = ()) -> None:
        self._added: set[tuple[int, int]] = set(spans)
        self._firsts: list[int] = []
        self._ends: list[int] = []

    def add(self, first: int, end: int) -> None:
        """The addresses from ``first`` to before ``end`` too."""
        self._added.add((first, end))
        if len(self._added) > 1024:
            self._merge()

    def cover(self, first: int, end: int) -> bool:
        """Whether all of these addresses are among them."""
        self._merge()
        at = bisect_right(self._firsts, first) - 1
        return at >= 0 and end <= self._ends[at]

    def __bool__(self) -> bool:
        return bool(self._added or self._firsts)

    def __eq__(self, other: object) -> bool:
        return self.ranges() == other.ranges() if isinstance(other, Spans) else NotImplemented

    __hash__ = None  # type: ignore[assignment]  # what may be added to has no lasting hash

    def texts(self, table: str) -> list[str]:
        """The ranges as references of a table."""
        return [place_text(table, first, end - first) for first, end in self.ranges()]

    def ranges(self) -> list[tuple[int, int]]:
        """The ranges in order, each from its first address to behind its last."""
        self._merge()
        return list(zip(self._firsts, self._ends, strict=True))

    def _merge(self) -> None:
        if not self._added:
            return
        merged: list[list[int]] = []
        for first, end in sorted([*zip(self._firsts, self._ends, strict=True), *self._added]):
            if merged and first <= merged[-1][1]:
                merged[-1][1] = max(merged[-1][1], end)
            else:
                merged.append([first, end])
        self._added.clear()
        self._firsts = [one[0] for one in merged]
        self._ends = [one[1] for one in merged]
