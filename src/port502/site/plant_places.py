"""Where the devices of a plant listen, each copy at a place of its own."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from port502.errors import UsageError
from port502.service.access import check_listener_address
from port502.site.connections import SERIAL_UNITS
from port502.site.document import Document
from port502.site.faults import Fault
from port502.site.plant_model import DeviceEntry
from port502.transport.url import Target, parse_url

HOSTS = 254
"""Hosts of the last part of an address: 1 to 254; the next copy goes into the next third part."""

HIGHEST_PORT = 65535
PLACES = ("gateway", "pty", "listen")
"""The keys that say where a device listens."""

_LAST_PART = re.compile(r"(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.\{n\}")


def copy_url(url: str, number: int) -> str:
    """Where the copy of a number (from 1) listens.

    ``{n}`` stands for the number; as the last part of an address it goes on in the next network behind 254.
    Without it, copies take the ports one after the other. Raises UsageError when there are no more of them.
    """
    if "{n}" not in url:
        target = parse_url(url)
        if number == 1 or target.is_serial or not target.port:
            return url
        port = target.port + number - 1
        if port > HIGHEST_PORT:
            raise UsageError(
                f"{url}: the port of copy {number} would be {port}, behind the last, {HIGHEST_PORT}"
            )
        return str(replace(target, port=port))
    match = _LAST_PART.search(url)
    if match is not None:
        network, host = divmod(number - 1, HOSTS)
        third = int(match[3]) + network
        if third > 255:
            raise UsageError(f"{url}: there is no address for copy {number}")
        url = url[: match.start()] + f"{match[1]}.{match[2]}.{third}.{host + 1}" + url[match.end() :]
    return url.replace("{n}", str(number))


def url_of(entry: DeviceEntry, folder: Path) -> str | None:
    """Where a device listens, its copies not considered; None where nothing says so."""
    if entry.pty is not None:
        return f"rtu://{(folder / entry.pty).absolute()}?baud={entry.baud}&parity=N"
    return entry.gateway if entry.gateway is not None else entry.listen


def listen_faults(name: str, entry: DeviceEntry, document: Document) -> list[Fault]:
    """What is wrong with where a device listens."""
    path = ("devices", name)
    given = [key for key in PLACES if getattr(entry, key) is not None]
    if len(given) > 1:
        message = f"{given[0]!r} says already where it listens"
        return [document.fault((*path, given[1]), message, "leave one out")]
    key = given[0] if given else "listen"
    url = url_of(entry, document.path.parent)
    if url is None:
        return [document.fault(path, "listens nowhere", 'write listen: "tcp://127.0.0.1:1502"', at_key=True)]
    if not entry.is_bus and entry.units and (entry.map is not None or entry.file is not None):
        message = "each unit has its own map or file"
        return [document.fault((*path, "units"), message, "leave out 'map' and 'file', or write unit: 1")]
    on_line = [unit for unit in entry.units if unit not in SERIAL_UNITS]
    if entry.is_bus and on_line:
        message = f"no device on a serial line answers unit {on_line[0]}"
        return [document.fault((*path, "units", str(on_line[0])), message, "units there are 1 to 247")]
    try:
        first, last = parse_url(copy_url(url, 1)), parse_url(copy_url(url, entry.copies))
        _check(first, entry)
        _check(last, entry)
    except UsageError as error:
        return [document.fault((*path, key), str(error))]
    return []


def _check(target: Target, entry: DeviceEntry) -> None:
    if target.scheme == "tls":
        raise UsageError("simulated devices do not listen with tls://; use tcp://")
    if target.is_serial and entry.copies > 1:
        raise UsageError(f"{target} is one serial line: it has no room for copies")
    if not target.is_serial:
        check_listener_address(target.host, None)
