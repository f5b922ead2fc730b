"""Every route times every role: who may, and who may not."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from port502.web.api.who import Needs
from port502.web.app import ROUTERS
from port502.web.roles import ROLES, Role
from tests.web.serving import Serving

pytestmark = pytest.mark.slow

OPEN = {"/healthz", "/readyz", "/api/v1/session", "/enter/{link}"}
"""Routes that need no role: they say nothing of the site, or are the way to a role."""


def needs(dependant: Dependant) -> Iterator[Role]:
    for one in dependant.dependencies:
        if isinstance(one.call, Needs):
            yield one.call.role
        yield from needs(one)


def routes() -> list[tuple[str, str, Role]]:
    return [
        (method, prefix + route.path, max(needs(route.dependant), default=Role.NONE))
        for prefix, router in ROUTERS
        for route in router.routes
        if isinstance(route, APIRoute)
        for method in sorted(route.methods)
    ]


async def ask(client: httpx.AsyncClient, method: str, path: str) -> int:
    path = path.replace("{name:path}", "fast").replace("{name}", "pump.setpoint")
    if path == "/api/v1/live":
        path += "?point=pump.nothing"
    return (await client.request(method, path, json={} if method == "POST" else None)).status_code


async def test_a_route_without_a_role_is_on_the_list(served: Serving) -> None:
    found = routes()
    async with served.client() as client:
        described = (await client.get("/api/v1/openapi.json")).json()["paths"]
    walked = {path.replace(":path", "") for _, path, _ in found}
    assert set(described) == walked - {"/enter/{link}"}
    assert {path for method, path, role in found if not role and method != "DELETE"} == OPEN


@pytest.mark.parametrize("word", ["", *ROLES])
async def test_every_route_lets_in_who_may_and_nobody_else(served: Serving, word: str) -> None:
    mine = Role.of(word) if word else Role.VIEWER  # who is at this machine may look
    async with served.client(word) as client:
        for method, path, role in routes():
            if path in OPEN and not role:
                continue
            status = await ask(client, method, path)
            if mine >= role:
                assert status not in (401, 403), (method, path, status)
            else:
                assert status == (403 if word else 401), (method, path, status)


async def test_a_wrong_token_opens_nothing(served: Serving) -> None:
    async with served.client(Authorization="Bearer p502_guess") as client:
        for method, path, role in routes():
            if role:
                assert await ask(client, method, path) == 401, path
