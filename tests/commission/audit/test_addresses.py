"""Checks of addresses and ways."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_address
from pathlib import Path

import pytest

from port502.commission.address_sheet import AddressSheet, SheetRow
from port502.commission.audit import addresses
from port502.commission.audit.host import Host
from port502.commission.audit.live import Live, Probe
from port502.commission.audit.outcome import Outcome
from port502.discover.found import FoundDevice, Inventory
from tests.commission.audit.sites import HALL, MACHINE, facts, seen, texts


def site(*urls: str) -> str:
    return "connections:\n" + "".join(f"  c{n}: {{url: '{url}'}}\n" for n, url in enumerate(urls))


def test_names_are_doubtful_and_addresses_fine(tmp_path: Path) -> None:
    known = facts(tmp_path, site("tcp://192.168.5.10", "tcp://plc.example", "tcp://127.0.0.1:1502"))
    found = seen(addresses.static, known)
    assert [one.outcome for one in found] == [Outcome.PASS, Outcome.WARN]
    known = replace(known, addresses={"plc.example": ()})
    assert texts(seen(addresses.static, known), Outcome.FAIL) == ["c1: nobody knows the name plc.example"]


@pytest.mark.parametrize(
    "url", ["tcp://0.0.0.0", "tcp://224.0.0.1", "tcp://255.255.255.255", "tcp://192.168.5.10:0", "tcp://[::]"]
)
def test_places_where_no_device_can_be_fail(tmp_path: Path, url: str) -> None:
    known = facts(tmp_path, site(url))
    assert [one.outcome for one in seen(addresses.static, known)] == [Outcome.FAIL]
    assert texts(seen(addresses.public, known), Outcome.FAIL) == []


@pytest.mark.parametrize(
    ("url", "outcome", "words"),
    [
        ("tcp://192.168.5.10", Outcome.PASS, "neighbour on eth1 in 192.168.5.0/24"),
        ("tcp://10.1.0.1", Outcome.PASS, "through the router 10.0.0.1"),
        ("tcp://172.16.0.1", Outcome.FAIL, "no way leads to 172.16.0.1"),
        ("tcp://plc.example", Outcome.NOT_TESTABLE, "not looked up"),
    ],
)
def test_there_is_a_way_to_each_device(tmp_path: Path, url: str, outcome: Outcome, words: str) -> None:
    (one,) = seen(addresses.reachable, facts(tmp_path, site(url)))
    assert one.outcome is outcome
    assert words in one.text


def test_an_interface_without_a_wire_is_no_way(tmp_path: Path) -> None:
    down = replace(HALL, has_carrier=False)
    way = MACHINE.route(ip_address("192.168.5.10"))
    assert way is not None
    host = replace(MACHINE, route=lambda _: replace(way, interface=down))
    (one,) = seen(addresses.reachable, facts(tmp_path, site("tcp://192.168.5.10"), host=host))
    assert one.outcome is Outcome.FAIL
    assert "eth1, which has no connection" in one.text


def test_where_the_system_tells_nothing_nothing_is_claimed(tmp_path: Path) -> None:
    known = facts(tmp_path, site("tcp://192.168.5.10"), host=Host())
    for judge in (addresses.reachable, addresses.segmented):
        (one,) = seen(judge, known)
        assert one.outcome is Outcome.NOT_TESTABLE


def test_public_addresses_fail_in_plain_and_are_doubtful_in_tls(tmp_path: Path) -> None:
    found = seen(addresses.public, facts(tmp_path, site("tcp://8.8.8.8", "tcp://192.168.5.10")))
    assert [one.outcome for one in found] == [Outcome.FAIL, Outcome.PASS]


def test_listeners_that_let_the_internet_in_fail(tmp_path: Path) -> None:
    text = site("tcp://192.168.5.10") + (
        "listeners:\n"
        "  wide: {url: 'tcp://0.0.0.0:502', allow: [0.0.0.0/0, 10.0.0.1], share: {connection: c0}}\n"
        "  usual: {url: 'tcp://0.0.0.0:1503', share: {connection: c0}}\n"
    )
    known = facts(tmp_path, text)
    assert texts(seen(addresses.public, known), Outcome.FAIL) == [
        "listener wide lets 0.0.0.0/0 in, which reaches out to the internet"
    ]
    assert texts(seen(addresses.remote, known), Outcome.FAIL) == [
        "listener wide is called in plain from the internet"
    ]


def test_two_connections_to_one_place_are_noticed_and_so_is_a_unit_polled_twice(tmp_path: Path) -> None:
    text = site("tcp://192.168.5.10", "tcp://192.168.5.10") + (
        "devices:\n"
        "  a: {connection: c0, unit: 3, points: {x: {ref: 40001}}}\n"
        "  b: {connection: c1, unit: 3, points: {x: {ref: 40001}}}\n"
    )
    found = texts(seen(addresses.twice, facts(tmp_path, text)), Outcome.WARN)
    assert found == [
        "c0 and c1 both connect to 192.168.5.10:502: the device must take 2 connections",
        "unit 3 at 192.168.5.10:502 is polled twice, as c0/a and c1/b",
    ]


def test_an_address_twice_in_the_sheet_or_in_the_scan_fails(tmp_path: Path) -> None:
    rows = [
        SheetRow("192.168.5.10", 502, 1, {"name": "one", "mac": "AA:00:00:00:00:01"}),
        SheetRow("192.168.5.10", 502, 1, {"name": "two", "mac": "aa:00:00:00:00:01"}),
        SheetRow("192.168.5.11", 502, 1, {"mac": "aa:00:00:00:00:02"}),
        SheetRow("192.168.5.11", 502, 2, {"mac": "aa:00:00:00:00:03"}),
    ]
    scan = Inventory(
        (FoundDevice("192.168.5.12", 502, mac="01"), FoundDevice("192.168.5.12", 1502, mac="02"))
    )
    known = facts(tmp_path, "", plan=AddressSheet(rows=tuple(rows)), inventory=scan)
    assert texts(seen(addresses.twice, known), Outcome.FAIL) == [
        "the sheet gives 192.168.5.10:502 unit 1 to one and to two",
        "the sheet gives 192.168.5.11 to two hardware addresses: aa:00:00:00:00:02, aa:00:00:00:00:03",
        "the scan found 192.168.5.12 with two hardware addresses: 01, 02",
    ]


def test_two_who_claim_an_address_fail_and_silence_is_no_proof(tmp_path: Path) -> None:
    live = Live(
        (Probe("c0", "192.168.5.10", True, "", macs=("01", "02")), Probe("c1", "192.168.5.11", True, ""))
    )
    text = site("tcp://192.168.5.10", "tcp://192.168.5.11")
    found = seen(addresses.twice, facts(tmp_path, text, live=live))
    assert texts(found, Outcome.FAIL) == ["192.168.5.10 is claimed by 2 machines: 01, 02"]
    assert "192.168.5.11: --live" in texts(found, Outcome.NOT_TESTABLE)[0]


def test_a_moved_port_protects_nothing(tmp_path: Path) -> None:
    text = site("tcp://192.168.5.10:1502", "tcp://192.168.5.11", "rtu+tcp://192.168.5.12:4001") + (
        "listeners:\n"
        "  bare: {url: 'tcp://0.0.0.0:5020', share: {connection: c0}}\n"
        "  listed: {url: 'tcp://0.0.0.0:5021', allow: 10.0.0.1, share: {connection: c0}}\n"
    )
    found = seen(addresses.moved, facts(tmp_path, text))
    assert [one.split()[0:2] for one in texts(found, Outcome.WARN)] == [["c0", "has"], ["listener", "bare"]]
    assert len(texts(found, Outcome.PASS)) == 1


def test_devices_on_the_network_that_leads_out_are_not_segmented(tmp_path: Path) -> None:
    known = facts(tmp_path, site("tcp://192.168.5.10", "tcp://10.0.0.10", "tcp://10.1.0.1"))
    found = seen(addresses.segmented, known)
    assert texts(found, Outcome.PASS) == ["c0 is on eth1, which does not lead out of the house"]
    assert texts(found, Outcome.WARN) == ["c1 is on eth0, which is also the way out of the house"]
    assert "behind the router" in texts(found, Outcome.NOT_TESTABLE)[0]
    routing = replace(known, host=replace(MACHINE, forwards=True))
    assert "passes packets on" in texts(seen(addresses.segmented, routing), Outcome.WARN)[-1]


def test_far_away_needs_a_tunnel(tmp_path: Path) -> None:
    text = site("tcp://10.8.0.5", "tcp://8.8.8.8", "tcp://10.1.0.1", "tcp://192.168.5.10")
    found = seen(addresses.remote, facts(tmp_path, text))
    assert texts(found, Outcome.PASS) == ["c0 is reached through the tunnel wg0"]
    assert texts(found, Outcome.FAIL) == ["c1 is called in plain across the internet, through 10.0.0.1"]
    assert len(texts(found, Outcome.NOT_TESTABLE)) == 1


def test_a_site_without_connections_has_nothing_to_look_at(tmp_path: Path) -> None:
    known = facts(tmp_path, "")
    for judge in (
        addresses.static,
        addresses.reachable,
        addresses.public,
        addresses.twice,
        addresses.moved,
        addresses.segmented,
        addresses.remote,
    ):
        assert seen(judge, known) == []
