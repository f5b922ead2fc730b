"""Value types and orders: known bytes, ranges, and what is no value."""

from __future__ import annotations

import math

import pytest

from port502.errors import Port502Error, UsageError
from port502.registers.values import (
    ORDERS,
    TYPES,
    DecodeError,
    Value,
    decode_value,
    decoder,
    decoder_many,
    encode_value,
    reorder,
    value_fault,
    width_of,
)


@pytest.mark.parametrize(
    ("kind", "order", "data", "value"),
    [
        ("uint16", "abcd", "ff38", 65336),
        ("uint16", "cdab", "ff38", 65336),
        ("uint16", "badc", "ff38", 0x38FF),
        ("uint16", "dcba", "ff38", 0x38FF),
        ("int16", "abcd", "ff38", -200),
        ("uint32", "abcd", "01020304", 0x01020304),
        ("uint32", "cdab", "01020304", 0x03040102),
        ("uint32", "badc", "01020304", 0x02010403),
        ("uint32", "dcba", "01020304", 0x04030201),
        ("int32", "abcd", "fffffffe", -2),
        ("int32", "cdab", "fffeffff", -2),
        ("uint64", "abcd", "0102030405060708", 0x0102030405060708),
        ("uint64", "cdab", "0102030405060708", 0x0708050603040102),
        ("uint64", "badc", "0102030405060708", 0x0201040306050807),
        ("uint64", "dcba", "0102030405060708", 0x0807060504030201),
        ("int64", "abcd", "ffffffffffffffff", -1),
        ("float32", "abcd", "43670000", 231.0),
        ("float32", "cdab", "00004367", 231.0),
        ("float32", "badc", "67430000", 231.0),
        ("float32", "dcba", "00006743", 231.0),
        ("float64", "abcd", "406ce00000000000", 231.0),
        ("float64", "cdab", "000000000000406c"[:12] + "406c", 224.0),
        ("bcd16", "abcd", "1234", 1234),
        ("bcd16", "badc", "3412", 1234),
        ("bcd32", "abcd", "12345678", 12345678),
        ("bcd32", "cdab", "56781234", 12345678),
        ("bits", "abcd", "8001", (True, *[False] * 14, True)),
        ("bits", "abcd", "0100", (*[False] * 8, True, *[False] * 7)),
        ("bits", "dcba", "0100", (True, *[False] * 15)),
    ],
)
def test_known_bytes(kind: str, order: str, data: str, value: Value) -> None:
    assert decode_value(kind, order, bytes.fromhex(data)) == value
    assert encode_value(kind, order, value) == bytes.fromhex(data)


@pytest.mark.parametrize(
    ("order", "data", "text"),
    [
        ("abcd", b"BOILER 7\0\0\0\0\0\0\0\0", "BOILER 7"),
        ("abcd", b"BOILER 7        ", "BOILER 7"),
        ("abcd", b"\0" * 16, ""),
        ("badc", b"OBLIRE7 \0\0\0\0\0\0\0\0", "BOILER 7"),
        ("abcd", "Zähler 3".encode().ljust(16, b"\0"), "Zähler 3"),
        ("abcd", b"Z\xe4hler 3".ljust(16, b"\0"), "Zähler 3"),
    ],
)
def test_strings_lose_their_padding_and_are_utf8_or_else_latin1(order: str, data: bytes, text: str) -> None:
    assert decode_value("string", order, data, 8) == text


def test_strings_are_filled_with_nuls() -> None:
    assert encode_value("string", "abcd", "pump", 4) == b"pump\0\0\0\0"


@pytest.mark.parametrize(
    ("kind", "width"),
    [
        ("uint16", 1),
        ("int16", 1),
        ("bcd16", 1),
        ("bits", 1),
        ("uint32", 2),
        ("int32", 2),
        ("float32", 2),
        ("bcd32", 2),
        ("uint64", 4),
        ("int64", 4),
        ("float64", 4),
    ],
)
def test_widths(kind: str, width: int) -> None:
    assert width_of(kind) == width


def test_every_type_of_the_grammar_is_there() -> None:
    words = "uint16 int16 uint32 int32 uint64 int64 float16 float32 float64 string bcd16 bcd32 bits"
    assert set(TYPES) == set(words.split())
    assert set(ORDERS) == {"abcd", "cdab", "badc", "dcba"}


@pytest.mark.parametrize(
    ("kind", "length"), [("string", None), ("string", 0), ("uint16", 2), ("uint17", None)]
)
def test_widths_that_make_no_sense(kind: str, length: int | None) -> None:
    with pytest.raises(UsageError):
        width_of(kind, length)


@pytest.mark.parametrize(
    ("kind", "value", "range_text"),
    [
        ("uint16", 65536, "0..65535"),
        ("uint16", -1, "0..65535"),
        ("int16", 32768, "-32768..32767"),
        ("int16", -32769, "-32768..32767"),
        ("uint32", 1 << 32, "0..4294967295"),
        ("int32", -(1 << 31) - 1, "-2147483648..2147483647"),
        ("uint64", 1 << 64, "0..18446744073709551615"),
        ("int64", 1 << 63, "-9223372036854775808..9223372036854775807"),
        ("float32", 1e39, "3.4028235e38"),
        ("float64", 10**400, "1.797e308"),
        pytest.param("int16", 10**5000, "thousands of digits", id="int16-huge"),
        ("bcd16", 10000, "0..9999"),
        ("bcd16", -1, "0..9999"),
        ("bcd32", 10**8, "0..99999999"),
        ("bits", 65536, "0..65535"),
        ("bits", (True,) * 15, "16 times"),
        ("bits", (2,) * 16, "16 times"),
        ("uint16", 1.5, "0..65535"),
        ("uint16", math.nan, "0..65535"),
        ("uint16", math.inf, "0..65535"),
        ("uint16", True, "0..65535"),
        ("uint16", "7", "0..65535"),
        ("float32", "7", "numbers"),
        ("float32", True, "numbers"),
        ("string", 7, "text"),
        ("string", "abcde", "4 bytes, got 5"),
        ("string", "ääb", "4 bytes, got 5"),
    ],
)
def test_h288_what_does_not_fit_is_refused_with_the_range(kind: str, value: Value, range_text: str) -> None:
    with pytest.raises(UsageError) as caught:
        encode_value(kind, "abcd", value, 2 if kind == "string" else None)
    assert range_text in str(caught.value)
    assert len(str(caught.value)) < 300


def test_whole_floats_are_integers_and_bits_may_be_a_number() -> None:
    assert encode_value("uint16", "abcd", 42.0) == b"\0\x2a"
    assert encode_value("bits", "abcd", 0x8001) == b"\x80\x01"


@pytest.mark.parametrize(("kind", "data"), [("bcd16", "12a4"), ("bcd16", "ffff"), ("bcd32", "1234567f")])
def test_bcd_digits_above_nine_are_an_error_and_no_number(kind: str, data: str) -> None:
    with pytest.raises(DecodeError, match=data):
        decode_value(kind, "abcd", bytes.fromhex(data))
    assert issubclass(DecodeError, Port502Error)


@pytest.mark.parametrize(("kind", "size"), [("uint16", 1), ("uint16", 4), ("float32", 2), ("bits", 3)])
def test_the_bytes_must_be_those_of_one_value(kind: str, size: int) -> None:
    with pytest.raises(UsageError, match=f"got {size}"):
        decode_value(kind, "abcd", bytes(size))


def test_unknown_types_and_orders_are_named() -> None:
    with pytest.raises(UsageError, match="uint17"):
        decoder("uint17")
    with pytest.raises(UsageError, match="acbd"):
        decoder("uint32", "acbd")
    with pytest.raises(UsageError, match="acbd"):
        decoder_many("uint32", "acbd", None, 2)
    with pytest.raises(UsageError, match="acbd"):
        reorder(b"1234", "acbd")


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("kind", TYPES)
def test_decoders_read_at_an_offset_one_or_many(kind: str, order: str) -> None:
    length = 3 if kind == "string" else None
    size = 2 * width_of(kind, length)
    values: list[Value] = [f"ab{n}" if kind == "string" else n * 1010 for n in range(1, 4)]
    if kind == "bits":
        values = [tuple(bool(n >> bit & 1) for bit in range(16)) for n in (1, 0x8000, 0x1234)]
    data = b"\x99\x99" + b"".join(encode_value(kind, order, value, length) for value in values) + b"\x99\x99"
    one = decoder(kind, order, length)
    assert [one(data, 2 + index * size) for index in range(3)] == values
    many = decoder_many(kind, order, length, 3)(data, 2)
    flat = tuple(bit for value in values for bit in value) if kind == "bits" else tuple(values)  # type: ignore[union-attr]
    assert many == flat
    assert isinstance(many, tuple)


def test_a_decoder_is_made_once() -> None:
    assert decoder("float32", "cdab") is decoder("float32", "cdab")


@pytest.mark.parametrize(
    ("value", "fault"),
    [
        (math.nan, "not a number"),
        (math.inf, "infinite"),
        (-math.inf, "infinite"),
        ((1.0, math.nan), "not a number"),
        (0.0, ""),
        (7, ""),
        ("nan", ""),
        ((1.0, 2.0), ""),
        (None, ""),
    ],
)
def test_h135_values_that_are_no_number_say_so(value: Value | None, fault: str) -> None:
    assert value_fault(value) == fault


def test_h135_nan_arrives_as_nan() -> None:
    value = decode_value("float32", "abcd", bytes.fromhex("7fc00000"))
    assert isinstance(value, float)
    assert math.isnan(value)


def test_a_string_without_its_length_is_asked_for_it() -> None:
    with pytest.raises(UsageError, match=r"such as string\[8\]$"):
        width_of("string")
    with pytest.raises(UsageError, match=r"such as string\[8\], got 0$"):
        width_of("string", 0)
