"""The site file's keys and defaults, as the page of the files a user writes has them."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from port502.errors import UsageError
from port502.site.model import (
    Connection,
    Device,
    History,
    PointEntry,
    Reconnect,
    SiteFile,
    WriteLimits,
    connection_target,
    entry_of,
)


def test_a_connection_needs_only_its_url() -> None:
    connection = Connection.model_validate({"url": "tcp://192.168.1.10"})
    assert connection.connect_timeout == 3.0
    assert connection.answer_within == 1.0
    assert connection.retries == 2
    assert (connection.reconnect.first, connection.reconnect.max) == (1.0, 30.0)
    assert connection.window == 1
    assert connection.pause_between == 0.0
    assert connection.settle == 0.0
    assert (connection.keepalive.idle, connection.keepalive.interval, connection.keepalive.probes) == (
        30,
        10,
        3,
    )
    assert connection.keep_open
    assert connection.source is None
    assert not connection.coalesce
    assert connection.tolerate == []


def test_a_gateway_is_waited_for_longer_unless_the_file_says() -> None:
    gateway = Connection.model_validate({"url": "tcp://gw", "gateway": True})
    assert (gateway.answer_within, gateway.pause_between) == (3.0, 0.03)
    told = Connection.model_validate(
        {"url": "tcp://gw", "gateway": True, "response_timeout": "500ms", "pause": 0}
    )
    assert (told.answer_within, told.pause_between) == (0.5, 0.0)


def test_a_device_has_the_defaults_of_the_page() -> None:
    device = Device.model_validate({"connection": "plc"})
    assert (device.unit, device.max_registers, device.max_bits, device.gap, device.writes) == (
        1,
        120,
        1920,
        16,
        False,
    )
    assert device.interval is None


def test_history_is_beside_the_file_and_bounded() -> None:
    assert History() == History(path="data/", keep="7d", max_size="2GiB")  # type: ignore[arg-type]


@pytest.mark.parametrize("first", [0, "0s", "50ms"])
def test_reconnecting_without_a_pause_is_refused(first: object) -> None:
    """H124: a reconnect delay of zero would cost a whole core."""
    with pytest.raises(ValidationError, match="at least 100ms"):
        Reconnect.model_validate({"first": first})


def test_the_longest_pause_is_not_the_shortest() -> None:
    with pytest.raises(ValidationError, match="shorter than"):
        Reconnect.model_validate({"first": "40s"})
    with pytest.raises(ValidationError, match="above"):
        WriteLimits.model_validate({"min": 2, "max": 1})


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("window", 0),
        ("window", 65),
        ("window", True),
        ("retries", -1),
        ("retries", 11),
        ("connect_timeout", "50ms"),
        ("connect_timeout", "31s"),
        ("response_timeout", "40ms"),
        ("response_timeout", "61s"),
        ("pause", "6s"),
        ("settle", "11s"),
        ("keep_open", "yes"),
        ("keepalive", {"idle": "500ms"}),
        ("keepalive", {"probes": 0}),
        ("tolerate", ["anything"]),
        ("tolerate", "extra_bytes"),
        ("url", "udp://192.168.1.30"),
        ("url", "http://192.168.1.30"),
        ("url", ""),
        ("certificate", ""),
        ("fallback", {"url": "tls://plc", "when": ["refused"]}),
        ("map", "eastron/sdm630"),
    ],
)
def test_a_connection_refuses(key: str, value: object) -> None:
    with pytest.raises(ValidationError):
        Connection.model_validate({"url": "tcp://plc", key: value})


@pytest.mark.parametrize("window", [1, 16, 64])
def test_a_window_of_up_to_64(window: int) -> None:
    assert Connection.model_validate({"url": "tcp://plc", "window": window}).window == window


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("unit", 256),
        ("unit", -1),
        ("unit", "1"),
        ("max_registers", 126),
        ("max_registers", 0),
        ("max_bits", 2001),
        ("gap", 125),
        ("interval", "40ms"),
        ("interval", "2d"),
        ("map", ""),
        ("writes", "yes"),
    ],
)
def test_a_device_refuses(key: str, value: object) -> None:
    with pytest.raises(ValidationError):
        Device.model_validate({"connection": "plc", key: value})


@pytest.mark.parametrize(
    ("key", "value"),
    [("type", "float"), ("order", "abdc"), ("length", 0), ("scale", "0.1"), ("deadband", -1), ("unit", 1)],
)
def test_a_point_refuses(key: str, value: object) -> None:
    with pytest.raises(ValidationError):
        PointEntry.model_validate({"ref": 40001, key: value})


@pytest.mark.parametrize("zone", ["Europe/Oslo", "UTC", "America/New_York"])
def test_time_zones(zone: str) -> None:
    assert SiteFile.model_validate({"site": "hall", "timezone": zone}).timezone == zone


@pytest.mark.parametrize(
    ("zone", "hint"),
    [("Europe/Olso", "Europe/Oslo"), ("../../etc/passwd", "such as"), (" ", "no line of text")],
)
def test_what_is_no_time_zone(zone: str, hint: str) -> None:
    with pytest.raises(ValidationError, match=hint):
        SiteFile.model_validate({"site": "hall", "timezone": zone})


def test_a_connection_leads_to_the_schemes_it_can_have() -> None:
    assert connection_target("rtu+tcp://10.0.0.1:4001").port == 4001
    assert connection_target("tls://10.0.0.1").port == 802
    with pytest.raises(UsageError, match="unknown scheme"):
        connection_target("http://10.0.0.1")


@pytest.mark.parametrize(
    ("path", "entry"),
    [
        (("site",), ("site",)),
        (("history", "keep"), ("history",)),
        (("connections", "plc", "reconnect", "first"), ("connections", "plc")),
        (("devices", "a", "unit"), ("devices", "a", "unit")),
        (("devices", "a", "connection"), ("devices", "a")),
        (("devices", "a"), ("devices", "a")),
        (("devices", "a", "points", "p", "write", "min"), ("devices", "a", "points", "p")),
        (("devices", "a", "groups", "g", "points", 2), ("devices", "a", "groups", "g")),
        (("devices",), ("devices",)),
    ],
)
def test_what_is_left_out_for_a_fault(path: tuple[str | int, ...], entry: tuple[str | int, ...]) -> None:
    assert entry_of(path) == entry
