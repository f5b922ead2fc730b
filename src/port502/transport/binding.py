"""Why a port cannot be listened on: who holds it, or which right is missing."""

from __future__ import annotations

import errno
import os
import socket
import sys
from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import Path

from port502.errors import ConnectError

LISTENING = "0A"


def bind_error(host: str, port: int, error: OSError) -> ConnectError:
    """The error for a listener that cannot start, naming the holder of the port or the ways to get the right."""
    place = f"{host or '*'}:{port}"
    if error.errno == errno.EADDRINUSE:
        holder = port_holder(port, host)
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
    if isinstance(error, socket.gaierror):
        return ConnectError(
            f"cannot listen on {place}: nobody knows the name {host}; name an address of this machine and a port,"
            " such as tcp://127.0.0.1:1502, or tcp://0.0.0.0:1502 for all of its addresses"
        )
    return ConnectError(f"cannot listen on {place}: {error.strerror or error}")


def port_holder(port: int, host: str = "") -> str:
    """The process that listens on a TCP port of this machine, as ``name (pid)``; empty where that is not told.

    Of those that listen on the port at several addresses it is the one in the way of ``host``; without one, any.
    """
    try:
        inodes = _listening_inodes(port, host)
        return process_with(inodes) if inodes else ""
    except OSError:
        return ""


def _listening_inodes(port: int, host: str) -> set[str]:
    wanted = _address_of(host)
    inodes = set()
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        path = Path(table)
        if not path.exists():
            continue
        for line in path.read_text().splitlines()[1:]:
            fields = line.split()
            place, _, number = fields[1].rpartition(":")
            if (
                fields[3] == LISTENING
                and int(number, 16) == port
                and _in_the_way(kernel_address(place), wanted)
            ):
                inodes.add(f"socket:[{fields[9]}]")
    return inodes


def _address_of(host: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None


def kernel_address(text: str) -> IPv4Address | IPv6Address:
    """An address as the kernel's tables have it: words of 32 bits, each in the order of the processor."""
    data = bytes.fromhex(text)
    if sys.byteorder == "little":
        data = b"".join(data[start : start + 4][::-1] for start in range(0, len(data), 4))
    address = ip_address(data)
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def _in_the_way(held: IPv4Address | IPv6Address, wanted: IPv4Address | IPv6Address | None) -> bool:
    return wanted is None or wanted == held or wanted.is_unspecified or held.is_unspecified


def process_with(inodes: set[str]) -> str:
    """The process that holds one of these sockets, as ``name (process 123)``; empty where that is not told."""
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
