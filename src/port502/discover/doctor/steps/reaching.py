"""Name, route, connect: how the device is reached, with what the kernel tells besides."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from ipaddress import IPv4Address

from port502.discover.doctor.evidence import ConnectSeen, Evidence, NameSeen, RouteSeen, Untested
from port502.discover.doctor.exchange import is_whole
from port502.discover.doctor.question import Question
from port502.discover.doctor.reads import first_read
from port502.discover.doctor.visit import Visit
from port502.protocol.mbap import MbapFraming
from port502.transport.binding import port_holder
from port502.transport.probe.alive import Alive, closed_port, ping
from port502.transport.probe.arp import claimants
from port502.transport.probe.attempt import Attempt, Outcome, Place, attempt, places_of
from port502.transport.probe.interfaces import Interface, interfaces
from port502.transport.probe.line import Line
from port502.transport.probe.neighbours import Neighbour, neighbours
from port502.transport.probe.own import own_connections
from port502.transport.probe.routes import Route, route_to, source_for

MOST_ADDRESSES = 4
PORTS = (502, 503, 802, 1502, 4196, 5020, 8502, 10502)
"""Where Modbus is found besides: security, serial servers, ports of makers."""

_PORT_TIMEOUT = 0.5
_TLS_PORT = 802


async def name(evidence: Evidence, visit: Visit) -> Evidence:
    """What the name means."""
    target = evidence.question.target
    try:
        async with asyncio.timeout(evidence.question.pace.patience):
            places = await places_of(target.host, target.port)
    except TimeoutError:
        return replace(evidence, name=NameSeen(target.host, error="the resolver does not answer"))
    except OSError as error:
        return replace(evidence, name=NameSeen(target.host, error=error.strerror or str(error)))
    return replace(evidence, name=NameSeen(target.host, places))


async def route(evidence: Evidence, visit: Visit) -> Evidence:
    """Which way packets leave."""
    place = evidence.place
    if place is None:
        return evidence
    known = interfaces()
    way: Route | None = None
    error = ""
    try:
        way = route_to(place.ip)
    except OSError as problem:
        error = _confirmed(place, problem)
    untested = evidence.untested
    if way is None and not error:
        untested = (*untested, Untested("route and neighbour", "this system's tables are not known here"))
    return replace(evidence, route=RouteSeen(way, error, known, _nearest(place, known)), untested=untested)


def _confirmed(place: Place, problem: OSError) -> str:
    """What the table says against a way, unless the system finds one all the same (zones, rules of its own)."""
    try:
        source_for(place)
    except OSError:
        return problem.strerror or str(problem)
    return ""


def _nearest(place: Place, known: tuple[Interface, ...]) -> Interface | None:
    """The interface whose network the address belongs to, whether or not it is up."""
    for one in known:
        if any(place.ip in own.network for own in one.addresses if own.version == place.ip.version):
            return one
    return None


async def connect(evidence: Evidence, visit: Visit) -> Evidence:
    """Connect to each address until one opens, and look around where none does."""
    question, known = evidence.question, evidence.name
    if known is None or not known.places:
        return evidence
    own = tuple(one for place in known.places for one in own_connections(place.ip, place.port))
    claimed, untested = await _claims(evidence)
    attempts: list[Attempt] = []
    for place in known.places[:MOST_ADDRESSES]:
        seen, sock = await attempt(place, question.pace.connect, source=question.source)
        attempts.append(seen)
        if sock is not None:
            visit.sock = sock
            break
    seen_so_far = ConnectSeen(tuple(attempts), claimants=claimed, own=own)
    last = seen_so_far.last
    assert last is not None
    near, hop = _neighbours(evidence, last.place)
    listener = _listener(evidence, last.place)
    found = replace(seen_so_far, neighbour=near, next_hop=hop, listener=listener)
    evidence = replace(evidence, connect=found, untested=(*evidence.untested, *untested))
    if last.outcome is Outcome.OPEN:
        return evidence
    return await _look_around(evidence, found, last)


async def _look_around(evidence: Evidence, found: ConnectSeen, last: Attempt) -> Evidence:
    """Other signs of life of a host whose port did not open."""
    question, untested = evidence.question, evidence.untested
    if last.outcome is Outcome.TIMEOUT:
        alive, pinged = await asyncio.gather(closed_port(last.place), ping(last.place))
        found = replace(found, alive=alive, ping=pinged)
        untested += _why_untried(pinged)
    if last.outcome is Outcome.REFUSED and last.icmp is None:
        if question.deep:
            open_ports, modbus = await _other_ports(question, last.place)
            found = replace(found, other_ports=open_ports, modbus_ports=modbus)
        else:
            untested += (
                Untested("other ports", "asks for --deep: 502, 503, 802, 1502, 4196, 5020, 8502, 10502"),
            )
    return replace(evidence, connect=found, untested=untested)


def _why_untried(pinged: Alive) -> tuple[Untested, ...]:
    return (Untested("ping", pinged.untried),) if pinged.untried else ()


async def _claims(evidence: Evidence) -> tuple[tuple[str, ...], tuple[Untested, ...]]:
    """Who claims the address, where it is on a network of ours and we may ask."""
    way = evidence.route.route if evidence.route is not None else None
    place = evidence.place
    if way is None or place is None or not way.on_link or way.is_local or way.interface is None:
        return (), ()
    if not isinstance(place.ip, IPv4Address) or way.source is None or not way.interface.has_carrier:
        return (), (Untested("duplicate address", "asked by ARP on IPv4 networks only"),)
    source = way.source.ip
    assert isinstance(source, IPv4Address)
    try:
        return await claimants(place.ip, way.interface.name, source), ()
    except PermissionError:
        return (), (Untested("duplicate address", "needs CAP_NET_RAW (run as root to have it tested)"),)
    except OSError as error:
        return (), (Untested("duplicate address", error.strerror or str(error)),)


def _neighbours(evidence: Evidence, place: Place) -> tuple[Neighbour | None, Neighbour | None]:
    table = neighbours()
    way = evidence.route.route if evidence.route is not None else None
    hop = table.get(way.gateway) if way is not None and way.gateway is not None else None
    return table.get(place.ip), hop


def _listener(evidence: Evidence, place: Place) -> str:
    way = evidence.route.route if evidence.route is not None else None
    local = place.ip.is_loopback or (way is not None and way.is_local)
    return port_holder(place.port, str(place.ip)) if local else ""


async def _other_ports(question: Question, place: Place) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The ports of the short list that are open, and those where Modbus answers."""
    open_ports: list[int] = []
    modbus: list[int] = []
    for port in PORTS:
        if port == place.port:
            continue
        there = Place(place.address, port, place.scope)
        seen, sock = await attempt(there, _PORT_TIMEOUT, source=question.source)
        if sock is None:
            continue
        open_ports.append(seen.place.port)
        line = await Line.over(sock)
        try:
            line.send(MbapFraming().encode(1, question.unit, first_read(question.asked).encode()))
            heard = await line.listen(question.pace.timeout, is_whole)
        finally:
            await line.close()
        if len(heard) >= 9 and heard[:4] == b"\0\1\0\0":
            modbus.append(port)
    return tuple(open_ports), tuple(modbus)
