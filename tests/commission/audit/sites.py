"""Sites and machines made for the checks of an audit."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import ip_address, ip_interface
from pathlib import Path
from typing import Any

from port502.commission.audit.check import Judge
from port502.commission.audit.facts import Facts, maps_of
from port502.commission.audit.host import Address, Host, mode_of
from port502.commission.audit.outcome import Outcome, Seen
from port502.site.build import load_site
from port502.site.document import read_document
from port502.transport.probe.interfaces import Interface
from port502.transport.probe.routes import Route

NOW = 1_800_000_000.0
HALL = Interface("eth1", 2, "aa:00:00:00:00:01", addresses=(ip_interface("192.168.5.2/24"),))
OFFICE = Interface("eth0", 1, "aa:00:00:00:00:02", addresses=(ip_interface("10.0.0.2/24"),))
TUNNEL = Interface("wg0", 3, addresses=(ip_interface("10.9.0.2/24"),))


def route(address: Address) -> Route | None:
    """The ways of a machine with two networks and a tunnel; nothing leads to 172.16.0.0/12."""
    if address.is_loopback:
        return Route(Interface("lo", 9, is_loopback=True), None, None)
    for face in (HALL, OFFICE, TUNNEL):
        if address in face.addresses[0].network:
            return Route(face, None, face.addresses[0])
    if str(address).startswith("172.16."):
        raise OSError(101, "Network is unreachable")
    if str(address).startswith("10.8."):
        return Route(TUNNEL, ip_address("10.9.0.1"), TUNNEL.addresses[0])
    return Route(OFFICE, ip_address("10.0.0.1"), OFFICE.addresses[0])


MACHINE = Host(route, (HALL, OFFICE, TUNNEL), {}, False, True, False, lambda _: 1 << 40, mode_of)


def facts(folder: Path, text: str, **known: Any) -> Facts:
    """What is known of a site with this text (without its first line); ``known`` as in Facts."""
    path = folder / "site.yaml"
    path.write_text(f"site: s\n{text}")
    path.chmod(0o600)
    document = read_document(path, {})
    rest: dict[str, Any] = {"host": MACHINE, "now": NOW, "maps": maps_of(document)}
    return Facts(load_site(path, {}), document, **(rest | known))


def seen(judge: Judge, known: Facts) -> list[Seen]:
    """What a check sees."""
    return list(judge(known))


def texts(found: Iterable[Seen], outcome: Outcome) -> list[str]:
    """The sentences with this outcome."""
    return [one.text for one in found if one.outcome is outcome]
