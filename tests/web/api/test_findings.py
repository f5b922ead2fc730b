"""What looked like an attack on the listeners, through the API."""

from __future__ import annotations

from pathlib import Path

import pytest

from port502.client import Client
from port502.errors import DeviceError
from port502.traffic.findings.severity import Severity
from port502.web.api.findings import Finding
from tests.web.serving import SITE, serving

pytestmark = pytest.mark.slow

LISTENERS = """
listeners:
  safe: {{url: "tcp://127.0.0.1:0", policy: policy.yaml, guard: {{connection: plc}}}}
  blind: {{url: "tcp://127.0.0.1:0", findings: false, serve: {{points: {{"holding:0": pump.speed/uint16}}}}}}
"""
POLICY = "default: deny\nrules: [{name: reads, functions: [read]}]\n"


async def test_what_looked_like_an_attack_is_told_newest_first(tmp_path: Path) -> None:
    (tmp_path / "policy.yaml").write_text(POLICY)
    async with serving(tmp_path, SITE + LISTENERS) as served, served.client() as viewer:
        calm = (await viewer.get("/api/v1/findings")).json()
        assert calm == {"findings": [], "unwatched": ["blind"]}
        for name in ("safe", "blind"):
            url = served.running.listeners.running[name].url
            async with Client(url, source="127.0.0.66", retries=0) as attacker:
                for sub_function in (4, 10, 10):
                    with pytest.raises(DeviceError):
                        await attacker.diagnostics(sub_function)
        found = (await viewer.get("/api/v1/findings")).json()["findings"]
        assert [(one["code"], one["severity"], one["count"]) for one in found] == [
            ("DIAGNOSTICS.CLEARED", "medium", 2), ("DIAGNOSTICS.LISTEN_ONLY", "critical", 1),
        ]  # fmt: skip
        worst = found[1]
        assert (worst["listener"], worst["client"], worst["unit"]) == ("safe", "127.0.0.66", 1)
        assert worst["title"] == "a device is forced to listen only"
        assert worst["text"].startswith("127.0.0.66 forces unit 1 of ")
        assert "power-cycle the device" in worst["fix"]
        assert worst["attack"][0] == "T0814 Denial of Service"
        assert worst["first"] == worst["last"] < found[0]["first"] < found[0]["last"]
        topic = (await viewer.get(f"/api/v1/tools/explain/{worst['code']}")).json()
        assert "To do" in topic["text"]
        newest = (await viewer.get("/api/v1/findings", params={"limit": 1})).json()["findings"]
        assert newest == found[:1]
        assert (await viewer.get("/api/v1/findings", params={"limit": 501})).status_code == 422


def test_every_severity_is_described() -> None:
    assert Finding.model_json_schema()["properties"]["severity"]["enum"] == list(Severity)
