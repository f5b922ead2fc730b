"""Urls and bare hosts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from port502.errors import UsageError
from port502.transport.url import SerialSettings, Target, parse_url


@pytest.mark.parametrize(
    ("text", "scheme", "host", "port"),
    [
        ("192.168.1.10", "tcp", "192.168.1.10", 502),
        ("plc.local:1502", "tcp", "plc.local", 1502),
        ("[fe80::1%eth0]:502", "tcp", "fe80::1%eth0", 502),
        ("[::1]", "tcp", "::1", 502),
        ("::1", "tcp", "::1", 502),
        ("tcp://10.0.0.1", "tcp", "10.0.0.1", 502),
        ("TCP://10.0.0.1:5020/", "tcp", "10.0.0.1", 5020),
        ("tls://meter", "tls", "meter", 802),
        ("rtu+tcp://10.0.0.2:4001", "rtu+tcp", "10.0.0.2", 4001),
        ("tcp://127.0.0.1:0", "tcp", "127.0.0.1", 0),
    ],
)
def test_network_places(text: str, scheme: str, host: str, port: int) -> None:
    assert parse_url(text) == Target(scheme, host, port)
    assert not parse_url(text).is_serial


def test_serial_places() -> None:
    target = parse_url("rtu:///dev/ttyUSB0?baud=9600&parity=N&stop=1")
    assert target == Target("rtu", device="/dev/ttyUSB0", serial=SerialSettings(9600, 8, "N", 1))
    assert target.is_serial
    assert parse_url("rtu://COM3?baud=19200").device == "COM3"


def test_the_direction_of_a_two_wire_line_may_be_the_kernel_s() -> None:
    assert parse_url("rtu:///dev/ttyS1?rs485=inverted").serial.rs485 == "inverted"
    assert parse_url("rtu:///dev/ttyS1").serial.rs485 == ""
    with pytest.raises(UsageError, match="rs485 is on, inverted or try, not 'yes'"):
        parse_url("rtu:///dev/ttyS1?rs485=yes")


def test_the_specification_s_serial_defaults() -> None:
    assert parse_url("rtu:///dev/ttyS1").serial == SerialSettings(19200, 8, "E", 1)
    assert parse_url("ascii:///dev/ttyS1").serial == SerialSettings(19200, 7, "E", 1)
    assert parse_url("rtu:///dev/ttyS1?parity=n").serial.stop_bits == 2


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "not a target"),
        ("a host", "not a target"),
        ("tcp://", "no host"),
        ("tcp://host:port", "'port' is not a port"),
        ("host:70000", "'70000' is not a port"),
        ("http://host", "unknown scheme 'http'"),
        ("udp://host", "no part of the specification"),
        ("[fe80:502", "not an IPv6 address|no host"),
        ("user@host", "no host"),
        ("rtu://", "no serial port"),
        ("rtu:///dev/ttyS1?baud=fast", "baud is a number"),
        ("rtu:///dev/ttyS1?parity=X", "parity is N, E or O"),
        ("rtu:///dev/ttyS1?bauds=9600", "unknown option 'bauds'"),
        ("h" * 2000, "not a target"),
    ],
)
def test_what_is_wrong_is_said(text: str, complaint: str) -> None:
    with pytest.raises(UsageError, match=complaint):
        parse_url(text)


@pytest.mark.parametrize(
    "text", ["tcp://10.0.0.1:502", "tls://[::1]:802", "rtu:///dev/ttyUSB0", "rtu+tcp://h:1"]
)
def test_a_target_shows_itself_as_a_url(text: str) -> None:
    assert str(parse_url(text)) == text


@given(st.text(max_size=60))
def test_any_text_is_a_target_or_a_usage_error(text: str) -> None:
    try:
        target = parse_url(text)
    except UsageError:
        return
    assert target.host or target.device
