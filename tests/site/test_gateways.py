"""Gateway listeners, from the file to settings."""

from __future__ import annotations

from pathlib import Path

import pytest

from port502.gateway.routing import Route
from port502.site.build import Site, load_site, understand_site
from port502.site.document import read_document
from port502.site.faults import WARNING
from port502.site.gateways import MARGIN

SITE = """
site: yard
connections:
  plc: {url: tcp://127.0.0.1:15020}
  yard-bus: {url: "rtu:///dev/ttyUSB0?baud=19200&parity=E", response_timeout: 500ms}
  far-bus: {url: "rtu+tcp://127.0.0.1:15021", retries: 1}
  lazy: {url: rtu:///dev/ttyUSB7, keep_open: false}
listeners:
"""
HALL = (
    "hall: {url: tcp://127.0.0.1:0, gateway: [{units: 1-16, bus: yard-bus},"
    " {units: 17-32, bus: far-bus, offset: -16}]"
)
MASTER = 'master: {url: "rtu:///dev/ttyUSB1?baud=9600", gateway: [{units: 1-10, bus: plc}]'


def written(folder: Path, *lines: str) -> Path:
    path = folder / "site.yaml"
    path.write_text(SITE + "".join(f"  {line}\n" for line in lines))
    return path


def loaded(folder: Path, *lines: str) -> Site:
    return load_site(written(folder, *lines))


def faults(folder: Path, *lines: str) -> list[str]:
    return [str(fault) for fault in understand_site(read_document(written(folder, *lines)))[1]]


def test_routes_and_who_has_the_line(tmp_path: Path) -> None:
    site = loaded(tmp_path, HALL + ", first: [127.0.0.9], unit_zero: 17, silent: true}", MASTER + "}")
    hall, master = site.listeners
    assert hall.answers == master.answers == "gateway"
    assert hall.gateway is not None
    assert master.gateway is not None
    assert hall.gateway.routes == (Route(1, 16, "yard-bus"), Route(17, 32, "far-bus", -16))
    assert (hall.gateway.within, hall.gateway.first, hall.gateway.zero, hall.gateway.silent) == (
        5.0,
        ("127.0.0.9",),
        17,
        True,
    )
    assert hall.gateway.answer_within == pytest.approx(5.0 + 2 * 1.05 + MARGIN)
    assert master.gateway.within == 0.8
    assert {one.name: one.in_turns for one in site.connections} == {
        "plc": False,
        "yard-bus": True,
        "far-bus": True,
        "lazy": False,
    }
    alone = loaded(tmp_path, "x: {url: tcp://127.0.0.1:0, share: {connection: yard-bus}}")
    assert not alone.connections[1].in_turns


def test_other_ids_may_be_written_as_on_the_command_line(tmp_path: Path) -> None:
    site = loaded(
        tmp_path,
        "x: {url: tcp://127.0.0.1:0, gateway: [{units: 17-32=1-16, bus: plc}, {units: 3, bus: plc, offset: 40}]}",
    )
    assert site.listeners[0].gateway is not None
    assert site.listeners[0].gateway.routes == (Route(17, 32, "plc", -16), Route(3, 3, "plc", 40))


def test_clients_have_to_be_more_patient_than_the_line(tmp_path: Path) -> None:
    assert not faults(tmp_path, HALL + "}", MASTER + "}")
    path = written(tmp_path, HALL + ", client_timeout: 2s}")
    (hasty,) = understand_site(read_document(path))[1]
    assert hasty.severity == WARNING
    assert "far-bus: a client that waits for 2 s" in str(hasty)
    assert "up to 2.1 s" in str(hasty)
    assert str(path) in str(hasty)
    (slow,) = faults(tmp_path, MASTER.replace("plc", "yard-bus") + "}")
    assert "yard-bus: a client that waits for 1 s may give up before its answer is there" in slow


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("x: {url: tcp://127.0.0.1:0, gateway: []}", "listeners.x.gateway"),
        ("x: {url: tcp://127.0.0.1:0, gateway: [{units: 0-9, bus: plc}]}", "names no unit ids"),
        ("x: {url: tcp://127.0.0.1:0, gateway: [{units: true, bus: plc}]}", "unit ids such as 1-16 expected"),
        ("x: {url: tcp://127.0.0.1:0, gateway: [{units: 1-9, bus: pcl}]}", "did you mean 'plc'?"),
        (
            "x: {url: tcp://127.0.0.1:0, gateway: [{units: 1-9, bus: plc, offset: 250}]}",
            "out of the unit ids",
        ),
        (
            "x: {url: tcp://127.0.0.1:0, gateway: [{units: 1-9, bus: plc}, {units: 9, bus: yard-bus}]}",
            "unit 9 leads to two places",
        ),
        (
            "x: {url: tcp://127.0.0.1:0, gateway: [{units: 1-9, bus: plc}, {units: 11, bus: plc, offset: -10}]}",
            "both lead to unit 1 of plc",
        ),
        ("x: {url: tcp://127.0.0.1:0, gateway: [{units: 240-250, bus: yard-bus}]}", "answers unit 250"),
        ("x: {url: tcp://127.0.0.1:0, gateway: [{units: 1, bus: lazy}]}", "closed after each answer"),
        ("x: {url: tcp://127.0.0.1:0, gateway: [{units: 1, bus: plc}], unit_zero: 2}", "has no route"),
        ("x: {url: tcp://127.0.0.1:0, share: {connection: plc}, silent: true}", "beside 'gateway' only"),
        (
            "x: {url: tcp://127.0.0.1:0, share: {connection: plc}, gateway: [{units: 1, bus: plc}]}",
            "exactly one",
        ),
        ("x: {url: rtu:///dev/ttyUSB0, gateway: [{units: 1, bus: plc}]}", "'yard-bus' has this port already"),
        (MASTER + ", allow: [10.0.0.0/8]}", "has no meaning on a serial line"),
    ],
)
def test_faults_have_their_place(tmp_path: Path, line: str, told: str) -> None:
    found = faults(tmp_path, line)
    assert any(told in fault for fault in found), found
    assert understand_site(read_document(written(tmp_path, line)))[0] is None
