"""A device that takes one connection, and clients that share it."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from typing import Any

from port502.client import Client
from port502.gateway.share import Share, ShareSettings
from port502.server import Limits, Server
from port502.service.call import Call, Layer, Reply, Service
from port502.service.device import Device
from port502.service.maybe import Maybe
from port502.transport.link_settings import LinkSettings

MANY = Limits(connections=100, per_client=100)


class Counted:
    """A service that remembers what it was asked."""

    def __init__(self, service: Service | None = None) -> None:
        self.service = service or Device(holding={0: list(range(100, 300))}, coil={0: [True, False] * 20})
        self.calls: list[Call] = []

    def __call__(self, call: Call) -> Maybe[Reply]:
        self.calls.append(call)
        return self.service(call)


def one_connection(service: Service, url: str = "tcp://127.0.0.1:0") -> Server:
    """A server that takes one client and no more."""
    return Server(service, url, limits=Limits(connections=1, per_client=1, evict=False))


@contextlib.asynccontextmanager
async def sharing(
    target: str,
    settings: ShareSettings | None = None,
    *,
    rights: Layer | None = None,
    **link: Any,
) -> AsyncIterator[tuple[Share, Server]]:
    """A concentrator in front of a target, and the server that its clients call."""
    link.setdefault("reconnect_first", 0.01)
    link.setdefault("reconnect_max", 0.05)
    share = Share(target, settings, link=LinkSettings(**link), rights=rights)
    within = share.settings.answer_within
    server = Server(share.service, "tcp://127.0.0.1:0", limits=MANY, answer_within=within)
    async with share, server:
        yield share, server


@contextlib.asynccontextmanager
async def clients(url: str, count: int) -> AsyncIterator[list[Client]]:
    """So many clients of one server."""
    async with contextlib.AsyncExitStack() as stack:
        yield [await stack.enter_async_context(Client(url)) for _ in range(count)]
