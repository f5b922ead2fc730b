"""References, values and points for all inputs: what goes in comes out, and nothing else is raised than our errors."""

from __future__ import annotations

import math
from contextlib import suppress
from struct import pack, unpack

from hypothesis import example, given
from hypothesis import strategies as st

from port502.errors import UsageError
from port502.registers.point import Point
from port502.registers.reference import HIGHEST_ADDRESS, Reference, Table, parse_reference
from port502.registers.text import format_value, parse_value
from port502.registers.values import (
    FLOATS,
    ORDERS,
    TYPES,
    Value,
    decode_value,
    decoder_many,
    encode_value,
    reorder,
    width_of,
)

ORDER = st.sampled_from(ORDERS)
REGISTER_TYPES = st.sampled_from(TYPES)


def lengths(kind: str) -> st.SearchStrategy[int | None]:
    return st.integers(1, 20) if kind == "string" else st.none()


def values(kind: str, length: int | None) -> st.SearchStrategy[Value]:
    if kind == "string":
        texts = st.text(st.characters(codec="utf-8"), max_size=2 * (length or 0)).map(
            lambda text: text.rstrip("\0 ")
        )
        return texts.filter(lambda text: len(text.encode()) <= 2 * (length or 0))
    if kind == "bits":
        return st.tuples(*[st.booleans()] * 16)
    if kind in FLOATS:
        return st.floats(width=16 * width_of(kind))
    if kind in ("bcd16", "bcd32"):
        return st.integers(0, 10 ** (4 * width_of(kind)) - 1)
    bits = 16 * width_of(kind)
    return (
        st.integers(0, 2**bits - 1)
        if kind[0] == "u"
        else st.integers(-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)
    )


@st.composite
def typed_values(draw: st.DrawFn) -> tuple[str, int | None, Value]:
    kind = draw(REGISTER_TYPES)
    length = draw(lengths(kind))
    return kind, length, draw(values(kind, length))


@st.composite
def references(draw: st.DrawFn) -> Reference:
    table = draw(st.sampled_from(list(Table)))
    kind = None if table.is_bits else draw(st.none() | REGISTER_TYPES)
    length = draw(lengths(kind)) if kind else None
    order = draw(ORDER) if kind else "abcd"
    width = 1 if table.is_bits else width_of(kind or "uint16", length)
    count = draw(st.integers(1, 500))
    return Reference(
        table, draw(st.integers(0, HIGHEST_ADDRESS + 1 - count * width)), count, kind, order, length
    )


def same(one: Value, other: Value) -> bool:
    if isinstance(one, float) and math.isnan(one):
        return isinstance(other, float) and math.isnan(other)
    return one == other and type(one) is type(other)


@given(typed_values(), ORDER)
def test_every_value_of_every_type_survives_every_order(
    typed: tuple[str, int | None, Value], order: str
) -> None:
    kind, length, value = typed
    data = encode_value(kind, order, value, length)
    assert len(data) == 2 * width_of(kind, length)
    assert same(decode_value(kind, order, data, length), value)


@given(typed_values())
def test_orders_move_bytes_as_their_names_say(typed: tuple[str, int | None, Value]) -> None:
    kind, length, value = typed
    plain = encode_value(kind, "abcd", value, length)
    words = [plain[at : at + 2] for at in range(0, len(plain), 2)]
    assert encode_value(kind, "cdab", value, length) == b"".join(reversed(words))
    assert encode_value(kind, "badc", value, length) == b"".join(word[::-1] for word in words)
    assert encode_value(kind, "dcba", value, length) == plain[::-1]


@given(st.binary(max_size=40).filter(lambda data: len(data) % 2 == 0), ORDER)
def test_reordering_twice_changes_nothing(data: bytes, order: str) -> None:
    assert reorder(reorder(data, order), order) == data


@given(st.sampled_from(["uint16", "int32", "uint64", "float32", "float64"]), ORDER, st.data())
def test_many_values_are_what_single_ones_are(kind: str, order: str, data: st.DataObject) -> None:
    many = data.draw(st.lists(values(kind, None), min_size=1, max_size=10))
    encoded = b"\0\0" + b"".join(encode_value(kind, order, value) for value in many)
    decoded = decoder_many(kind, order, None, len(many))(encoded, 2)
    assert all(same(one, other) for one, other in zip(decoded, many, strict=True))


@given(references())
def test_a_reference_reads_its_own_writing(reference: Reference) -> None:
    assert parse_reference(str(reference)) == reference
    assert parse_reference(reference.reference_form) == Reference(reference.table, reference.address)
    singles = list(reference.each())
    assert len(singles) == reference.count
    assert sum(single.span for single in singles) == reference.span
    assert singles == [reference] or [parse_reference(single.text) for single in singles] == singles


@given(st.text(max_size=30) | st.from_regex(r"[hicd4013%@:x.*/\[\]0-9A-Za-z-]{0,20}", fullmatch=True))
@example("0x")
@example("%M")
@example("*")
@example("h:0..")
@example("h:٣")
def test_any_text_is_a_reference_or_a_usage_error(text: str) -> None:
    with suppress(UsageError):
        reference = parse_reference(text)
        assert 0 <= reference.address <= reference.address + reference.span - 1 <= HIGHEST_ADDRESS


@given(
    st.integers(0, 0xFFFF),
    st.decimals(-1000, 1000, places=4).filter(lambda scale: scale != 0),
    st.decimals(-1000, 1000, places=3),
)
def test_scaled_registers_are_exact_decimals_and_come_back(raw: int, scale: object, offset: object) -> None:
    point = Point("p", Table.HOLDING, 0, scale=float(str(scale)), offset=float(str(offset)))
    data = raw.to_bytes(2, "big")
    value = point.decode(data)
    assert value == float(raw * scale + offset)  # type: ignore[operator]
    assert point.encode(value) == data


@given(typed_values(), ORDER, st.integers(1, 4), st.integers(0, 8))
def test_points_of_any_type_come_back(
    typed: tuple[str, int | None, Value], order: str, count: int, at: int
) -> None:
    kind, length, value = typed
    if isinstance(value, float) and not math.isfinite(value):
        return
    point = Point("p", Table.INPUT, 0, kind, order, length, count)
    repeated: Value = value
    if count > 1:
        repeated = value * count if isinstance(value, tuple) else (value,) * count
    data = point.encode(repeated)
    assert isinstance(data, bytes)
    assert len(data) == 2 * point.width
    assert point.decode(bytes(2 * at) + data, 2 * at) == repeated


@given(st.lists(st.booleans(), min_size=2, max_size=40), st.integers(0, 40))
def test_coils_come_back_from_any_place(bits: list[bool], at: int) -> None:
    point = Point("p", Table.COIL, 0, count=len(bits))
    packed = point.encode(tuple(bits))
    assert isinstance(packed, bytes)
    shifted = (int.from_bytes(packed, "little") << at).to_bytes(len(packed) + 6, "little")
    assert point.decode(shifted, at) == tuple(bits)


@given(st.floats(width=32, allow_nan=False, allow_infinity=False))
def test_shown_floats_name_the_very_number(value: float) -> None:
    shown = format_value(value, "float32")
    assert unpack(">f", pack(">f", float(shown)))[0] == value
    point = Point("p", Table.HOLDING, 0, "float32")
    assert point.encode(parse_value(shown, point)) == point.encode(value)


@given(st.text(max_size=50), references())
def test_any_text_is_a_value_or_a_usage_error(text: str, reference: Reference) -> None:
    point = Point.from_reference(reference)
    with suppress(UsageError):
        data = point.encode(parse_value(text, point))
        assert isinstance(data, bool) if point.table.is_bits and point.count == 1 else isinstance(data, bytes)
