"""A SunSpec device behind a client: what its chain says it is, and its values by name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Generic, TypeVar

from port502.registers.maps.model import DeviceMap
from port502.registers.sunspec.device import Common, FoundModel, SunSpecDevice, SunSpecPoint
from port502.registers.sunspec.mapping import map_of
from port502.registers.sunspec.reading import SunSpecValue, read_device

if TYPE_CHECKING:
    from port502.client.async_calls import AsyncCalls
    from port502.client.sync_calls import BlockingCalls

C = TypeVar("C", bound="AsyncCalls | BlockingCalls")


class FoundDevice(Generic[C]):
    """What both kinds of clients have found, and whom to ask for values."""

    __slots__ = ("_calls", "_max_registers", "_unit", "device")

    def __init__(self, calls: C, device: SunSpecDevice, max_registers: int, unit: int | None) -> None:
        self.device = device
        self._calls = calls
        self._max_registers = max_registers
        self._unit = unit

    @property
    def base(self) -> int:
        """Where the marker stands."""
        return self.device.base

    @property
    def common(self) -> Common | None:
        """Manufacturer, model, options, version, serial number and unit address."""
        return self.device.common

    @property
    def models(self) -> tuple[FoundModel, ...]:
        """The models of the chain in order, unknown ones too."""
        return self.device.models

    @property
    def faults(self) -> tuple[str, ...]:
        """What is broken about the chain, in words."""
        return self.device.faults

    def to_map(self) -> DeviceMap:
        """The device as a map, for everything that works on maps."""
        return map_of(self.device, self._max_registers)

    @property
    def points(self) -> Mapping[str, SunSpecPoint]:
        """Every point by its harmonised name."""
        return self.device.points


class AsyncSunSpec(FoundDevice["AsyncCalls"]):
    """A SunSpec device behind an asynchronous client."""

    __slots__ = ()

    async def read(self, *names: str, timeout: float | None = None) -> list[SunSpecValue]:
        """The values of points by name or glob (``active_power_total``, ``103.W``, ``160.*``), all without any.

        In the order of the chain, with units, scale factors applied. What the device does not have or refuses
        has the value None and a reason. Raises UsageError for a name that fits no point.
        """
        dialogue = read_device(self.device, names, self._max_registers)
        return await self._calls._converse(dialogue, self._unit, timeout)


class BlockingSunSpec(FoundDevice["BlockingCalls"]):
    """A SunSpec device behind a blocking client."""

    __slots__ = ()

    def read(self, *names: str, timeout: float | None = None) -> list[SunSpecValue]:
        """The values of points by name or glob; see AsyncSunSpec, which has the same call with ``await``."""
        dialogue = read_device(self.device, names, self._max_registers)
        return self._calls._converse(dialogue, self._unit, timeout)


async def sunspec_map(
    calls: AsyncCalls, *, max_registers: int = 125, unit: int | None = None, timeout: float | None = None
) -> DeviceMap:
    """The map that the device behind a client makes of itself; raises NotSunSpecError where it makes none."""
    return (await calls.sunspec(max_registers=max_registers, unit=unit, timeout=timeout)).to_map()
