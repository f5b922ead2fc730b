from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest

from port502.server import Server
from tests.discover.bench import meter
from tests.web.serving import Serving

pytestmark = pytest.mark.slow

TOOLS = "/api/v1/tools"


async def ended(client: httpx.AsyncClient, job: dict[str, Any]) -> dict[str, Any]:
    async with asyncio.timeout(30):
        while job["state"] == "running":
            job = (await client.get(f"{TOOLS}/jobs/{job['id']}")).json()
    return job


async def test_jobs_are_begun_watched_and_give_their_results(served: Serving) -> None:
    async with served.client("engineer") as client, Server(meter(), "tcp://127.0.0.1:0") as server:
        begun = await client.post(f"{TOOLS}/identify", json={"target": server.url})
        assert begun.status_code == 202
        found = await ended(client, begun.json())
        assert found["result"]["units"][0]["map"] == "schneider/pm5100"
        order = {"target": server.url, "reads": "holding:60000"}
        examined = await ended(client, (await client.post(f"{TOOLS}/doctor", json=order)).json())
        assert examined["result"]["finding"] == "MB.ADDRESS"
        report = await client.get(f"{TOOLS}/jobs/{examined['id']}/report")
        assert report.text.startswith("<!")
        assert (await client.get(f"{TOOLS}/jobs/{found['id']}/report")).status_code == 404
        assert len((await client.get(f"{TOOLS}/jobs")).json()) == 2
        async with served.client("admin") as other:
            assert (await other.get(f"{TOOLS}/jobs/{found['id']}")).status_code == 404
            assert (await other.get(f"{TOOLS}/jobs")).json() == []


async def test_a_scan_says_its_cost_asks_for_consent_and_can_be_cancelled(served: Serving) -> None:
    async with served.client("engineer") as client:
        order = {"ranges": "127.1.0.0/24", "ports": "1"}
        cost = (await client.post(f"{TOOLS}/scan/cost", json=order)).json()
        assert (cost["addresses"], cost["public"]) == (254, [])
        refused = await client.post(f"{TOOLS}/scan", json={"ranges": "8.8.8.8"})
        assert refused.status_code == 422
        assert "not known to be private" in refused.json()["detail"]
        job = (await client.post(f"{TOOLS}/scan", json=order)).json()
        second = await client.post(f"{TOOLS}/scan", json=order)
        assert "not done yet" in second.json()["detail"]
        assert (await client.delete(f"{TOOLS}/jobs/{job['id']}")).status_code == 204
        found = await ended(client, job)
        assert found["state"] in ("cancelled", "done")
        assert found["result"]["kind"] == "inventory"


async def test_the_connections_of_the_site_are_left_alone(served: Serving) -> None:
    async with served.client("engineer") as client:
        url = served.running.site.connections[0].url
        for target in ("@pump", url):
            answer = await client.post(f"{TOOLS}/identify", json={"target": target})
            assert answer.status_code == 422
            assert "the running site keeps" in answer.json()["detail"]
        beside = await client.post(f"{TOOLS}/identify", json={"target": url, "beside": True})
        assert (await ended(client, beside.json()))["state"] == "done"
