"""Scanning a network of its own, beside nmap's modbus-discover: the same devices, sooner, with fewer packets."""

from __future__ import annotations

import json
import subprocess
import time
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.peers import need_program
from tests.peers.lan import Lan, lan

pytestmark = [pytest.mark.interop, pytest.mark.slow]

PLANT = """
plant: hall
seed: 7
devices:
  meter: {map: eastron/sdm630, copies: 13, listen: "tcp://10.50.9.{n}:502"}
  io:    {map: moxa/iologik-e1214, listen: "tcp://10.50.9.14:502"}
  pm:    {map: schneider/pm5100, listen: "tcp://10.50.9.15:502"}
  wago:  {map: wago/750, listen: "tcp://10.50.9.16:502"}
  sma:   {map: sma/sunny-tripower, listen: "tcp://10.50.9.17:502"}
  abb:   {map: abb/b23, listen: "tcp://10.50.9.18:502"}
  keba:  {map: keba/kecontact-p30, listen: "tcp://10.50.9.19:502"}
  hall:  {gateway: "tcp://10.50.9.20:502", baud: 19200, units: {1: eastron/sdm120, 5: eastron/sdm630}}
"""
NMAP = (
    "-n", "-Pn", "-p", "502", "--script", "modbus-discover", "--script-args", "modbus-discover.aggressive=true",
    "-oX", "-",
)  # fmt: skip
DEVICES, NETWORK, MOST_PER_DEAD = 20, 254, 12


@pytest.fixture(scope="module")
def net() -> Iterator[Lan]:
    with lan(DEVICES) as made:
        yield made


def scanned(net: Lan, *words: str) -> tuple[dict[str, Any], int]:
    """What a scan found, and how many packets that took."""
    before = net.packets()
    told = json.loads(net.port502("scan", *words, "--fast", "--yes", "--json"))
    return told, net.packets() - before


def devices(told: dict[str, Any]) -> set[tuple[str, int]]:
    """Address and unit of everything that answers itself."""
    return {
        (one["address"], unit["unit"])
        for one in told["devices"]
        for unit in one["units"]
        if unit["class"] == "device"
    }


def test_a_network_with_twenty_devices_takes_less_than_fifteen_seconds(net: Lan, tmp_path: Path) -> None:
    (tmp_path / "plant.yaml").write_text(PLANT)
    with net.running("-m", "port502", "simulate", str(tmp_path / "plant.yaml")):
        began = time.monotonic()
        told, _ = scanned(net, "10.50.9.0/24")
        took = time.monotonic() - began
    assert len(told["devices"]) == DEVICES
    assert told["probed"] == NETWORK
    assert took < 15
    maps = {one["address"]: one["units"][0].get("map") for one in told["devices"]}
    assert maps["10.50.9.14"] == "moxa/iologik-e1214"
    assert maps["10.50.9.15"] == "schneider/pm5100"
    assert all(len(one["mac"]) == 17 for one in told["devices"])


def test_an_address_where_nobody_is_costs_few_packets(net: Lan) -> None:
    told, packets = scanned(net, "10.50.9.0/24", "--exclude", "10.50.9.1-20")
    assert told["devices"] == []
    assert packets <= MOST_PER_DEAD * told["probed"]


def test_an_address_whose_ports_are_filtered_costs_few_packets(net: Lan) -> None:
    need_program("nft", "Debian package nftables")
    hook = "type filter hook input priority 0;"
    rules = f"table inet quiet {{\n chain input {{\n {hook}\n tcp dport {{502, 802}} drop\n }}\n}}\n"
    net.plant.run("nft", "-f", "-", stdin=rules)
    try:
        told, packets = scanned(net, "10.50.9.1-20")
    finally:
        net.plant.run("nft", "delete", "table", "inet", "quiet")
    assert told["devices"] == []
    assert packets <= MOST_PER_DEAD * DEVICES


def test_known_neighbours_of_an_ipv6_network_are_scanned(net: Lan) -> None:
    with net.running("-m", "tests.peers.quiet_devices", "fd50:9::1"):
        named, _ = scanned(net, "fd50:9::1")
        known, _ = scanned(net, "fd50:9::/64")
    assert devices(named) == devices(known) == {("fd50:9::1", 1)}


def test_nmap_finds_the_same_devices_later_and_with_more_packets(net: Lan) -> None:
    """Eight silent units each: nmap waits two seconds for every one of them."""
    need_program("nmap", "Debian package nmap")
    hosts = ["10.50.9.1", "10.50.9.2"]
    with net.running("-m", "tests.peers.quiet_devices", *hosts, "--silent", "8"):
        told, ours = scanned(net, *hosts, "--ports", "502", "--units", "1-246")
        before = net.packets()
        report = subprocess.run(
            ["ip", "netns", "exec", net.watcher.namespace, "nmap", *NMAP, *hosts],
            capture_output=True, text=True, timeout=100, check=True,
        ).stdout  # fmt: skip
        theirs = net.packets() - before
    found, seconds = of_nmap(report)
    assert devices(told) == found == {(host, unit) for host in hosts for unit in (1, 17)}
    assert ours < theirs
    assert seconds > 20 * told["took_s"], (seconds, told["took_s"])
    print(f"nmap {seconds} s, {theirs} packets; scan {told['took_s']} s, {ours} packets")


def of_nmap(report: str) -> tuple[set[tuple[str, int]], float]:
    """Address and unit of everything that told nmap its id, and the seconds it took."""
    tree = ElementTree.fromstring(report)
    found = set()
    for host in tree.iter("host"):
        address = host.find("address")
        assert address is not None
        for table in host.iter("table"):
            key = table.get("key") or ""
            if key.startswith("sid ") and any(
                one.get("key") == "Slave ID data" for one in table.iter("elem")
            ):
                found.add((address.attrib["addr"], int(key.split()[1], 16)))
    finished = tree.find("runstats/finished")
    assert finished is not None
    return found, float(finished.attrib["elapsed"])
