"""Reading on demand, through the connection that polls: a device often has no second one."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import Any

from port502.collect.poller import Poller
from port502.collect.reading import raw_of, request_for
from port502.collect.reads import limits_of, point_of
from port502.collect.sample import BAD, GOOD, Value
from port502.collect.settings import DeviceSettings
from port502.collect.unit import Unit
from port502.collect.wire import AnyTransaction
from port502.collect.words import NO_ANSWER_CODES, reason_of
from port502.errors import DeviceError, NoReplyError, Port502Error, ReplyError, UsageError
from port502.protocol.message import Request
from port502.registers.healing import Healing
from port502.registers.planner import Limits
from port502.registers.point import Point
from port502.registers.reference import Reference, parse_reference
from port502.registers.values import DecodeError, value_fault

PRIORITY_WRITE, PRIORITY_DEMAND = 0, 1
PATIENCE = 5.0
"""Seconds that a request may wait for its turn, beside the time that its answer may take."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One value read on demand; ``name`` is ``DEVICE.POINT`` or the reference as it was asked.

    ``registers`` are the registers or bits as they came, ``time`` is Unix seconds. ``error`` is the device's refusal
    where there was one; the quality is then bad.
    """

    name: str
    point: Point
    value: Value
    quality: str
    reason: str
    registers: tuple[int, ...]
    time: float
    error: Port502Error | None = None


async def exchange(
    poller: Poller, unit: Unit, request: Request[Any], priority: int, timeout: float | None = None
) -> AnyTransaction:
    """Send a request before all polling and wait for its end; the transaction has a response or an error.

    ``timeout`` bounds the whole, in seconds. A write is sent once at most; cancelling takes it back while unsent.
    This is the one door for writes: raises UsageError for one to a unit that no device opens for writing.
    """
    settings = poller.settings
    if request.writes and not poller.may_write(unit):
        raise UsageError(f"{settings.name}: unit {unit.number} is read only; nothing was sent")
    retries = 0 if request.writes else settings.retries
    if timeout is None:
        timeout = PATIENCE + settings.connect_timeout + (retries + 1) * settings.response_timeout
    now = poller.time()
    ended: asyncio.Future[AnyTransaction] = asyncio.get_running_loop().create_future()

    def done(transaction: AnyTransaction) -> None:
        _learn(poller, unit, transaction)
        if not ended.done():
            ended.set_result(transaction)

    transaction = poller.wire.submit(
        unit.number,
        request,
        done,
        timeout=min(settings.response_timeout, timeout),
        deadline=now + timeout,
        retries=retries,
        priority=priority,
    )
    try:
        return await ended
    except asyncio.CancelledError:
        if not (request.writes and transaction.attempts):
            poller.wire.cancel(transaction)
        raise


def _learn(poller: Poller, unit: Unit, transaction: AnyTransaction) -> None:
    """What the outcome says about the unit."""
    now = poller.time()
    error = transaction.error
    if transaction.attempts:
        poller.heard(transaction, now)
    if error is None or isinstance(error, ReplyError):
        turned = unit.answered(now)
    elif isinstance(error, DeviceError):
        turned = error.code not in NO_ANSWER_CODES and unit.answered(now)
    elif isinstance(error, NoReplyError) and transaction.attempts:
        cost = (now - transaction.sent_at) * transaction.attempts
        turned = unit.failed(now, reason_of(error, unit.number), cost, shared=poller.shared)
    else:
        turned = False
    if turned:
        poller.turned(unit, now)


async def read(
    poller: Poller, device: DeviceSettings, items: Sequence[str | Reference], timeout: float | None = None
) -> list[Reading]:
    """Read points by name or glob, and references, each value of a reference by itself.

    What the device refuses comes back bad, with the error. Raises UsageError for an item that names nothing, the
    link's or the unit's error when nothing can be read, and the refusal when all is refused.
    """
    wanted = list(_resolve(device, items))
    unit = poller.unit_of(device)
    readings = await read_points(poller, device, unit, wanted, PRIORITY_DEMAND, timeout)
    refused = [reading.error for reading in readings if reading.error is not None]
    if refused and len(refused) == len(readings):
        raise refused[0]
    return readings


async def read_points(
    poller: Poller,
    device: DeviceSettings,
    unit: Unit,
    wanted: Sequence[tuple[str, Point]],
    priority: int,
    timeout: float | None = None,
) -> list[Reading]:
    """Read these points in the fewest requests, in pieces where the device refuses a whole block."""
    # Points are told apart by their place in the list: one may be asked for twice.
    points = [replace(point, name=str(place)) for place, (_, point) in enumerate(wanted)]
    limits = limits_of(device)
    widest = max((point.stop - point.start for point in points if not point.table.is_bits), default=1)
    if widest > limits.max_registers:
        limits = Limits(widest, limits.max_bits, limits.gap, limits.bit_gap)
    healing = Healing(points, limits)
    found: dict[int, Reading] = {}
    poller.check_link()
    blocks = list(healing.blocks(0.0))
    while blocks:
        block = blocks.pop(0)
        ended = await exchange(poller, unit, request_for(block), priority, timeout)
        time = poller.wall()
        if isinstance(ended.error, DeviceError):
            pieces = healing.refused(block, ended.error.code, 0.0)
            blocks[:0] = pieces
            if not pieces:
                reason = reason_of(ended.error, unit.number)
                for place in (int(one.name) for one in block.points):
                    name, point = wanted[place]
                    found[place] = Reading(name, point, None, BAD, reason, (), time, ended.error)
        elif ended.error is not None:
            raise ended.error
        else:
            assert ended.response is not None
            for one, value in block.values(ended.response.data):
                name, point = wanted[int(one.name)]
                raw = raw_of(block, one, ended.response.data)
                found[int(one.name)] = _reading(name, point, value, raw, time)
    return [found[place] for place in range(len(wanted))]


def _reading(
    name: str, point: Point, value: Value | DecodeError, raw: tuple[int, ...], time: float
) -> Reading:
    if isinstance(value, DecodeError):
        return Reading(name, point, None, BAD, value.fault, raw, time)
    fault = value_fault(value)
    return Reading(name, point, None if fault else value, BAD if fault else GOOD, fault, raw, time)


def _resolve(device: DeviceSettings, items: Iterable[str | Reference]) -> Iterable[tuple[str, Point]]:
    named = {one.name: point_of(one) for one in device.known}
    for item in items:
        if isinstance(item, str):
            names = [name for name in named if name == item] or [
                name for name in named if fnmatchcase(name, item)
            ]
            if names:
                yield from ((f"{device.name}.{name}", named[name]) for name in names)
                continue
            item = _reference(device, item)
        for single in item.each() if item.count > 1 else (item,):
            yield single.text or str(single), Point.from_reference(single)


def _reference(device: DeviceSettings, text: str) -> Reference:
    try:
        return parse_reference(text)
    except UsageError as error:
        if any(character in text for character in ":/%@") or text[:1].isdigit():
            raise
        raise UsageError(f"{device.name} has no point {text!r}; points are {_some(device)}") from error


def _some(device: DeviceSettings) -> str:
    names = [one.name for one in device.known]
    return ", ".join(names[:8]) + (", ..." if len(names) > 8 else "") if names else "none"
