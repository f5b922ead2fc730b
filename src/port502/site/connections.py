"""Connections of a site: what fits their kind of link, and what their devices ask of them."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import ip_address

from port502.site.document import Document
from port502.site.durations import duration_text
from port502.site.faults import ERROR, WARNING, Fault, nearest
from port502.site.model import Connection, Device, SiteFile, connection_target
from port502.site.scalars import shown

NETWORK_KEYS = ("keepalive", "source", "coalesce")
SERIAL_UNITS = range(1, 248)
MBAP_SCHEMES = ("tcp", "tls")


def connection_faults(site: SiteFile, document: Document) -> list[Fault]:
    """Faults of connections by themselves, and warnings for two connections to one place."""
    faults: list[Fault] = []
    first_at: dict[str, str] = {}
    for name, connection in site.connections.items():
        faults += _link_faults(name, connection, document)
        target = connection_target(connection.url)
        place = target.device if target.is_serial else str(target)
        if place in first_at:
            message = f"leads to the same place as connection {first_at[place]!r}"
            hint = "many devices take one connection only: use it for both"
            severity = WARNING
            if target.is_serial:
                hint, severity = "a serial port has one owner: use that connection for both", ERROR
            faults.append(document.fault(("connections", name, "url"), message, hint, severity=severity))
        first_at.setdefault(place, name)
        if connection.source is not None:
            try:
                ip_address(connection.source.partition("%")[0])
            except ValueError:
                message = f"{shown(connection.source)} is not an address of this machine"
                faults.append(document.fault(("connections", name, "source"), message, "write an IP address"))
    return faults


def device_link_faults(name: str, device: Device, site: SiteFile, document: Document) -> list[Fault]:
    """Whether a device's connection exists and can reach its unit."""
    path = ("devices", name)
    if device.connection not in _written(document, "connections"):
        hint = nearest(device.connection, _written(document, "connections"))
        message = f"unknown connection {shown(device.connection)}"
        return [document.fault((*path, "connection"), message, hint or "name it under 'connections'")]
    connection = site.connections.get(device.connection)
    if connection is None or device.unit in SERIAL_UNITS:
        return []
    scheme = connection_target(connection.url).scheme
    if scheme in MBAP_SCHEMES:
        return []
    low, high = SERIAL_UNITS[0], SERIAL_UNITS[-1]
    message = f"no device on a serial line answers unit {device.unit}"
    return [document.fault((*path, "unit"), message, f"units there are {low} to {high}")]


def timeout_warning(
    name: str, connection: Connection, intervals: Mapping[str, float], written: bool, document: Document
) -> list[Fault]:
    """A warning when a lost reply takes so long that polls are skipped.

    ``intervals`` are those of the points on the connection by name, ``written`` says whether any of them stands
    in the file: defaults alone are not the reader's doing.
    """
    if not intervals or (connection.response_timeout is None and not written):
        return []
    point, fastest = min(intervals.items(), key=lambda one: one[1])
    waits = connection.answer_within
    if waits < fastest / 2:
        return []
    message = (
        f"waits {duration_text(waits)} for a reply, which is not below half of the interval"
        f" of {point} ({duration_text(fastest)}): one lost reply skips polls"
    )
    hint = f"write less than {duration_text(fastest / 2)}, or poll more slowly"
    path = ("connections", name, "response_timeout")
    return [document.fault(path, message, hint, severity=WARNING)]


def _link_faults(name: str, connection: Connection, document: Document) -> list[Fault]:
    target = connection_target(connection.url)
    faults: list[Fault] = []
    if target.scheme not in MBAP_SCHEMES and connection.window > 1:
        message = "a serial line carries one request at a time"
        faults.append(document.fault(("connections", name, "window"), message, "write 1, or leave it out"))
    if target.is_serial:
        for key in NETWORK_KEYS:
            if key in connection.model_fields_set:
                message = "has no meaning on a serial line"
                faults.append(document.fault(("connections", name, key), message, "remove it", at_key=True))
    return faults


def _written(document: Document, section: str) -> list[str]:
    names = document.data.get(section)
    return list(names) if isinstance(names, dict) else []
