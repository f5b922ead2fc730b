"""What can be seen of the machine that the site runs on."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path
from typing import TypeAlias

from port502.commission.audit.clock import is_in_step
from port502.transport.probe.interfaces import Interface, interfaces
from port502.transport.probe.neighbours import neighbours
from port502.transport.probe.routes import Route, route_to

Address: TypeAlias = "IPv4Address | IPv6Address"

_FORWARDING = Path("/proc/sys/net/ipv4/ip_forward")


@dataclass(frozen=True, slots=True)
class Host:
    """This machine; None stands for what its system does not tell.

    ``route`` is the way to an address (it raises OSError where there is none), ``macs`` are the hardware addresses
    of neighbours, ``free`` the bytes that a folder can still take, ``mode`` the rights of a file (OSError where there
    is none).
    """

    route: Callable[[Address], Route | None] = lambda _: None
    interfaces: tuple[Interface, ...] = ()
    macs: Mapping[Address, str] = field(default_factory=dict)
    forwards: bool | None = None
    clock_in_step: bool | None = None
    is_root: bool | None = None
    free: Callable[[Path], int | None] = lambda _: None
    mode: Callable[[Path], int | None] = lambda _: None


def this_host() -> Host:
    """The machine that this runs on; nothing is sent."""
    return Host(
        route_to,
        interfaces(),
        {address: one.mac for address, one in neighbours().items() if one.answered},
        _forwards(),
        is_in_step(),
        os.geteuid() == 0 if hasattr(os, "geteuid") else None,
        free_in,
        mode_of,
    )


def free_in(folder: Path) -> int | None:
    """The bytes that a folder can still take, or the nearest above it that is there."""
    for place in (folder.absolute(), *folder.absolute().parents):
        try:
            return shutil.disk_usage(place).free
        except OSError:
            continue
    return None


def mode_of(file: Path) -> int | None:
    """Who may read and write a file, as octal rights; None on systems without them. Raises OSError."""
    found = file.stat().st_mode & 0o777
    return found if os.name == "posix" else None


def _forwards() -> bool | None:
    try:
        return _FORWARDING.read_text("ascii").strip() != "0"
    except (OSError, ValueError):
        return None
