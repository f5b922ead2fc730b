"""A connection through the API, closely looked at, and what passes on it."""

from __future__ import annotations

import pytest

from port502.traffic.dissector import Dissector
from port502.traffic.pcap import PcapParser
from port502.traffic.words import said
from tests.web.serving import Serving

pytestmark = pytest.mark.slow


async def test_a_connection_is_told_of_in_a_line_and_closely(served: Serving) -> None:
    async with served.client() as client:
        (line,) = (await client.get("/api/v1/connections")).json()["connections"]
        assert (line["name"], line["state"], line["devices"], line["connects"]) == (
            "plc",
            "ready",
            ["pump"],
            1,
        )
        found = (await client.get("/api/v1/connections/plc")).json()
        assert found["blocks"] == [
            {
                "device": "pump", "interval_s": 0.05, "table": "holding", "address": 0, "count": 2, "points": 2,
                "gaps": [],
            }
        ]  # fmt: skip
        assert {stay["state"]: stay["times"] for stay in found["stays"]}["ready"] == 1
        lately, ever = found["response_last_5_minutes"], found["response_since_start"]
        assert lately == ever
        assert sum(bar["count"] for bar in ever["bars"]) == ever["replies"] > 0
        assert 0 < ever["p50_s"] <= ever["p95_s"] <= ever["p99_s"]
        assert found["refusals"] == []


async def test_what_passes_is_a_capture(served: Serving) -> None:
    async with served.client() as client:
        answer = await client.get("/api/v1/connections/plc/traffic", params={"seconds": 0.3})
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/vnd.tcpdump.pcap"
    assert answer.headers["content-disposition"] == "attachment; filename*=UTF-8''plc.pcap"
    messages = Dissector().feed(PcapParser().feed(answer.content))
    assert [said(one).strip() for one in messages[:2]] == ["read holding registers 0 *2", "= 481 7"]


@pytest.mark.parametrize("path", ["", "/traffic"])
async def test_a_connection_that_is_none(served: Serving, path: str) -> None:
    async with served.client() as client:
        answer = await client.get(f"/api/v1/connections/pls{path}")
    assert answer.status_code == 404
    assert "no connection 'pls'" in answer.json()["detail"]
