"""Name, route, cable, address, firewall: what the attempt to connect says."""

from __future__ import annotations

from collections.abc import Iterator

from port502.discover.doctor.evidence import ConnectSeen, Evidence, RouteSeen
from port502.discover.doctor.findings import Confidence
from port502.discover.doctor.judge.judged import Judged, Signal, concluded, found, seen
from port502.discover.doctor.naming import named_mac
from port502.transport.probe.attempt import Attempt, Outcome
from port502.transport.probe.interfaces import Interface

SURE, LIKELY, POSSIBLE = Confidence.SURE, Confidence.LIKELY, Confidence.POSSIBLE
_AT_ONCE = 1.0
_HUNG_AFTER = 2


def name(evidence: Evidence) -> Iterator[Judged]:
    """The name resolves, and all of its addresses answer."""
    known = evidence.name
    if known is None:
        return
    if known.error:
        yield found("NAME.NONE", SURE, evidence, seen("resolver", known.error), reason=known.error)
    connect = evidence.connect
    if connect is None or len(known.places) < 2 or not connect.is_open or connect.last is None:
        return
    for attempt in connect.attempts:
        if attempt.outcome is not Outcome.OPEN:
            yield found(
                "NAME.MANY",
                SURE,
                evidence,
                seen("addresses", ", ".join(place.address for place in known.places)),
                *(seen(f"connect to {one.place}", _ended(one)) for one in connect.attempts),
                count=len(known.places),
                dead=attempt.place.address,
                live=connect.last.place.address,
            )
            return


def route(evidence: Evidence) -> Iterator[Judged]:
    """There is a way, and a cable."""
    way = evidence.route
    if way is None or evidence.place is None:
        return
    leads = way.route.interface if way.route is not None else way.nearest
    if leads is not None and not leads.is_loopback and not (leads.is_up and leads.has_carrier):
        state = leads.state if leads.is_up else "switched off"
        yield found(
            "LINK.DOWN",
            SURE,
            evidence,
            seen(f"interface {leads.name}", _interface(leads)),
            interface=leads.name,
            state=state,
        )
    elif way.error:
        yield _no_route(evidence, way)


def _no_route(evidence: Evidence, way: RouteSeen) -> Judged:
    place = evidence.place
    version = place.ip.version if place is not None else 4
    usable = [
        (one, own)
        for one in way.interfaces
        if one.is_up and not one.is_loopback
        for own in one.addresses
        if own.version == version and not own.ip.is_link_local
    ]
    shown = [seen(f"interface {one.name}", _interface(one)) for one in way.interfaces if not one.is_loopback]
    signals = (seen("route", way.error), *shown)
    if not usable:
        bare = [one.name for one in way.interfaces if one.is_up and not one.is_loopback]
        reason = way.error
        if bare:
            reason = f"its interface {bare[0]} has no IPv{version} address"
        return found("ROUTE.NONE", SURE, evidence, *signals, reason=reason)
    own = usable[0][1]
    return found(
        "ROUTE.SUBNET",
        SURE,
        evidence,
        *signals,
        concluded("gateway", "none that leads there"),
        network=own.network,
        suggestion=own.network,
    )


def connect(evidence: Evidence) -> Iterator[Judged]:
    """The port opens."""
    tried = evidence.connect
    if tried is None or tried.last is None:
        return
    if len(tried.claimants) > 1:
        yield found(
            "L2.DUPLICATE",
            SURE,
            evidence,
            seen("ARP answers", ", ".join(tried.claimants)),
            count=len(tried.claimants),
            macs=" and ".join(map(named_mac, tried.claimants)),
        )
        return  # which of them answers is chance: whatever else was seen may be of the other
    if (near := tried.neighbour) is not None and near.mac and _other_mac(near.mac, evidence.question.mac):
        yield found(
            "L2.MAC_CHANGED",
            SURE,
            evidence,
            seen("neighbour entry", near.mac),
            mac=named_mac(near.mac),
            known=evidence.question.mac.lower(),
        )
    last = tried.last
    signals = (seen(f"connect to {last.place}", _ended(last)), *_surroundings(tried))
    rule = _RULES.get(last.outcome)
    if rule is not None:
        yield rule(evidence, tried, last, signals)


def _refused(evidence: Evidence, tried: ConnectSeen, last: Attempt, signals: tuple[Signal, ...]) -> Judged:
    if last.icmp is not None:
        offender = _offender(evidence, last)
        icmp = seen("ICMP", f"{last.icmp.text}, from {last.icmp.offender or 'this machine'}")
        return found("TCP.REFUSED_ICMP", SURE, evidence, *signals, icmp, offender=offender)
    if tried.modbus_ports:
        port = tried.modbus_ports[0]
        also = seen(f"port {port}", "answers Modbus")
        return found("TCP.OTHER_PORT", SURE, evidence, *signals, also, found=port)
    sure = SURE if last.info is not None else LIKELY
    return found(
        "TCP.REFUSED_RST", sure, evidence, *signals, seen("ICMP", "none: the refusal is a TCP reset")
    )


def _unreachable(
    evidence: Evidence, tried: ConnectSeen, last: Attempt, signals: tuple[Signal, ...]
) -> Judged:
    icmp = last.icmp
    ours = (
        icmp is None or not icmp.offender or icmp.offender == last.source or _is_own(evidence, icmp.offender)
    )
    neighbour_absent = tried.neighbour is None or not tried.neighbour.answered
    if ours and neighbour_absent and (last.took > _AT_ONCE or _on_link(evidence)):
        return _nobody(evidence, tried, last, signals)
    reason = icmp.text if icmp is not None else last.reason.lower()
    told = seen("ICMP", f"{reason}, from {icmp.offender}") if icmp is not None and icmp.offender else None
    return found(
        "NET.PROHIBITED",
        SURE if told is not None else LIKELY,
        evidence,
        *signals,
        *((told,) if told is not None else ()),
        *_outside(evidence),
        offender=_offender(evidence, last),
        reason=reason,
    )


def _nobody(evidence: Evidence, tried: ConnectSeen, last: Attempt, signals: tuple[Signal, ...]) -> Judged:
    way = evidence.route.route if evidence.route is not None else None
    hop = f" (the gateway {way.gateway} does not answer)" if way is not None and way.gateway else ""
    network = str(way.source.network) if way is not None and way.source is not None else "its own network"
    return found(
        "L2.NO_ARP",
        SURE,
        evidence,
        *signals,
        concluded("VLAN", "cannot be told from here: a wrong VLAN looks like nobody at all"),
        arp_s=last.took,
        network=f"{network}{hop}",
    )


def _timeout(evidence: Evidence, tried: ConnectSeen, last: Attempt, signals: tuple[Signal, ...]) -> Judged:
    near = tried.neighbour
    if near is not None and not near.answered and _on_link(evidence):
        return _nobody(evidence, tried, last, signals)
    answers = [one for one in (tried.alive, tried.ping) if one is not None and one.answered]
    if answers or (near is not None and near.answered) or _is_local(evidence):
        doubt = "" if answers else " (here or there: that cannot be told apart from this side)"
        return found("TCP.FILTERED", LIKELY if doubt else SURE, evidence, *signals, doubt=doubt)
    way = evidence.route.route if evidence.route is not None else None
    hop = f"the router {way.gateway}" if way is not None and way.gateway is not None else "this machine"
    sure = SURE if way is not None else LIKELY
    return found("TCP.BLACKHOLE", sure, evidence, *signals, *_outside(evidence), hop=hop)


def _no_way(evidence: Evidence, tried: ConnectSeen, last: Attempt, signals: tuple[Signal, ...]) -> Judged:
    if last.icmp is not None and last.icmp.offender and not _is_own(evidence, last.icmp.offender):
        return _unreachable(evidence, tried, last, signals)
    return found("ROUTE.NONE", SURE, evidence, *signals, reason=last.reason)


def _failed(evidence: Evidence, tried: ConnectSeen, last: Attempt, signals: tuple[Signal, ...]) -> Judged:
    return found("UNKNOWN", POSSIBLE, evidence, *signals, what=f"connecting ended with: {last.reason}")


_RULES = {
    Outcome.REFUSED: _refused,
    Outcome.UNREACHABLE: _unreachable,
    Outcome.TIMEOUT: _timeout,
    Outcome.NO_ROUTE: _no_way,
    Outcome.FAILED: _failed,
}


def _surroundings(tried: ConnectSeen) -> Iterator[Signal]:
    """What was seen around the attempt."""
    if tried.neighbour is not None:
        near = tried.neighbour
        yield seen(
            "neighbour entry",
            f"{named_mac(near.mac)}, {near.state}" if near.mac else f"no MAC ({near.state})",
        )
    if tried.next_hop is not None:
        yield seen("router's neighbour entry", tried.next_hop.mac or f"no MAC ({tried.next_hop.state})")
    if tried.alive is not None and not tried.alive.untried:
        refusal = f"refused by {tried.alive.who}" if tried.alive.answered else "no answer"
        yield seen("datagram to a closed port", refusal)
    if tried.ping is not None and not tried.ping.untried:
        yield seen("ping", f"{tried.ping.took * 1000:.1f} ms" if tried.ping.answered else "no answer")
    if tried.listener:
        yield seen("listening here", tried.listener)
    for own in tried.own:
        yield seen(
            "our own connection",
            f"port {own.local_port}, {own.state}{f', {own.process}' if own.process else ''}",
        )
    if tried.other_ports:
        yield seen("other open ports", ", ".join(map(str, tried.other_ports)))


def _outside(evidence: Evidence) -> Iterator[Signal]:
    """That the device is not on our own network, which may be news."""
    way = evidence.route.route if evidence.route is not None else None
    if way is not None and way.gateway is not None and way.source is not None:
        text = f"the device is outside of {way.source.network}; if it should be in it, its address or a mask is wrong"
        yield concluded("this machine's network", text)


def _ended(attempt: Attempt) -> str:
    info = attempt.info
    state = "" if info is None else f", TCP state {info.state}, {info.unacked} unacknowledged"
    return f"{attempt.outcome} after {attempt.took * 1000:.1f} ms{state}"


def _offender(evidence: Evidence, last: Attempt) -> str:
    icmp = last.icmp
    if icmp is None or not icmp.offender:
        return "something on the way"
    if icmp.offender == last.source or _is_own(evidence, icmp.offender):
        return "this machine itself" if not _is_local(evidence) else icmp.offender
    return icmp.offender


def _is_own(evidence: Evidence, address: str) -> bool:
    way = evidence.route
    return way is not None and any(str(own.ip) == address for one in way.interfaces for own in one.addresses)


def _on_link(evidence: Evidence) -> bool:
    way = evidence.route.route if evidence.route is not None else None
    return way is not None and way.on_link and not way.is_local


def _is_local(evidence: Evidence) -> bool:
    way = evidence.route.route if evidence.route is not None else None
    place = evidence.place
    return (way is not None and way.is_local) or (place is not None and place.ip.is_loopback)


def _interface(one: Interface) -> str:
    addresses = ", ".join(map(str, one.addresses)) or "no address"
    link = "link" if one.has_carrier else "no link"
    return f"{'up' if one.is_up else 'switched off'}, {link}, {addresses}"


def _other_mac(mac: str, known: str) -> bool:
    plain = known.lower().replace("-", ":")
    return bool(plain) and plain != mac.lower()
