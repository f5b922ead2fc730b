"""Maps of devices that describe themselves: asked once, kept in a file."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_address
from pathlib import Path

from port502.cli.discovered import Discovered
from port502.cli.target import Asked, peer_for
from port502.registers.maps.model import DeviceMap
from port502.registers.sunspec.mapping import file_name
from port502.transport.url import parse_url


async def ask_map(
    asked: Asked, name: str | None, maker: str | None, category: str | None
) -> tuple[DeviceMap, list[str]]:
    """The map that a SunSpec device makes of itself, named and described as wanted, and what it could not take.

    ``asked`` names the device with the map ``sunspec``. Raises Failed for a device that cannot be asked or is none.
    """
    peer = peer_for(asked)
    assert isinstance(peer, Discovered)
    async with peer:
        known, found = peer.map, peer.found
    left_out = [point for point in found.points if point not in known.points]
    port = parse_url(asked.target).port
    kept = replace(
        known,
        name=name or file_name(found.common),
        manufacturer=maker or known.manufacturer,
        category=category or known.category,
        default_unit=peer.unit,
        default_port=port or known.default_port,
    )
    return kept, [f"{point}: it cannot be polled" for point in left_out]


def is_device(source: str) -> bool:
    """Whether a source is a url, an address or HOST:PORT rather than a file; what exists is a file."""
    if "://" in source:
        return True
    if Path(source).exists() or "/" in source or "\\" in source:
        return False
    host, colon, port = source.rpartition(":")
    return _is_address(source.strip("[]")) or bool(host and colon and port.isdecimal())


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
