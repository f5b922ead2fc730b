from __future__ import annotations

import httpx
import pytest
from fastapi import FastAPI

from port502.errors import (
    ConfigError,
    ConnectError,
    FrameError,
    NoReplyError,
    Port502Error,
    UsageError,
    device_error,
)
from port502.web.api.problems import ProblemError, install


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (UsageError("no such point"), 422),
        (ConfigError("no such file"), 422),
        (device_error(6, 2), 502),
        (ConnectError("refused"), 502),
        (NoReplyError("silent"), 504),
        (FrameError("garbage"), 502),
        (Port502Error("else"), 500),
        (ProblemError(418, "short and stout", {"X-Pot": "tea"}), 418),
    ],
)
async def test_each_error_is_a_problem(error: Exception, status: int) -> None:
    app = FastAPI()
    install(app)

    @app.get("/")
    def fail() -> None:
        raise error

    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
        answer = await client.get("/")
        assert answer.status_code == status
        assert answer.headers["content-type"] == "application/problem+json"
        problem = answer.json()
        assert problem["status"] == status
        assert problem["detail"] == str(error)
        assert (await client.get("/nothing")).json()["title"] == "Not Found"


async def test_what_is_invalid_is_told_by_its_place() -> None:
    app = FastAPI()
    install(app)

    @app.get("/")
    def take(number: int) -> int:
        return number

    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
        problem = (await client.get("/?number=x")).json()
    assert problem["faults"][0]["where"] == "query.number"
