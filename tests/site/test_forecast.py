from __future__ import annotations

from pathlib import Path

import pytest

from port502.site.build import Site, load_site
from port502.site.forecast import ASSUMED, forecast

SITE = """
site: test
connections:
  plc: {url: "tcp://127.0.0.1:502"}
  bus: {url: "rtu:///dev/ttyUSB0?baud=9600"}
  idle: {url: "tcp://127.0.0.1:503"}
devices:
  pump:
    connection: plc
    interval: 100ms
    points: {speed: {ref: 40001}, far: {ref: 49001}, slow: {ref: 40002, interval: 10s}}
  meter: {connection: bus, unit: 3, interval: 1s, points: {power: {ref: "holding:0*50/uint16"}}}
"""


@pytest.fixture
def site(tmp_path: Path) -> Site:
    path = tmp_path / "site.yaml"
    path.write_text(SITE)
    return load_site(path)


def test_reads_are_counted_as_they_will_be_planned(site: Site) -> None:
    plc, bus, idle = forecast(site)
    assert [(one.interval, one.points, one.reads) for one in plc.groups] == [(0.1, 2, 2), (10.0, 1, 1)]
    assert plc.rate == pytest.approx(20.1)
    assert plc.load == pytest.approx(20.1 * ASSUMED)
    assert (plc.measured, plc.fits) == (False, True)
    assert (idle.rate, idle.load) == (0, 0)
    # 113 characters of 11 bits at 9600 Bd, two silences of 3.5 characters, and the device
    assert bus.load == pytest.approx(ASSUMED + (113 + 7) * 11 / 9600, rel=1e-6)


def test_what_was_measured_counts(site: Site) -> None:
    plc = forecast(site, {"plc": 0.1})[0]
    assert (plc.response, plc.measured, plc.fits) == (0.1, True, False)
    assert plc.load == pytest.approx(2.01)
