"""What was read of a stretch of registers, and the dialogue that reads it in legal blocks."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Sequence
from typing import Any, TypeAlias, TypeVar

from port502.errors import DeviceError
from port502.protocol.codes import ILLEGAL_DATA_ADDRESS, ILLEGAL_DATA_VALUE, SERVER_DEVICE_FAILURE
from port502.protocol.message import Request
from port502.protocol.register_access import ReadHoldingRegistersRequest
from port502.registers.planner import Limits, plan
from port502.registers.point import Point
from port502.registers.reference import Table

T = TypeVar("T")
Dialogue: TypeAlias = Generator[Request[Any], Any, T]
"""Yields requests, is sent their responses or thrown the DeviceError of a refusal, and returns its result."""

NOT_THERE = frozenset((ILLEGAL_DATA_ADDRESS, ILLEGAL_DATA_VALUE, SERVER_DEVICE_FAILURE))
"""The exception codes with which devices refuse registers that they do not have."""

BRIDGED = 16
SPLITS = 4
"""How often a refused block is halved: at most 31 requests for a block of which the device refuses a part."""


class Image:
    """``size`` registers from ``start`` on, as far as they were read; ``refusals`` says why the others were not."""

    __slots__ = ("_known", "data", "refusals", "size", "start")

    def __init__(self, start: int, size: int) -> None:
        self.start = start
        self.size = size
        self.data = bytearray(2 * size)
        self._known = bytearray(size)
        self.refusals: list[tuple[int, int, DeviceError]] = []

    def put(self, address: int, data: bytes) -> None:
        """Keep the data of a read from an address on."""
        first = address - self.start
        count = len(data) // 2
        self.data[2 * first : 2 * (first + count)] = data
        self._known[first : first + count] = b"\1" * count

    def has(self, offset: int, count: int) -> bool:
        """Whether ``count`` registers from an offset on were all read."""
        return all(self._known[offset : offset + count])

    def take(self, offset: int, count: int) -> bytes:
        """The bytes of ``count`` registers from an offset on."""
        return bytes(self.data[2 * offset : 2 * (offset + count)])

    def reason(self, offset: int, count: int) -> str:
        """Why registers from an offset on were not read."""
        for first, end, refusal in self.refusals:
            if first < self.start + offset + count and self.start + offset < end:
                return f"refused with exception {refusal.code}: {refusal.meaning}"
        return "not read"


def read_registers(address: int, count: int) -> Dialogue[bytes]:
    """The bytes of ``count`` holding registers (1-125); the device's refusal passes as DeviceError."""
    response = yield ReadHoldingRegistersRequest(address, count)
    data: bytes = response.data
    return data


def fill(image: Image, spans: Iterable[tuple[int, int]], max_registers: int) -> Dialogue[None]:
    """Read spans (offset, registers) into an image, in few blocks of at most ``max_registers``.

    Short gaps are bridged. A block that the device refuses is halved; what it still refuses stays unread. A
    span longer than one read is read in parts.
    """
    pieces = {
        (offset + part, min(max_registers, count - part))
        for offset, count in spans
        for part in range(0, count, max_registers)
    }
    points = [
        Point(str(offset), Table.HOLDING, image.start + offset, count=count)
        for offset, count in sorted(pieces)
    ]
    for block in plan(points, Limits(max_registers=max_registers, gap=min(BRIDGED, max_registers))):
        yield from _fill_block(image, block.points, SPLITS)


def _fill_block(image: Image, points: Sequence[Point], splits: int) -> Dialogue[None]:
    first = points[0].address
    end = max(point.end for point in points)
    try:
        image.put(first, (yield from read_registers(first, end - first)))
    except DeviceError as refusal:
        if refusal.code not in NOT_THERE:
            raise
        if splits == 0 or len(points) == 1:
            image.refusals.append((first, end, refusal))
            return
        middle = len(points) // 2
        yield from _fill_block(image, points[:middle], splits - 1)
        yield from _fill_block(image, points[middle:], splits - 1)
