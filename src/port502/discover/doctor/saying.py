"""What each step brought, in a few words for the list of steps."""

from __future__ import annotations

from collections.abc import Callable

from port502.discover.doctor.evidence import Evidence
from port502.discover.doctor.exchange import Exchange
from port502.discover.doctor.naming import identity_in, named_mac
from port502.protocol.codes import function_name


def said(step: str, before: Evidence, after: Evidence) -> str:
    """The result of a step; empty where it had nothing to do."""
    return _WORDS[step](before, after)


def _name(before: Evidence, after: Evidence) -> str:
    known = after.name
    if known is None:
        return ""
    return known.error or ", ".join(place.address for place in known.places)


def _route(before: Evidence, after: Evidence) -> str:
    way = after.route
    if way is None:
        return ""
    if way.route is None:
        return way.error or "not told by this system"
    route = way.route
    interface = route.interface.name if route.interface is not None else "an unknown interface"
    source = f" from {route.source}" if route.source is not None else ""
    if route.is_local:
        return "this machine itself"
    return f"{'on the same network' if route.on_link else f'through {route.gateway}'}, {interface}{source}"


def _connect(before: Evidence, after: Evidence) -> str:
    seen = after.connect
    if seen is None or seen.last is None:
        return ""
    last = seen.last
    mac = (
        f", MAC {named_mac(seen.neighbour.mac)}" if seen.neighbour is not None and seen.neighbour.mac else ""
    )
    listener = f", {seen.listener} listens" if seen.listener else ""
    own = f", this machine has {len(seen.own)} more to it" if seen.own else ""
    return f"{last.place}: {last.outcome} after {last.took * 1000:.1f} ms{mac}{listener}{own}"


def _opening(before: Evidence, after: Evidence) -> str:
    seen = after.opening
    if seen is None:
        return ""
    if seen.tls_error:
        return seen.tls_error
    if seen.said:
        return f"it sent {len(seen.said)} bytes unasked"
    return f"{seen.ending} after {seen.after * 1000:.1f} ms" if seen.ending else "stays open, quiet"


def _modbus(before: Evidence, after: Evidence) -> str:
    return "" if after.first is None else _answer(after.first)


def _units(before: Evidence, after: Evidence) -> str:
    return "; ".join(f"{one.unit}: {_short(one)}" for one in after.units[:8])


def _functions(before: Evidence, after: Evidence) -> str:
    who = identity_in(after.functions)
    parts = [f"{one.request.function:02d}: {_short(one)}" for one in after.functions]
    return "; ".join([*parts, f"it says it is {who}"] if who else parts)


def _silence(before: Evidence, after: Evidence) -> str:
    if not (after.settle or after.hung):
        return ""
    parts = [f"pause {one.pause:g} s: {_short(one.exchange)}" for one in after.settle]
    if after.hung:
        parts.insert(0, f"more connections: {', '.join(str(one.outcome) for one in after.hung)}")
    if after.rtu_reply:
        parts.append("an RTU frame is answered")
    if after.tls_reply:
        parts.append("a TLS hello is answered")
    return "; ".join(parts)


def _addresses(before: Evidence, after: Evidence) -> str:
    return "; ".join(f"{one.reference.text or one.reference}: {_short(one.exchange)}" for one in after.reads)


def _values(before: Evidence, after: Evidence) -> str:
    seen = after.values
    if seen is None:
        return ""
    parts = [
        f"{one}: {' '.join(f'{word:04x}' for word in images[-1][:8])}"
        for one, images in seen.images
        if images
    ]
    if seen.block and seen.block_table is not None:
        parts.append(f"{seen.block_table}:0 on: {' '.join(f'{word:04x}' for word in seen.block)}")
    parts += [f"{one.expected.text}: {len(one.candidates)} candidates" for one in seen.searches]
    return "; ".join(parts)


def _stability(before: Evidence, after: Evidence) -> str:
    seen = after.stability
    if seen is None:
        return ""
    times = sorted(seen.times)
    if not times:
        return f"none of {len(seen.exchanges)} reads was answered in time"
    middle = times[len(times) // 2] * 1000
    worst = times[-1] * 1000
    return (
        f"{len(times)} of {len(seen.exchanges)} reads answered, median {middle:.1f} ms, worst {worst:.1f} ms"
    )


def _deep(before: Evidence, after: Evidence) -> str:
    seen = after.deep
    if seen is None:
        return ""
    parts = []
    if seen.connections is not None:
        parts.append(f"{seen.connections} connections work")
    if seen.evicted:
        parts.append("a second one ends the first")
    if seen.pipelined is not None:
        parts.append(f"{seen.pipelined} of 2 requests in a row answered")
    if seen.idle_waited is not None:
        parts.append(f"idle for {seen.idle_waited:g} s: {seen.idle_ending or 'forgotten'}")
    return "; ".join(parts)


def _short(exchange: Exchange) -> str:
    return f"exception {exchange.exception:02X}" if exchange.exception else str(exchange.answer)


def _answer(exchange: Exchange) -> str:
    name = function_name(exchange.request.function)
    late = " (late)" if exchange.late else ""
    return f"unit {exchange.unit}, {name}: {_short(exchange)} after {exchange.took * 1000:.1f} ms{late}"


_WORDS: dict[str, Callable[[Evidence, Evidence], str]] = {
    "name": _name,
    "route": _route,
    "connect": _connect,
    "opening": _opening,
    "modbus": _modbus,
    "units": _units,
    "functions": _functions,
    "silence": _silence,
    "addresses": _addresses,
    "values": _values,
    "stability": _stability,
    "deep": _deep,
}
