"""Which registers a simulated device has, whose they are, and which of them clients may write."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from port502.registers.maps.model import DeviceMap, MapPoint
from port502.registers.planner import Limits
from port502.registers.reference import Table
from port502.service.identity import Identity
from port502.simulate.exponents import exponents
from port502.simulate.models.choose import OUTWARD
from port502.simulate.models.model import Model, Readings
from port502.simulate.source import Setting, Source


def sources_of(
    device_map: DeviceMap, points: Sequence[MapPoint], readings: Readings, seed: object, model: Model | None
) -> list[Source]:
    """The sources of all points that do not lie on the registers of an earlier one."""
    powers = exponents(points, readings)
    fixed: dict[str, float] = {
        repeat.count_register: float(repeat.count) for repeat in device_map.repeats if repeat.count_register
    }
    for point in points:
        place = (str(point.point.table), point.point.address)
        if place in powers:
            fixed[point.name] = float(powers[place])
    setting = Setting(device_map, seed, powers, fixed, outward=isinstance(model, OUTWARD))
    claimed: dict[tuple[str, int], int] = {}
    found: list[Source] = []
    for point in sorted(points, key=lambda one: one.name not in fixed):
        if _claim(point, claimed):
            found.append(Source(point, readings, setting))
    return found


def _claim(point: MapPoint, claimed: dict[tuple[str, int], int]) -> bool:
    """Take the registers of a point, or the bits that its mask picks; False if another one has them."""
    plain = point.point
    mask = plain.meaning.mask if plain.meaning is not None and plain.meaning.mask else None
    wanted: dict[tuple[str, int], int] = {}
    for offset in range(plain.width):
        bits = 0xFFFF if mask is None else mask >> 16 * (plain.width - 1 - offset) & 0xFFFF
        wanted[(str(plain.table), plain.address + offset)] = bits
    if any(claimed.get(place, 0) & bits for place, bits in wanted.items()):
        return False
    for place, bits in wanted.items():
        claimed[place] = claimed.get(place, 0) | bits
    return True


def extent(points: Sequence[MapPoint], table: Table, limits: Limits) -> list[tuple[int, int]]:
    """The addresses that exist, as (first, end): all points, and the gaps that one read may bridge."""
    spans = sorted((one.point.address, one.point.end) for one in points if one.point.table == table)
    gap = limits.widest_gap(table)
    joined: list[tuple[int, int]] = []
    for first, end in spans:
        if joined and first <= joined[-1][1] + gap:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((first, end))
    return joined


def protected(points: Sequence[MapPoint], spans: Sequence[tuple[int, int]], table: Table) -> list[range]:
    """The addresses of a table that clients may not write: all but those of points that can be written."""
    writable = {
        address
        for one in points
        if one.point.table == table and one.writable
        for address in range(one.point.address, one.point.end)
    }
    edges = sorted(
        {edge for first, end in spans for edge in (first, end)}
        | writable
        | {address + 1 for address in writable}
    )
    inside = [range(one, other) for one, other in pairwise(edges) if one not in writable]
    return [one for one in inside if any(first <= one.start < end for first, end in spans)]


def identity_of(device_map: DeviceMap) -> Identity:
    model = device_map.models[0] if device_map.models else device_map.name.rpartition("/")[2]
    return Identity(
        vendor=(device_map.manufacturer or "port502")[:60],
        product=model[:60],
        revision="1.4.2",
        product_name=f"simulated {device_map.name}"[:100],
        model=model[:60],
    )
