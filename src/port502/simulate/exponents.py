"""Which power of ten a simulated device puts into its scale registers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from port502.registers.maps.model import MapPoint
from port502.registers.maps.units import units
from port502.simulate.keys import candidates
from port502.simulate.models.model import Readings
from port502.simulate.source import raw_range
from port502.simulate.typical import BY_DIMENSION, BY_QUANTITY, is_counter

MARGIN = 8.0
"""How much larger than now a value may become."""

FINEST, COARSEST = -3, 6


def exponents(points: Iterable[MapPoint], readings: Readings) -> dict[tuple[str, int], int]:
    """The exponent of each scale register, by table and address: the finest with which everything fits."""
    found: dict[tuple[str, int], int] = {}
    for point in points:
        meaning = point.point.meaning
        if meaning is None or meaning.scale_register is None:
            continue
        place = (str(point.point.table), meaning.scale_register.address)
        found[place] = max(found.get(place, FINEST), _needed(point, readings))
    return found


def _needed(point: MapPoint, readings: Readings) -> int:
    if is_counter(point):
        return 0
    highest = min(abs(limit) for limit in raw_range(point) if limit) - 1
    largest = MARGIN * _expected(point, readings) / abs(point.point.scale)
    exponent = FINEST
    while exponent < COARSEST and largest / 10.0**exponent > highest:
        exponent += 1
    return exponent


def _expected(point: MapPoint, readings: Readings) -> float:
    """About how large a point's value is, in its own unit."""
    unit = units().get(point.unit)
    reading = _first(candidates(point), readings)
    mean, swing = BY_QUANTITY.get(point.quantity) or BY_DIMENSION.get(
        unit.dimension if unit else "", (10.0, 1.0)
    )
    base = max(abs(reading), abs(mean) + swing)
    return base if unit is None else abs((base - unit.shift) / unit.factor)


def _first(keys: Iterable[str], readings: Mapping[str, object]) -> float:
    for key in keys:
        reading = readings.get(key)
        if isinstance(reading, float | int):
            return float(reading)
    return 0.0
