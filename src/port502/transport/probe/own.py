"""This machine's own part: its connections to a peer, and the settings of its TCP."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path

from port502.transport.binding import kernel_address, process_with

_STATES = {
    "01": "established",
    "02": "connecting",
    "04": "closing",
    "05": "closing",
    "08": "close-wait",
    "09": "closing",
}


@dataclass(frozen=True, slots=True)
class OwnConnection:
    """A TCP connection of this machine to the peer; ``process`` is empty where it is not ours to know."""

    local_port: int
    state: str
    process: str = ""


def own_connections(address: IPv4Address | IPv6Address, port: int) -> tuple[OwnConnection, ...]:
    """The open connections of this machine to a peer, whoever holds them; none where the system does not tell."""
    found = []
    for table in ("tcp", "tcp6"):
        for fields in _rows(Path(f"/proc/thread-self/net/{table}")):
            place, _, number = fields[2].rpartition(":")
            if int(number, 16) != port or fields[3] not in _STATES or kernel_address(place) != address:
                continue
            local = int(fields[1].rpartition(":")[2], 16)
            process = process_with({f"socket:[{fields[9]}]"}) if fields[9] != "0" else ""
            found.append(OwnConnection(local, _STATES[fields[3]], process))
    return tuple(found)


def _rows(path: Path) -> list[list[str]]:
    try:
        return [fields for line in path.read_text().splitlines()[1:] if len(fields := line.split()) > 9]
    except OSError:
        return []


def keepalive_time() -> float | None:
    """Seconds of idleness after which this system sends keep-alive probes where a program asks for them at all."""
    if sys.platform != "linux":
        return None
    try:
        return float(Path("/proc/sys/net/ipv4/tcp_keepalive_time").read_text())
    except (OSError, ValueError):
        return None
