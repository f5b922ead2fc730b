"""What answers at a place of a plant: a map from the library, a map of one's own, or a device file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from port502.errors import UsageError
from port502.registers.maps.library import Library
from port502.registers.maps.model import DeviceMap
from port502.registers.maps.naming import is_file_name, own_path
from port502.registers.point import Point
from port502.registers.reference import parse_reference
from port502.service.device import Device
from port502.simulate.device import SimulatedDevice
from port502.simulate.libmodbus import libmodbus_device
from port502.simulate.plant import Clock, Make
from port502.site.device_file import DeviceDescription, read_device
from port502.site.document import read_document
from port502.site.file_kind import DEVICE, kind_of


@dataclass(frozen=True, slots=True)
class Contents:
    """Makers of devices by unit id, or one for any unit, with the maps that name their points."""

    units: Mapping[int, Make] | None
    any_unit: Make | None = None
    maps: Mapping[int, DeviceMap] = field(default_factory=dict)

    @classmethod
    def of_map(cls, device_map: DeviceMap) -> Contents:
        """A simulated device of a map, at the map's own unit id."""

        def make(seed: object, clock: Clock) -> Device:
            return SimulatedDevice(device_map, seed=seed, clock=clock)

        unit = device_map.default_unit
        return cls({unit: make}, maps={unit: device_map})

    @classmethod
    def of_file(cls, described: DeviceDescription) -> Contents:
        """The device of a device file, at its unit ids."""

        def make(seed: object, clock: Clock) -> Device:
            return described.device(seed, clock)

        maps = {} if described.map is None else dict.fromkeys(described.units or (1,), described.map)
        if described.units is None:
            return cls(None, make, maps)
        return cls(dict.fromkeys(described.units, make), maps=maps)

    @classmethod
    def of_units(cls, found: Mapping[int, Contents]) -> Contents:
        """Several of them at one place, each at the unit id that it is given there."""
        units: dict[int, Make] = {}
        maps: dict[int, DeviceMap] = {}
        for unit, content in found.items():
            units[unit] = content.make
            for one in content.maps.values():
                maps[unit] = one
        return cls(units, maps=maps)

    @property
    def make(self) -> Make:
        """What makes the first device."""
        if self.any_unit is not None:
            return self.any_unit
        return next(iter((self.units or {}).values()))

    @property
    def first_unit(self) -> int:
        """The lowest unit id that is answered."""
        return min(self.units) if self.units else 1

    def at(self, units: Sequence[int] | None) -> Contents:
        """The same device at other unit ids; None leaves it where it is."""
        if units is None:
            return self
        maps = {unit: one for unit in units for one in self.maps.values()}
        return replace(self, units=dict.fromkeys(units, self.make), any_unit=None, maps=maps)

    def points(self, unit: int, names: Sequence[str]) -> tuple[Point, ...]:
        """The points that names, globs and references mean; raises UsageError for those that mean none."""
        known = self.maps.get(unit)
        found: dict[str, Point] = {}
        for name in names:
            if known is not None and (name in known.points or ":" not in name):
                chosen = [one.point for one in known.select(name)]
            else:
                chosen = [Point.from_reference(one) for one in parse_reference(name).each()]
            found |= {point.name: point for point in chosen}
        if not all(point.is_number or point.table.is_bits for point in found.values()):
            raise UsageError("only numbers and bits can be polled")
        return tuple(found.values())


def content_of(name: str, base: Path) -> Contents:
    """What a map's name or a file means; raises SiteFileError, ConfigError or UsageError."""
    if not is_file_name(name):
        return Contents.of_map(Library.default().load(name))
    path = own_path(name, base) if not Path(name).is_absolute() else Path(name)
    if kind_of(read_document(path)) == DEVICE:
        return Contents.of_file(read_device(path))
    return Contents.of_map(Library.default().load(name, base))


def libmodbus_content() -> Contents:
    """The device of the compatibility profile, at any unit id."""

    def make(seed: object, clock: Clock) -> Device:
        return libmodbus_device()

    return Contents(None, make)
