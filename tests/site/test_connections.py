"""Connections and the devices on them: what their link can carry."""

from __future__ import annotations

from pathlib import Path

import pytest

from port502.site.connections import connection_faults, device_link_faults, timeout_warning
from port502.site.document import Document
from port502.site.model import SiteFile


def read(connections: str, devices: str = "{}") -> tuple[SiteFile, Document]:
    document = Document(Path("site.yaml"), f"site: h\nconnections: {connections}\ndevices: {devices}\n", {})
    return SiteFile.model_validate(document.data), document


def said(connections: str) -> list[str]:
    return [str(fault) for fault in connection_faults(*read(connections))]


@pytest.mark.parametrize(
    ("connection", "path", "reason"),
    [
        ("{url: 'rtu:///dev/ttyUSB0', window: 4}", "c.window", "one request at a time"),
        ("{url: 'rtu+tcp://10.0.0.1:4001', window: 2}", "c.window", "one request at a time"),
        ("{url: 'rtu:///dev/ttyUSB0', source: 10.0.0.1}", "c.source", "no meaning on a serial line"),
        (
            "{url: 'ascii:///dev/ttyUSB0', keepalive: {idle: 10s}}",
            "c.keepalive",
            "no meaning on a serial line",
        ),
        ("{url: 'rtu:///dev/ttyUSB0', coalesce: true}", "c.coalesce", "no meaning on a serial line"),
        ("{url: tcp://plc, source: eth0}", "c.source", "is not an address"),
    ],
)
def test_what_a_link_cannot_have(connection: str, path: str, reason: str) -> None:
    assert any(f"connections.{path}" in one and reason in one for one in said(f"{{c: {connection}}}"))


@pytest.mark.parametrize(
    "connection",
    [
        "{url: tcp://plc, window: 16, coalesce: true, source: 10.0.0.1, keepalive: {idle: 10s}}",
        "{url: tcp://plc, source: fe80::1%eth0}",
        "{url: 'rtu:///dev/ttyUSB0?baud=9600', window: 1}",
        "{url: 'rtu+tcp://10.0.0.1:4001', keepalive: {idle: 10s}}",
    ],
)
def test_what_it_can(connection: str) -> None:
    assert said(f"{{c: {connection}}}") == []


def test_two_connections_to_one_place_are_doubtful() -> None:
    found = said("{a: {url: tcp://plc}, b: {url: tcp://plc:502}, c: {url: tcp://plc:503}}")
    assert len(found) == 1
    assert "connections.b.url: warning: leads to the same place as connection 'a'" in found[0]


def device_faults(connection: str, device: str) -> list[str]:
    site, document = read(f"{{plc: {connection}}}", f"{{d: {device}}}")
    return [str(fault) for fault in device_link_faults("d", site.devices["d"], site, document)]


def test_a_device_names_a_connection_that_exists() -> None:
    found = device_faults("{url: tcp://plc}", "{connection: plcc}")
    assert found == ["site.yaml:3:27 devices.d.connection: unknown connection 'plcc'; did you mean 'plc'?"]
    assert device_faults("{url: tcp://plc}", "{connection: plc, unit: 0}") == []


@pytest.mark.parametrize("url", ["rtu:///dev/ttyUSB0", "ascii:///dev/ttyUSB0", "rtu+tcp://10.0.0.1:4001"])
@pytest.mark.parametrize("unit", [0, 248, 255])
def test_units_that_no_serial_line_has(url: str, unit: int) -> None:
    assert (
        "units there are 1 to 247"
        in device_faults(f"{{url: '{url}'}}", f"{{connection: plc, unit: {unit}}}")[0]
    )
    assert device_faults(f"{{url: '{url}'}}", "{connection: plc, unit: 247}") == []


def test_a_faulty_connection_is_not_unknown() -> None:
    document = Document(
        Path("s.yaml"), "site: h\nconnections: {plc: {url: 5}}\ndevices: {d: {connection: plc}}\n", {}
    )
    site = SiteFile.model_validate({"site": "h", "devices": document.data["devices"]})
    assert device_link_faults("d", site.devices["d"], site, document) == []


def warned(connection: str, intervals: dict[str, float], written: bool) -> list[str]:
    site, document = read(f"{{plc: {connection}}}")
    found = timeout_warning("plc", site.connections["plc"], intervals, written, document)
    return [str(fault) for fault in found]


def test_a_reply_that_may_take_half_an_interval_is_doubtful() -> None:
    slow = "{url: tcp://plc, response_timeout: 500ms}"
    (said_once,) = warned(slow, {"d.slow": 60.0, "d.fast": 1.0}, False)
    assert said_once.startswith("site.yaml:2:55 connections.plc.response_timeout: warning: waits 500ms")
    assert "of d.fast (1s)" in said_once
    assert "less than 500ms" in said_once
    assert warned(slow, {"d.a": 1.01}, False) == []
    assert warned(slow, {}, True) == []


def test_defaults_alone_are_nobodys_doing() -> None:
    assert warned("{url: tcp://plc}", {"d.a": 1.0}, False) == []
    assert len(warned("{url: tcp://plc}", {"d.a": 1.0}, True)) == 1
    assert len(warned("{url: tcp://plc, gateway: true}", {"d.a": 5.0}, True)) == 1
