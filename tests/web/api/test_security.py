"""Who is connected, what was refused, which certificates end, and who is logged in, through the API."""

from __future__ import annotations

from pathlib import Path

import pytest

from port502.client import Client
from port502.errors import IllegalFunctionError
from tests.certificates import Authority
from tests.web.serving import PASSWORD, SITE, serving

pytestmark = pytest.mark.slow

LISTENERS = """
listeners:
  safe: {{url: "tcp://127.0.0.1:0", policy: policy.yaml, guard: {{connection: plc}}}}
  secured:
    url: tls://127.0.0.1:0
    certificate: CERTIFICATE
    key: KEY
    authority: AUTHORITY
    serve: {{points: {{"holding:0": pump.speed/uint16}}}}
"""
POLICY = """
default: deny
clients: {scada: {from: 127.0.0.5}}
rules: [{name: reads, functions: [read], points: ['holding:0*2']}]
"""


async def test_who_is_connected_and_what_was_refused(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    pair = authority.server()
    (tmp_path / "policy.yaml").write_text(POLICY)
    listeners = LISTENERS.replace("CERTIFICATE", str(pair.certificate)).replace("KEY", str(pair.key))
    site = SITE + listeners.replace("AUTHORITY", str(authority.certificate))
    async with (
        serving(tmp_path, site) as served,
        served.client() as viewer,
        served.client("operator") as operator,
    ):
        url = served.running.listeners.running["safe"].url
        async with Client(url) as stranger, Client(url, source="127.0.0.5") as scada:
            await scada.read_holding_registers(0, 2)
            with pytest.raises(IllegalFunctionError):
                await stranger.write_register(1, 5)
            found = (await viewer.get("/api/v1/listeners")).json()
            safe, secured = found["listeners"]
            assert (safe["name"], safe["answers"], safe["refused"]) == ("safe", "guard", 1)
            assert (secured["name"], secured["clients"]) == ("secured", [])
            told = {one["client"]: (one["names"], one["expected"]) for one in safe["clients"]}
            assert told == {"127.0.0.1": ([], False), "127.0.0.5": (["scada"], True)}
        refused = (await viewer.get("/api/v1/refusals", params={"event": "refused"})).json()["decisions"]
        (one,) = refused
        assert (one["listener"], one["client"], one["table"], one["address"], one["exception"]) == (
            "safe", "127.0.0.1", "holding", 1, 1,
        )  # fmt: skip
        await operator.post("/api/v1/points/pump.setpoint/write", json={"value": 9})
        await operator.post("/api/v1/lock", json={"why": "smoke"})
        assert (await viewer.get("/api/v1/listeners")).json()["locked"] == "smoke"
        newest = (await viewer.get("/api/v1/refusals", params={"limit": 3})).json()["decisions"]
        assert [(one["listener"], one["event"], one["cause"]) for one in newest] == [
            ("secured", "locked", "operator-program"), ("safe", "locked", "operator-program"), ("web", "write", ""),
        ]  # fmt: skip
        assert (newest[2]["operation"], newest[2]["outcome"]) == ("pump.setpoint = 9", "written")
        older = await viewer.get("/api/v1/refusals", params={"before": newest[2]["number"]})
        assert [one["event"] for one in older.json()["decisions"]] == ["refused", "unexpected client"]
        certificates = (await viewer.get("/api/v1/certificates")).json()["certificates"]
        assert {(one["used_by"], one["what"]) for one in certificates} == {
            ("listener secured", "certificate"), ("listener secured", "authority"),
        }  # fmt: skip
        assert all(one["days_left"] > 1 and one["ends"].endswith("Z") for one in certificates)


async def test_who_is_logged_in(tmp_path: Path) -> None:
    async with serving(tmp_path) as served:
        async with served.client() as browser:
            await browser.post("/api/v1/session", json={"name": "ann", "password": PASSWORD})
        async with served.client("operator") as operator:
            (one,) = (await operator.get("/api/v1/logins")).json()["logins"]
        assert (one["name"], one["role"], one["way"], one["host"]) == (
            "ann",
            "operator",
            "password",
            "127.0.0.1",
        )
        assert 0 <= one["idle_s"] <= one["seconds"]
