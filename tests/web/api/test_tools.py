from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from port502.site.web_model import WebSettings
from port502.web.server import ToolServer
from port502.web.users import add_token
from tests.web.serving import Serving

pytestmark = pytest.mark.slow


async def test_frames_are_decoded_and_encoded(served: Serving) -> None:
    async with served.client() as client:
        made = (
            await client.post("/api/v1/tools/encode", json={"function": "3", "words": "107 3", "unit": 6})
        ).json()
        assert made["text"] == "00 01 00 00 00 06 06 03 00 6b 00 03"
        found = (await client.post("/api/v1/tools/decode", json={"text": made["text"]})).json()
        assert found["frames"][0]["reference"] == "40108"
        refused = await client.post("/api/v1/tools/decode", json={"text": "nothing"})
        assert refused.status_code == 422
        assert refused.headers["content-type"] == "application/problem+json"
        assert (
            await client.post("/api/v1/tools/decode", json={"text": "00", "framing": "can"})
        ).status_code == 422


async def test_topics_are_explained(served: Serving) -> None:
    async with served.client() as client:
        topics = (await client.get("/api/v1/tools/explain")).json()
        assert len(topics) > 80
        assert (await client.get("/api/v1/tools/explain/fc 3")).json()["id"] == "function-3"
        assert "Seen by" in (await client.get("/api/v1/tools/explain/TCP.REFUSED_RST")).json()["text"]
        assert "ATT&CK" in (await client.get("/api/v1/tools/explain/write.stranger")).json()["text"]
        assert (await client.get("/api/v1/tools/explain/nothing-of-it")).status_code == 404


async def test_maps_come_in_pages_and_as_csv(served: Serving) -> None:
    async with served.client() as client:
        first = (await client.get("/api/v1/tools/maps?limit=2")).json()
        assert (len(first["maps"]), first["next"]) == (2, 2)
        found = (await client.get("/api/v1/tools/maps?q=eastron sdm630")).json()
        assert found["maps"][0]["name"] == "eastron/sdm630"
        rows = (await client.get("/api/v1/tools/maps/eastron/sdm630?q=30001")).json()["rows"]
        assert rows[0]["point"] == "voltage_l1"
        assert (await client.get("/api/v1/tools/maps/eastron/sdm630/csv")).text.startswith("point,ref,")
        for wrong in ("no/such", "mine/plc.yaml"):
            assert (await client.get(f"/api/v1/tools/maps/{wrong}")).status_code == 404


async def test_the_tools_are_there_without_a_site(tmp_path: Path) -> None:
    users = tmp_path / "users.yaml"
    token = add_token(users, "ci", "viewer")
    async with (
        ToolServer(WebSettings(port=0, users=users)) as web,
        httpx.AsyncClient(base_url=web.url, trust_env=False) as client,
    ):
        assert (await client.get("/")).headers["location"] == "/tools"
        assert (await client.get("/api/v1/tools/explain/unit-id")).status_code == 200
        paths = (await client.get("/api/v1/openapi.json")).json()["paths"]
        assert {"/api/v1/tools/decode", "/api/v1/me", "/api/v1/session"} <= set(paths)
        assert not any("points" in path for path in paths)
        assert (await client.get("/api/v1/points")).status_code == 404
        me = await client.get("/api/v1/me", headers={"Authorization": f"Bearer {token}"})
        assert me.json()["role"] == "viewer"
