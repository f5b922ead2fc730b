"""Checks of what was planned against what is configured, and of both against what was found."""

from __future__ import annotations

from collections.abc import Iterator

from port502.commission.address_sheet import known_rows
from port502.commission.audit.facts import Facts
from port502.commission.audit.live import SERVICES
from port502.commission.audit.outcome import Seen, doubtful, failed, fine, unknown
from port502.discover.changes import Change, ChangeKind, Known, Place, compare, known_of, was_asked


def planned(facts: Facts) -> Iterator[Seen]:
    """The address sheet and the site file say the same."""
    if facts.plan is None:
        yield unknown("no address sheet to compare with: --plan plan.xlsx (it is made where it is not there)")
        return
    rows = {row.place: row.cells.get("name", "") for row in facts.plan.rows}
    used = dict(_used(facts))
    for place, device in used.items():
        if place not in rows:
            yield failed(f"{device} is at {_where(place)}, which is not in the sheet")
    for place, name in rows.items():
        if place not in used:
            yield doubtful(
                f"the sheet has {name or 'somebody'} at {_where(place)}, whom the site does not poll"
            )
    if not used.keys() ^ rows.keys():
        yield fine(f"all {len(rows)} rows of the sheet are in the site, and no device is missing")


def found(facts: Facts) -> Iterator[Seen]:
    """What a scan found is what was planned."""
    if facts.inventory is None:
        yield unknown("no scan to compare with: port502 scan --save scan.json, then --inventory scan.json")
        return
    before = (
        known_rows(facts.plan.rows) if facts.plan is not None else [_configured(one) for one in _used(facts)]
    )
    what = "the sheet" if facts.plan is not None else "the site file"
    changes = compare(before, known_of(facts.inventory), was_asked(facts.inventory))
    for change in changes:
        yield _change(change, what)
    if not changes:
        yield fine(f"the scan found what is in {what}: {len(before)} units, and nothing else")


def neighbours(facts: Facts) -> Iterator[Seen]:
    """Who answers at an address is who was planned there, by his hardware address."""
    rows = facts.plan.rows if facts.plan is not None else ()
    planned_macs = {row.address: row.cells.get("mac", "").lower() for row in rows if row.cells.get("mac")}
    here = {str(address): mac.lower() for address, mac in facts.host.macs.items()}
    for address, mac in planned_macs.items():
        if address not in here:
            yield unknown(f"{address}: this machine has not met it lately on a network of its own")
        elif here[address] != mac:
            yield failed(
                f"{address} is {here[address]}, and the sheet has {mac}: another device, or two of them"
            )
        else:
            yield fine(f"{address} is {mac}, as in the sheet")


def services(facts: Facts) -> Iterator[Seen]:
    """Devices have nothing else open."""
    probes = facts.live.probes if facts.live is not None and facts.live.services else ()
    if not probes and any(True for _ in facts.outside()):
        yield unknown(
            "other open ports were not looked for: --live --services connects to a few, after a question"
        )
    for probe in probes:
        if probe.services is None:
            yield unknown(f"{probe.host} could not be connected to")
        elif probe.services:
            open_ones = ", ".join(f"{port} {SERVICES[port]}" for port in probe.services)
            yield doubtful(f"{probe.host} has open: {open_ones}")
        else:
            yield fine(f"{probe.host} has none of the ports {', '.join(map(str, SERVICES))} open")


def _used(facts: Facts) -> Iterator[tuple[Place, str]]:
    """Where the devices of the site are on the network, with their names."""
    for place in facts.places():
        for device in place.connection.devices:
            yield (place.target.host.partition("%")[0], place.target.port, device.unit), device.name


def _configured(one: tuple[Place, str]) -> Known:
    (address, port, unit), name = one
    return Known(address, port, unit, {}, name)


def _change(change: Change, what: str) -> Seen:
    one = change.unit
    where = _where(one.place)
    title = f" ({one.title})" if one.title else ""
    if change.kind is ChangeKind.NEW:
        return doubtful(f"{where}{title} was found and is not in {what}")
    if change.kind is ChangeKind.GONE:
        return failed(f"{where}{title} is in {what} and was not found")
    differs = "; ".join(f"{key} {new}, where {what} has {old}" for key, old, new in change.what)
    return failed(f"{where}{title}: {differs}")


def _where(place: Place) -> str:
    address, port, unit = place
    host = f"[{address}]" if ":" in address else address
    return f"{host}:{port} unit {unit}"
