"""Checks of the plan against what is configured and what was found."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_address
from pathlib import Path

from port502.commission.address_sheet import AddressSheet, SheetRow
from port502.commission.audit import reality
from port502.commission.audit.live import SERVICES, Live, Probe
from port502.commission.audit.outcome import Outcome
from port502.discover.found import FoundDevice, FoundUnit, Inventory
from port502.discover.units import UnitClass
from tests.commission.audit.sites import MACHINE, facts, seen, texts

SITE = (
    "connections: {c: {url: 'tcp://192.168.5.10'}}\n"
    "devices: {d: {connection: c, unit: 1, points: {a: {ref: 40001}}}}\n"
)


def sheet(*rows: tuple[str, int, dict[str, str]]) -> AddressSheet:
    return AddressSheet(rows=tuple(SheetRow(address, 502, unit, cells) for address, unit, cells in rows))


def found(*devices: tuple[str, int, str]) -> Inventory:
    return Inventory(
        tuple(
            FoundDevice(address, 502, mac=mac, units=(FoundUnit(unit, UnitClass.DEVICE),))
            for address, unit, mac in devices
        )
    )


def test_without_a_sheet_or_a_scan_it_is_said_how_to_get_one(tmp_path: Path) -> None:
    known = facts(tmp_path, SITE)
    assert "--plan" in texts(seen(reality.planned, known), Outcome.NOT_TESTABLE)[0]
    assert "--inventory" in texts(seen(reality.found, known), Outcome.NOT_TESTABLE)[0]
    assert seen(reality.neighbours, known) == []


def test_sheet_and_site_that_differ_are_both_told(tmp_path: Path) -> None:
    plan = sheet(("192.168.5.11", 1, {"name": "boiler"}))
    seen_now = seen(reality.planned, facts(tmp_path, SITE, plan=plan))
    assert texts(seen_now, Outcome.FAIL) == ["d is at 192.168.5.10:502 unit 1, which is not in the sheet"]
    assert texts(seen_now, Outcome.WARN) == [
        "the sheet has boiler at 192.168.5.11:502 unit 1, whom the site does not poll"
    ]
    same = sheet(("192.168.5.10", 1, {}))
    assert texts(seen(reality.planned, facts(tmp_path, SITE, plan=same)), Outcome.PASS)


def test_a_scan_that_found_others_complains(tmp_path: Path) -> None:
    plan = sheet(("192.168.5.10", 1, {"mac": "aa", "name": "plc"}), ("192.168.5.11", 1, {"name": "gone"}))
    scan = found(("192.168.5.10", 1, "bb"), ("192.168.5.12", 1, "cc"))
    seen_now = seen(reality.found, facts(tmp_path, SITE, plan=plan, inventory=scan))
    assert texts(seen_now, Outcome.FAIL) == [
        "192.168.5.10:502 unit 1: mac bb, where the sheet has aa",
        "192.168.5.11:502 unit 1 (gone) is in the sheet and was not found",
    ]
    assert texts(seen_now, Outcome.WARN) == ["192.168.5.12:502 unit 1 was found and is not in the sheet"]


def test_without_a_sheet_the_scan_is_compared_with_the_site(tmp_path: Path) -> None:
    same = facts(tmp_path, SITE, inventory=found(("192.168.5.10", 1, "aa")))
    assert texts(seen(reality.found, same), Outcome.PASS)
    gone = facts(tmp_path, SITE, inventory=found())
    assert texts(seen(reality.found, gone), Outcome.FAIL) == [
        "192.168.5.10:502 unit 1 (d) is in the site file and was not found"
    ]


def test_another_hardware_address_than_planned_fails(tmp_path: Path) -> None:
    plan = sheet(
        ("192.168.5.10", 1, {"mac": "AA:00"}),
        ("192.168.5.11", 1, {"mac": "bb:00"}),
        ("192.168.5.12", 1, {"mac": "cc"}),
    )
    macs = {ip_address("192.168.5.10"): "aa:00", ip_address("192.168.5.11"): "ee:00"}
    known = facts(tmp_path, SITE, plan=plan, host=replace(MACHINE, macs=macs))
    outcomes = [one.outcome for one in seen(reality.neighbours, known)]
    assert outcomes == [Outcome.PASS, Outcome.FAIL, Outcome.NOT_TESTABLE]


def test_other_open_ports_are_told_where_somebody_looked(tmp_path: Path) -> None:
    (one,) = seen(reality.services, facts(tmp_path, SITE))
    assert one.outcome is Outcome.NOT_TESTABLE
    probes = (
        Probe("c", "192.168.5.10", True, "", services=(23, 80)),
        Probe("e", "192.168.5.11", True, "", services=()),
        Probe("f", "192.168.5.12", False, ""),
    )
    found_now = seen(reality.services, facts(tmp_path, SITE, live=Live(probes, services=True)))
    assert texts(found_now, Outcome.WARN) == [f"192.168.5.10 has open: 23 {SERVICES[23]}, 80 {SERVICES[80]}"]
    assert len(texts(found_now, Outcome.PASS)) == 1
    assert len(texts(found_now, Outcome.NOT_TESTABLE)) == 1
