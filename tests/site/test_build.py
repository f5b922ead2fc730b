"""From a site file to the settings of connections, devices and points."""

from __future__ import annotations

from pathlib import Path

import pytest

from port502.collect.settings import ConnectionSettings, ExpressionSettings
from port502.history.settings import Keep
from port502.registers.reference import Table
from port502.site.build import Site, load_site
from port502.site.faults import SiteFileError

PUMP_STATION = """\
site: pump-station-7
timezone: Europe/Oslo             # for reports and hours in policies; stored times are UTC

defaults: {interval: 5s}

connections:                      # one TCP connection or one serial line each: the unit of scheduling
  plc:        {url: tcp://192.168.1.10}
  hall-gw:    {url: tcp://192.168.1.20, gateway: true, pause: 30ms}
  yard-bus:   {url: "rtu:///dev/ttyUSB0?baud=19200&parity=E"}

devices:                          # a unit on a connection, with the meaning of its registers
  main-incomer:
    connection: hall-gw
    unit: 5
    sheet: incomer.csv
    groups:
      live:   {interval: 10s, points: [voltage_*, active_power_total]}
      energy: {interval: 1m, points: ["*energy*"]}
  pump-1:
    connection: plc
    unit: 1
    points:
      speed:     {ref: 40001, type: uint16, scale: 0.1, unit: Hz, interval: 500ms, deadband: 0.2}
      running:   {ref: coil:0}
      setpoint:  {ref: 40101, type: uint16, scale: 0.1, unit: Hz, write: {min: 0, max: 50}}
      flow:      {ref: "30011", type: float32, order: cdab, unit: m3/h}
      specific_energy: {expression: "main-incomer.active_power_total / max(flow, 0.1)", unit: Wh/m3}

history: {path: data/, keep: 2y}
"""

SHEET = """\
name;ref;type;unit
voltage_l1;30001;float32;V
active_power_total;30053;float32;W
energy_import;30073;float32;kWh
frequency;30071;float32;Hz
"""


@pytest.fixture
def pump_station(tmp_path: Path) -> Path:
    (tmp_path / "incomer.csv").write_text(SHEET)
    path = tmp_path / "site.yaml"
    path.write_text(PUMP_STATION)
    return path


def site_of(tmp_path: Path, text: str, environment: dict[str, str] | None = None) -> Site:
    path = tmp_path / "site.yaml"
    path.write_text(text)
    return load_site(path, environment or {})


def faults_of(tmp_path: Path, text: str) -> list[str]:
    with pytest.raises(SiteFileError) as caught:
        site_of(tmp_path, text)
    return [str(fault).removeprefix(f"{tmp_path}/") for fault in caught.value.faults]


def test_the_example_of_the_page_is_understood(pump_station: Path) -> None:
    site = load_site(str(pump_station))
    assert (site.name, site.timezone, site.path) == ("pump-station-7", "Europe/Oslo", pump_station)
    assert site.history == Keep(pump_station.parent / "data", 2 * 365 * 86400.0)
    assert site.sheets == (pump_station.parent / "incomer.csv",)
    plc, hall, yard = site.connections
    assert (plc.name, plc.url, plc.response_timeout, plc.pause) == ("plc", "tcp://192.168.1.10", 1.0, 0.0)
    assert (hall.gateway, hall.response_timeout, hall.pause) == (True, 3.0, 0.03)
    assert yard.devices == ()

    (pump,) = plc.devices
    assert (pump.name, pump.unit, pump.writes) == ("pump-1", 1, False)
    points = {settings.name: settings for settings in pump.points}
    assert list(points) == ["speed", "running", "setpoint", "flow"]
    speed = points["speed"]
    assert (speed.point.table, speed.point.address, speed.point.scale) == (Table.HOLDING, 0, 0.1)
    assert (speed.interval, speed.deadband, speed.stale, speed.write) == (0.5, 0.2, None, None)
    assert points["running"].point.table == Table.COIL
    assert points["running"].interval == 5.0
    limits = points["setpoint"].write
    assert limits is not None
    assert (limits.minimum, limits.maximum) == (0.0, 50.0)
    assert (points["flow"].point.type, points["flow"].point.order) == ("float32", "cdab")
    text = "main-incomer.active_power_total / max(pump-1.flow, 0.1)"
    assert pump.expressions == (ExpressionSettings("specific_energy", text, 5.0, "Wh/m3"),)

    (incomer,) = hall.devices
    assert incomer.unit == 5
    intervals = {settings.name: settings.interval for settings in incomer.points}
    assert intervals == {
        "voltage_l1": 10.0,
        "active_power_total": 10.0,
        "energy_import": 60.0,
        "frequency": 5.0,
    }


def test_the_example_warns_of_slow_replies_only(pump_station: Path) -> None:
    plc, hall = load_site(pump_station).warnings
    assert plc.key_path == "connections.plc.response_timeout"
    assert "half of the interval of pump-1.speed (500ms)" in plc.message
    assert "waits 3s" in hall.message
    assert "main-incomer.frequency (5s)" in hall.message


def test_every_key_of_a_connection_arrives(tmp_path: Path) -> None:
    site = site_of(
        tmp_path,
        "site: h\n"
        "connections:\n"
        "  c:\n"
        "    url: tcp://plc\n"
        "    connect_timeout: 2s\n"
        "    response_timeout: 250ms\n"
        "    retries: 5\n"
        "    reconnect: {first: 200ms, max: 10s}\n"
        "    window: 16\n"
        "    pause: 5ms\n"
        "    settle: 2s\n"
        "    keepalive: {idle: 60s, interval: 20s, probes: 4}\n"
        "    keep_open: false\n"
        "    source: 10.0.0.1\n"
        "    coalesce: true\n"
        "    tolerate: [zero_transaction_id, extra_bytes]\n",
    )
    assert site.connections == (
        ConnectionSettings(
            name="c",
            url="tcp://plc",
            connect_timeout=2.0,
            response_timeout=0.25,
            retries=5,
            reconnect_first=0.2,
            reconnect_max=10.0,
            window=16,
            pause=0.005,
            settle=2.0,
            keepalive_idle=60.0,
            keepalive_interval=20.0,
            keepalive_probes=4,
            keep_open=False,
            source="10.0.0.1",
            coalesce=True,
            tolerate=frozenset({"zero_transaction_id", "extra_bytes"}),
        ),
    )


def test_what_is_not_written_is_as_the_settings_have_it(tmp_path: Path) -> None:
    site = site_of(tmp_path, "site: h\nconnections: {c: {url: tcp://plc}}\n")
    assert site.connections == (ConnectionSettings(name="c", url="tcp://plc"),)
    assert site.history == Keep(tmp_path / "data")
    assert site.timezone == "UTC"


def test_an_absolute_path_of_the_history_is_left_alone(tmp_path: Path) -> None:
    site = site_of(tmp_path, f"site: h\nhistory: {{path: {tmp_path}/far/away, max_size: 64MiB}}\n")
    assert site.history == Keep(tmp_path / "far" / "away", 7 * 86400.0, 64 << 20)


def test_devices_on_one_unit_may_share_it_and_the_device_limits_arrive(tmp_path: Path) -> None:
    limits = "max_registers: 20, max_bits: 100, gap: 0, writes: true"
    device = f"{{connection: c, unit: 7, {limits}, points: {{p: {{ref: 40001}}}}}}"
    site = site_of(
        tmp_path, f"site: h\nconnections: {{c: {{url: tcp://plc}}}}\ndevices: {{a: {device}, b: {device}}}\n"
    )
    one, two = site.connections[0].devices
    assert (one.name, two.name, one.unit, two.unit) == ("a", "b", 7, 7)
    assert (one.max_registers, one.max_bits, one.gap, one.writes) == (20, 100, 0, True)


def test_a_url_from_the_environment_is_used_and_not_shown(tmp_path: Path) -> None:
    site = site_of(tmp_path, "site: h\nconnections: {c: {url: 'tcp://${HOST}'}}\n", {"HOST": "plc-7.secret"})
    assert site.connections[0].url == "tcp://plc-7.secret"
    assert "plc-7.secret" not in repr(site)


def test_all_faults_at_once_with_their_places(tmp_path: Path) -> None:
    found = faults_of(
        tmp_path,
        "site: h\n"
        "colour: red\n"
        "connections:\n"
        "  plc: {url: tcp://plc, windw: 2}\n"
        "  plc: {url: tcp://plc2}\n"
        "devices:\n"
        "  a:\n"
        "    connection: plx\n"
        "    points:\n"
        "      s: {ref: 40001, typ: int16}\n"
        "      t: {ref: 40002, type: string}\n"
        "      e: {expression: u + 1}\n"
        "    groups: {g: {points: [z*]}}\n",
    )
    places = [fault.partition(" ")[0] for fault in found]
    assert places == [
        "site.yaml:2:1",
        "site.yaml:4:25",
        "site.yaml:5:3",
        "site.yaml:8:17",
        "site.yaml:10:23",
        "site.yaml:11:29",
        "site.yaml:12:23",
        "site.yaml:13:27",
    ]
    assert found[4] == "site.yaml:10:23 devices.a.points.s.typ: unknown key; did you mean 'type'?"
    assert found[3].endswith("unknown connection 'plx'; did you mean 'plc'?")


@pytest.mark.parametrize("text", ["", "# nothing\n", "just text\n", "[a, b]\n", "5\n"])
def test_what_is_no_site_file_is_one_fault(tmp_path: Path, text: str) -> None:
    assert len(faults_of(tmp_path, text)) == 1


def test_expressions_wait_for_a_sheet_that_can_be_read(tmp_path: Path) -> None:
    found = faults_of(
        tmp_path,
        "site: h\nconnections: {c: {url: tcp://plc}}\n"
        "devices: {a: {connection: c, sheet: none.csv, points: {e: {expression: from_sheet + 1}}}}\n",
    )
    assert len(found) == 2
    assert all("none.csv" in fault or "sheet cannot be used" in fault for fault in found)


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(SiteFileError, match="cannot be read: No such file"):
        load_site(tmp_path / "none.yaml")
