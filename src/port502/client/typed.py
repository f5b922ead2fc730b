"""A device whose map is known, behind a client: values by name, with units; writes within limits."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from port502.client.dialogue import Dialogue, raw_of
from port502.errors import DeviceError, UsageError
from port502.protocol.codes import exception_name
from port502.registers.healing import Healing
from port502.registers.maps.library import Library
from port502.registers.maps.model import DeviceMap, MapPoint
from port502.registers.meaning import HIGHEST_EXPONENT
from port502.registers.planner import Limits
from port502.registers.point import Point
from port502.registers.values import DecodeError, Value, value_fault
from port502.registers.writes import needs_current, request_of

if TYPE_CHECKING:
    from port502.client.async_calls import AsyncCalls
    from port502.client.sync_calls import BlockingCalls

C = TypeVar("C", bound="AsyncCalls | BlockingCalls")


@dataclass(frozen=True, slots=True)
class MapValue:
    """One value of a device: in ``unit``, labels for states and flags, times as text.

    ``value`` is None where there is none, and ``reason`` says why: not available, refused, not decodable.
    ``registers`` (or bits) are what it was made of.
    """

    point: MapPoint
    value: Value | None
    registers: tuple[int, ...] = ()
    reason: str = ""

    @property
    def name(self) -> str:
        """The point's name, such as ``voltage_l1``."""
        return self.point.name

    @property
    def unit(self) -> str:
        """The unit of measure as people read it, empty for none."""
        return self.point.point.unit

    @property
    def quantity(self) -> str:
        """What it measures, a word of the closed vocabulary."""
        return self.point.quantity

    def __str__(self) -> str:
        if self.value is None:
            return f"{self.name}: {self.reason}"
        return f"{self.name} = {self.value}{' ' + self.unit if self.unit else ''}"


class TypedDevice(Generic[C]):
    """What both kinds of clients know of a device: its map, whom to ask, and how often each repeat is there."""

    __slots__ = ("_calls", "_counts", "_firmware", "_limits", "_model", "_timeout", "_unit", "map")

    def __init__(
        self,
        calls: C,
        device_map: DeviceMap,
        unit: int | None = None,
        timeout: float | None = None,
        model: str | None = None,
        firmware: str | None = None,
    ) -> None:
        self.map = device_map
        self._calls = calls
        self._unit = unit
        self._timeout = timeout
        self._model = model
        self._firmware = firmware
        self._limits = device_map.limits
        self._counts: dict[str, int] | None = None

    def _reading(self, patterns: tuple[str, ...]) -> Dialogue[list[MapValue]]:
        chosen = self.map.select(*patterns)
        if self._counts is None and any(one.group for one in chosen):
            self._counts = yield from _counts_of(self.map, self._limits)
        present = {one.name for one in self.map.present(self._model, self._firmware, self._counts)}
        wanted = [one for one in chosen if one.name in present]
        if not wanted:
            raise UsageError(f"{self.map.name}: this device has none of {', '.join(patterns)}")
        return (yield from read_points(wanted, self._limits))

    def _within(self, timeout: float | None) -> float | None:
        return self._timeout if timeout is None else timeout

    def _writing(self, name: str, value: Value) -> Dialogue[tuple[int, ...]]:
        return write_point(self.map.point(name), value)


class AsyncDevice(TypedDevice["AsyncCalls"]):
    """A device whose map is known, behind an asynchronous client."""

    __slots__ = ()

    async def read(self, *names: str, timeout: float | None = None) -> list[MapValue]:
        """The values of points by name or glob (``voltage_l1``, ``*energy*``), all of the map without any.

        In the order of the map, in the fewest requests that its gaps and the device's limits allow. What the device
        refuses has the value None and a reason. Raises UsageError for a name that fits no point, the DeviceError
        when all is refused, and the errors of the link.
        """
        return await self._calls._converse(self._reading(names), self._unit, self._within(timeout))

    async def write(self, name: str, value: Value, *, timeout: float | None = None) -> tuple[int, ...]:
        """Write one point in engineering units or by its label; gives the registers (or bits) that were sent.

        Raises UsageError, before anything is sent, for a point that the map does not let be written and for a value
        outside of its limits.
        """
        return await self._calls._converse(self._writing(name, value), self._unit, self._within(timeout))


class BlockingDevice(TypedDevice["BlockingCalls"]):
    """A device whose map is known, behind a blocking client."""

    __slots__ = ()

    def read(self, *names: str, timeout: float | None = None) -> list[MapValue]:
        """The values of points by name or glob; see AsyncDevice, which has the same call with ``await``."""
        return self._calls._converse(self._reading(names), self._unit, self._within(timeout))

    def write(self, name: str, value: Value, *, timeout: float | None = None) -> tuple[int, ...]:
        """Write one point; see AsyncDevice, which has the same call with ``await``."""
        return self._calls._converse(self._writing(name, value), self._unit, self._within(timeout))


def map_of(known: str | DeviceMap) -> DeviceMap:
    """A map as it is, or by its name in the library or its file; raises UsageError and ConfigError."""
    return known if isinstance(known, DeviceMap) else Library.default().load(known)


def read_points(points: Iterable[MapPoint], limits: Limits) -> Dialogue[list[MapValue]]:
    """The values of points in their order; a block that is refused is read in pieces, down to the guilty point.

    Raises the device's refusal when it refuses all.
    """
    wanted = {one.name: one for one in points}
    healing = Healing([one.point for one in wanted.values()], limits)
    found: dict[str, MapValue] = {}
    refusal: DeviceError | None = None
    blocks = list(healing.blocks(0.0))
    while blocks:
        block = blocks.pop(0)
        try:
            response = yield block.request
        except DeviceError as error:
            pieces = healing.refused(block, error.code, 0.0)
            blocks[:0] = pieces
            if not pieces:
                refusal = error
                reason = f"exception {error.code}: {exception_name(error.code)}"
                found |= {one.name: MapValue(wanted[one.name], None, (), reason) for one in block.points}
            continue
        for point, value in block.values(response.data):
            registers = raw_of(block, point, response.data)
            fault = value.fault if isinstance(value, DecodeError) else value_fault(value)
            good = None if fault or isinstance(value, DecodeError) else value
            found[point.name] = MapValue(wanted[point.name], good, registers, fault)
    if refusal is not None and not any(one.registers for one in found.values()):
        raise refusal
    return [found[name] for name in wanted]


def write_point(one: MapPoint, value: Value) -> Dialogue[tuple[int, ...]]:
    """Check a value against the map and write it; a scale register or the bits beside a field are read first."""
    point, rule = one.point, one.write
    if rule is None:
        raise UsageError(f"{one.name} may not be written: its map has no 'write'; nothing was sent")
    rule.check(one.name, value)
    if point.scale_point is not None:
        exponent = yield from _raw_value(point.scale_point)
        if not isinstance(exponent, int) or abs(exponent) > HIGHEST_EXPONENT:
            raise UsageError(f"{one.name}: its scale register holds {exponent}, no scale; nothing was sent")
        point = point.scaled(exponent)
    current: tuple[int, ...] = ()
    if needs_current(point, rule.function):
        point.encode(value)
        current = (yield from read_points([one], Limits()))[0].registers
    request, sent = request_of(point, value, rule.function, current)
    yield request
    return sent


def _counts_of(device_map: DeviceMap, limits: Limits) -> Dialogue[dict[str, int]]:
    """How often the device has each repeat that has a register for it; what cannot be read is not known."""
    counters = {one.count_register: one for one in device_map.repeats if one.count_register}
    if not counters:
        return {}
    try:
        values = yield from read_points([device_map.point(name) for name in counters], limits)
    except DeviceError:
        return {}
    return {
        counters[one.name].name: one.value
        for one in values
        if isinstance(one.value, int) and 0 <= one.value <= counters[one.name].count
    }


def _raw_value(point: Point) -> Dialogue[Value | None]:
    values = yield from read_points([MapPoint(point)], Limits())
    return values[0].value
