from __future__ import annotations

import pytest

from tests.web.serving import Serving

pytestmark = pytest.mark.slow


async def test_the_overview_and_the_status(served: Serving) -> None:
    async with served.client() as client:
        overview = (await client.get("/api/v1/overview")).json()
        assert (overview["site"], overview["points"], overview["good"], overview["offline"]) == (
            "test",
            3,
            3,
            0,
        )
        status = (await client.get("/api/v1/status")).json()
        assert status["collector"]["connections"][0]["name"] == "plc"


async def test_all_writes_are_stopped_and_freed(served: Serving) -> None:
    async with served.client("operator") as client:
        assert (await client.post("/api/v1/lock", json={"why": "smoke"})).status_code == 200
        assert (await client.get("/api/v1/overview")).json()["locked"] == "smoke"
        answer = await client.post("/api/v1/points/pump.setpoint/write", json={"value": 1})
        assert answer.status_code == 422
        assert "smoke" in answer.json()["detail"]
        assert (await client.post("/api/v1/unlock")).status_code == 403
    async with served.client("engineer") as client:
        assert (await client.post("/api/v1/unlock")).status_code == 200
        answer = await client.post("/api/v1/points/pump.setpoint/write", json={"value": 1})
        assert answer.status_code == 200
