"""Every map that is shipped: it loads, no lint doubts it, and what it decodes it encodes again."""

from __future__ import annotations

import math
import re
from functools import cache
from pathlib import Path

import pytest

from port502.registers.maps.lints import lint
from port502.registers.maps.model import DeviceMap, MapPoint
from port502.registers.maps.quantities import QUANTITIES
from port502.registers.values import FLOATS, INTEGERS, Value, encode_value
from port502.site.map_file import load_map

pytestmark = pytest.mark.slow  # a dozen seconds to read all files as they stand

LIBRARY = Path(__file__).parents[3] / "src" / "port502" / "registers" / "library"
FILES = sorted(LIBRARY.glob("*/*.yaml"))
HEAVIEST = 200 * 1024

REVIEWED = {
    ("goodwe/dt", "error_codes"),
    ("growatt/mid-15000-25000tl3-x-v201", "*"),
    ("growatt/min-3000-6000tl-x", "*"),
    ("growatt/min-7000-10000tl-x", "*"),
    ("growatt/min-series-base-range", "*"),
    ("growatt/min-tl-xh2-3000-10000-v201", "*"),
    ("growatt/tl-xh-3000-10000", "*"),
    ("idm/navigator", "*"),
    ("moxa/iologik-e1210", "lan_ip"),
    ("moxa/iologik-e1240", "lan_ip"),
    ("sma/smart-energy", "*"),
    ("solinteg/hybrid", "*"),
    ("swatten/sih-th", "*"),
    ("victron/gx-multi", "*"),
}
"""Lone wide values at the other parity that were looked at: the sources agree, or the makers' lists have them so."""


@cache
def loaded(path: Path) -> DeviceMap:
    return load_map(path)


def name_of(path: Path) -> str:
    return f"{path.parent.name}/{path.stem}"


every_map = pytest.mark.parametrize("path", FILES, ids=name_of)


def test_there_are_at_least_300_families_of_all_kinds() -> None:
    assert len(FILES) >= 300
    kinds = {loaded(path).category for path in FILES}
    assert kinds >= {
        "energy_meter", "inverter", "battery", "ev_charger", "heat_pump", "motor_drive", "plc", "io_module", "ups",
        "power_supply", "genset_controller", "sensor", "gateway",
    }  # fmt: skip


def test_a_maker_is_spelled_in_one_way() -> None:
    spellings: dict[str, set[str]] = {}
    for path in FILES:
        spellings.setdefault(path.parent.name, set()).add(loaded(path).manufacturer)
    assert {maker: found for maker, found in spellings.items() if len(found) > 1} == {}


@every_map
def test_the_map_loads_under_the_name_of_its_file(path: Path) -> None:
    device_map = loaded(path)
    assert device_map.name == name_of(path)
    assert device_map.points
    assert path.stat().st_size < HEAVIEST


@every_map
def test_it_says_where_its_facts_come_from(path: Path) -> None:
    device_map = loaded(path)
    assert device_map.provenance
    for one in device_map.provenance:
        assert one.licence
        assert "://" not in one.source
        assert not re.search(r"memory|recall", one.source)
    if device_map.status != "single-source":
        assert len(device_map.provenance) > 1


@every_map
def test_no_lint_doubts_it(path: Path) -> None:
    device_map = loaded(path)
    doubts = [
        str(doubt)
        for doubt in lint(device_map)
        if not (
            "all" in doubt.message and {(device_map.name, "*"), (device_map.name, doubt.point)} & REVIEWED
        )
    ]
    assert doubts == []


@every_map
def test_every_point_has_a_quantity_that_takes_its_unit(path: Path) -> None:
    for point in loaded(path).points.values():
        assert point.quantity in QUANTITIES, point.name


@every_map
def test_what_is_decoded_is_encoded_again(path: Path) -> None:
    for point in loaded(path).points.values():
        for raw in samples(point):
            check_round_trip(point, raw)


def samples(point: MapPoint) -> list[Value]:
    """Raw values that the point can hold and that mean something."""
    one, meaning = point.point, point.point.meaning
    if one.table.is_bits:
        return [True, False]
    if one.type == "string":
        return ["A1", ""]
    if one.type in FLOATS:
        return [0.0, 1.5, -2.25]
    if meaning is not None and meaning.scale_register is not None:
        return []  # needs a second register: tests of the scale registers cover it
    if meaning is not None and meaning.enum:
        return [number << meaning.shift for number, _ in meaning.enum]
    if meaning is not None and meaning.flags:
        return [sum(1 << bit for bit, _ in meaning.flags) << meaning.shift, 0]
    if meaning is not None and meaning.mask is not None:
        return [meaning.mask, 0]
    numbers: list[Value] = [0, 1, 117]
    if one.type.startswith("int"):
        numbers.append(-117)
    if INTEGERS[one.type][1] > 1:
        numbers.append(70_000)
    sentinels = meaning.nan if meaning is not None else ()
    return [number for number in numbers if number not in sentinels]


def check_round_trip(point: MapPoint, raw: Value) -> None:
    one = point.point
    if one.table.is_bits:
        value = one.decode(b"\x01" if raw else b"\x00")
        assert one.encode(value) is raw
        return
    data = encode_value(one.type, one.order, raw, one.length)
    value = one.decode(data)
    again = one.encode(value)
    assert isinstance(again, bytes)
    if one.type in FLOATS:
        back = one.decode(again)
        assert isinstance(value, float | int)
        assert isinstance(back, float | int)
        assert math.isclose(value, back, rel_tol=1e-3), point.name
    elif one.meaning is not None and one.meaning.enum:
        assert one.decode(again) == value, point.name
    else:
        assert again == data, f"{point.name}: {raw!r} became {value!r}"
