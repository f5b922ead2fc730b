from __future__ import annotations

from pathlib import Path

import pytest

from tests.web.serving import serving

pytestmark = pytest.mark.slow


async def test_the_api_describes_itself(tmp_path: Path) -> None:
    async with serving(tmp_path) as served, served.client() as client:
        description = (await client.get("/api/v1/openapi.json")).json()
    assert description["info"]["title"] == "port502"
    paths = description["paths"]
    assert "/api/v1/points/{name}/write" in paths
    assert all(path.startswith("/api/v1/") or path in ("/metrics", "/healthz", "/readyz") for path in paths)
    assert "application/problem+json" in paths["/api/v1/overview"]["get"]["responses"]["401"]["content"]
