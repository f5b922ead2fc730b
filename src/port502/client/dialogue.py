"""Calls that take more than one request, written once for both clients.

A dialogue is a generator: it yields requests, is sent their responses, and returns its result.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias, TypeVar

from port502.errors import ReplyError
from port502.protocol.identification import ReadDeviceIdentificationRequest
from port502.protocol.message import Request
from port502.registers.block import Block
from port502.registers.planner import Limits, plan
from port502.registers.point import Point
from port502.registers.reference import Reference, parse_reference
from port502.registers.values import DecodeError, Value

T = TypeVar("T")
Dialogue: TypeAlias = Generator[Request[Any], Any, T]

MAX_OBJECTS = 256


@dataclass(frozen=True, slots=True)
class Reading:
    """One value as it was read: where from, what it means, and the registers (or bits) it was made of.

    Where the registers mean nothing in that type (a letter in a BCD number), ``value`` is None and ``fault`` says why.
    """

    reference: Reference
    value: Value | None
    registers: tuple[int, ...]
    fault: DecodeError | None = None


def read_identification(
    read_code: int, object_id: int, objects: dict[int, bytes] | None = None
) -> Dialogue[dict[int, bytes]]:
    """All objects of a device identification, over as many responses as it takes (function 43/14, clause 6.21).

    They are put into ``objects`` where one is given, which has those that came before an error too.
    """
    objects = {} if objects is None else objects
    while True:
        response = yield ReadDeviceIdentificationRequest(read_code, object_id)
        objects.update(response.objects)
        if not response.more_follows:
            return objects
        if response.next_object_id <= object_id or len(objects) > MAX_OBJECTS:
            raise ReplyError(
                f"device identification says that more follows after object {object_id:#04x},"
                f" but goes on at {response.next_object_id:#04x}: it would never end"
            )
        object_id = response.next_object_id


def read_values(references: Iterable[str | Reference]) -> Dialogue[list[Reading]]:
    """Every value the references name, in their order, with as few requests as the specification allows."""
    wanted = [
        single
        for reference in references
        for single in (parse_reference(reference) if isinstance(reference, str) else reference).each()
    ]
    points = [Point.from_reference(reference, name=str(index)) for index, reference in enumerate(wanted)]
    readings: dict[str, Reading] = {}
    for block in plan(points, Limits(max_registers=125, max_bits=2000, gap=0, bit_gap=0)):
        response = yield block.request
        for point, value in block.values(response.data):
            reference = wanted[int(point.name)]
            fault = value if isinstance(value, DecodeError) else None
            meaning = None if isinstance(value, DecodeError) else value
            readings[point.name] = Reading(reference, meaning, raw_of(block, point, response.data), fault)
    return [readings[str(index)] for index in range(len(wanted))]


def raw_of(block: Block, point: Point, data: bytes) -> tuple[int, ...]:
    """The registers (or bits) of one point in the data of its block."""
    first = point.address - block.address
    if point.table.is_bits:
        return tuple(data[bit // 8] >> bit % 8 & 1 for bit in range(first, first + point.width))
    return tuple(
        int.from_bytes(data[2 * word : 2 * word + 2], "big") for word in range(first, first + point.width)
    )


def values_of(readings: Sequence[Reading]) -> list[Value]:
    """Only the values; raises the DecodeError of the first that has none."""
    values: list[Value] = []
    for reading in readings:
        if reading.value is None:
            raise reading.fault or DecodeError(f"{reading.reference}: no value")
        values.append(reading.value)
    return values
