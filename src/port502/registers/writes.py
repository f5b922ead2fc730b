"""The one request that writes a value to a point, and whether registers read back hold it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from port502.errors import UsageError
from port502.protocol.bit_access import WriteMultipleCoilsRequest, WriteSingleCoilRequest
from port502.protocol.bits import bits_of, pack_bits
from port502.protocol.codes import (
    MASK_WRITE_REGISTER,
    MAX_WRITE_BITS,
    MAX_WRITE_REGISTERS,
    WRITE_MULTIPLE_COILS,
    WRITE_MULTIPLE_REGISTERS,
)
from port502.protocol.message import Request
from port502.protocol.register_access import (
    MaskWriteRegisterRequest,
    WriteMultipleRegistersRequest,
    WriteSingleRegisterRequest,
)
from port502.protocol.words import data_of, registers_of
from port502.registers.point import Point
from port502.registers.values import WHOLE_TYPES, Value

ALL_BITS = 0xFFFF


def needs_current(point: Point, function: int | None = None) -> bool:
    """Whether the registers must be read before a write: a field among other bits, where function 22 is not known."""
    masked = point.meaning is not None and point.meaning.mask is not None
    return masked and (function not in (None, MASK_WRITE_REGISTER) or point.width > 1)


def request_of(
    point: Point, value: Value | None, function: int | None = None, current: Sequence[int] = ()
) -> tuple[Request[Any], tuple[int, ...]]:
    """The one request that writes a value, and the registers or bits it carries.

    ``function`` is the code that the device wants, None for the usual one; ``current`` are the registers that it holds
    now (see ``needs_current``). Raises UsageError for a value that does not fit, for one with a fraction where whole
    numbers stand without a scale (with one, the nearest is taken), and for a point that no single request can write.
    """
    if not point.writable:
        raise UsageError(f"{point.name} is in the {point.table} table, which cannot be written")
    if value is None:
        raise UsageError(f"{point.name}: there is no value to write")
    _check_whole(point, value)
    data = point.encode(value)
    if isinstance(data, bool):
        if function == WRITE_MULTIPLE_COILS:
            return WriteMultipleCoilsRequest(point.address, 1, pack_bits([data])), (int(data),)
        return WriteSingleCoilRequest(point.address, data), (int(data),)
    most = MAX_WRITE_BITS if point.table.is_bits else MAX_WRITE_REGISTERS
    if point.width > most:
        raise UsageError(f"{point.name} is wider than one write may be ({most})")
    if point.table.is_bits:
        bits = tuple(map(int, bits_of(data, point.width)))
        return WriteMultipleCoilsRequest(point.address, point.width, data), bits
    registers = tuple(registers_of(data))
    mask = _mask(point)
    if mask and not needs_current(point, function):
        return MaskWriteRegisterRequest(point.address, ALL_BITS & ~mask[0], registers[0]), registers
    if mask:
        if len(current) != len(registers):
            raise UsageError(
                f"{point.name} is a field among other bits, which must be read before it is written"
            )
        kept = zip(registers, current, mask, strict=True)
        registers = tuple(new | old & ALL_BITS & ~bits for new, old, bits in kept)
    if len(registers) == 1 and function != WRITE_MULTIPLE_REGISTERS:
        return WriteSingleRegisterRequest(point.address, registers[0]), registers
    return WriteMultipleRegistersRequest(point.address, data_of(registers)), registers


def _check_whole(point: Point, value: Value) -> None:
    if (
        point.type not in WHOLE_TYPES
        or point.scale != 1
        or (point.meaning is not None and point.meaning.encoding)
    ):
        return
    for one in value if isinstance(value, tuple | list) else (value,):
        if isinstance(one, float) and math.isfinite(one) and not (one - point.offset).is_integer():
            raise UsageError(f"{point.name} is {point.type} and holds whole numbers, got {one!r}")


def holds(point: Point, registers: Sequence[int], sent: Sequence[int]) -> bool:
    """Whether registers read back are those that were sent; of a field among other bits, whether its own are."""
    mask = _mask(point) or [ALL_BITS] * len(sent)
    if len(registers) != len(sent):
        return False
    return all(one & bits == other & bits for one, other, bits in zip(registers, sent, mask, strict=True))


def _mask(point: Point) -> list[int]:
    """The mask of a field of bits as registers, empty where there is none."""
    if point.meaning is None or point.meaning.mask is None:
        return []
    return registers_of(point.encode_raw(point.meaning.mask))
