"""The address sheet of a site."""

from __future__ import annotations

from pathlib import Path

from port502.commission.address_sheet import AddressSheet, SheetRow
from port502.commission.audit.sheet import site_sheet
from port502.discover.found import FoundDevice, FoundUnit, Inventory
from port502.discover.units import UnitClass
from tests.commission.audit.sites import facts

SITE = """
connections:
  hall: {url: "tcp://192.168.5.20", gateway: true}
  bus: {url: "rtu:///dev/ttyUSB0"}
devices:
  meter: {connection: hall, unit: 5, map: eastron/sdm630}
  own: {connection: bus, unit: 1, points: {a: {ref: 40001}}}
"""


def test_every_device_on_a_network_has_a_row(tmp_path: Path) -> None:
    known = facts(tmp_path, SITE)
    (row,) = site_sheet(known.site, known.maps, None, None).rows
    assert row.place == ("192.168.5.20", 502, 5)
    assert (row.cells["name"], row.cells["map"]) == ("meter", "eastron/sdm630")
    assert row.cells["maker"]
    assert row.cells["purpose"] == "behind hall"


def test_what_people_wrote_stays_and_a_scan_fills_in(tmp_path: Path) -> None:
    known = facts(tmp_path, SITE)
    cells = {"name": "Incomer", "room": "H2", "purpose": ""}
    plan = AddressSheet(("address", "unit", "name", "room"), (SheetRow("192.168.5.20", 502, 5, cells),))
    scan = Inventory(
        (FoundDevice("192.168.5.20", 502, mac="aa:bb", units=(FoundUnit(5, UnitClass.DEVICE),)),)
    )
    made = site_sheet(known.site, known.maps, plan, scan)
    assert made.columns[:4] == ("address", "unit", "name", "room")
    (row,) = made.rows
    assert (row.cells["name"], row.cells["room"], row.cells["mac"]) == ("Incomer", "H2", "aa:bb")
