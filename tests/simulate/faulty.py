"""A device with faults behind a real socket, and our own client in front of it."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from typing import Any

from port502.client import Client
from port502.protocol.message import Request
from port502.protocol.register_access import ReadHoldingRegistersRequest
from port502.server import Server
from port502.service.admission import Limits
from port502.service.call import Call, Session
from port502.service.device import Device
from port502.service.units import Units
from port502.simulate.effects import Effect
from port502.simulate.faults import Faults
from port502.simulate.rule import Rule, When

READ = ReadHoldingRegistersRequest(0, 2)
ROOMY = Limits(connections=100, per_client=100)


def device() -> Device:
    return Device(holding={range(10): list(range(40, 50))}, coil={range(16): True})


def rule(effect: Effect, **when: Any) -> Rule:
    return Rule(effect, When(**when), name="tried")


def call(
    request: Request[Any] = READ, *, unit: int = 1, received: float = 0.0, session: Session | None = None
) -> Call:
    return Call(session or Session("127.0.0.1", 5000, "tcp"), unit, request, received)


@contextlib.asynccontextmanager
async def serving(*rules: Rule, service: Any = None, **settings: Any) -> AsyncIterator[tuple[Server, Faults]]:
    faults = Faults(rules, seed=1)
    server = Server(
        faults.around(service or Units(device())),
        "tcp://127.0.0.1:0",
        limits=settings.pop("limits", ROOMY),
        wire=faults,
        **settings,
    )
    async with server:
        yield server, faults


def client(server: Server, **settings: Any) -> Client:
    """Our client, impatient and without second tries."""
    given = {"response_timeout": 0.1, "retries": 0, "connect_timeout": 2.0} | settings
    return Client(server.url, **given)
