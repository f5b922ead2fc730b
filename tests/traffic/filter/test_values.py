"""Values as a filter writes them."""

from __future__ import annotations

import time

import pytest

from port502.traffic.filter.error import FilterError
from port502.traffic.filter.fields import FIELDS
from port502.traffic.filter.syntax import Literal_
from port502.traffic.filter.values import Constant, constant, pattern

VALUES = [
    ("tcp.port", "502", 502),
    ("tcp.port", "0x1f6", 502),
    ("tcp.port", "0b11", 3),
    ("tcp.port", "010", 8),
    ("tcp.flags.syn", "true", 1),
    ("frame.time_delta", "0.25", 0.25),
    ("frame.time_delta", "1e-3", 0.001),
    ("modbus.data", "00:a5", b"\x00\xa5"),
    ("modbus.data", "0x00a5", b"\x00\xa5"),
    ("modbus.data", "00a5", b"\x00\xa5"),
    ("ip.addr", "10.0.0.1", 0x0A000001),
]


def read(field: str, text: str, *, quoted: bool = False) -> Constant:
    return constant(Literal_(text, 5, quoted), FIELDS[field], FIELDS[field].kind)


@pytest.mark.parametrize(("field", "text", "value"), VALUES)
def test_a_value_is_what_its_field_holds(field: str, text: str, value: object) -> None:
    assert read(field, text).low == value


def test_networks_are_ranges() -> None:
    known = read("ip.addr", "10.1.0.0/16")
    assert (known.holds(0x0A010203), known.holds(0x0A020001)) == (True, False)
    assert read("ipv6.addr", "fd00::/8").holds(0xFD << 120)


def test_numbers_have_names() -> None:
    assert read("modbus.func_code", "Read Holding Registers", quoted=True).low == 3
    assert read("modbus.exception_code", "illegal data address", quoted=True).low == 2
    with pytest.raises(FilterError, match="did you mean read coils"):
        read("modbus.func_code", "Read Coil", quoted=True)


@pytest.mark.parametrize(
    ("field", "text", "said"),
    [
        ("tcp.port", "5o2", "is no number"),
        ("tcp.port", "9" * 3000, "is no number"),
        ("frame.time_delta", "nan", "number of seconds"),
        ("modbus.data", "0:1", "sequence of bytes"),
        ("ip.addr", "plc.local", "IPv4 address"),
        ("ip.addr", "10.0.0.0/33", "IPv4 address"),
        ("ipv6.addr", "10.0.0.1", "IPv6 address"),
    ],
)
def test_what_is_no_such_value_is_refused_with_its_column(field: str, text: str, said: str) -> None:
    with pytest.raises(FilterError, match=said) as refused:
        read(field, text)
    assert refused.value.column == 5


def test_expressions_take_no_notice_of_case() -> None:
    assert pattern(Literal_("^ab+c", 1)).search(b"ABBC")


@pytest.mark.parametrize(
    "text",
    [
        "(a+)+$",
        "(a|a)*$",
        "(a*)*",
        "a*a*a*a*b",
        "(x{2,}y)+",
        "(",
        "[",
        "a" * 300,
        "(?:a|b)+",
        "a?" * 20 + "a" * 20,
        "(a|a)" * 20,
    ],
)
def test_expressions_that_are_wrong_or_could_try_for_ever_are_refused(text: str) -> None:
    began = time.monotonic()
    with pytest.raises(FilterError):
        pattern(Literal_(text, 1))
    assert time.monotonic() - began < 1


def test_classes_and_escapes_hold_no_repeats() -> None:
    assert pattern(Literal_(r"([*+|]\+)+", 1))
    assert pattern(Literal_(r"(?:GET|POST) .*? HTTP/1\.[01]?", 1))
