"""Checks of addresses and of the ways to them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from ipaddress import ip_address

from port502.commission.audit.facts import Door, Facts, Place, is_public, literal, network, public_among
from port502.commission.audit.host import Address
from port502.commission.audit.outcome import Seen, doubtful, failed, fine, unknown
from port502.transport.probe.routes import Route

MODBUS_PORTS = (502, 802)
_EVERYBODY = ip_address("255.255.255.255")
TUNNELS = ("tun", "tap", "wg", "ppp", "ipsec", "tailscale", "zt", "vti", "xfrm")
_FAR_AWAY = ip_address("192.0.2.1")
"""An address of nobody (RFC 5737): the way to it is the way out of the house. Nothing is sent there."""


def static(facts: Facts) -> Iterator[Seen]:
    """Devices are called by addresses, not by names that may change their meaning."""
    for place in facts.outside():
        if nobody := _nobodys(place):
            yield failed(f"{place.name}: {nobody}")
        elif place.is_fixed:
            yield fine(f"{place.name} is called by its address {place.target.host}")
        elif not place.addresses and place.target.host in facts.addresses:
            yield failed(f"{place.name}: nobody knows the name {place.target.host}")
        else:
            found = f" (now {', '.join(map(str, place.addresses))})" if place.addresses else ""
            yield doubtful(f"{place.name} is called by the name {place.target.host}{found}")


def _nobodys(place: Place) -> str:
    """Why no device can be at a place; empty where one can."""
    if place.target.port == 0:
        return "port 0 is nobody's port"
    for address in place.addresses:
        if address.is_unspecified or address.is_multicast or address == _EVERYBODY:
            return f"{address} is no address of a device"
    return ""


def reachable(facts: Facts) -> Iterator[Seen]:
    """Devices are on a network of this machine, or there is a route to them."""
    for place in facts.outside():
        if not place.addresses:
            yield unknown(f"{place.name}: {place.target.host} was not looked up")
        for address in place.addresses:
            yield _way(facts, place, address)


def _way(facts: Facts, place: Place, address: Address) -> Seen:
    try:
        way = facts.host.route(address)
    except OSError as error:
        return failed(f"{place.name}: no way leads to {address} ({error.strerror or error})")
    if way is None or way.interface is None:
        return unknown(f"{place.name}: this system does not tell the way to {address}")
    if not (way.interface.is_up and way.interface.has_carrier) and not way.is_local:
        return failed(f"{place.name}: the way to {address} is {way.interface.name}, which has no connection")
    if way.on_link:
        net = f" in {way.source.network}" if way.source is not None else ""
        return fine(f"{place.name}: {address} is a neighbour on {way.interface.name}{net}")
    return fine(f"{place.name}: {address} is reached through the router {way.gateway}")


def public(facts: Facts) -> Iterator[Seen]:
    """No device and no client is at an address of the internet."""
    for place in facts.outside():
        for address in place.addresses:
            text = f"{place.name} is at {address}, an address of the internet"
            if not is_public(network(str(address))):
                yield fine(f"{place.name} is at {address}, an address inside")
            elif place.target.scheme == "tls":
                yield doubtful(f"{text}, behind TLS")
            else:
                yield failed(f"{text}, with nothing to protect it")
    for door in facts.open_doors():
        yield from _public_clients(door)


def _public_clients(door: Door) -> Iterator[Seen]:
    own = literal(door.target.host)
    where = f"listener {door.name}"
    make = failed if door.is_plain else doubtful
    if own is not None and not own.is_unspecified and is_public(network(str(own))):
        yield make(f"{where} listens at {own}, an address of the internet")
    outside = public_among(door.listener.allow or ())
    for entry in outside:
        yield make(f"{where} lets {entry} in, which reaches out to the internet")
    if not outside:
        yield fine(f"{where} lets in nobody from the internet")


def twice(facts: Facts) -> Iterator[Seen]:
    """No address is used by two."""
    by_place: dict[tuple[str, int], list[Place]] = defaultdict(list)
    for place in facts.places():
        by_place[place.target.host, place.target.port].append(place)
    for (host, port), places in by_place.items():
        if len(places) > 1:
            yield from _shared(f"{host}:{port}", places)
    yield from _planned_twice(facts)
    yield from _found_twice(facts)
    yield from _claimed_twice(facts)


def _shared(where: str, places: list[Place]) -> Iterator[Seen]:
    names = " and ".join(place.name for place in places)
    yield doubtful(f"{names} both connect to {where}: the device must take {len(places)} connections")
    users: dict[int, list[str]] = defaultdict(list)
    for place in places:
        for device in place.connection.devices:
            users[device.unit].append(f"{place.name}/{device.name}")
    for unit, devices in users.items():
        if len(devices) > 1:
            yield doubtful(f"unit {unit} at {where} is polled twice, as {' and '.join(devices)}")


def _planned_twice(facts: Facts) -> Iterator[Seen]:
    if facts.plan is None:
        return
    seen: dict[object, str] = {}
    macs: dict[str, dict[str, None]] = defaultdict(dict)
    for row in facts.plan.rows:
        where = f"{row.address}:{row.port} unit {row.unit}"
        name = row.cells.get("name", "") or "a row without a name"
        if row.place in seen:
            yield failed(f"the sheet gives {where} to {seen[row.place]} and to {name}")
        seen.setdefault(row.place, name)
        if mac := row.cells.get("mac", "").lower():
            macs[row.address].setdefault(mac)
    for address, found in macs.items():
        if len(found) > 1:
            yield failed(f"the sheet gives {address} to two hardware addresses: {', '.join(found)}")


def _found_twice(facts: Facts) -> Iterator[Seen]:
    if facts.inventory is None:
        return
    macs: dict[str, dict[str, None]] = defaultdict(dict)
    for device in facts.inventory.devices:
        if device.mac:
            macs[device.address].setdefault(device.mac.lower())
    for address, found in macs.items():
        if len(found) > 1:
            yield failed(f"the scan found {address} with two hardware addresses: {', '.join(found)}")


def _claimed_twice(facts: Facts) -> Iterator[Seen]:
    asked = [one for one in facts.live.probes if one.macs is not None] if facts.live is not None else []
    for one in asked:
        if one.macs is not None and len(one.macs) > 1:
            yield failed(f"{one.host} is claimed by {len(one.macs)} machines: {', '.join(one.macs)}")
        else:
            yield fine(f"{one.host} is claimed by one machine")
    known = {one.host for one in asked}
    far = {place.name for place, way in _ways(facts) if not way.on_link}
    near = (place for place in facts.outside() if place.name not in far)
    left = [place.target.host for place in near if place.target.host not in known]
    if left:
        why = "--live with the right to send ARP (CAP_NET_RAW) asks the neighbours"
        yield unknown(f"whether two machines have the address {', '.join(dict.fromkeys(left))}: {why}")


def moved(facts: Facts) -> Iterator[Seen]:
    """Another port than 502 is not taken for protection."""
    for place in facts.outside():
        port = place.target.port
        if place.target.scheme == "tcp" and port and port not in MODBUS_PORTS:
            yield doubtful(f"{place.name} has plain Modbus at port {port}: a scan of all ports finds it")
    for door in facts.open_doors():
        if not door.is_plain or door.target.port in MODBUS_PORTS:
            continue
        where = f"listener {door.name} has plain Modbus at port {door.target.port}"
        if door.listener.allow is None and door.listener.policy is None:
            yield doubtful(f"{where}, and nothing else keeps anybody out")
        else:
            yield fine(f"{where}, behind an allow list or a policy")


def segmented(facts: Facts) -> Iterator[Seen]:
    """Devices are on a network of their own."""
    ways = list(_ways(facts))
    if not ways:
        if any(True for _ in facts.outside()):
            yield unknown("this system does not tell on which networks the devices are")
        return
    out = _way_out(facts)
    for place, way in ways:
        name = way.interface.name if way.interface is not None else ""
        if way.gateway is not None:
            yield unknown(
                f"{place.name} is behind the router {way.gateway}: what that lets through is not seen"
            )
        elif out is not None and out.interface is not None and out.interface.name == name:
            yield doubtful(f"{place.name} is on {name}, which is also the way out of the house")
        else:
            yield fine(f"{place.name} is on {name}, which does not lead out of the house")
    networks = {one for face in facts.host.interfaces if not face.is_loopback for one in face.addresses}
    if facts.host.forwards and len(networks) > 1:
        yield doubtful("this machine passes packets on from network to network (ip_forward is on)")


def remote(facts: Facts) -> Iterator[Seen]:
    """What is far away is reached through a tunnel."""
    for place, way in _ways(facts):
        name = way.interface.name if way.interface is not None else ""
        if name.startswith(TUNNELS):
            yield fine(f"{place.name} is reached through the tunnel {name}")
        elif way.on_link:
            continue
        elif place.target.scheme == "tls":
            yield fine(f"{place.name} is beyond the router {way.gateway}, inside TLS")
        elif any(is_public(network(str(one))) for one in place.addresses):
            yield failed(f"{place.name} is called in plain across the internet, through {way.gateway}")
        else:
            yield unknown(
                f"{place.name} is beyond the router {way.gateway}: whether a tunnel carries it is not seen"
            )
    for door in facts.open_doors():
        if door.is_plain and public_among(door.listener.allow or ()):
            yield failed(f"listener {door.name} is called in plain from the internet")


def _ways(facts: Facts) -> Iterator[tuple[Place, Route]]:
    for place in facts.outside():
        for address in place.addresses[:1]:
            try:
                way = facts.host.route(address)
            except OSError:
                continue
            if way is not None and not way.is_local:
                yield place, way


def _way_out(facts: Facts) -> Route | None:
    try:
        return facts.host.route(_FAR_AWAY)
    except OSError:
        return None
