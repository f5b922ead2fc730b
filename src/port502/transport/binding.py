"""Why a port cannot be listened on: who holds it, or which right is missing."""

from __future__ import annotations

import errno
import os
from pathlib import Path

from port502.errors import ConnectError

LISTENING = "0A"


def bind_error(host: str, port: int, error: OSError) -> ConnectError:
    """The error for a listener that cannot start, naming the holder of the port or the ways to get the right."""
    place = f"{host or '*'}:{port}"
    if error.errno == errno.EADDRINUSE:
        holder = port_holder(port)
        who = f"{holder} listens there already" if holder else "another program listens there already"
        return ConnectError(f"cannot listen on {place}: {who}; stop it or choose another port")
    if error.errno in (errno.EACCES, errno.EPERM):
        return ConnectError(
            f"cannot listen on {place}: ports below 1024 need a right on this system. Give it with one of:"
            f" `sudo setcap cap_net_bind_service=+ep $(readlink -f $(command -v python3))`;"
            f" `sudo sysctl net.ipv4.ip_unprivileged_port_start={port}`;"
            f" or listen on a high port and redirect:"
            f" `sudo nft add rule ip nat prerouting tcp dport {port} redirect to :1{port:03d}`"
        )
    if error.errno == errno.EADDRNOTAVAIL:
        return ConnectError(
            f"cannot listen on {place}: {host} is not an address of this machine (see `ip address`)"
        )
    return ConnectError(f"cannot listen on {place}: {error.strerror or error}")


def port_holder(port: int) -> str:
    """The process that listens on a TCP port of this machine, as ``name (pid)``; empty where that is not told."""
    try:
        inodes = _listening_inodes(port)
        return _process_with(inodes) if inodes else ""
    except OSError:
        return ""


def _listening_inodes(port: int) -> set[str]:
    inodes = set()
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        path = Path(table)
        if not path.exists():
            continue
        for line in path.read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == LISTENING and int(fields[1].rpartition(":")[2], 16) == port:
                inodes.add(f"socket:[{fields[9]}]")
    return inodes


def _process_with(inodes: set[str]) -> str:
    for process in Path("/proc").iterdir():
        if not process.name.isdigit():
            continue
        try:
            if any(os.readlink(link) in inodes for link in (process / "fd").iterdir()):
                name = (process / "comm").read_text().strip()
                return f"{name} (process {process.name})"
        except OSError:
            continue  # ended meanwhile, or not ours to look into
    return ""
