"""The audit on networks of its own: neighbours, a router, an address that two machines have."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.discover.doctor.bench.networks import served_on
from tests.peers.namespaces import Host, another, plant

pytestmark = [pytest.mark.slow, pytest.mark.interop]

SITE = """site: bench
connections:
  near: {url: "tcp://10.50.1.11"}
  far: {url: "tcp://10.50.2.10"}
  nobody: {url: "tcp://10.50.1.77"}
devices:
  pump: {connection: near, unit: 1, points: {speed: {ref: 40001}}}
  valve: {connection: far, unit: 1, points: {place: {ref: 40900}}}
"""


@pytest.fixture(scope="module")
def hosts() -> Iterator[dict[str, Host]]:
    with plant() as hosts:
        yield hosts


@pytest.fixture
def site(tmp_path: Path) -> Path:
    path = tmp_path / "site.yaml"
    path.write_text(SITE)
    return path


def audited(host: Host, site: Path, *words: str) -> dict[str, list[str]]:
    """What the audit saw on a host: the sentences of each check, each after its outcome."""
    program = (sys.executable, "-m", "port502", "audit", str(site), "--json", *words)
    told: Any = json.loads(host.run(*program, check=False))
    return {
        one["code"]: [f"{said['outcome']}: {said['text']}" for said in one["seen"]] for one in told["checks"]
    }


def test_neighbours_routes_and_open_ports_are_as_they_are(hosts: dict[str, Host], site: Path) -> None:
    with served_on(hosts["laptop"], 502, 8080), served_on(hosts["plc"]):
        seen = audited(hosts["scada"], site, "--live", "--services", "--yes")
    assert seen["ADDR.ROUTE"] == [
        "pass: near: 10.50.1.11 is a neighbour on eth0 in 10.50.1.0/24",
        "pass: far: 10.50.2.10 is reached through the router 10.50.1.1",
        "pass: nobody: 10.50.1.77 is a neighbour on eth0 in 10.50.1.0/24",
    ]
    assert [one.partition(" ")[0] for one in seen["NET.OPEN"]] == ["fail:", "pass:", "pass:"]
    assert seen["NET.OPEN"][0].startswith("fail: nobody: ")
    assert seen["POLL.UNITS"] == [
        "pass: pump: unit 1 on near answers",
        "pass: valve: unit 1 on far is there: exception 2",
    ]
    assert seen["POLL.OFFSETS"][0].startswith("fail: valve says that the addresses")
    assert "pass: 10.50.1.11 is claimed by one machine" in seen["ADDR.TWICE"]
    assert seen["NET.SEGMENT"][0] == "warn: near is on eth0, which is also the way out of the house"
    assert "warn: 10.50.1.11 has open: 8080 a web page (HTTP)" in seen["NET.SERVICES"]
    assert any(one.startswith("pass: 10.50.2.10 has none") for one in seen["NET.SERVICES"])


def test_two_machines_with_one_address_are_found(hosts: dict[str, Host], site: Path) -> None:
    with served_on(hosts["laptop"]), another(hosts, "twin", "10.50.1.11") as twin, served_on(twin):
        seen = audited(hosts["scada"], site, "--live")
    assert seen["ADDR.TWICE"][0].startswith("fail: 10.50.1.11 is claimed by 2 machines: ")


def test_another_machine_than_planned_is_found(hosts: dict[str, Host], site: Path) -> None:
    plan = site.parent / "plan.csv"
    plan.write_text("address,unit,name,mac\n10.50.1.11,1,pump,00:80:f4:01:02:03\n10.50.2.10,1,valve,\n")
    with served_on(hosts["laptop"]):
        seen = audited(hosts["scada"], site, "--live", "--plan", str(plan))
    assert len(seen["PLAN.MAC"]) == 1
    assert seen["PLAN.MAC"][0].startswith("fail: 10.50.1.11 is ")
    assert seen["PLAN.SITE"][0].startswith("pass: all 2 rows")


def test_a_tunnel_is_known_by_its_interface(hosts: dict[str, Host], site: Path) -> None:
    scada = hosts["scada"]
    scada.run("ip", "link", "add", "wg0", "type", "veth", "peer", "name", "away")
    try:
        scada.run("ip", "link", "set", "away", "up")
        scada.run("ip", "address", "add", "10.99.0.1/24", "dev", "wg0")
        scada.run("ip", "link", "set", "wg0", "up")
        scada.run("ip", "route", "add", "10.50.2.0/24", "via", "10.99.0.2", "dev", "wg0")
        seen = audited(scada, site)
    finally:
        scada.run("ip", "link", "delete", "wg0")
    assert "pass: far is reached through the tunnel wg0" in seen["NET.REMOTE"]
