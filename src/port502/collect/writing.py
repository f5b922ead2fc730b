"""Writing a point: allowed, within limits, once, and read back."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from port502.collect.demand import PRIORITY_WRITE, Reading, exchange, read_points
from port502.collect.poller import Poller
from port502.collect.reads import point_of
from port502.collect.sample import GOOD, Sample, Value
from port502.collect.settings import DeviceSettings, PointSettings
from port502.collect.unit import Unit
from port502.errors import DeviceError, Port502Error, UsageError
from port502.registers.meaning import HIGHEST_EXPONENT
from port502.registers.point import Point
from port502.registers.writes import holds, needs_current, request_of

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
    rule = settings.write.function if settings.write is not None else None
    if point.scale_point is None and not needs_current(point, rule):
        request_of(point, value, rule)
    unit = poller.unit_of(device)
    poller.check_alive(unit, poller.time())
    point = await _with_scale(poller, device, unit, point, timeout)
    wanted = [(full, point)]
    before = (await read_points(poller, device, unit, wanted, PRIORITY_WRITE, timeout))[0]
    request, sent = request_of(point, value, rule, before.registers)
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
    verified = holds(point, after.registers, sent)
    if error is not None:
        note += "; reading back shows " + ("the new value" if verified else "another value")
    elif after.error is not None:
        note = f"written; it cannot be read back: {after.error}"
    elif not verified:
        note = "the device holds another value than the one it was sent"
    _show(poller, after)
    return _told(WriteResult(full, before.value, sent, after.value, verified, note))


def _writable(device: DeviceSettings, name: str) -> PointSettings:
    for one in device.known:
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
    assert settings.write is not None
    if value is not None:
        settings.write.check(full, value)


async def _with_scale(
    poller: Poller, device: DeviceSettings, unit: Unit, point: Point, timeout: float | None
) -> Point:
    """The point as its scale register says now, which is read for that."""
    where = point.scale_point
    if where is None:
        return point
    scale = (await read_points(poller, device, unit, [(where.name, where)], PRIORITY_WRITE, timeout))[0]
    if not isinstance(scale.value, int) or not -HIGHEST_EXPONENT <= scale.value <= HIGHEST_EXPONENT:
        raise UsageError(f"{point.name}: its scale register holds no scale; nothing was sent")
    return point.scaled(scale.value)


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
