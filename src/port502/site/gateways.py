"""Gateway listeners of a site: where their unit ids lead, from the file to what can be run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from port502.errors import UsageError
from port502.gateway.record import LINES
from port502.gateway.routing import Route, RoutingTable, routes_to
from port502.gateway.time_outs import attempts_take, time_out_order
from port502.site.document import Document
from port502.site.faults import WARNING, Fault, KeyPath, nearest
from port502.site.listener_model import GatewayRoute, Listener, Listeners, listener_target
from port502.site.model import Connection, connection_target

CLIENT_TIMEOUT = 5.0
MASTER_TIMEOUT = 1.0
"""Seconds that serial masters usually wait."""

IN_TIME = 0.8
"""The share of its time-out in which a serial master gets its answer."""

MARGIN = 2.0
"""Seconds in which a listener has the answer of its bus for certain."""

LAST_SERIAL_UNIT = 247
KEYS = ("client_timeout", "first", "unit_zero", "silent")
"""What a listener says about its gateway besides the routes."""


@dataclass(frozen=True, slots=True)
class GatewaySettings:
    """A gateway of a site: its routes, whose buses are connections, and how its clients are treated.

    A request that waited ``within`` seconds is not sent any more, and every one has its answer ``answer_within``
    seconds. ``first`` are networks of clients that go before the others, ``zero`` is what unit 0 stands for (None:
    everybody), ``silent`` is no answer without a route.
    """

    routes: tuple[Route, ...]
    within: float = CLIENT_TIMEOUT
    answer_within: float = 2 * CLIENT_TIMEOUT
    first: tuple[str, ...] = ()
    zero: int | None = None
    silent: bool = False


def lines_in_turns(listeners: Listeners, connections: Mapping[str, Connection]) -> frozenset[str]:
    """The connections whose line is a bus of a gateway, with one queue for its clients and the polling."""
    led_to = {route.bus for one in listeners.values() for route in one.gateway or ()}
    return frozenset(name for name in led_to if name in connections and is_line(connections[name]))


def is_line(connection: Connection) -> bool:
    """Whether a connection carries one request at a time."""
    return connection_target(connection.url).scheme in LINES


def gateway_settings(
    listener: Listener, path: KeyPath, connections: Mapping[str, Connection], document: Document
) -> tuple[GatewaySettings | None, list[Fault]]:
    """The gateway of a listener and its faults; None where it cannot be. ``path`` is that of the listener."""
    faults: list[Fault] = []
    if listener.gateway is None:
        for key in KEYS:
            if key in listener.model_fields_set:
                message = "has a meaning beside 'gateway' only"
                faults.append(document.fault((*path, key), message, "remove it", at_key=True))
        return None, faults
    faults += _route_faults(listener.gateway, (*path, "gateway"), connections, document)
    zero, routes = listener.unit_zero, []
    try:
        for one in listener.gateway:
            routes += routes_to(one.bus, one.units, one.offset)
        table = RoutingTable(routes)
        if zero is not None and table.find(zero) is None:
            raise UsageError(f"unit 0 stands for unit {zero}, which has no route")
    except UsageError as error:
        return None, [*faults, document.fault((*path, "gateway"), str(error), at_key=True)]
    is_serial = listener_target(listener.url).is_serial
    waits = listener.client_timeout or (MASTER_TIMEOUT if is_serial else CLIENT_TIMEOUT)
    within = IN_TIME * waits if is_serial else waits
    asked = {name: connections[name] for name in table.buses if name in connections}
    for name, connection in asked.items():
        if is_serial and not is_line(connection):
            continue  # what the device does not say in time is 0B
        if (wrong := time_out_order(name, _needed(connection), waits)) is not None:
            hint = "say how long they wait with 'client_timeout', or lower 'response_timeout' or 'retries'"
            faults.append(document.fault((*path, "gateway"), wrong, hint, severity=WARNING, at_key=True))
    slowest = max(map(_needed, asked.values()), default=0.0)
    settings = GatewaySettings(
        tuple(routes), within, within + slowest + MARGIN, listener.first or (), zero, listener.silent
    )
    return settings, faults


def _needed(connection: Connection) -> float:
    """The seconds that a request may take when its turn comes at once."""
    timeout = connection.answer_within
    return attempts_take(connection.retries, timeout) if is_line(connection) else timeout


def _route_faults(
    routes: Sequence[GatewayRoute], path: KeyPath, connections: Mapping[str, Connection], document: Document
) -> Iterator[Fault]:
    for place, route in enumerate(routes):
        at = (*path, place)
        connection = connections.get(route.bus)
        if connection is None:
            hint = nearest(route.bus, connections) or "name it under 'connections'"
            yield document.fault((*at, "bus"), f"unknown connection {route.bus!r}", hint)
        elif is_line(connection):
            highest = max(one.last + one.offset for one in routes_to(route.bus, route.units, route.offset))
            if highest > LAST_SERIAL_UNIT:
                message = f"no device on a serial line answers unit {highest}"
                yield document.fault((*at, "units"), message, f"units there are 1 to {LAST_SERIAL_UNIT}")
            if not connection.keep_open:
                message = f"{route.bus!r} would be closed after each answer"
                yield document.fault((*at, "bus"), message, "remove its 'keep_open: false'")
