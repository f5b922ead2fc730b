"""What was learned about a device by being refused: kept on disk, so that it is known after a restart."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from port502.errors import ConfigError
from port502.registers.block import Span
from port502.registers.point import Point
from port502.registers.reference import Table

VERSION = 1


@dataclass(frozen=True, slots=True)
class Refusal:
    """One point that the device refuses, where it lies, why, how often so far, and when to try again.

    ``retry_at`` is in Unix seconds.
    """

    table: Table
    address: int
    width: int
    reason: str
    refusals: int
    retry_at: float

    def fits(self, point: Point) -> bool:
        """True while the point still lies where it was refused."""
        return (self.table, self.address, self.width) == (point.table, point.address, point.width)


@dataclass(slots=True)
class Size:
    """How large a read may be: the largest that ``works``, the smallest that was ``refused`` for its size."""

    works: int = 0
    refused: int | None = None

    def allowed(self, limit: int) -> int:
        """The size to read with: halfway between what works and what was refused, until the two meet."""
        if self.refused is None:
            return limit
        middle = (self.works + self.refused) // 2
        return max(1, min(limit, middle))


@dataclass(slots=True)
class Knowledge:
    """Refused points by name, gaps that cannot be bridged, addresses that no read may cross, sizes that work.

    One object serves all poll groups of a device; ``revision`` grows whenever plans must be made anew.
    """

    refused: dict[str, Refusal] = field(default_factory=dict)
    holes: set[Span] = field(default_factory=set)
    cuts: set[tuple[Table, int]] = field(default_factory=set)
    registers: Size = field(default_factory=Size)
    bits: Size = field(default_factory=Size)
    revision: int = field(default=0, compare=False)

    def size(self, table: Table) -> Size:
        """What is known about the size of reads of a table."""
        return self.bits if table.is_bits else self.registers

    def fit_to(self, points: Iterable[Point]) -> None:
        """Forgets what no longer concerns any of the device's points, after its description has changed."""
        by_name = {point.name: point for point in points}
        for name, refusal in list(self.refused.items()):
            if name not in by_name or not refusal.fits(by_name[name]):
                del self.refused[name]
        spans = [Span(point.table, point.address, point.end) for point in by_name.values()]
        starts = {(span.table, span.address) for span in spans}
        self.holes = {
            hole
            for hole in self.holes
            if not any(span.table == hole.table and span.overlaps(hole.address, hole.end) for span in spans)
        }
        self.cuts &= starts
        self.revision += 1

    def dumps(self) -> str:
        """The knowledge as JSON text."""
        return json.dumps(
            {
                "version": VERSION,
                "refused": {
                    name: {
                        "table": refusal.table,
                        "address": refusal.address,
                        "width": refusal.width,
                        "reason": refusal.reason,
                        "refusals": refusal.refusals,
                        "retry_at": refusal.retry_at,
                    }
                    for name, refusal in sorted(self.refused.items())
                },
                "holes": sorted([hole.table, hole.address, hole.end] for hole in self.holes),
                "cuts": sorted([table, address] for table, address in self.cuts),
                "registers": {"works": self.registers.works, "refused": self.registers.refused},
                "bits": {"works": self.bits.works, "refused": self.bits.refused},
            }
        )

    @classmethod
    def loads(cls, text: str) -> Knowledge:
        """The knowledge in JSON text made by ``dumps``; raises ConfigError for any other text."""
        try:
            content: dict[str, Any] = json.loads(text)
            if content["version"] != VERSION:
                raise ValueError(f"version {content['version']} is not {VERSION}")
            return cls(
                {str(name): _refusal(entry) for name, entry in content["refused"].items()},
                {Span(Table(table), int(address), int(end)) for table, address, end in content["holes"]},
                {(Table(table), int(address)) for table, address in content["cuts"]},
                _size(content["registers"]),
                _size(content["bits"]),
            )
        except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
            raise ConfigError(f"this is no knowledge about a device: {error}") from None


def _refusal(entry: Mapping[str, Any]) -> Refusal:
    return Refusal(
        Table(entry["table"]),
        int(entry["address"]),
        int(entry["width"]),
        str(entry["reason"]),
        int(entry["refusals"]),
        float(entry["retry_at"]),
    )


def _size(entry: Mapping[str, Any]) -> Size:
    refused = entry["refused"]
    return Size(int(entry["works"]), None if refused is None else int(refused))
