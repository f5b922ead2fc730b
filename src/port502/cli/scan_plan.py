"""What a scan is about to do: its targets, its manners, and the consent that it needs."""

from __future__ import annotations

import socket
from collections.abc import Sequence
from dataclasses import dataclass, replace
from ipaddress import IPv4Network
from pathlib import Path

from port502.cli.ask import confirm
from port502.cli.finding_view import estimate_lines
from port502.cli.output import say
from port502.cli.secure import Secure
from port502.discover.estimate import Estimate
from port502.discover.settings import ScanSettings
from port502.discover.targets import Targets, parse_numbers, parse_targets, read_list
from port502.errors import UsageError
from port502.transport.probe.interfaces import interfaces, own_networks
from port502.transport.probe.neighbours import Neighbour, neighbours

MOST_LIST_BYTES = 16 << 20


@dataclass(frozen=True, slots=True)
class Plan:
    """What is scanned: targets, known neighbours in wide IPv6 networks, and whether somebody named them."""

    targets: Targets
    neighbours: tuple[str, ...]
    named: bool
    on_link: bool


def plan_of(ranges: Sequence[str], lists: Sequence[Path], exclude: Sequence[str]) -> Plan:
    """The targets of some words and lists, or this host's own networks; raises UsageError."""
    words = [*ranges, *(word for path in lists for word in _listed(path))]
    own = own_networks()
    named = bool(words)
    if not named:
        if not own:
            raise UsageError(
                "this host has no network of its own that could be offered; name what to scan: 192.168.1.0/24"
            )
        words = [str(network) for network in own]
    targets = parse_targets(words, exclude)
    left_out = parse_targets((), exclude) if not exclude else parse_targets(exclude)
    near = tuple(
        _scoped(entry)
        for address, entry in neighbours().items()
        if entry.answered and address not in left_out and any(address in wide for wide in targets.wide)
    )
    if targets.wide and not near:
        say(
            f"port502: note: of {targets.wide[0]} only known neighbours can be scanned, and none is known;"
            " name addresses"
        )
    if not len(targets) and not near:
        raise UsageError("nothing is left to scan")
    ends = [end for interval in targets.four for end in interval]
    on_link = bool(ends) and all(any(_inside(end, network) for network in own) for end in ends)
    return Plan(targets, near, named, on_link)


def _scoped(entry: Neighbour) -> str:
    """The address of a neighbour, with its zone where it means nothing without one."""
    if not entry.address.is_link_local or entry.address.version == 4:
        return str(entry.address)
    try:
        return f"{entry.address}%{socket.if_indextoname(entry.interface)}"
    except OSError:
        return str(entry.address)


def _inside(number: int, network: IPv4Network) -> bool:
    return int(network.network_address) <= number <= int(network.broadcast_address)


def _listed(path: Path) -> list[str]:
    try:
        if path.stat().st_size > MOST_LIST_BYTES:
            raise UsageError(f"--list {path}: larger than {MOST_LIST_BYTES >> 20} MiB")
        return read_list(path.read_text("utf-8-sig").splitlines())
    except UnicodeDecodeError:
        raise UsageError(f"--list {path}: this is not UTF-8 text") from None
    except OSError as error:
        raise UsageError(f"--list {path}: {error.strerror or error}") from None


def settings_for(
    units: str | None,
    ports: str,
    rate: float | None,
    timeout: float | None,
    secure: Secure,
    *,
    fast: bool,
) -> ScanSettings:
    """The manners that the options ask for; raises UsageError."""
    made = ScanSettings.fast() if fast else ScanSettings()
    made = replace(made, ports=parse_numbers(ports, "port", 1, 65535))
    if units is not None:
        made = replace(made, units=parse_numbers(units, "unit id", 0, 255))
    if rate is not None:
        made = replace(made, rate=rate)
    if timeout is not None:
        made = replace(made, connect_timeout=timeout, first_timeout=timeout, response_timeout=timeout)
    if secure.arguments():
        made = replace(made, tls=secure.tls("tls://host"))
    return made


def consent_to(plan: Plan, made: Estimate, settings: ScanSettings, *, fast: bool, yes: bool) -> None:
    """One question about everything that needs consent; none where nothing does."""
    reasons = []
    if not plan.named:
        found = ", ".join(
            f"{address.network} ({one.name})"
            for one in interfaces()
            if not one.is_loopback
            for address in one.addresses
            if address.version == 4
        )
        reasons.append(f"no RANGE was named; this host's own networks are {found}")
    if public := plan.targets.public():
        some = ", ".join(public[:3]) + (", ..." if len(public) > 3 else "")
        reasons.append(f"{some}: neither private nor local; scan only what you may")
    local = all(first >> 24 == 127 and last >> 24 == 127 for first, last in plan.targets.four)
    if fast and not (local and plan.targets.four):
        reasons.append("--fast does not spare weak devices and slow links")
    if not reasons or yes:
        return
    for reason in (*reasons, *estimate_lines(made, settings.ports)):
        say(f"port502: {reason}")
    confirm("scan?", yes=yes)
