"""What a running site knows of its devices: it holds their connections, so it is asked instead of them."""

from __future__ import annotations

from port502.collect.health import ONLINE
from port502.collect.status import CollectorStatus, ConnectionStatus
from port502.commission.audit.live import Asked, Live, Probe
from port502.transport.states import LinkState
from port502.transport.url import parse_url


def live_of(status: CollectorStatus) -> Live:
    """What was seen of the connections by whoever polls them; serial lines among them."""
    return Live(tuple(map(_probe, status.connections)))


def _probe(one: ConnectionStatus) -> Probe:
    target = parse_url(one.url)
    is_open = one.state == LinkState.READY or (one.state == LinkState.IDLE and one.replies > 0)
    text = f"is {one.state}" if is_open or not one.last_error else f"is {one.state}: {one.last_error}"
    took = one.response_p95 or 0.0
    asked = tuple(
        Asked(unit.device, unit.unit, unit.state == ONLINE, _says(unit.state, unit.last_error), took)
        for unit in one.units
        if unit.state in (ONLINE, "suspect", "offline")
    )
    return Probe(one.name, target.host, is_open, f"{text}, as port502 run has it", asked=asked)


def _says(state: str, error: str) -> str:
    return "answers" if state == ONLINE else f"is {state}: {error}" if error else f"is {state}"
