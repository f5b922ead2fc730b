"""Maps of SunSpec devices, kept in files: checked, read with and collected with."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from port502.cli.map_discovery import is_device
from port502.history import History
from port502.server import Server
from port502.service.units import Units
from port502.site.build import load_site
from port502.site.running import Running
from tests.cli.conftest import Run
from tests.cli.served import boiler, refusing_port, served, solar

pytestmark = pytest.mark.slow

SITE = """
site: roof
history: {{path: data}}
connections: {{sun: {{url: "{url}", response_timeout: 2s}}}}
devices:
  inverter:
    connection: sun
    map: inverter.yaml
    groups: {{live: {{interval: 50ms, points: [active_power_total, "meter_*_total", voltage_l1, meter_frequency]}}}}
"""


def test_the_map_of_a_device_is_valid_and_reads_the_same(run: Run) -> None:
    with served(Units({3: solar()})) as url:
        done = run("maps", "import", url, "--unit", "3", "--out", "inverter.yaml", "--quiet")
        assert (done.code, done.out, done.err) == (0, "", "")
        checked = run("maps", "check", "inverter.yaml")
        assert checked.code == 0
        assert "a valid map" in checked.out
        kept, asked = (
            run("read", url, "*", "--map", known, "--json", *unit).json["values"]
            for known, unit in (("inverter.yaml", ()), ("sunspec", ("--unit", "3")))
        )
    values = {one["ref"]: one["value"] for one in kept}
    assert values["active_power_total"] == 5120
    assert values["meter_frequency"] == 49.98
    assert {one["ref"]: one["value"] for one in asked}.items() <= values.items()


def test_the_head_says_what_the_device_said(run: Run) -> None:
    with served(solar()) as url:
        done = run("maps", "import", url, "--quiet")
        named = run(
            "maps", "import", url, "--name", "mine/roof", "--maker", "Me", "--category", "other", "-q"
        )
    head = dict(line.split(": ", 1) for line in done.out.split("points:")[0].splitlines())
    assert head["map"] == "sunspec/acme-gmbh-sun-5000"
    assert (head["manufacturer"], head["models"], head["category"]) == ("Acme GmbH", "[SUN 5000]", "inverter")
    assert head["default_port"] == url.rpartition(":")[2]
    assert named.out.splitlines()[:2] == ["map: mine/roof", "manufacturer: Me"]
    assert "category: other" in named.out


def test_host_and_port_are_enough(run: Run) -> None:
    with served(solar()) as url:
        done = run(
            "maps", "import", url.removeprefix("tcp://"), "--format", "sunspec", "--out", "inverter.yaml"
        )
    assert done.code == 0
    assert "inverter.yaml: " in done.err


def test_scale_registers_that_points_share_are_one_point(run: Run) -> None:
    with served(solar()) as url:
        text = run("maps", "import", url, "--quiet").out
    assert text.count("scale_register: current_total_scale") == 4
    assert text.count("  current_total_scale: {") == 1


def test_a_device_that_cannot_be_asked_writes_nothing(run: Run, tmp_path: Path) -> None:
    with served(boiler()) as url:
        done = run("maps", "import", url, "--out", "inverter.yaml")
    assert done.code == 2
    assert "SunS" in done.err
    with refusing_port() as port:
        assert run("maps", "import", f"tcp://127.0.0.1:{port}", "--out", "inverter.yaml").code == 3
    assert not (tmp_path / "inverter.yaml").exists()


def test_a_file_needs_a_name_for_its_map(run: Run, tmp_path: Path) -> None:
    (tmp_path / "p.csv").write_text("name,ref\nlevel,40001\n")
    done = run("maps", "import", "p.csv")
    assert done.code == 2
    assert "--name" in done.err


@pytest.mark.parametrize(
    ("source", "device"),
    [
        ("tcp://plc", True),
        ("rtu:///dev/ttyUSB0?baud=9600", True),
        ("plc.local:1502", True),
        ("192.168.1.30", True),
        ("[fe80::1]", True),
        ("[fe80::1]:502", True),
        ("meter.csv", False),
        ("mine/meter", False),
        ("C:\\meters\\m.csv", False),
    ],
)
def test_a_device_is_told_from_a_file(source: str, device: bool) -> None:
    assert is_device(source) is device


def test_a_file_that_exists_is_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "plc:502").write_text("")
    assert not is_device("plc:502")


async def test_a_site_collects_with_it(run: Run, tmp_path: Path) -> None:
    async with Server(solar(), "tcp://127.0.0.1:0") as server:
        url = server.url
        done = await asyncio.to_thread(
            run, "maps", "import", url, "--out", tmp_path / "inverter.yaml", "--quiet"
        )
        assert done.code == 0, done.err
        (tmp_path / "site.yaml").write_text(SITE.format(url=url))
        async with Running(load_site(tmp_path / "site.yaml")) as running:
            async with asyncio.timeout(20):
                while running.summary().good < 8:
                    await asyncio.sleep(0)
    kept = list(History(tmp_path / "data" / "history.sqlite").query(["inverter.*"]))
    values = {sample.point: sample.value for sample in kept if sample.quality == "good"}
    assert values["inverter.active_power_total"] == 5120
    assert values["inverter.meter_active_power_total"] == -1200
    assert values["inverter.voltage_l1"] == 230.1
