"""Maps of any shape: what is written of a value is read again, a compiled map is the map, no file breaks the loader."""

from __future__ import annotations

import math
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from port502.errors import UsageError
from port502.registers.maps.compiled import dump_map, parse_map
from port502.registers.maps.lints import lint
from port502.registers.maps.model import DeviceMap, MapPoint
from port502.registers.maps.naming import check_map_name, own_path
from port502.registers.maps.quantities import QUANTITIES
from port502.registers.maps.units import units
from port502.registers.maps.write_rule import WriteRule
from port502.registers.meaning import Meaning, ScaleRegister
from port502.registers.planner import Limits, check_points, plan
from port502.registers.point import Point
from port502.registers.reference import Table
from port502.registers.values import INTEGERS, ORDERS, NotAvailableError
from port502.registers.writes import holds, needs_current, request_of
from port502.site.document import Document
from port502.site.map_file import understand_map

UNSIGNED = st.sampled_from(["uint16", "uint32", "uint64"])
LABELS = st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=1, max_size=8)
FINITE = st.floats(-1e6, 1e6)


def width(kind: str) -> int:
    return 16 * INTEGERS[kind][1]


@st.composite
def labels(draw: st.DrawFn, highest: int) -> tuple[tuple[int, str], ...]:
    numbers = draw(st.lists(st.integers(0, highest), min_size=1, max_size=min(6, highest + 1), unique=True))
    names = draw(st.lists(LABELS, min_size=len(numbers), max_size=len(numbers), unique_by=str.lower))
    return tuple(zip(numbers, names, strict=True))


@st.composite
def labelled_points(draw: st.DrawFn) -> Point:
    kind = draw(UNSIGNED)
    shift = draw(st.integers(0, width(kind) - 1))
    size = draw(st.integers(1, width(kind) - shift))
    mask = draw(st.none() | st.just(((1 << size) - 1) << shift))
    highest = (1 << width(kind)) - 1 if mask is None else (1 << size) - 1
    enum = draw(labels(min(highest, 1 << 16)))
    return Point(
        "p", Table.HOLDING, 0, kind, draw(st.sampled_from(ORDERS)), meaning=Meaning(mask=mask, enum=enum)
    )


@given(labelled_points(), st.data())
def test_labels_and_fields_survive_every_order(point: Point, data: st.DataObject) -> None:
    assert point.meaning is not None
    number, label = data.draw(st.sampled_from(point.meaning.enum))
    encoded = point.encode(label)
    assert isinstance(encoded, bytes)
    assert point.decode(encoded) == label
    assert point.encode(number) == encoded


@given(labelled_points(), st.data())
def test_a_write_changes_a_field_and_nothing_beside_it(point: Point, data: st.DataObject) -> None:
    meaning = point.meaning
    assert meaning is not None
    current = data.draw(st.lists(st.integers(0, 0xFFFF), min_size=point.width, max_size=point.width))
    _, label = data.draw(st.sampled_from(meaning.enum))
    if not needs_current(point, 16):
        return
    _, sent = request_of(point, label, 16, current)
    before, after = (b"".join(word.to_bytes(2, "big") for word in words) for words in (current, sent))
    assert point.decode(after) == label
    plain = Point("p", Table.HOLDING, 0, point.type, point.order)
    old, new = plain.decode(before), plain.decode(after)
    assert isinstance(old, int)
    assert isinstance(new, int)
    assert meaning.mask is not None
    assert (old ^ new) & ~meaning.mask == 0
    assert holds(point, sent, sent)


@given(st.sets(st.integers(0, 15)), st.sets(st.integers(0, 15), min_size=1))
def test_flags_are_exactly_the_bits_that_are_set(bits: set[int], known: set[int]) -> None:
    point = Point("p", Table.HOLDING, 0, meaning=Meaning(flags=tuple((bit, f"f{bit}") for bit in known)))
    raw = sum(1 << bit for bit in bits)
    told = point.decode(raw.to_bytes(2, "big"))
    assert isinstance(told, tuple)
    assert set(told) == {f"f{bit}" if bit in known else f"bit {bit}" for bit in bits}
    assert point.encode(told) == raw.to_bytes(2, "big")


@given(st.sampled_from(["int16", "uint16", "int32", "uint32"]), st.integers(-(2**31), 2**32 - 1), st.data())
def test_a_sentinel_is_never_a_number_and_a_number_never_a_sentinel(
    kind: str, raw: int, data: st.DataObject
) -> None:
    low = -(1 << width(kind) - 1) if kind[0] == "i" else 0
    value = low + raw % (1 << width(kind))
    nan = data.draw(st.just(value) | st.integers(low, low + (1 << width(kind)) - 1))
    point = Point("p", Table.HOLDING, 0, kind, scale=0.1, meaning=Meaning(nan=(nan,)))
    try:
        read = point.decode(point.encode_raw(value))
    except NotAvailableError:
        assert value == nan
    else:
        assert value != nan
        assert read == value / 10


@given(st.integers(-(2**15) + 1, 2**15 - 1), st.integers(-10, 10), st.integers(0, 124), st.integers(0, 124))
def test_a_scale_register_anywhere_within_reach_gives_the_decimal_value(
    raw: int, exponent: int, address: int, where: int
) -> None:
    if address == where:
        return
    point = Point("p", Table.HOLDING, address, "int16", meaning=Meaning(scale_register=ScaleRegister(where)))
    registers = bytearray(250)
    registers[2 * address : 2 * address + 2] = raw.to_bytes(2, "big", signed=True)
    registers[2 * where : 2 * where + 2] = exponent.to_bytes(2, "big", signed=True)
    block = plan([point], Limits(max_registers=125))[0]
    ((_, value),) = block.values(bytes(registers[2 * block.address : 2 * block.end]))
    assert value == (raw * 10**exponent if exponent >= 0 else raw / 10**-exponent)
    assert point.scaled(exponent).encode(value) == raw.to_bytes(2, "big", signed=True)  # type: ignore[arg-type]


@st.composite
def map_points(draw: st.DrawFn, name: str) -> MapPoint:
    kind = draw(st.sampled_from(["uint16", "int16", "uint32", "float32", "uint64"]))
    meaning = draw(st.none() | st.builds(Meaning, nan=st.tuples(st.integers(0, 100))))
    unit = draw(st.sampled_from([*units().values()]))
    return MapPoint(
        Point(
            name,
            draw(st.sampled_from([Table.INPUT, Table.HOLDING])),
            draw(st.integers(0, 65000)),
            kind,
            draw(st.sampled_from(ORDERS)),
            scale=draw(st.sampled_from([1.0, 0.1, 0.001, 10.0])),
            unit=unit.pretty,
            quantity=draw(st.sampled_from(sorted(QUANTITIES))),
            meaning=meaning,
        ),
        unit.code,
        draw(st.sampled_from(["fast", "normal", "slow", "static"])),
        write=draw(st.none() | st.builds(WriteRule, FINITE, FINITE)),
        note=draw(st.text(max_size=10)),
    )


@st.composite
def device_maps(draw: st.DrawFn) -> DeviceMap:
    count = draw(st.integers(0, 20))
    return DeviceMap.of("a/b", [draw(map_points(f"p{index}")) for index in range(count)], models=("M",))


@given(device_maps())
def test_a_compiled_map_is_the_map(known: DeviceMap) -> None:
    assert parse_map(dump_map(known)) == known


@given(device_maps())
def test_any_map_can_be_doubted_and_planned(known: DeviceMap) -> None:
    lint(known)
    check_points(known.concrete(), known.limits)
    read = [point.name for block in plan(known.concrete(), known.limits) for point in block.points]
    assert sorted(read) == sorted(known.points)


@given(st.text(max_size=60))
def test_a_name_of_a_map_leads_nowhere_else(name: str) -> None:
    base = Path("/base")
    for path in (check_map_name, lambda text: own_path(text, base)):
        try:
            found = path(name)
        except UsageError:
            continue
        assert "\0" not in str(found)
        assert base in (base / str(found)).resolve().parents or (base / str(found)).resolve() == base


HEAD = "map: a/b\nmanufacturer: A\ncategory: plc\n"
SCALARS = st.one_of(
    st.integers(-70000, 70000),
    st.floats(allow_nan=False),
    st.booleans(),
    st.none(),
    st.sampled_from(["V", "holding:1", "x", "40001"]),
)
KEYS = "ref type order length scale offset unit quantity enum flags mask nan epoch encoding write when poll x"


@given(
    st.dictionaries(
        st.sampled_from(KEYS.split()),
        SCALARS | st.dictionaries(st.integers(0, 20), SCALARS, max_size=3) | st.lists(SCALARS, max_size=3),
        max_size=6,
    )
)
def test_a_point_of_any_shape_is_a_point_or_faults_with_places(entry: dict[str, object]) -> None:
    text = f"{HEAD}points:\n  p: {_flow({'ref': 'holding:5'} | entry)}\n"
    known, faults = understand_map(Document(Path("m.yaml"), text, {}))
    errors = [fault for fault in faults if fault.severity == "error"]
    assert (known is None) == bool(errors)
    assert all(fault.line for fault in faults)
    if known is not None:
        assert dump_map(parse_map(dump_map(known))) == dump_map(known)


def _flow(value: object) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_flow(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_flow, value)) + "]"
    if isinstance(value, float) and not math.isfinite(value):
        return "0"
    return "null" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
