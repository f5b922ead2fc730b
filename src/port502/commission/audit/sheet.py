"""The address sheet of a site: what its file says, beside what people wrote and a scan found."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from port502.commission.address_sheet import COLUMNS, AddressSheet, SheetRow, merged_sheet
from port502.discover.found import Inventory
from port502.registers.maps.model import DeviceMap
from port502.site.build import Site
from port502.transport.url import parse_url


def rows_of(site: Site, maps: Mapping[str, DeviceMap]) -> Iterator[SheetRow]:
    """A row for each device of a site that is on a network."""
    for connection in site.connections:
        target = parse_url(connection.url)
        if target.is_serial:
            continue
        for device in connection.devices:
            known = maps.get(device.name)
            cells = {
                "address": target.host,
                "port": str(target.port),
                "name": device.name,
                "maker": known.manufacturer if known is not None else "",
                "unit": str(device.unit),
                "map": known.name if known is not None else "",
                "purpose": f"behind {connection.name}" if connection.gateway else "",
            }
            yield SheetRow(target.host, target.port, device.unit, cells)


def site_sheet(
    site: Site, maps: Mapping[str, DeviceMap], plan: AddressSheet | None, inventory: Inventory | None
) -> AddressSheet:
    """A plan brought up to date: what people wrote stays, empty cells are filled from the site and from the scan."""
    plan = plan or AddressSheet()
    columns = (*plan.columns, *(column for column in COLUMNS if column not in plan.columns))
    rows = {row.place: row for row in plan.rows}
    for row in rows_of(site, maps):
        before = rows.get(row.place)
        cells = dict(row.cells)
        cells.update({key: text for key, text in (before.cells if before else {}).items() if text})
        rows[row.place] = SheetRow(row.address, row.port, row.unit, cells)
    return merged_sheet(AddressSheet(columns, tuple(rows.values())), inventory or Inventory())
