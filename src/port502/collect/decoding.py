"""All values of a block with as little work as possible: one struct call for the plain numbers among them.

Blocks of one layout share what decodes them: where a thousand devices are of one kind it is always in the cache.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import groupby
from math import isfinite
from struct import Struct
from typing import TypeAlias

from port502.collect.sample import Value
from port502.errors import ReplyError
from port502.protocol.bits import bytes_for
from port502.registers.block import Block
from port502.registers.point import Point, Reader
from port502.registers.scaling import Scaler, scaler
from port502.registers.values import FLOATS, INTEGERS, WHOLE_TYPES, DecodeError, value_fault

Quick: TypeAlias = "Callable[[bytes], Sequence[Value] | None]"
Numbers: TypeAlias = "Callable[[bytes], Sequence[Value]]"

LAYOUTS = 1024
"""So many layouts are kept for blocks to come."""

_LETTERS = {name: letter for name, (letter, _) in (INTEGERS | FLOATS).items()}


class Decoder:
    """Decodes replies to one block; ``points`` are in the order of the values.

    ``quickly`` gives all values of a reply's data, or None when one of them needs a second look; it raises
    ReplyError for data of a wrong size.
    """

    __slots__ = ("_numbers", "_readers", "points", "quickly")

    def __init__(self, block: Block) -> None:
        plain, others = _sorted_out(block)
        self.points = (*plain, *others)
        step = 1 if block.table.is_bits else 2
        scales = tuple([(point.scale, point.offset, point.type in WHOLE_TYPES) for point in plain])
        self._numbers = _numbers_reader(_layout(plain, block.address), scales) if plain else _nothing
        self._readers: list[tuple[Reader, int]] = [
            (point.reader(), step * (point.address - block.address)) for point in others
        ]
        size = bytes_for(block.quantity) if block.table.is_bits else 2 * block.quantity
        floats = any(point.type in FLOATS for point in plain)
        plain_only = _quick(size, self._numbers, floats)
        self.quickly = _quick_mixed(plain_only, self._readers) if self._readers else plain_only

    def carefully(self, data: bytes) -> list[tuple[Value, str]]:
        """Each value with its fault in words, which is empty where there is none."""
        found: list[tuple[Value, str]] = [(value, value_fault(value)) for value in self._numbers(data)]
        for read, offset in self._readers:
            try:
                value = read(data, offset)
            except DecodeError as error:
                found.append((None, error.fault))
            else:
                found.append((value, value_fault(value)))
        return found


@lru_cache(maxsize=LAYOUTS)
def _quick(size: int, numbers: Numbers, floats: bool) -> Quick:
    def plain_only(data: bytes) -> Sequence[Value] | None:
        if len(data) != size:
            raise ReplyError(f"{size} bytes of data were asked for, got {len(data)}")
        values = numbers(data)
        # A sum is finite if all of it is; the reverse does not hold, which costs a second look and no more.
        return None if floats and not isfinite(sum(values)) else values  # type: ignore[arg-type]

    return plain_only


def _quick_mixed(plain_only: Quick, readers: Sequence[tuple[Reader, int]]) -> Quick:
    def mixed(data: bytes) -> Sequence[Value] | None:
        values = plain_only(data)
        if values is None:
            return None
        try:
            others = [read(data, offset) for read, offset in readers]
        except DecodeError:
            return None
        return None if any(map(value_fault, others)) else [*values, *others]

    return mixed


def _nothing(data: bytes) -> Sequence[Value]:
    return ()


@lru_cache(maxsize=LAYOUTS)
def _numbers_reader(layout: str, scales: tuple[tuple[float, float, bool], ...]) -> Numbers:
    """Reads numbers that lie together, and scales those that want it."""
    unpack: Callable[[bytes], tuple[float, ...]] = Struct(layout).unpack_from
    scalers: list[Scaler | None] = [scaler(*scale) for scale in scales]
    if not any(scalers):
        return unpack

    def scaled(data: bytes) -> Sequence[Value]:
        pairs = zip(unpack(data), scalers, strict=True)
        return [value if scale is None else scale(value) for value, scale in pairs]

    return scaled


def _sorted_out(block: Block) -> tuple[list[Point], list[Point]]:
    """The points that one struct call can read together, and the others; overlapping points are read one by one."""
    plain: list[Point] = []
    others: list[Point] = []
    end = block.address
    for point in block.points:
        if (
            point.type in _LETTERS
            and point.meaning is None
            and point.count == 1
            and point.order == "abcd"
            and point.address >= end
        ):
            plain.append(point)
            end = point.end
        else:
            others.append(point)
    return plain, others


def _layout(points: Sequence[Point], address: int) -> str:
    """The struct format of plain points: big-endian, what lies between them skipped, like ones in a row counted."""
    letters: list[str] = []
    for point in points:
        letters += ["xx"] * (point.address - address)
        letters.append(_LETTERS[point.type])
        address = point.end
    return ">" + "".join(f"{len(list(run)) * len(letter)}{letter[0]}" for letter, run in groupby(letters))
