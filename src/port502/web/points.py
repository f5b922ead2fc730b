"""What there is to know of a site's points, apart from their values."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from port502.collect.settings import DeviceSettings, ExpressionSettings, PointSettings
from port502.registers.reference import Table
from port502.site.build import Site

_MODICON = {Table.COIL: "0", Table.DISCRETE: "1", Table.INPUT: "3", Table.HOLDING: "4"}


@dataclass(frozen=True, slots=True)
class PointInfo:
    """A point: where it is, what it means, and what may be done with it.

    ``address`` is zero-based, ``reference`` the same place as 40108; both are empty for an ``expression``.
    ``interval`` and ``stale`` are seconds.
    """

    name: str
    device: str
    connection: str
    unit: int
    table: str = ""
    address: int | None = None
    reference: str = ""
    type: str = ""
    order: str = ""
    registers: int = 0
    unit_of_measure: str = ""
    quantity: str = ""
    interval: float = 0.0
    expression: str = ""
    writable: bool = False
    least: float | None = None
    most: float | None = None
    function: int | None = None
    critical: bool = False

    def fits(self, text: str) -> bool:
        """Whether it is what somebody looks for: a part of its name, a quantity, 40108, holding:107 or 0x6B."""
        return searched(text)(self)


def searched(text: str) -> Callable[[PointInfo], bool]:
    """Whether points are what somebody looks for, as ``fits``, but quick to ask for thousands of them."""
    wanted = text.strip().lower()
    table, _, place = wanted.rpartition(":")
    address = _number(place)

    def fits(info: PointInfo) -> bool:
        if wanted in info.name.lower() or wanted in info.quantity.lower():
            return True
        if info.address is None:
            return wanted in info.expression.lower()
        return wanted == info.reference or (address == info.address and table in ("", info.table))

    return fits


def _number(text: str) -> int | None:
    """An address as it is written: 107 or 0x6b."""
    try:
        return int(text, 0)
    except ValueError:
        return None


def points_of(site: Site) -> dict[str, PointInfo]:
    """Everything that is collected, by its full name."""
    found: dict[str, PointInfo] = {}
    for connection in site.connections:
        for device in connection.devices:
            for one in device.points:
                info = _read(connection.name, device, one)
                found[info.name] = info
            for computed in device.expressions:
                info = _computed(connection.name, device, computed)
                found[info.name] = info
    return found


def _read(connection: str, device: DeviceSettings, settings: PointSettings) -> PointInfo:
    point, write = settings.point, settings.write
    return PointInfo(
        name=f"{device.name}.{settings.name}",
        device=device.name,
        connection=connection,
        unit=device.unit,
        table=str(point.table),
        address=point.address,
        reference=f"{_MODICON[point.table]}{point.address + 1:04d}",
        type=point.type,
        order=point.order,
        registers=point.width,
        unit_of_measure=point.unit,
        quantity=point.quantity,
        interval=settings.interval,
        writable=device.writes and write is not None,
        least=write.minimum if write is not None else None,
        most=write.maximum if write is not None else None,
        function=write.function if write is not None else None,
        critical=write is not None and write.critical,
    )


def _computed(connection: str, device: DeviceSettings, settings: ExpressionSettings) -> PointInfo:
    return PointInfo(
        name=f"{device.name}.{settings.name}",
        device=device.name,
        connection=connection,
        unit=device.unit,
        unit_of_measure=settings.unit,
        interval=settings.interval,
        expression=settings.expression,
    )
