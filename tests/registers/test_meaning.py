"""What a raw value stands for: labels, flags, fields of bits, sentinels, scale registers, texts, times."""

from __future__ import annotations

import math

import pytest

from port502.errors import UsageError
from port502.registers.meaning import Meaning, ScaleRegister, factor, power_of_ten
from port502.registers.planner import plan
from port502.registers.point import Point
from port502.registers.reference import Table
from port502.registers.values import DecodeError, NotAvailableError, Value

STATES = ((0, "stopped"), (1, "running"), (-1, "unknown to itself"))
ALARMS = ((0, "overvoltage"), (3, "fan"), (15, "door"))


def point(meaning: Meaning, type: str = "uint16", **rest: object) -> Point:  # noqa: A002
    return Point("p", Table.HOLDING, 10, type, meaning=meaning, **rest)  # type: ignore[arg-type]


def decoded(one: Point, *registers: int) -> Value:
    return one.decode(b"".join(register.to_bytes(2, "big") for register in registers))


@pytest.mark.parametrize(
    ("raw", "label"), [(0, "stopped"), (1, "running"), (0xFFFF, "unknown to itself"), (7, "unknown (7)")]
)
def test_a_number_is_its_label_and_back(raw: int, label: str) -> None:
    one = point(Meaning(enum=STATES), "int16")
    assert decoded(one, raw) == label
    assert one.encode(label) == raw.to_bytes(2, "big")
    assert one.encode(raw if raw < 0x8000 else raw - 0x10000) == raw.to_bytes(2, "big")


def test_a_label_is_found_in_any_case_and_a_wrong_one_is_refused_with_the_known_ones() -> None:
    one = point(Meaning(enum=STATES))
    assert one.encode(" Running ") == b"\0\1"
    with pytest.raises(UsageError, match="p: 'runing' is no label here; there are stopped, running"):
        one.encode("runing")


def test_several_numbers_are_several_labels() -> None:
    one = point(Meaning(enum=STATES), count=3)
    assert decoded(one, 1, 0, 9) == ("running", "stopped", "unknown (9)")
    assert one.encode(("running", "stopped", 9)) == b"\0\1\0\0\0\x09"


@pytest.mark.parametrize(
    ("raw", "labels"),
    [(0, ()), (1, ("overvoltage",)), (0x8008, ("fan", "door")), (0x0011, ("overvoltage", "bit 4"))],
)
def test_flags_are_the_labels_of_the_bits_that_are_set(raw: int, labels: tuple[str, ...]) -> None:
    one = point(Meaning(flags=ALARMS))
    assert decoded(one, raw) == labels
    assert one.encode(labels) == raw.to_bytes(2, "big")


def test_flags_refuse_what_is_no_label() -> None:
    one = point(Meaning(flags=ALARMS))
    assert one.encode("fan") == b"\0\x08"
    for wrong in (("fam",), (3,), "no"):
        with pytest.raises(UsageError, match="label"):
            one.encode(wrong)


def test_a_field_of_bits_is_shifted_down_and_up() -> None:
    one = point(Meaning(mask=0x00F0))
    assert decoded(one, 0xAB3F) == 3
    assert one.encode(15) == b"\0\xf0"
    with pytest.raises(UsageError, match=r"0\.\.15"):
        one.encode(16)
    with pytest.raises(UsageError, match="the mask 0x9 has no room for 2"):
        point(Meaning(mask=0b1001)).encode(2)
    labelled = point(Meaning(mask=0x0F00, enum=((11, "eco"),)))
    assert decoded(labelled, 0xAB3F) == "eco"
    assert labelled.encode("eco") == b"\x0b\0"
    scaled = point(Meaning(mask=0xFF00), scale=0.5)
    assert decoded(scaled, 0x0304) == 1.5


@pytest.mark.parametrize(
    ("kind", "nan", "registers"),
    [
        ("int16", -32768, (0x8000,)),
        ("uint16", 65535, (0xFFFF,)),
        ("int32", -(2**31), (0x8000, 0)),
        ("uint32", 2**32 - 1, (0xFFFF, 0xFFFF)),
        ("float32", math.nan, (0x7FC0, 0)),
        ("float32", -9999.0, (0xC61C, 0x3C00)),
    ],
)
def test_a_sentinel_is_not_available_and_never_a_number(
    kind: str, nan: float, registers: tuple[int, ...]
) -> None:
    one = point(Meaning(nan=(nan,)), kind, scale=0.1 if kind != "float32" else 1.0)
    with pytest.raises(NotAvailableError, match="not available") as raised:
        decoded(one, *registers)
    assert raised.value.fault == "not available"
    assert one.encode_raw(nan) == b"".join(register.to_bytes(2, "big") for register in registers)
    assert isinstance(decoded(one, *([0] * len(registers))), int | float)


def test_one_sentinel_among_several_values_spoils_them_all() -> None:
    one = point(Meaning(nan=(0xFFFF,)), count=2)
    assert decoded(one, 1, 2) == (1, 2)
    with pytest.raises(NotAvailableError):
        decoded(one, 1, 0xFFFF)


def test_sentinels_in_a_block_stand_beside_good_values() -> None:
    good = Point("good", Table.HOLDING, 0, scale=0.1)
    gone = Point("gone", Table.HOLDING, 1, "int16", meaning=Meaning(nan=(-32768,)))
    block = plan([good, gone])[0]
    values = {one.name: value for one, value in block.values(b"\x09\x0d\x80\x00")}
    assert values["good"] == 231.7
    assert isinstance(values["gone"], NotAvailableError)


@pytest.mark.parametrize(
    ("exponent", "value"), [(0, 2317), (-1, 231.7), (-2, 23.17), (2, 231700), (-10, 2.317e-07)]
)
def test_a_scale_register_before_or_behind_the_value(exponent: int, value: float) -> None:
    raw = exponent.to_bytes(2, "big", signed=True)
    for address, data, place in ((8, raw + b"\0\0\x09\x0d", 4), (12, b"\x09\x0d\0\0" + raw, 0)):
        one = point(Meaning(scale_register=ScaleRegister(address)), "int16")
        assert one.decode(data, place) == value
        assert (one.start, one.stop) == (min(10, address), max(11, address + 1))
    assert one.scaled(exponent).encode(value) == b"\x09\x0d"


def test_a_value_is_planned_together_with_its_scale_register() -> None:
    one = point(Meaning(scale_register=ScaleRegister(14)), "int16")
    other = Point("far", Table.HOLDING, 200)
    near, far = plan([one, other])
    assert (near.address, near.quantity, far.address) == (10, 5, 200)
    assert near.values(b"\0\x05\0\0\0\0\0\0\0\1")[0][1] == 50
    assert one.extent.protocol_form == "holding:10"
    assert one.extent.count == 5


@pytest.mark.parametrize("exponent", [11, -11, 32767])
def test_a_scale_register_without_sense_is_no_value(exponent: int) -> None:
    one = point(Meaning(scale_register=ScaleRegister(11)), "int16")
    with pytest.raises(DecodeError, match="power of ten"):
        one.decode(b"\0\1" + exponent.to_bytes(2, "big", signed=True))


def test_a_scale_register_that_is_not_there_is_no_value() -> None:
    one = point(Meaning(scale_register=ScaleRegister(11), nan=(-32768,)), "int16")
    with pytest.raises(NotAvailableError):
        one.decode(b"\0\1\x80\0")
    with pytest.raises(NotAvailableError):
        one.decode(b"\x80\0\0\0")
    with pytest.raises(DecodeError, match="was not read with it"):
        one.decode(b"\0\1")
    with pytest.raises(UsageError, match="scale register must be read"):
        one.encode(1)


def test_a_scale_register_out_of_reach_leaves_the_exponent_that_is_known() -> None:
    one = point(Meaning(scale_register=ScaleRegister(500, exponent=-1)), "int16")
    assert (one.start, one.stop) == (10, 11)
    assert one.decode(b"\0\x15") == 2.1


@pytest.mark.parametrize(
    ("encoding", "data", "text"),
    [
        ("ascii", b"SDM630\0\0", "SDM630"),
        ("ascii", b"AB\0rubbish"[:8], "AB"),
        ("latin-1", b"\xdcber\0\0\0\0", "Über"),
        ("utf-8", "Übe€".encode()[:8].ljust(8, b"\0"), "Übe€"),
        ("utf-16", "Über".encode("utf-16-be"), "Über"),
    ],
)
def test_texts_in_their_encoding(encoding: str, data: bytes, text: str) -> None:
    one = point(Meaning(encoding=encoding), "string", length=4)
    assert one.decode(data) == text
    assert one.decode(one.encode(text)) == text  # type: ignore[arg-type]


def test_texts_that_do_not_fit_their_encoding() -> None:
    with pytest.raises(DecodeError, match="no utf-8 text"):
        point(Meaning(encoding="utf-8"), "string", length=2).decode(b"\xff\xfe\xff\xfe")
    with pytest.raises(UsageError, match="cannot be written in ascii"):
        point(Meaning(encoding="ascii"), "string", length=2).encode("ü")
    with pytest.raises(UsageError, match="holds 4 bytes"):
        point(Meaning(encoding="utf-16"), "string", length=2).encode("abc")


def test_labels_of_single_bits() -> None:
    one = Point("run", Table.COIL, 3, meaning=Meaning(enum=((0, "off"), (1, "on"))))
    assert one.decode(b"\x08", 3) == "on"
    assert one.decode(b"\x00", 3) == "off"
    assert one.encode("on") is True
    pair = Point("run", Table.COIL, 3, count=2, meaning=Meaning(enum=((0, "off"), (1, "on"))))
    assert pair.decode(b"\x08", 3) == ("on", "off")
    assert pair.encode(("on", "off")) == b"\x01"


@pytest.mark.parametrize(
    ("meaning", "rest", "message"),
    [
        (Meaning(enum=STATES, flags=ALARMS), {}, "either enum or flags"),
        (Meaning(enum=STATES), {"scale": 0.1}, "no scale"),
        (Meaning(flags=ALARMS), {"type": "int16"}, "unsigned"),
        (Meaning(mask=3), {"type": "float32"}, "unsigned"),
        (Meaning(mask=0x10000), {}, "of the 16"),
        (Meaning(mask=0), {}, "of the 16"),
        (Meaning(enum=STATES), {"type": "float32"}, "no labels"),
        (Meaning(encoding="ascii"), {}, "encoding of a string"),
        (Meaning(encoding="ebcdic"), {"type": "string", "length": 2}, "encoding of a string"),
        (Meaning(epoch="unix"), {"type": "float32"}, "one integer"),
        (Meaning(epoch="ymdhms"), {}, "takes 6 registers"),
        (Meaning(epoch="mayan"), {}, "unknown epoch"),
        (Meaning(scale_register=ScaleRegister(1)), {"type": "float32"}, "plain integer"),
        (Meaning(scale_register=ScaleRegister(1), mask=3), {}, "plain integer"),
    ],
)
def test_what_no_value_can_mean(meaning: Meaning, rest: dict[str, object], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        point(meaning, **rest)  # type: ignore[arg-type]


def test_powers_of_ten_are_decimal() -> None:
    assert power_of_ten(0.1, -2) == 0.001
    assert power_of_ten(5, 3) == 5000
    assert factor(1, 0, 0) is None
    assert factor(0.1, 0, -1)(2317) == 23.17  # type: ignore[misc]
