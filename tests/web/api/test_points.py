from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.web.serving import SITE, Serving, serving

pytestmark = pytest.mark.slow


async def test_points_are_found_and_paged(served: Serving) -> None:
    async with served.client() as client:
        answer = (await client.get("/api/v1/points", params={"limit": 2})).json()
        assert (answer["total"], answer["next"], len(answer["points"])) == (3, 2, 2)
        rest = (await client.get("/api/v1/points", params={"limit": 2, "offset": 2})).json()
        assert (rest["next"], [one["name"] for one in rest["points"]]) == (None, ["pump.twice"])
        found = (await client.get("/api/v1/points", params={"q": "40001"})).json()
        assert [one["name"] for one in found["points"]] == ["pump.speed"]
        assert found["points"][0]["now"]["value"] == pytest.approx(48.1)
        assert found["points"][0]["now"]["registers"] == [481]
        bad = (await client.get("/api/v1/points", params={"quality": "bad"})).json()
        assert bad["total"] == 0


async def test_one_point(served: Serving) -> None:
    async with served.client("viewer") as client:
        one = (await client.get("/api/v1/points/pump.setpoint")).json()
        assert (one["writable"], one["min"], one["max"], one["now"]["quality"]) == (True, 0, 50, "good")
        assert (await client.get("/api/v1/points/pump.nothing")).status_code == 404


async def test_a_write_is_sent_read_back_and_written_down(served: Serving) -> None:
    async with served.client("operator") as client:
        answer = await client.post("/api/v1/points/pump.setpoint/write", json={"value": 12})
        assert answer.json() == {
            "point": "pump.setpoint",
            "before": 7,
            "sent": [12],
            "after": 12,
            "verified": True,
            "note": "",
        }
        refused = await client.post("/api/v1/points/pump.setpoint/write", json={"value": 99})
        assert refused.status_code == 422
        assert "outside its limits" in refused.json()["detail"]
        assert (await client.post("/api/v1/points/pump.speed/write", json={"value": 1})).status_code == 422
        assert (await client.post("/api/v1/points/pump.x/write", json={"value": 1})).status_code == 404
    assert served.device.holding.read(1, 1) == [12]
    log = (served.running.site.history.path / "audit" / "web.jsonl").read_text().splitlines()
    assert len(log) == 3
    assert '"subject":"operator-program"' in log[0]
    assert '"outcome":"written"' in log[0]
    assert '"outcome":"refused"' in log[1]


async def test_the_history_of_a_point(served: Serving) -> None:
    async with served.client() as client, asyncio.timeout(20):
        samples: list[dict[str, object]] = []
        while len(samples) < 3:
            answer = await client.get("/api/v1/history", params={"point": "pump.speed", "since": "5m"})
            samples = answer.json()["samples"]
        assert {sample["value"] for sample in samples} == {48.1}
        newest = await client.get("/api/v1/history", params={"point": "pump.speed", "limit": 1})
        assert len(newest.json()["samples"]) == 1
        assert newest.json()["complete"] is False
        summed = await client.get("/api/v1/history", params={"point": "pump.speed", "every": "1h"})
        assert len(summed.json()["samples"]) <= 2
        assert (await client.get("/api/v1/history", params={"point": "pump.x"})).status_code == 404
        for wrong in ({"since": "yesterdayish"}, {"every": "0.1ms"}, {"limit": 0}):
            answer = await client.get("/api/v1/history", params={"point": "pump.speed", **wrong})
            assert answer.status_code == 422, wrong


async def test_what_a_write_would_send(served: Serving) -> None:
    async with served.client("operator") as client:
        answer = (await client.post("/api/v1/points/pump.setpoint/preview", json={"value": 12})).json()
        assert (answer["function"], answer["address"], answer["registers"], answer["pdu"]) == (
            6,
            1,
            [12],
            "060001000c",
        )
        for value in (99, "text", 1.5):
            refused = await client.post("/api/v1/points/pump.setpoint/preview", json={"value": value})
            assert refused.status_code == 422, value
        for point in ("pump.speed", "pump.twice"):
            assert (
                await client.post(f"/api/v1/points/{point}/preview", json={"value": 1})
            ).status_code == 422
    assert served.device.holding.read(1, 1) == [7]


async def test_a_critical_point_wants_its_name(tmp_path: Path) -> None:
    site = SITE.replace("max: 50}}", "max: 50, critical: true}}")
    async with serving(tmp_path, site) as served, served.client("operator") as client:
        path = "/api/v1/points/pump.setpoint/write"
        assert (await client.post(path, json={"value": 12})).status_code == 422
        assert (await client.post(path, json={"value": 12, "confirm": "pump.speed"})).status_code == 422
        assert (await client.post(path, json={"value": 12, "confirm": "pump.setpoint"})).status_code == 200
