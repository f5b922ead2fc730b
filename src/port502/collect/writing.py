"""Writing a point: allowed, within limits, once, and read back."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any

from port502.collect.demand import PRIORITY_WRITE, Reading, exchange, read_points
from port502.collect.poller import Poller
from port502.collect.reads import point_of
from port502.collect.sample import GOOD, Sample, Value
from port502.collect.settings import DeviceSettings, PointSettings
from port502.errors import DeviceError, Port502Error, UsageError
from port502.protocol.bit_access import WriteMultipleCoilsRequest, WriteSingleCoilRequest
from port502.protocol.bits import bits_of
from port502.protocol.codes import MAX_WRITE_BITS, MAX_WRITE_REGISTERS
from port502.protocol.message import Request
from port502.protocol.register_access import WriteMultipleRegistersRequest, WriteSingleRegisterRequest
from port502.protocol.words import registers_of
from port502.registers.point import Point

log = logging.getLogger("port502.collect")


@dataclass(frozen=True, slots=True)
class WriteResult:
    """What a write did: the value ``before``, the registers or bits ``sent``, the value ``after`` as read back.

    ``verified`` means that the device now holds exactly what was sent. ``note`` says in words why not, or that the
    outcome was unknown and what the read-back told; values are None where they could not be read.
    """

    point: str
    before: Value
    sent: tuple[int, ...]
    after: Value
    verified: bool
    note: str = ""


async def write(
    poller: Poller, device: DeviceSettings, name: str, value: Value, timeout: float | None = None
) -> WriteResult:
    """Write a point that may be written, before everything else that waits for the connection.

    Raises UsageError when the point may not be written or not this value, LinkError and NoReplyError when nothing
    was sent, DeviceError when the device refused. A write whose outcome is unknown is not repeated but read back.
    """
    settings = _writable(device, name)
    point = point_of(settings)
    full = f"{device.name}.{name}"
    _check_limits(settings, full, value)
    request, sent = request_of(point, value)
    unit = poller.unit_of(device)
    poller.check_alive(unit, poller.time())
    wanted = [(full, point)]
    before = (await read_points(poller, device, unit, wanted, PRIORITY_WRITE, timeout))[0]
    poller.shop.tally.writes += 1
    ended = await exchange(poller, unit, request, PRIORITY_WRITE, timeout)
    error = ended.error
    if isinstance(error, DeviceError):
        log.warning("write %s: %r refused: %s", full, value, error)
        raise error
    if error is not None and not ended.attempts:
        raise error
    note = f"outcome unknown: {error}" if error is not None else ""
    try:
        after = (await read_points(poller, device, unit, wanted, PRIORITY_WRITE, timeout))[0]
    except Port502Error as unread:
        note = f"{note or 'written'}; it could not be read back: {unread}"
        return _told(WriteResult(full, before.value, sent, None, False, note))
    verified = after.registers == sent
    if error is not None:
        note += "; reading back shows " + ("the new value" if verified else "another value")
    elif after.error is not None:
        note = f"written; it cannot be read back: {after.error}"
    elif not verified:
        note = "the device holds another value than the one it was sent"
    _show(poller, after)
    return _told(WriteResult(full, before.value, sent, after.value, verified, note))


def request_of(point: Point, value: Value) -> tuple[Request[Any], tuple[int, ...]]:
    """The one request that writes a value, and the registers or bits it carries.

    Raises UsageError for a value that does not fit and for a point that no single request can write.
    """
    if not point.writable:
        raise UsageError(f"{point.name} is in the {point.table} table, which cannot be written")
    if value is None:
        raise UsageError(f"{point.name}: there is no value to write")
    data = point.encode(value)
    if isinstance(data, bool):
        return WriteSingleCoilRequest(point.address, data), (int(data),)
    most = MAX_WRITE_BITS if point.table.is_bits else MAX_WRITE_REGISTERS
    if point.width > most:
        raise UsageError(f"{point.name} is wider than one write may be ({most})")
    if point.table.is_bits:
        return WriteMultipleCoilsRequest(point.address, point.width, data), tuple(
            map(int, bits_of(data, point.width))
        )
    registers = tuple(registers_of(data))
    if len(registers) == 1:
        return WriteSingleRegisterRequest(point.address, registers[0]), registers
    return WriteMultipleRegistersRequest(point.address, data), registers


def _writable(device: DeviceSettings, name: str) -> PointSettings:
    for one in device.points:
        if one.name == name:
            break
    else:
        raise UsageError(f"{device.name} has no point {name!r}")
    if one.write is None:
        raise UsageError(f"{device.name}.{name} may not be written: its description has no 'write'")
    if not device.writes:
        raise UsageError(f"{device.name} may not be written: set 'writes: true' at the device to allow it")
    return one


def _check_limits(settings: PointSettings, full: str, value: Value) -> None:
    rule = settings.write
    assert rule is not None
    for one in value if isinstance(value, tuple) else (value,):
        if isinstance(one, bool) or not isinstance(one, (int, float)):
            continue
        low, high = rule.minimum, rule.maximum
        if (low is not None and not one >= low) or (high is not None and not one <= high):
            limits = f"{'any' if low is None else f'{low:g}'} to {'any' if high is None else f'{high:g}'}"
            raise UsageError(f"{full}: {one!r} is outside its limits, {limits}; nothing was sent")


def _show(poller: Poller, reading: Reading) -> None:
    """What was read back is the newest value there is."""
    if reading.quality == GOOD:
        now, time = poller.time(), poller.wall()
        sample = Sample(reading.name, reading.time, reading.value)
        poller.outlet.put([sample], poller.fed_by(reading.name), now, time)


def _told(result: WriteResult) -> WriteResult:
    words = "verified" if result.verified else result.note
    log.info(
        "write %s: %r -> %r, sent %s: %s", result.point, result.before, result.after, list(result.sent), words
    )
    return result
