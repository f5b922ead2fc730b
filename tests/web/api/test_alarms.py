from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest

from tests.web.serving import Serving

pytestmark = pytest.mark.slow


async def alarm(client: httpx.AsyncClient, name: str, state: str) -> dict[str, Any]:
    """The alarm, once it stands like this."""
    async with asyncio.timeout(20):
        while True:
            for one in (await client.get("/api/v1/alarms")).json()["alarms"]:
                if one["alarm"] == name and one["state"] == state:
                    found: dict[str, Any] = one
                    return found


async def test_an_alarm_is_seen_acknowledged_and_over(served: Serving) -> None:
    async with served.client("operator") as client:
        await alarm(client, "fast", "normal")
        served.device.holding.write(0, [505])
        raised = await alarm(client, "fast", "unacknowledged")
        assert raised["text"] == "Pump runs at 50.5 Hz"
        assert raised["priority"] == "high"
        order = {"alarms": ["fast"], "comment": "on my way"}
        answer = (await client.post("/api/v1/alarms/acknowledge", json=order)).json()
        assert [(one["state"], one["acknowledged_by"]) for one in answer["alarms"]] == [
            ("acknowledged", "operator-program")
        ]
        assert (await client.post("/api/v1/alarms/acknowledge", json=order)).status_code == 422
        active = (await client.get("/api/v1/alarms", params={"active": True})).json()["alarms"]
        assert [one["alarm"] for one in active] == ["fast"]
        served.device.holding.write(0, [481])
        await alarm(client, "fast", "normal")
        async with asyncio.timeout(20):
            events: list[dict[str, Any]] = []
            while len(events) < 3:
                events = (await client.get("/api/v1/alarms/events", params={"alarm": "fast"})).json()[
                    "events"
                ]
        assert [event["what"] for event in events] == ["cleared", "acknowledged", "raised"]
        page = {"before": events[0]["number"], "limit": 1}
        older = (await client.get("/api/v1/alarms/events", params=page)).json()["events"]
        assert [event["what"] for event in older] == ["acknowledged"]


async def test_an_alarm_is_shelved_for_a_while(served: Serving) -> None:
    async with served.client("operator") as client:
        order = {"seconds": 600, "comment": "sensor is replaced"}
        shelved = (await client.post("/api/v1/alarms/fast/shelve", json=order)).json()
        assert shelved["shelved_by"] == "operator-program"
        assert (await client.post("/api/v1/alarms/fast/unshelve")).json()["shelved_until"] is None
        assert (await client.post("/api/v1/alarms/fast/unshelve")).status_code == 422
        assert (await client.post("/api/v1/alarms/nothing/shelve", json=order)).status_code == 404
        assert (await client.post("/api/v1/alarms/fast/shelve", json={"seconds": 1e9})).status_code == 422
